/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/edits.h"

#include <stdlib.h>
#include <string.h>

#include "base/pack.h"

enum { LINE = 64, LMDB_HEADER = 16, MOST_NBYTES = 1 << 16, MOST_EDITS = 64 };

enum what { FLIP, PUT_U8, PUT_U16, PUT_U32, PUT_U64, ADD_U32, RESIZE, REMOVE, NWHATS };

struct fuzz_table fuzz_table_make(const void *from, size_t ncopied, size_t nbytes)
{
    void *memory = NULL;
    if (posix_memalign(&memory, LINE, LMDB_HEADER + nbytes) != 0) {
        abort();
    }
    uint8_t *data = (uint8_t *)memory + LMDB_HEADER;
    size_t ntaken = ncopied < nbytes ? ncopied : nbytes;
    if (ntaken > 0) {
        memcpy(data, from, ntaken);
    }
    memset(data + ntaken, 0, nbytes - ntaken);
    return (struct fuzz_table){data, nbytes, true};
}

void fuzz_table_free(struct fuzz_table *table)
{
    if (table->data) {
        free(table->data - LMDB_HEADER);
    }
    *table = (struct fuzz_table){NULL, 0, false};
}

/* Makes a table one that may be written to, of another size perhaps. */
static void take(struct fuzz_table *table, size_t nbytes)
{
    if (table->is_copy && table->nbytes == nbytes) {
        return;
    }
    struct fuzz_table copy = fuzz_table_make(table->data, table->nbytes, nbytes);
    if (table->is_copy) {
        fuzz_table_free(table);
    }
    *table = copy;
}

static void put(struct fuzz_table *table, size_t place, uint64_t value, size_t width)
{
    size_t nplaces = table->nbytes / width;
    for (size_t i = 0; nplaces > 0 && i < width; i++) {
        table->data[place % nplaces * width + i] = (uint8_t)(value >> (8 * i));
    }
}

static void add_u32(struct fuzz_table *table, size_t place, uint32_t value)
{
    uint32_t sum = 0;
    size_t nplaces = table->nbytes / sizeof sum;
    if (nplaces > 0) {
        uint8_t *at = table->data + place % nplaces * sizeof sum;
        memcpy(&sum, at, sizeof sum);
        sum += value;
        memcpy(at, &sum, sizeof sum);
    }
}

static void edit(struct fuzz_table *table, enum what what, size_t place,
                 struct ki_unpacker *operands)
{
    static const size_t widths[] = {
        [PUT_U8] = 1, [PUT_U16] = 2, [PUT_U32] = 4, [PUT_U64] = 8};
    if (what == REMOVE || !table->data) {
        if (table->is_copy) {
            fuzz_table_free(table);
        }
        *table = (struct fuzz_table){NULL, 0, false};
        return;
    }
    take(table, what == RESIZE ? (size_t)ki_unpack_uint(operands, 4) % MOST_NBYTES
                               : table->nbytes);
    if (what == FLIP && table->nbytes > 0) {
        table->data[place / 8 % table->nbytes] ^= (uint8_t)(1u << place % 8);
    } else if (what == ADD_U32) {
        add_u32(table, place, (uint32_t)(int8_t)ki_unpack_uint(operands, 1));
    } else if (what >= PUT_U8 && what <= PUT_U64) {
        put(table, place, ki_unpack_uint(operands, widths[what]), widths[what]);
    }
}

void fuzz_tables_edit(struct fuzz_table *tables, size_t ntables, const uint8_t *data,
                      size_t nbytes)
{
    struct ki_unpacker unpacker = ki_unpacker_begin(data, nbytes);
    for (int i = 0; i < MOST_EDITS && unpacker.done < nbytes; i++) {
        size_t table = (size_t)ki_unpack_uint(&unpacker, 1) % ntables;
        enum what what = (enum what)(ki_unpack_uint(&unpacker, 1) % NWHATS);
        size_t place = (size_t)ki_unpack_uint(&unpacker, 2);
        if (!unpacker.is_good) {
            return;
        }
        edit(&tables[table], what, place, &unpacker);
    }
}

void fuzz_tables_forget(struct fuzz_table *tables, size_t ntables)
{
    for (size_t i = 0; i < ntables; i++) {
        if (tables[i].is_copy) {
            fuzz_table_free(&tables[i]);
        }
    }
}
