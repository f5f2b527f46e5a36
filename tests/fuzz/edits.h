/* SPDX-License-Identifier: Apache-2.0 */
/* Tables in memory, and changes to them that an input spells out. A table that is
 * changed is a copy, as long as it says and no longer, so that a sanitizer sees every
 * read beyond its end. */
#ifndef KI_TESTS_FUZZ_EDITS_H
#define KI_TESTS_FUZZ_EDITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As LMDB gives values: 16 bytes beyond a multiple of 64. */
struct fuzz_table {
    uint8_t *data; /* NULL: there is no such table */
    size_t nbytes;
    bool is_copy; /* made by an edit */
};

/* nbytes at data, of which ncopied are those at from and the others zero. */
struct fuzz_table fuzz_table_make(const void *from, size_t ncopied, size_t nbytes);
void fuzz_table_free(struct fuzz_table *table);

/* Applies the edits of an input, little-endian, to tables that are borrowed so far:
 *
 *   u8 table | u8 what | u16 place | operands */
void fuzz_tables_edit(struct fuzz_table *tables, size_t ntables, const uint8_t *data,
                      size_t nbytes);
/* Frees the copies. */
void fuzz_tables_forget(struct fuzz_table *tables, size_t ntables);

#endif
