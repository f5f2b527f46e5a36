/* SPDX-License-Identifier: Apache-2.0 */
/* The names of the tables inside a segment file, shared by its writer and reader. */
#ifndef KI_INDEX_SEGMENT_TABLES_H
#define KI_INDEX_SEGMENT_TABLES_H

#include <stddef.h>

#include <knownimage/hash.h>

#include "index/kernel.h"

/* LMDB aligns only values that get pages of their own, so that a small table is filled
 * up to a size that always does. Kernels read a little over the end of a table. */
enum { KI_TABLE_PADDING = 48, KI_TABLE_MIN_NBYTES = 4096, KI_TABLE_NAME_NBYTES = 24 };

/* The size of the value that holds a table of nbytes. */
static inline size_t ki_table_value_nbytes(size_t nbytes)
{
    size_t filled = nbytes < KI_TABLE_MIN_NBYTES ? (size_t)KI_TABLE_MIN_NBYTES : nbytes;
    return KI_TABLE_PADDING + filled + KI_KERNEL_PADDING;
}

/* "prefix/NN", or "kind/part". */
void ki_table_name_band(const char *prefix, unsigned band,
                        char out[KI_TABLE_NAME_NBYTES]);
void ki_table_name_kind(enum ki_kind kind, const char *part,
                        char out[KI_TABLE_NAME_NBYTES]);

#endif
