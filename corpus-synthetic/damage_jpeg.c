/* SPDX-License-Identifier: Apache-2.0 */
#include "damage.h"

#include <string.h>

#include "codec.h"

enum { QUALITY = 85, MAX_FLIPS = 4096 };

/* Cuts the file off after permille of its bytes. */
static enum ki_status truncated(const struct ki_canvas *canvas, struct ki_blob *blob,
                                enum ki_jpeg_coding coding, size_t permille)
{
    enum ki_status status = ki_jpeg_write(canvas, QUALITY, coding, blob);
    blob->nbytes = blob->nbytes * permille / 1000;
    return status;
}

enum ki_status ki_damage_jpeg_truncated(const struct ki_canvas *canvas,
                                        struct ki_prng *prng, struct ki_blob *blob)
{
    (void)prng;
    return truncated(canvas, blob, KI_JPEG_BASELINE, 500);
}

enum ki_status ki_damage_jpeg_truncated_late(const struct ki_canvas *canvas,
                                             struct ki_prng *prng, struct ki_blob *blob)
{
    (void)prng;
    return truncated(canvas, blob, KI_JPEG_BASELINE, 950);
}

enum ki_status ki_damage_jpeg_truncated_progressive(const struct ki_canvas *canvas,
                                                    struct ki_prng *prng,
                                                    struct ki_blob *blob)
{
    (void)prng;
    return truncated(canvas, blob, KI_JPEG_PROGRESSIVE, 600);
}

/* Offset of the first entropy-coded byte: after the header of the first scan. */
static size_t scan_offset(const struct ki_blob *blob)
{
    size_t at = 2;
    while (at + 4 <= blob->nbytes) {
        bool is_scan = blob->data[at + 1] == 0xda;
        at += 2 + (size_t)(blob->data[at + 2] << 8 | blob->data[at + 3]);
        if (is_scan) {
            break;
        }
    }
    return at;
}

/* Flips one bit of coded data, unless that would make or break a marker. */
static void flip_bit(struct ki_blob *blob, size_t from, size_t to, struct ki_prng *prng)
{
    size_t at = from + 1 + ki_prng_below(prng, (uint32_t)(to - from - 2));
    uint8_t flipped = (uint8_t)(blob->data[at] ^ 1u << ki_prng_below(prng, 8));
    bool near_marker = blob->data[at - 1] == 0xff || blob->data[at] == 0xff ||
                       blob->data[at + 1] == 0xff || flipped == 0xff;
    if (!near_marker) {
        blob->data[at] = flipped;
    }
}

/* libjpeg-turbo resynchronises silently after many single errors, so bits are flipped
 * until it says that the coded data are bad – and not that they have run out. Only the
 * first scan is touched: a second header would lie inside the range otherwise. */
static enum ki_status flipped(const struct ki_canvas *canvas, struct ki_prng *prng,
                              enum ki_jpeg_coding coding, struct ki_blob *blob)
{
    enum ki_status status = ki_jpeg_write(canvas, QUALITY, coding, blob);
    if (status != KI_OK) {
        return status;
    }
    size_t from = scan_offset(blob);
    size_t to = from;
    while (to + 2 < blob->nbytes &&
           !(blob->data[to] == 0xff && blob->data[to + 1] != 0)) {
        to++;
    }
    if (to - from < 64) {
        return KI_ERR_LIMIT;
    }
    for (int i = 0; i < MAX_FLIPS; i++) {
        struct ki_jpeg_report report;
        flip_bit(blob, from, to, prng);
        status = ki_jpeg_read(blob, NULL, &report);
        if (status == KI_OK && report.bad_data && !report.ran_out) {
            return KI_OK;
        }
        if (status != KI_OK && status != KI_ERR_DAMAGED) {
            return status;
        }
    }
    return KI_ERR_LIMIT;
}

enum ki_status ki_damage_jpeg_flipped(const struct ki_canvas *canvas,
                                      struct ki_prng *prng, struct ki_blob *blob)
{
    return flipped(canvas, prng, KI_JPEG_BASELINE, blob);
}

enum ki_status ki_damage_jpeg_flipped_progressive(const struct ki_canvas *canvas,
                                                  struct ki_prng *prng,
                                                  struct ki_blob *blob)
{
    return flipped(canvas, prng, KI_JPEG_PROGRESSIVE, blob);
}

/* The smallest progressive JPEG: one table, three components, the header of a first
 * scan, and zeros. A decoder that believes the sides asks for gigabytes. */
static enum ki_status bomb(unsigned side, struct ki_blob *blob)
{
    enum { NBYTES = 163, NTABLE = 64 };
    static const uint8_t before[] = {0xff, 0xd8, 0xff, 0xdb, 0, 67, 0};
    const uint8_t frame[] = {
        0xff,
        0xc2,
        0,
        17,
        8,
        (uint8_t)(side >> 8),
        (uint8_t)side,
        (uint8_t)(side >> 8),
        (uint8_t)side,
        3,
        1,
        0x11,
        0,
        2,
        0x11,
        0,
        3,
        0x11,
        0,
    };
    /* One code of one bit, for a difference of zero. */
    static const uint8_t huffman[] = {0xff, 0xc4, 0, 20, 0, 1, 0, 0, 0, 0, 0,
                                      0,    0,    0, 0,  0, 0, 0, 0, 0, 0, 0};
    static const uint8_t scan[] = {0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 0, 0};
    static const uint8_t end[] = {0xff, 0xd9};
    uint8_t table[NTABLE];
    static const uint8_t zeros[NBYTES - sizeof before - NTABLE - sizeof frame -
                               sizeof huffman - sizeof scan - sizeof end];
    memset(table, 16, sizeof table);
    const struct {
        const uint8_t *data;
        size_t nbytes;
    } parts[] = {
        {before, sizeof before},   {table, sizeof table}, {frame, sizeof frame},
        {huffman, sizeof huffman}, {scan, sizeof scan},   {zeros, sizeof zeros},
        {end, sizeof end},
    };
    enum ki_status status = KI_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && status == KI_OK; i++) {
        status = ki_blob_append(blob, parts[i].data, parts[i].nbytes);
    }
    return status;
}

enum ki_status ki_damage_jpeg_bomb_side(const struct ki_canvas *canvas,
                                        struct ki_prng *prng, struct ki_blob *blob)
{
    (void)canvas;
    (void)prng;
    return bomb(65500, blob);
}

enum ki_status ki_damage_jpeg_bomb_pixels(const struct ki_canvas *canvas,
                                          struct ki_prng *prng, struct ki_blob *blob)
{
    (void)canvas;
    (void)prng;
    return bomb(16000, blob);
}

enum ki_status ki_damage_jpeg_many_scans(const struct ki_canvas *canvas,
                                         struct ki_prng *prng, struct ki_blob *blob)
{
    (void)prng;
    return ki_jpeg_write(canvas, QUALITY, KI_JPEG_MANY_SCANS, blob);
}
