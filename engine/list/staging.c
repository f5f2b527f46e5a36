/* SPDX-License-Identifier: Apache-2.0 */
/* A record: u32 size of the id | id | 00 | text scheme | text code | u32 number of
 * hashes | the hashes as they are in memory. It is written and read by one process. */
#include "list/staging.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/diag.h"
#include "base/pack.h"

enum {
    MOST_HEAD_NBYTES = 4 + KI_ENTRY_ID_NBYTES + 1 + 2 * (KI_CATEGORY_NBYTES + 2) + 4
};

void ki_staging_begin(struct ki_staging *staging, const char *folder)
{
    *staging = (struct ki_staging){.records.folder = folder, .places.folder = folder};
}

void ki_staging_close(struct ki_staging *staging)
{
    ki_spool_close(&staging->records);
    ki_spool_close(&staging->places);
}

static enum ki_status failed(struct ki_diag *diag, int result)
{
    return result == ENOMEM
               ? ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to import")
               : ki_diag_errno(diag, result, "cannot write a temporary file");
}

enum ki_status ki_staging_add(struct ki_staging *staging, const struct ki_entry *entry,
                              struct ki_diag *diag)
{
    uint8_t head[MOST_HEAD_NBYTES];
    struct ki_packer packer = ki_packer_begin(head, sizeof head);
    ki_pack_uint(&packer, entry->id_nbytes, 4);
    ki_pack_bytes(&packer, entry->id, entry->id_nbytes);
    ki_pack_uint(&packer, 0, 1);
    ki_pack_text(&packer, entry->category_scheme);
    ki_pack_text(&packer, entry->category_code);
    ki_pack_uint(&packer, entry->nhashes, 4);
    if (!packer.is_good) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "an entry breaks its own rules");
    }
    uint64_t at = staging->records.nbytes;
    int result = ki_spool_append(&staging->places, &at, sizeof at);
    if (result == 0) {
        result = ki_spool_append(&staging->records, head, packer.nbytes);
    }
    if (result == 0) {
        result = ki_spool_append(&staging->records, entry->hashes,
                                 entry->nhashes * sizeof *entry->hashes);
    }
    return result == 0 ? KI_OK : failed(diag, result);
}

static uint64_t place_of(const void *item)
{
    uint64_t place = 0;
    memcpy(&place, item, sizeof place);
    return place;
}

/* As the keys of the catalog are ordered. */
static int compare(const void *a, const void *b, void *context)
{
    const uint8_t *records = context;
    uint64_t x = place_of(a);
    uint64_t y = place_of(b);
    uint32_t x_nbytes = 0;
    uint32_t y_nbytes = 0;
    memcpy(&x_nbytes, records + x, sizeof x_nbytes);
    memcpy(&y_nbytes, records + y, sizeof y_nbytes);
    int order = memcmp(records + x + 4, records + y + 4,
                       x_nbytes < y_nbytes ? x_nbytes : y_nbytes);
    if (order == 0 && x_nbytes != y_nbytes) {
        order = x_nbytes < y_nbytes ? -1 : 1;
    }
    return order ? order : (x > y) - (x < y);
}

static enum ki_status visit_one(const uint8_t *record, ki_staging_visit visit,
                                void *context, struct ki_hash **hashes,
                                size_t *capacity, struct ki_diag *diag)
{
    struct ki_unpacker unpacker = ki_unpacker_begin(record, MOST_HEAD_NBYTES);
    struct ki_entry entry = {.id_nbytes = (size_t)ki_unpack_uint(&unpacker, 4)};
    const void *id = ki_unpack_bytes(&unpacker, entry.id_nbytes + 1);
    entry.id = id;
    entry.category_scheme = ki_unpack_text(&unpacker);
    entry.category_code = ki_unpack_text(&unpacker);
    entry.nhashes = (size_t)ki_unpack_uint(&unpacker, 4);
    void *items = *hashes;
    if (!ki_array_reserve(&items, capacity, entry.nhashes, sizeof **hashes)) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to import");
    }
    *hashes = items;
    if (entry.nhashes > 0) { /* copied: they are not aligned in the file */
        memcpy(*hashes, record + unpacker.done, entry.nhashes * sizeof **hashes);
    }
    entry.hashes = *hashes;
    return visit(context, &entry);
}

enum ki_status ki_staging_visit_all(struct ki_staging *staging, ki_staging_visit visit,
                                    void *context, struct ki_diag *diag)
{
    size_t n = staging->places.nbytes / sizeof(uint64_t);
    void *records = NULL;
    void *places = NULL;
    struct ki_hash *hashes = NULL;
    size_t capacity = 0;
    int result = ki_spool_map(&staging->records, &records);
    if (result == 0) {
        result = ki_spool_map(&staging->places, &places);
    }
    if (result != 0 || n == 0) {
        return result == 0 ? KI_OK : failed(diag, result);
    }
    qsort_r(places, n, sizeof(uint64_t), compare, records);
    enum ki_status status = KI_OK;
    for (size_t i = 0; i < n && status == KI_OK; i++) {
        uint64_t at = place_of((const uint8_t *)places + i * sizeof at);
        status = visit_one((const uint8_t *)records + at, visit, context, &hashes,
                           &capacity, diag);
    }
    free(hashes);
    return status;
}
