/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of a file being imported, kept in nameless files of the index folder
 * until all are read. So the writer's turn is not held while a slow pipe delivers, and
 * the catalog gets its rows in order of key, which takes half the room and memory.
 */
#ifndef KI_LIST_STAGING_H
#define KI_LIST_STAGING_H

#include <stdbool.h>
#include <stdint.h>

#include "index/catalog.h"
#include "index/spool.h"
#include "list/formats/record.h"

struct ki_staging {
    struct ki_spool records;
    struct ki_spool places; /* u64: where each record begins */
    /* Once sorted: both, mapped. */
    const uint8_t *record_map;
    const uint8_t *place_map;
    size_t nplaces;
    bool is_sorted;
};

/* The folder's name must stay valid; close in any case. */
void ki_staging_begin(struct ki_staging *staging, const char *folder);
void ki_staging_close(struct ki_staging *staging);

enum ki_status ki_staging_add(struct ki_staging *staging, const struct ki_entry *entry,
                              enum ki_op op, struct ki_diag *diag);

/* Puts the records in order of id; nothing may be added after. */
enum ki_status ki_staging_sort(struct ki_staging *staging, struct ki_diag *diag);

/* Whether there is any record of that id. Sorted first. */
bool ki_staging_has(const struct ki_staging *staging, const char *id, size_t id_nbytes);

struct ki_staged {
    struct ki_entry entry; /* without hashes if it is to be removed */
    enum ki_op op;
    bool is_last;   /* of its id */
    bool is_undone; /* a later one removes the entry */
};

/* Sorts, and visits the records in order of id; those of one id in the order they came.
 */
typedef enum ki_status (*ki_staging_visit)(void *context,
                                           const struct ki_staged *staged);
enum ki_status ki_staging_visit_all(struct ki_staging *staging, ki_staging_visit visit,
                                    void *context, struct ki_diag *diag);

#endif
