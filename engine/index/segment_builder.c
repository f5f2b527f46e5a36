/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting the entries of a segment. */
#include "index/segment_builder.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/pack.h"
#include "index/segment_collect.h"

enum { GONE = UINT32_MAX };

enum ki_status ki_segment_builder_create(const char *folder, bool is_delta,
                                         struct ki_segment_builder **out,
                                         struct ki_diag *diag)
{
    struct ki_segment_builder *builder = calloc(1, sizeof *builder);
    if (!builder) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a segment");
    }
    builder->is_delta = is_delta;
    builder->folder = folder;
    builder->workshop_nbytes = KI_SEGMENT_WORKSHOP_NBYTES;
    builder->entry_data.folder = folder;
    builder->entry_at.folder = folder;
    builder->hashes.folder = folder;
    builder->pdq_entries.folder = folder;
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        builder->digests[kind].folder = folder;
    }
    *out = builder;
    return KI_OK;
}

void ki_segment_builder_destroy(struct ki_segment_builder *builder)
{
    if (!builder) {
        return;
    }
    ki_spool_close(&builder->entry_data);
    ki_spool_close(&builder->entry_at);
    ki_spool_close(&builder->hashes);
    ki_spool_close(&builder->pdq_entries);
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        ki_spool_close(&builder->digests[kind]);
    }
    free(builder);
}

uint32_t ki_segment_builder_nentries(const struct ki_segment_builder *builder)
{
    return builder->nentries;
}

static enum ki_status spool_failed(struct ki_diag *diag, int result)
{
    return result == ENOMEM
               ? ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a segment")
               : ki_diag_errno(diag, result, "cannot write a temporary file");
}

static void append(struct ki_spool *spool, const void *data, size_t nbytes, int *result)
{
    if (*result == 0) {
        *result = ki_spool_append(spool, data, nbytes);
    }
}

/* The record of segment.h. */
static void add_record(struct ki_segment_builder *builder, uint32_t list_id,
                       const struct ki_entry *entry, int *result)
{
    uint8_t record[KI_SEGMENT_RECORD_NBYTES];
    struct ki_packer packer = ki_packer_begin(record, sizeof record);
    ki_pack_uint(&packer, list_id, 4);
    ki_pack_uint(&packer, entry->nhashes == 0, 1);
    ki_pack_uint(&packer, entry->id_nbytes, 2);
    ki_pack_bytes(&packer, entry->id, entry->id_nbytes);
    ki_pack_uint(&packer, 0, 1);
    ki_pack_text(&packer, entry->category_scheme);
    ki_pack_text(&packer, entry->category_code);
    ki_pack_text(&packer, entry->from.member);
    ki_pack_uint(&packer, entry->from.nvotes_for, 4);
    ki_pack_uint(&packer, entry->from.nvotes_against, 4);
    uint64_t at = builder->entry_data.nbytes;
    append(&builder->entry_at, &at, sizeof at, result);
    append(&builder->entry_data, record, packer.nbytes, result);
}

static void add_pdq(struct ki_segment_builder *builder,
                    const struct ki_ring_hash *permuted, uint32_t entry, int *result)
{
    append(&builder->hashes, permuted, sizeof *permuted, result);
    append(&builder->pdq_entries, &entry, sizeof entry, result);
    builder->nhashes[KI_KIND_PDQ]++;
}

static void add_digest(struct ki_segment_builder *builder, enum ki_kind kind,
                       const uint8_t *digest, uint32_t entry, int *result)
{
    append(&builder->digests[kind], digest, ki_kind_nbytes(kind), result);
    append(&builder->digests[kind], &entry, sizeof entry, result);
    builder->nhashes[kind]++;
}

static bool has_room(const struct ki_segment_builder *builder, uint64_t nentries,
                     uint64_t nhashes)
{
    bool has = builder->nentries + nentries <= KI_SEGMENT_MOST_ROWS;
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        has = has && builder->nhashes[kind] + nhashes <= KI_SEGMENT_MOST_ROWS;
    }
    return has;
}

static enum ki_status too_many(struct ki_diag *diag)
{
    return ki_diag_set(diag, KI_ERR_LIMIT, "too many entries for one segment");
}

