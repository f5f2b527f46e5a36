/* SPDX-License-Identifier: Apache-2.0 */
/* Progressive JPEGs of any kind, made in memory by libjpeg. */
#ifndef KI_TESTS_DECODE_MAKE_PROGRESSIVE_H
#define KI_TESTS_DECODE_MAKE_PROGRESSIVE_H

#include "decode/support.h"
#include "support/random.h"

/* What the picture shows. */
enum content { CONTENT_FLAT, CONTENT_NOISE, CONTENT_SMOOTH, CONTENT_CHECKS, NCONTENTS };

struct progressive_options {
    unsigned width;
    unsigned height;
    bool is_gray;
    unsigned h_factor; /* of luma; chroma has 1; 0 is taken for 1 */
    unsigned v_factor;
    int quality;
    bool has_own_script; /* random, else libjpeg's */
    unsigned interval;   /* units between restart markers */
    enum content content;
    bool is_of_coefficients; /* random ones, also such as no picture has */
    unsigned most_quant;     /* of those: the highest step */
};

struct progressive_options random_options(struct random_state *random);
struct file_bytes make_progressive(struct random_state *random,
                                   struct progressive_options options);

#endif
