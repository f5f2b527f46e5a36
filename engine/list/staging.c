/* SPDX-License-Identifier: Apache-2.0 */
/* A record: u32 size of the id | id | 00 | text scheme | text code | u8 op |
 * text member | u64 updated | u32 votes for | u32 against | u8 doubts | u32 number of
 * hashes | each: u8 kind | hash. It is written and read by one process. */
#include "list/staging.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/diag.h"
#include "base/pack.h"

enum {
    NRECORDS_PER_REST = 1 << 16, /* visited, before their memory is let go */
    MOST_HEAD_NBYTES = 4 + KI_ENTRY_ID_NBYTES + 1 + 2 * (KI_CATEGORY_NBYTES + 2) + 1 +
                       KI_MEMBER_NBYTES + 2 + 8 + 4 + 4 + 1 + 4
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
                              enum ki_op op, struct ki_diag *diag)
{
    uint8_t head[MOST_HEAD_NBYTES];
    struct ki_packer packer = ki_packer_begin(head, sizeof head);
    ki_pack_uint(&packer, entry->id_nbytes, 4);
    ki_pack_bytes(&packer, entry->id, entry->id_nbytes);
    ki_pack_uint(&packer, 0, 1);
    ki_pack_text(&packer, entry->category_scheme);
    ki_pack_text(&packer, entry->category_code);
    ki_pack_uint(&packer, (uint64_t)op, 1);
    ki_pack_text(&packer, entry->from.member);
    ki_pack_uint(&packer, (uint64_t)entry->from.updated, 8);
    ki_pack_uint(&packer, entry->from.nvotes_for, 4);
    ki_pack_uint(&packer, entry->from.nvotes_against, 4);
    ki_pack_uint(&packer, entry->doubts, 1);
    ki_pack_uint(&packer, entry->nhashes, 4);
    if (!packer.is_good) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "an entry breaks its own rules");
    }
    uint64_t at = staging->records.nbytes;
    int result = ki_spool_append(&staging->places, &at, sizeof at);
    if (result == 0) {
        result = ki_spool_append(&staging->records, head, packer.nbytes);
    }
    for (size_t i = 0; i < entry->nhashes && result == 0; i++) {
        uint8_t kind = (uint8_t)entry->hashes[i].kind;
        result = ki_spool_append(&staging->records, &kind, 1);
        if (result == 0) {
            result = ki_spool_append(&staging->records, entry->hashes[i].bytes,
                                     ki_kind_nbytes(entry->hashes[i].kind));
        }
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

static bool has_same_id(const uint8_t *records, uint64_t x, uint64_t y)
{
    uint32_t nbytes = 0;
    memcpy(&nbytes, records + x, sizeof nbytes);
    return memcmp(records + x, records + y, 4 + (size_t)nbytes) == 0;
}

enum ki_status ki_staging_sort(struct ki_staging *staging, struct ki_diag *diag)
{
    void *records = NULL;
    void *places = NULL;
    if (staging->is_sorted) {
        return KI_OK;
    }
    size_t n = staging->places.nbytes / sizeof(uint64_t);
    int result = ki_spool_map(&staging->records, &records);
    if (result == 0) {
        result = ki_spool_map(&staging->places, &places);
    }
    if (result != 0) {
        return failed(diag, result);
    }
    if (n > 0) {
        qsort_r(places, n, sizeof(uint64_t), compare, records);
    }
    staging->record_map = records;
    staging->place_map = places;
    staging->nplaces = n;
    staging->is_sorted = true;
    return KI_OK;
}

/* The id sought against that of the record at a place. */
static int compare_id(const char *id, size_t id_nbytes, const uint8_t *record)
{
    uint32_t nbytes = 0;
    memcpy(&nbytes, record, sizeof nbytes);
    int order = memcmp(id, record + 4, id_nbytes < nbytes ? id_nbytes : nbytes);
    return order ? order : (id_nbytes > nbytes) - (id_nbytes < nbytes);
}

bool ki_staging_has(const struct ki_staging *staging, const char *id, size_t id_nbytes)
{
    size_t low = 0;
    size_t high = staging->nplaces;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint64_t place = place_of(staging->place_map + middle * sizeof place);
        int order = compare_id(id, id_nbytes, staging->record_map + place);
        if (order == 0) {
            return true;
        }
        low = order > 0 ? middle + 1 : low;
        high = order > 0 ? high : middle;
    }
    return false;
}

struct visitor {
    const uint8_t *records;
    const uint8_t *places;
    size_t nplaces;
    ki_staging_visit visit;
    void *context;
    struct ki_hash *hashes;
    size_t capacity;
    struct ki_diag *diag;
};

static uint64_t nth_place(const struct visitor *visitor, size_t i)
{
    return place_of(visitor->places + i * sizeof(uint64_t));
}

