/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The short way through a PNG: pictures of 8 bits a sample, not interlaced, that are
 * right in every respect. Anything else is declined, also after rows were sent, and is
 * for libpng to judge.
 */
#ifndef KI_DECODE_PNG_FAST_H
#define KI_DECODE_PNG_FAST_H

#include "decode/decoder.h"
#include "decode/png_walk.h"

enum ki_png_outcome { KI_PNG_DECLINED, KI_PNG_DONE, KI_PNG_REFUSED /* by the sink */ };

/* For a file whose chunks were walked without a reason; if its data are still coming
 * they are to be walked after it, and what that finds has the say. *refusal is the
 * sink's. */
enum ki_png_outcome ki_png_fast(const struct ki_decode_request *request,
                                const struct ki_png_header *header,
                                const struct ki_deadline *deadline,
                                enum ki_reason *refusal);

/* As the decoder does it, but never the short way: what that must equal. */
enum ki_reason ki_png_through_libpng(const struct ki_decode_request *request,
                                     struct ki_image_info *info);

#endif
