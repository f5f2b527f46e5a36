/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The short way through a progressive JPEG of which luma alone is wanted: all scans of
 * all components are read and checked, but only those coefficients of luma are held
 * that its samples are made of, and of all others whether they are zero. libjpeg holds
 * them all.
 *
 * Files are taken that are right in every respect. Anything else is declined, also
 * after rows were sent, and is for libjpeg to judge, in what is left of the time: such a
 * file, as one that is padded after its last scan, may take half as long again.
 */
#ifndef KI_DECODE_JPEG_PROGRESSIVE_H
#define KI_DECODE_JPEG_PROGRESSIVE_H

#include "decode/decode.h"

enum ki_jpeg_outcome {
    KI_JPEG_DECLINED,
    KI_JPEG_DONE,
    KI_JPEG_REFUSED /* by the sink, or late */
};

/* What libjpeg found in the header. */
struct ki_jpeg_facts {
    uint32_t width;
    uint32_t height;
    unsigned ncomponents; /* 1: grey; 3: the first is luma, of the highest resolution */
    unsigned block;       /* as ki_row_shape has it */
};

/* The sink has begun. *refusal is the sink's reason, or LIMIT_TIME. */
enum ki_jpeg_outcome ki_jpeg_progressive(const struct ki_decode_request *request,
                                         const struct ki_jpeg_facts *facts,
                                         const struct ki_deadline *deadline,
                                         enum ki_reason *refusal);

/* As the decoder does it, but never the short way: what that must equal. */
enum ki_reason ki_jpeg_through_libjpeg(const struct ki_decode_request *request,
                                       struct ki_image_info *info);

#endif
