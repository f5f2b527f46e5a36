/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of one picture to its PDQ hashes: decode → gray → hash. What a confined
 * worker does, and all it does. */
#ifndef KI_HASH_PICTURE_H
#define KI_HASH_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/hash.h>

#include "decode/decoder.h"
#include "gray/gray.h"
#include "hash/pdq.h"

/* What is wanted of a picture. */
struct ki_picture_wish {
    unsigned modes; /* at least one */
    bool dihedral;
    enum ki_fidelity fidelity;
    struct ki_limits limits;
};

/* Buffers and tables for one thread, kept from picture to picture. Zero-initialise,
 * then ki_picture_init; free with ki_picture_free. */
struct ki_picture {
    struct ki_decode_memory decode_memory;
    struct ki_gray gray;
    struct ki_pdq_tables tables;
    unsigned modes; /* of the wish at hand */
};

void ki_picture_init(struct ki_picture *picture);
void ki_picture_free(struct ki_picture *picture);

/* Fills out->reason, out->pdq and what decoding finds out for out->info; the rest of
 * *out is left alone, and out->info.format must be set. arrival: of data that are still
 * coming; NULL: all are there. */
void ki_picture_hash(struct ki_picture *picture, const struct ki_picture_wish *wish,
                     const uint8_t *data, size_t nbytes,
                     const struct ki_arrival *arrival, struct ki_hashes *out);

/* Forgets the last picture: what was made of its samples is wiped or given back to an
 * allocator that wipes. Only what depends on nothing but its size stays. */
void ki_picture_forget(struct ki_picture *picture);

#endif
