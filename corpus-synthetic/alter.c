/* SPDX-License-Identifier: Apache-2.0 */
#include "alter.h"

#include <string.h>

#define DIHEDRAL(name, transform)                                                      \
    {                                                                                  \
        name, ki_alter_dihedral, transform, KI_ALTER_JPEG, 0, transform                \
    }

static const struct ki_alteration alterations[] = {
    {"jpeg-95", ki_alter_none, 0, KI_ALTER_JPEG, 95, 0},
    {"jpeg-80", ki_alter_none, 0, KI_ALTER_JPEG, 80, 0},
    {"jpeg-60", ki_alter_none, 0, KI_ALTER_JPEG, 60, 0},
    {"jpeg-40", ki_alter_none, 0, KI_ALTER_JPEG, 40, 0},
    {"jpeg-20", ki_alter_none, 0, KI_ALTER_JPEG, 20, 0},
    {"other-format", ki_alter_none, 0, KI_ALTER_OTHER, 0, 0},
    {"grayscale", ki_alter_none, 0, KI_ALTER_GRAY, 0, 0},
    {"resize-25", ki_alter_resize, 25, KI_ALTER_JPEG, 0, 0},
    {"resize-50", ki_alter_resize, 50, KI_ALTER_JPEG, 0, 0},
    {"resize-75", ki_alter_resize, 75, KI_ALTER_JPEG, 0, 0},
    {"resize-150", ki_alter_resize, 150, KI_ALTER_JPEG, 0, 0},
    {"resize-200", ki_alter_resize, 200, KI_ALTER_JPEG, 0, 0},
    {"brighter", ki_alter_brightness, 40, KI_ALTER_JPEG, 0, 0},
    {"darker", ki_alter_brightness, -40, KI_ALTER_JPEG, 0, 0},
    {"contrast-60", ki_alter_contrast, 60, KI_ALTER_JPEG, 0, 0},
    {"contrast-140", ki_alter_contrast, 140, KI_ALTER_JPEG, 0, 0},
    {"gamma-0.75", ki_alter_gamma, 3, KI_ALTER_JPEG, 0, 0},
    {"gamma-1.5", ki_alter_gamma, 6, KI_ALTER_JPEG, 0, 0},
    {"saturation-50", ki_alter_saturation, 50, KI_ALTER_JPEG, 0, 0},
    {"saturation-150", ki_alter_saturation, 150, KI_ALTER_JPEG, 0, 0},
    {"blur", ki_alter_blur, 2, KI_ALTER_JPEG, 0, 0},
    {"sharpen", ki_alter_sharpen, 100, KI_ALTER_JPEG, 0, 0},
    {"noise", ki_alter_noise, 24, KI_ALTER_JPEG, 0, 0},
    {"watermark", ki_alter_watermark, 150, KI_ALTER_JPEG, 0, 0},
    {"caption", ki_alter_caption, 14, KI_ALTER_JPEG, 0, 0},
    {"border", ki_alter_border, 5, KI_ALTER_JPEG, 0, 0},
    {"crop-1", ki_alter_crop, 1, KI_ALTER_JPEG, 0, 0},
    {"crop-2", ki_alter_crop, 2, KI_ALTER_JPEG, 0, 0},
    {"crop-5", ki_alter_crop, 5, KI_ALTER_JPEG, 0, 0},
    {"crop-10", ki_alter_crop, 10, KI_ALTER_JPEG, 0, 0},
    DIHEDRAL("rot90", KI_TRANSFORM_ROT90),
    DIHEDRAL("rot180", KI_TRANSFORM_ROT180),
    DIHEDRAL("rot270", KI_TRANSFORM_ROT270),
    DIHEDRAL("flipx", KI_TRANSFORM_FLIPX),
    DIHEDRAL("flipy", KI_TRANSFORM_FLIPY),
    DIHEDRAL("flipplus1", KI_TRANSFORM_FLIPPLUS1),
    DIHEDRAL("flipminus1", KI_TRANSFORM_FLIPMINUS1),
};

enum { NALTERATIONS = sizeof alterations / sizeof alterations[0] };

const struct ki_alteration *ki_alteration_at(size_t i)
{
    return i < NALTERATIONS ? &alterations[i] : NULL;
}

const struct ki_alteration *ki_alteration_find(const char *name)
{
    for (size_t i = 0; i < NALTERATIONS; i++) {
        if (strcmp(alterations[i].name, name) == 0) {
            return &alterations[i];
        }
    }
    return NULL;
}
