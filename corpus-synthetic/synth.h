/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures with real structure, one function a kind. */
#ifndef KI_CORPUS_SYNTH_H
#define KI_CORPUS_SYNTH_H

#include "canvas.h"
#include "draw.h"
#include "prng.h"

/* Draws over the whole of a canvas; the same state of prng and size give the same
 * picture. Errors: KI_ERR_NO_MEMORY. */
typedef enum ki_status ki_synth_draw(struct ki_canvas *canvas, struct ki_prng *prng);

struct ki_synth {
    const char *name;
    ki_synth_draw *draw;
};

/* Kinds by number, 0, 1, … until NULL. */
const struct ki_synth *ki_synth_at(size_t i);
size_t ki_synth_count(void);
const struct ki_synth *ki_synth_find(const char *name); /* NULL if unknown */

enum { KI_SYNTH_MIN_QUALITY = 60 }; /* above the gate, so that copies pass it too */

/* True if PDQ has enough to go by: quality, and bits that are not degenerate. */
bool ki_synth_is_distinctive(const struct ki_canvas_hashes *hashes);

/* A new canvas with a picture that is distinctive: kinds are drawn again from derived
 * seeds until one is. Errors: KI_ERR_NO_MEMORY, KI_ERR_ARGUMENT (size),
 * KI_ERR_LIMIT (no such picture found; a side of fewer than 16 pixels or so). */
KI_MUST_CHECK enum ki_status ki_synth_make(const struct ki_synth *synth, uint32_t width,
                                           uint32_t height, uint64_t seed,
                                           struct ki_canvas *canvas,
                                           struct ki_canvas_hashes *hashes);

ki_synth_draw ki_synth_clouds;
ki_synth_draw ki_synth_landscape;
ki_synth_draw ki_synth_mixture;
ki_synth_draw ki_synth_page;
ki_synth_draw ki_synth_portrait;
ki_synth_draw ki_synth_screen;
ki_synth_draw ki_synth_shapes;

/* A photo-like picture into a rectangle of the canvas; an empty rectangle is left. */
KI_MUST_CHECK enum ki_status ki_synth_inset(struct ki_canvas *canvas,
                                            struct ki_rect rect, struct ki_prng *prng);

/* Adds noise of this shape to the whole canvas. */
KI_MUST_CHECK enum ki_status ki_synth_texture(struct ki_canvas *canvas,
                                              const struct ki_noise_shape *shape,
                                              int strength, struct ki_prng *prng);

#endif