enum ki_status ki_segment_builder_add(struct ki_segment_builder *builder,
                                      uint32_t list_id, const struct ki_entry *entry,
                                      struct ki_diag *diag)
{
    if (entry->nhashes == 0 && !builder->is_delta) {
        return KI_OK;
    }
    if (!has_room(builder, 1, entry->nhashes)) {
        return too_many(diag);
    }
    int result = 0;
    uint32_t index = builder->nentries++;
    add_record(builder, list_id, entry, &result);
    for (size_t i = 0; i < entry->nhashes; i++) {
        const struct ki_hash *hash = &entry->hashes[i];
        if (ki_entry_withholds(entry, hash->kind)) {
            continue;
        }
        if (hash->kind == KI_KIND_PDQ) {
            struct ki_pdq pdq;
            memcpy(pdq.bytes, hash->bytes, sizeof pdq.bytes);
            struct ki_ring_hash permuted = ki_ring_permute(&pdq);
            add_pdq(builder, &permuted, index, &result);
        } else {
            add_digest(builder, hash->kind, hash->bytes, index, &result);
        }
    }
    return result == 0 ? KI_OK : spool_failed(diag, result);
}

/* Copies the records of the entries wanted; places[i] is the new number of entry i. */
static enum ki_status add_records(struct ki_segment_builder *builder,
                                  const struct ki_segment *segment,
                                  ki_entry_filter filter, void *context,
                                  uint32_t *places, struct ki_diag *diag)
{
    int result = 0;
    for (uint32_t i = 0; i < segment->nentries && result == 0; i++) {
        struct ki_segment_entry entry = ki_segment_entry(segment, i);
        bool is_wanted = false;
        enum ki_status status = filter(context, &entry, &is_wanted, diag);
        if (status != KI_OK) {
            return status;
        }
        places[i] = GONE;
        if (!is_wanted || (entry.is_removed && !builder->is_delta)) {
            continue;
        }
        places[i] = builder->nentries++;
        uint64_t begin = segment->entry_at[i];
        uint64_t at = builder->entry_data.nbytes;
        append(&builder->entry_at, &at, sizeof at, &result);
        append(&builder->entry_data, segment->entry_data + begin,
               segment->entry_at[i + 1] - begin, &result);
    }
    return result == 0 ? KI_OK : spool_failed(diag, result);
}

static void add_hashes(struct ki_segment_builder *builder,
                       const struct ki_segment *segment, const uint32_t *places,
                       int *result)
{
    for (uint32_t i = 0; i < segment->npdq && *result == 0; i++) {
        uint32_t place = places[segment->pdq_entries[i]];
        if (place != GONE) {
            add_pdq(builder, &segment->pdq_hashes[i], place, result);
        }
    }
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        const struct ki_digest_table *table = &segment->digests[kind];
        for (uint32_t i = 0; i < table->nkeys && *result == 0; i++) {
            uint32_t place = places[segment->digest_entries[kind][i]];
            if (place != GONE) {
                add_digest(builder, (enum ki_kind)kind,
                           table->keys + (size_t)i * table->width, place, result);
            }
        }
    }
}

static uint32_t most_hashes(const struct ki_segment *segment)
{
    uint32_t most = segment->npdq;
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        uint32_t nkeys = segment->digests[kind].nkeys;
        most = nkeys > most ? nkeys : most;
    }
    return most;
}

enum ki_status ki_segment_builder_add_segment(struct ki_segment_builder *builder,
                                              const struct ki_segment *segment,
                                              ki_entry_filter filter, void *context,
                                              struct ki_diag *diag)
{
    if (!has_room(builder, segment->nentries, most_hashes(segment))) {
        return too_many(diag);
    }
    uint32_t *places = malloc(((size_t)segment->nentries + 1) * sizeof *places);
    if (!places) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a segment");
    }
    enum ki_status status =
        add_records(builder, segment, filter, context, places, diag);
    int result = 0;
    if (status == KI_OK) {
        add_hashes(builder, segment, places, &result);
    }
    free(places);
    return result == 0 ? status : spool_failed(diag, result);
}
