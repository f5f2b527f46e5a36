/* SPDX-License-Identifier: Apache-2.0 */
/* Files that must not be examined, and why; one line of a table each. */
#ifndef KI_CORPUS_DAMAGE_H
#define KI_CORPUS_DAMAGE_H

#include "blob.h"
#include "canvas.h"
#include "prng.h"

struct ki_damage {
    const char *name;
    const char *extension;
    const char *reason; /* text of an enum ki_reason; NULL: an ordinary picture */
    /* Appends the file to an empty blob. Errors: KI_ERR_NO_MEMORY, KI_ERR_LIMIT (the
     * damage could not be brought about in this picture). */
    enum ki_status (*make)(const struct ki_canvas *canvas, struct ki_prng *prng,
                           struct ki_blob *blob);
};

/* Files by number, 0, 1, … until NULL. */
const struct ki_damage *ki_damage_at(size_t i);
const struct ki_damage *ki_damage_find(const char *name); /* NULL if unknown */

typedef enum ki_status ki_damage_make(const struct ki_canvas *canvas,
                                      struct ki_prng *prng, struct ki_blob *blob);

ki_damage_make ki_damage_jpeg_truncated;
ki_damage_make ki_damage_jpeg_truncated_late;
ki_damage_make ki_damage_jpeg_truncated_progressive;
ki_damage_make ki_damage_jpeg_flipped;
ki_damage_make ki_damage_jpeg_flipped_progressive;
ki_damage_make ki_damage_jpeg_bomb_side;
ki_damage_make ki_damage_jpeg_bomb_pixels;
ki_damage_make ki_damage_jpeg_many_scans;

ki_damage_make ki_damage_png_truncated;
ki_damage_make ki_damage_png_flipped;
ki_damage_make ki_damage_png_bad_stream;
ki_damage_make ki_damage_png_bomb_side;
ki_damage_make ki_damage_png_bomb_pixels;
ki_damage_make ki_damage_png_bomb_text;
ki_damage_make ki_damage_png_many_chunks;
ki_damage_make ki_damage_png_plain;

#endif
