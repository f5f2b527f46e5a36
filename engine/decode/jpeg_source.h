/* SPDX-License-Identifier: Apache-2.0 */
/* A libjpeg data source over memory that is not copied. */
#ifndef KI_DECODE_JPEG_SOURCE_H
#define KI_DECODE_JPEG_SOURCE_H

#include <stddef.h>
#include <stdint.h>

struct jpeg_source_mgr;

/* Fills *source to read data, which must outlive decoding. Reading past the end is the
 * error JERR_INPUT_EOF: libjpeg would otherwise make up grey for the missing part. */
void ki_jpeg_source_init(struct jpeg_source_mgr *source, const uint8_t *data,
                         size_t nbytes);

#endif