static bool unpack_hashes(struct visitor *visitor, const uint8_t *data, size_t nhashes)
{
    void *items = visitor->hashes;
    if (!ki_array_reserve(&items, &visitor->capacity, nhashes,
                          sizeof *visitor->hashes)) {
        return false;
    }
    visitor->hashes = items;
    for (size_t i = 0; i < nhashes; i++) {
        struct ki_hash *hash = &visitor->hashes[i];
        memset(hash, 0, sizeof *hash);
        hash->kind = (enum ki_kind)data[0];
        memcpy(hash->bytes, data + 1, ki_kind_nbytes(hash->kind));
        data += 1 + ki_kind_nbytes(hash->kind);
    }
    return true;
}

static void unpack_provenance(struct ki_unpacker *unpacker, struct ki_provenance *out)
{
    const char *member = ki_unpack_text(unpacker);
    memcpy(out->member, member, strlen(member) + 1); /* it came from such a field */
    out->updated = (int64_t)ki_unpack_uint(unpacker, 8);
    out->nvotes_for = (uint32_t)ki_unpack_uint(unpacker, 4);
    out->nvotes_against = (uint32_t)ki_unpack_uint(unpacker, 4);
}

/* Reads the record into *out, all but how it stands to others. */
static enum ki_status read_record(struct visitor *visitor, uint64_t at,
                                  struct ki_staged *out)
{
    const uint8_t *record = visitor->records + at;
    struct ki_unpacker unpacker = ki_unpacker_begin(record, MOST_HEAD_NBYTES);
    struct ki_entry *entry = &out->entry;
    *out = (struct ki_staged){.entry.id_nbytes = (size_t)ki_unpack_uint(&unpacker, 4)};
    const void *id = ki_unpack_bytes(&unpacker, entry->id_nbytes + 1);
    entry->id = id;
    entry->category_scheme = ki_unpack_text(&unpacker);
    entry->category_code = ki_unpack_text(&unpacker);
    out->op = (enum ki_op)ki_unpack_uint(&unpacker, 1);
    unpack_provenance(&unpacker, &entry->from);
    entry->doubts = (unsigned)ki_unpack_uint(&unpacker, 1);
    entry->nhashes = (size_t)ki_unpack_uint(&unpacker, 4);
    if (!unpack_hashes(visitor, record + unpacker.done, entry->nhashes)) {
        return ki_diag_set(visitor->diag, KI_ERR_NO_MEMORY, "no memory to import");
    }
    entry->hashes = visitor->hashes;
    return KI_OK;
}

static bool is_removal(const struct visitor *visitor, uint64_t at)
{
    const uint8_t *record = visitor->records + at;
    struct ki_unpacker unpacker = ki_unpacker_begin(record, MOST_HEAD_NBYTES);
    size_t id_nbytes = (size_t)ki_unpack_uint(&unpacker, 4);
    (void)ki_unpack_bytes(&unpacker, id_nbytes + 1);
    (void)ki_unpack_text(&unpacker);
    (void)ki_unpack_text(&unpacker);
    return ki_unpack_uint(&unpacker, 1) == KI_OP_REMOVE;
}

/* Visits the records of one id, from the first one on; *end is the next id's. */
static enum ki_status visit_id(struct visitor *visitor, size_t first, size_t *end)
{
    size_t last_removal = first;
    size_t next = first;
    do {
        if (is_removal(visitor, nth_place(visitor, next))) {
            last_removal = next;
        }
        next++;
    } while (next < visitor->nplaces &&
             has_same_id(visitor->records, nth_place(visitor, first),
                         nth_place(visitor, next)));
    *end = next;
    enum ki_status status = KI_OK;
    for (size_t i = first; i < next && status == KI_OK; i++) {
        struct ki_staged staged;
        status = read_record(visitor, nth_place(visitor, i), &staged);
        if (status == KI_OK) {
            staged.is_last = i + 1 == next;
            staged.is_undone = i < last_removal;
            status = visitor->visit(visitor->context, &staged);
        }
    }
    return status;
}

enum ki_status ki_staging_visit_all(struct ki_staging *staging, ki_staging_visit visit,
                                    void *context, struct ki_diag *diag)
{
    enum ki_status status = ki_staging_sort(staging, diag);
    struct visitor visitor = {
        .records = staging->record_map,
        .places = staging->place_map,
        .nplaces = staging->nplaces,
        .visit = visit,
        .context = context,
        .diag = diag,
    };
    size_t rested_at = 0;
    ki_spool_rest(&staging->records); /* sorting has read all of it */
    for (size_t i = 0; i < visitor.nplaces && status == KI_OK;) {
        status = visit_id(&visitor, i, &i);
        if (i - rested_at >= NRECORDS_PER_REST) {
            ki_spool_rest(&staging->records);
            rested_at = i;
        }
    }
    free(visitor.hashes);
    return status;
}
