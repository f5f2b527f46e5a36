/* SPDX-License-Identifier: Apache-2.0 */
/* The last line of a MANIFEST. */
#ifndef KI_INDEX_MANIFEST_CHECKSUM_H
#define KI_INDEX_MANIFEST_CHECKSUM_H

#include <stddef.h>

enum { KI_MANIFEST_LINE_NBYTES = 9 + 32 + 1 };

/* "xxh3-128 " and 32 hex digits and a newline, terminated. */
void ki_manifest_checksum_line(const void *body, size_t nbytes,
                               char out[KI_MANIFEST_LINE_NBYTES + 1]);

#endif
