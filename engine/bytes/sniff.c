/* SPDX-License-Identifier: Apache-2.0 */
/* Magic numbers as registered with IANA or stated by each format's specification. */
#include "bytes/sniff.h"

#include <stdbool.h>
#include <string.h>

struct magic {
    enum ki_format format;
    uint8_t offset;
    uint8_t nbytes;
    char bytes[12];
};

/* A file matches a format if one of its rows matches, the first of them. RIFF and ISO
 * base media files are told apart by what stands at bytes 8…11. */
static const struct magic magics[] = {
    {KI_FORMAT_JPEG, 0, 3, "\xff\xd8\xff"},
    {KI_FORMAT_PNG, 0, 8, "\x89PNG\r\n\x1a\n"},
    {KI_FORMAT_GIF, 0, 6, "GIF87a"},
    {KI_FORMAT_GIF, 0, 6, "GIF89a"},
    {KI_FORMAT_WEBP, 8, 4, "WEBP"},
    {KI_FORMAT_TIFF, 0, 4, "II*\0"},
    {KI_FORMAT_TIFF, 0, 4, "MM\0*"},
    {KI_FORMAT_TIFF, 0, 4, "II+\0"},
    {KI_FORMAT_TIFF, 0, 4, "MM\0+"},
    {KI_FORMAT_AVIF, 4, 8, "ftypavif"},
    {KI_FORMAT_AVIF, 4, 8, "ftypavis"},
    {KI_FORMAT_HEIF, 4, 8, "ftypheic"},
    {KI_FORMAT_HEIF, 4, 8, "ftypheix"},
    {KI_FORMAT_HEIF, 4, 8, "ftypheim"},
    {KI_FORMAT_HEIF, 4, 8, "ftypheis"},
    {KI_FORMAT_HEIF, 4, 8, "ftyphevc"},
    {KI_FORMAT_HEIF, 4, 8, "ftypmif1"},
    {KI_FORMAT_HEIF, 4, 8, "ftypmsf1"},
    {KI_FORMAT_JXL, 0, 2, "\xff\x0a"},
    {KI_FORMAT_JXL, 0, 12, "\0\0\0\x0cJXL \r\n\x87\n"},
    {KI_FORMAT_JP2, 0, 12, "\0\0\0\x0cjP  \r\n\x87\n"},
    {KI_FORMAT_JP2, 0, 4, "\xff\x4f\xff\x51"},
    {KI_FORMAT_PSD, 0, 4, "8BPS"},
    {KI_FORMAT_ICO, 0, 4, "\0\0\x01\0"},
    {KI_FORMAT_BMP, 0, 2, "BM"},
};

static bool matches(const struct magic *magic, const uint8_t *data, size_t nbytes)
{
    size_t end = (size_t)magic->offset + magic->nbytes;
    bool needs_riff = magic->format == KI_FORMAT_WEBP;
    return nbytes >= end &&
           memcmp(data + magic->offset, magic->bytes, magic->nbytes) == 0 &&
           (!needs_riff || memcmp(data, "RIFF", 4) == 0);
}

enum ki_format ki_sniff(const uint8_t *data, size_t nbytes)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        if (matches(&magics[i], data, nbytes)) {
            return magics[i].format;
        }
    }
    return KI_FORMAT_UNKNOWN;
}
