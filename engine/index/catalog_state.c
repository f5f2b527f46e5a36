/* SPDX-License-Identifier: Apache-2.0 */
#include "index/catalog_state.h"

#include <xxhash.h>

#include "base/pack.h"

enum { VERSION = 3, NFIELDS = 8 };

const char *ki_table_name(enum ki_table table)
{
    static const char *const names[KI_NTABLES] = {"lists", "entries", "dirty0",
                                                  "dirty1", "imports", "refusals"};
    return names[table];
}

uint64_t ki_row_digest(const void *key, size_t key_nbytes, const void *data,
                       size_t nbytes)
{
    return XXH3_64bits_withSeed(data, nbytes, XXH3_64bits(key, key_nbytes));
}

uint64_t ki_state_content(const struct ki_catalog_state *state)
{
    uint64_t sum = state->digests[KI_TABLE_LISTS] + state->digests[KI_TABLE_ENTRIES];
    return sum & INT64_MAX;
}

void ki_state_pack(const struct ki_catalog_state *state, uint8_t out[KI_STATE_NBYTES])
{
    const uint64_t fields[NFIELDS] = {
        state->commit, state->serial,    state->nlist_ids, state->generation,
        state->base,   state->published, state->dirty,     state->nimports,
    };
    struct ki_packer packer = ki_packer_begin(out, KI_STATE_NBYTES);
    ki_pack_uint(&packer, VERSION, 4);
    for (int i = 0; i < NFIELDS; i++) {
        ki_pack_uint(&packer, fields[i], 8);
    }
    for (int i = 0; i < KI_NTABLES; i++) {
        ki_pack_uint(&packer, state->digests[i], 8);
    }
    ki_pack_uint(&packer, XXH3_64bits(out, packer.nbytes), 8);
}

bool ki_state_unpack(const void *row, size_t nbytes, struct ki_catalog_state *out)
{
    struct ki_unpacker unpacker = ki_unpacker_begin(row, nbytes);
    uint64_t *const fields[NFIELDS] = {
        &out->commit, &out->serial,    &out->nlist_ids, &out->generation,
        &out->base,   &out->published, &out->dirty,     &out->nimports,
    };
    uint64_t version = ki_unpack_uint(&unpacker, 4);
    for (int i = 0; i < NFIELDS; i++) {
        *fields[i] = ki_unpack_uint(&unpacker, 8);
    }
    for (int i = 0; i < KI_NTABLES; i++) {
        out->digests[i] = ki_unpack_uint(&unpacker, 8);
    }
    uint64_t checksum = ki_unpack_uint(&unpacker, 8);
    return unpacker.is_good && nbytes == KI_STATE_NBYTES && version == VERSION &&
           out->dirty <= 1 && checksum == XXH3_64bits(row, KI_STATE_NBYTES - 8);
}
