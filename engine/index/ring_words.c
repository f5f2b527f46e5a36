/* SPDX-License-Identifier: Apache-2.0 */
#include "index/ring_words.h"

#include <string.h>

/* Packs values of any width into 32-bit words, low bits first. */
struct packer {
    uint8_t *at;
    uint64_t bits;
    unsigned nbits; /* of them that are not written yet, below 32 */
};

static void pack(struct packer *packer, uint32_t value, unsigned nbits)
{
    packer->bits |= (uint64_t)value << packer->nbits;
    packer->nbits += nbits;
    if (packer->nbits >= 32) {
        uint32_t word = (uint32_t)packer->bits;
        memcpy(packer->at, &word, sizeof word);
        packer->at += sizeof word;
        packer->bits >>= 32;
        packer->nbits -= 32;
    }
}

void ki_ring_split_words(uint16_t *after, uint32_t count, unsigned id_nbits,
                         uint32_t *scratch)
{
    struct packer packer = {.at = (uint8_t *)after};
    memcpy(scratch, after, count * sizeof *scratch);
    for (uint32_t k = 0; k < count; k++) {
        pack(&packer, scratch[k] >> id_nbits, 32 - id_nbits);
    }
    for (uint32_t k = 0; k < count; k++) {
        pack(&packer, scratch[k] & (((uint32_t)1 << id_nbits) - 1), id_nbits);
    }
}
