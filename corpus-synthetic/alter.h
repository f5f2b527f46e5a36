/* SPDX-License-Identifier: Apache-2.0 */
/* Alterations that copies of a picture go through, one line of a table each. */
#ifndef KI_CORPUS_ALTER_H
#define KI_CORPUS_ALTER_H

#include "canvas.h"
#include "prng.h"

/* Makes a new canvas of an old one; amount means what the function says. Errors:
 * KI_ERR_NO_MEMORY, KI_ERR_ARGUMENT (the result would have no pixels). On success *to
 * must be given to ki_canvas_destroy. */
typedef enum ki_status ki_alter_apply(const struct ki_canvas *from, int amount,
                                      struct ki_prng *prng, struct ki_canvas *to);

enum ki_alter_coding {
    KI_ALTER_JPEG,  /* JPEG of the stated quality */
    KI_ALTER_GRAY,  /* the same with one component */
    KI_ALTER_OTHER, /* PNG if the original is a JPEG, else JPEG */
};

struct ki_alteration {
    const char *name;
    ki_alter_apply *apply;
    int amount;
    enum ki_alter_coding coding;
    int quality; /* of the JPEG; 0: 88 */
    enum ki_transform transform;
};

/* Alterations by number, 0, 1, … until NULL. */
const struct ki_alteration *ki_alteration_at(size_t i);
const struct ki_alteration *ki_alteration_find(const char *name); /* NULL if unknown */

ki_alter_apply ki_alter_none;       /* amount unused */
ki_alter_apply ki_alter_resize;     /* percent of each side */
ki_alter_apply ki_alter_brightness; /* grey levels to add */
ki_alter_apply ki_alter_contrast;   /* percent around middle grey */
ki_alter_apply ki_alter_gamma;      /* exponent in quarters */
ki_alter_apply ki_alter_saturation; /* percent */
ki_alter_apply ki_alter_blur;       /* passes of a 5×5 binomial filter */
ki_alter_apply ki_alter_sharpen;    /* percent of the difference to the blur to add */
ki_alter_apply ki_alter_noise;      /* greatest change of a sample, grey levels */
ki_alter_apply ki_alter_watermark;  /* opacity of 256 */
ki_alter_apply ki_alter_caption;    /* height of the bar in percent, below */
ki_alter_apply ki_alter_border;     /* width of the frame in percent of the side */
ki_alter_apply ki_alter_crop;       /* percent of each side cut off, half at each end */
ki_alter_apply ki_alter_dihedral;   /* an enum ki_transform */

#endif
