/* SPDX-License-Identifier: Apache-2.0 */
/* The pixels as the codec libraries give them when used in the plainest way. */
#ifndef KI_TESTS_DECODE_PLAIN_H
#define KI_TESTS_DECODE_PLAIN_H

#include "decode/support.h"

/* CMYK is converted with fractions. */
struct picture plain_jpeg(const struct file_bytes *file);

/* No transform of libpng's: samples are unpacked and looked up by hand. */
struct picture plain_png(const struct file_bytes *file);

#endif
