/* SPDX-License-Identifier: Apache-2.0 */
#include "damage.h"

#include <string.h>

static enum ki_status make_empty(const struct ki_canvas *canvas, struct ki_prng *prng,
                                 struct ki_blob *blob)
{
    (void)canvas;
    (void)prng;
    return ki_blob_append(blob, "", 0);
}

static enum ki_status make_text(const struct ki_canvas *canvas, struct ki_prng *prng,
                                struct ki_blob *blob)
{
    (void)canvas;
    enum ki_status status = ki_blob_printf(blob, "This is not a picture.\n");
    for (int i = 0; i < 40 && status == KI_OK; i++) {
        status = ki_blob_printf(blob, "%u\n", ki_prng_below(prng, 1000000));
    }
    return status;
}

/* A whole GIF of one black pixel. */
static enum ki_status make_gif(const struct ki_canvas *canvas, struct ki_prng *prng,
                               struct ki_blob *blob)
{
    static const uint8_t gif[] = {
        'G', 'I', 'F',  '8', '9', 'a', 1, 0, 1, 0, 0x80, 0, 0, /* screen, 2 colours */
        0,   0,   0,    255, 255, 255,                         /* the colours */
        ',', 0,   0,    0,   0,   1,   0, 1, 0, 0,             /* image */
        2,   2,   0x44, 1,   0,   ';',
    };
    (void)canvas;
    (void)prng;
    return ki_blob_append(blob, gif, sizeof gif);
}

static const struct ki_damage damages[] = {
    {"truncated-jpeg", "jpg", "truncated", ki_damage_jpeg_truncated},
    {"truncated-jpeg-late", "jpg", "truncated", ki_damage_jpeg_truncated_late},
    {"truncated-jpeg-progressive", "jpg", "truncated",
     ki_damage_jpeg_truncated_progressive},
    {"truncated-png", "png", "truncated", ki_damage_png_truncated},
    {"corrupt-jpeg", "jpg", "corrupt", ki_damage_jpeg_flipped},
    {"corrupt-jpeg-progressive", "jpg", "corrupt", ki_damage_jpeg_flipped_progressive},
    {"corrupt-png-crc", "png", "corrupt", ki_damage_png_flipped},
    {"corrupt-png-stream", "png", "corrupt", ki_damage_png_bad_stream},
    {"wrong-extension", "jpg", NULL, ki_damage_png_plain},
    {"empty", "jpg", "empty", make_empty},
    {"text", "jpg", "unsupported-format", make_text},
    {"gif", "gif", "unsupported-format", make_gif},
    {"bomb-jpeg-side", "jpg", "limit:side", ki_damage_jpeg_bomb_side},
    {"bomb-jpeg-pixels", "jpg", "limit:pixels", ki_damage_jpeg_bomb_pixels},
    {"bomb-jpeg-scans", "jpg", "limit:scans", ki_damage_jpeg_many_scans},
    {"bomb-png-side", "png", "limit:side", ki_damage_png_bomb_side},
    {"bomb-png-pixels", "png", "limit:pixels", ki_damage_png_bomb_pixels},
    {"bomb-png-text", "png", "limit:chunk-size", ki_damage_png_bomb_text},
    {"bomb-png-chunks", "png", "limit:chunks", ki_damage_png_many_chunks},
};

enum { NDAMAGES = sizeof damages / sizeof damages[0] };

const struct ki_damage *ki_damage_at(size_t i)
{
    return i < NDAMAGES ? &damages[i] : NULL;
}

const struct ki_damage *ki_damage_find(const char *name)
{
    for (size_t i = 0; i < NDAMAGES; i++) {
        if (strcmp(damages[i].name, name) == 0) {
            return &damages[i];
        }
    }
    return NULL;
}
