/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures that say too little to be matched by their look. */
#ifndef KI_CORPUS_LOW_H
#define KI_CORPUS_LOW_H

#include "canvas.h"
#include "prng.h"

struct ki_low {
    const char *name;
    void (*draw)(struct ki_canvas *canvas, struct ki_prng *prng);
    uint32_t width; /* of the canvas to draw on */
    uint32_t height;
    const char
        *reason; /* the text of KI_REASON_LOW_INFORMATION or KI_REASON_TOO_SMALL */
};

/* Pictures by number, 0, 1, … until NULL. */
const struct ki_low *ki_low_at(size_t i);

/* A new canvas with the picture; should the gates of the library not catch it, it is
 * drawn again from the next stream. Errors: KI_ERR_NO_MEMORY, KI_ERR_LIMIT (none was
 * caught). On success *canvas must be given to ki_canvas_destroy. */
KI_MUST_CHECK enum ki_status ki_low_make(const struct ki_low *low, uint64_t seed,
                                         struct ki_canvas *canvas,
                                         struct ki_canvas_hashes *hashes);

#endif
