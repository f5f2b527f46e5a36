/* SPDX-License-Identifier: Apache-2.0 */
/* What libjpeg's errors and warnings mean for the picture. */
#ifndef KI_DECODE_JPEG_REASON_H
#define KI_DECODE_JPEG_REASON_H

#include <knownimage/image.h>

struct jpeg_decompress_struct;

/* The reason for the error that cinfo->err holds; never NONE. */
enum ki_reason ki_jpeg_error_reason(const struct jpeg_decompress_struct *cinfo);

/* The reason for the warning that cinfo->err holds; NONE if the picture is whole all
 * the same. */
enum ki_reason ki_jpeg_warning_reason(const struct jpeg_decompress_struct *cinfo);

#endif
