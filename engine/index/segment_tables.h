/* SPDX-License-Identifier: Apache-2.0 */
/* The names of the tables inside a segment file, shared by its writer and reader. */
#ifndef KI_INDEX_SEGMENT_TABLES_H
#define KI_INDEX_SEGMENT_TABLES_H

#include <knownimage/hash.h>

enum {
    KI_TABLE_PADDING = 48,
    KI_TABLE_NAME_NBYTES = 24,
    KI_SEGMENT_HEADER_NBYTES = 4 + 4 + 4 * KI_NKINDS
};

/* "prefix/NN", or "kind/part". */
void ki_table_name_band(const char *prefix, unsigned band,
                        char out[KI_TABLE_NAME_NBYTES]);
void ki_table_name_kind(enum ki_kind kind, const char *part,
                        char out[KI_TABLE_NAME_NBYTES]);

#endif
