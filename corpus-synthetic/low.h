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

#endif
