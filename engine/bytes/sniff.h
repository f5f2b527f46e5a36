/* SPDX-License-Identifier: Apache-2.0 */
/* The format of an input by its first bytes. */
#ifndef KI_BYTES_SNIFF_H
#define KI_BYTES_SNIFF_H

#include <stddef.h>
#include <stdint.h>

#include <knownimage/image.h>

enum ki_format ki_sniff(const uint8_t *data, size_t nbytes);

#endif
