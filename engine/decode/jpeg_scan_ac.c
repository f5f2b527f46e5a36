/* SPDX-License-Identifier: Apache-2.0 */
/* Scans of AC coefficients. Two forms of each loop are compiled: one for blocks whose
 * values are kept, one for those of which the mask is enough. */
#include "decode/jpeg_scan.h"

enum { RUN_OF_16 = 0xf0 };

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* What a block is decoded with; a value, as the bits are. */
struct block {
    struct ki_jpeg_bits bits;
    uint64_t mask;
    uint64_t old;  /* of those, what is in the band and not passed yet */
    int16_t *line; /* NULL: values are not kept */
    uint32_t nended;
};

/* Coefficients from … last; from ≤ last. */
static inline uint64_t band(unsigned from, unsigned last)
{
    return ~(uint64_t)0 << from & ~(uint64_t)0 >> (63 - last);
}

/* A symbol without a value and not RUN_OF_16: this block ends, and some after it do at
 * once. */
static inline uint32_t take_end(struct ki_jpeg_bits *bits, uint8_t symbol)
{
    unsigned nbits = symbol >> 4;
    return (1u << nbits) + ki_jpeg_bits_take(bits, nbits);
}

/* Codes of one block, the first time its band comes. */
static ALWAYS_INLINE bool decode_block(const struct ki_jpeg_scan *scan,
                                       struct block *block, bool is_kept)
{
    const uint8_t *slot = scan->components[0]->slot;
    const unsigned last = scan->last;
    unsigned k = scan->first;
    do {
        ki_jpeg_bits_need(&block->bits);
        struct ki_jpeg_look look = ki_jpeg_huffman_next(scan->tables[0], &block->bits);
        int32_t value = look.value;
        unsigned size = look.symbol & 15;
        k += look.symbol >> 4;
        if (value == 0) {
            if (look.nbits == 0) {
                return false;
            }
            if (size == 0 && look.symbol != RUN_OF_16) {
                block->nended = take_end(&block->bits, look.symbol);
                return true;
            }
            if (size > 0) {
                value = ki_jpeg_extend(ki_jpeg_bits_take(&block->bits, size), size);
            }
        }
        if (k > last || size + scan->low > 15) {
            return false;
        }
        block->mask |= (uint64_t)(size > 0) << k;
        if (is_kept && size > 0) {
            block->line[slot[k]] = (int16_t)(value * (1 << scan->low));
        }
        k++;
    } while (k <= last);
    return true;
}

static ALWAYS_INLINE bool decode_blocks(struct ki_jpeg_scan *scan, size_t first,
                                        uint32_t count, bool is_kept)
{
    const struct ki_jpeg_component *component = scan->components[0];
    struct block block = {.bits = scan->bits, .nended = scan->nblocks_ended};
    bool is_good = true;
    for (size_t i = first; is_good && i < first + count; i++) {
        if (block.nended > 0) {
            size_t left = first + count - i;
            uint32_t skipped = block.nended < left ? block.nended : (uint32_t)left;
            block.nended -= skipped;
            i += skipped - 1;
            continue;
        }
        block.mask = component->masks[i];
        block.line = is_kept ? component->values + i * component->nslots : NULL;
        is_good =
            decode_block(scan, &block, is_kept) && !ki_jpeg_bits_ran_out(&block.bits);
        block.nended -= block.nended > 0;
        component->masks[i] = block.mask;
    }
    scan->bits = block.bits;
    scan->nblocks_ended = block.nended;
    return is_good;
}

bool ki_jpeg_scan_ac(struct ki_jpeg_scan *scan, size_t first, uint32_t count)
{
    bool is_kept = scan->components[0]->values && scan->components[0]->nslots > 1;
    return is_kept ? decode_blocks(scan, first, count, true)
                   : decode_blocks(scan, first, count, false);
}

/* Bits of that many coefficients whose values are not kept. */
static inline void pass_bits(struct ki_jpeg_bits *bits, unsigned count)
{
    while (count > 0) {
        unsigned some = count < KI_JPEG_BITS_ENOUGH ? count : KI_JPEG_BITS_ENOUGH;
        ki_jpeg_bits_need(bits);
        ki_jpeg_bits_drop(bits, some);
        count -= some;
    }
}

/* One more bit of the lowest of them, away from zero. */
static ALWAYS_INLINE void refine_one(const struct ki_jpeg_scan *scan,
                                     struct block *block)
{
    const uint8_t *slot = scan->components[0]->slot;
    int16_t *value = block->line + slot[__builtin_ctzll(block->old)];
    ki_jpeg_bits_need(&block->bits);
    int32_t more = (int32_t)(ki_jpeg_bits_take(&block->bits, 1) << scan->low);
    int32_t sign = *value < 0 ? -1 : 0;
    *value = (int16_t)(*value + ((more ^ sign) - sign));
}

/* Passes over so many zeros and what is between them; *k is then the place of the one
 * after them, maybe beyond the band. */
static ALWAYS_INLINE void pass_zeros(const struct ki_jpeg_scan *scan,
                                     struct block *block, unsigned *k, unsigned nzeros,
                                     bool is_kept)
{
    unsigned at = *k + nzeros;
    unsigned npassed = 0;
    while (block->old && (unsigned)__builtin_ctzll(block->old) <= at) {
        if (is_kept) {
            refine_one(scan, block);
        }
        block->old &= block->old - 1;
        at++;
        npassed++;
    }
    if (!is_kept) {
        pass_bits(&block->bits, npassed);
    }
    *k = at;
}

/* To the end of the band. */
static ALWAYS_INLINE void refine_rest(const struct ki_jpeg_scan *scan,
                                      struct block *block, bool is_kept)
{
    unsigned npassed = 0;
    for (; block->old; block->old &= block->old - 1, npassed++) {
        if (is_kept) {
            refine_one(scan, block);
        }
    }
    if (!is_kept) {
        pass_bits(&block->bits, npassed);
    }
}

static ALWAYS_INLINE bool refine_block(const struct ki_jpeg_scan *scan,
                                       struct block *block, bool is_kept)
{
    const uint8_t *slot = scan->components[0]->slot;
    unsigned k = scan->first;
    while (block->nended == 0 && k <= scan->last) {
        ki_jpeg_bits_need(&block->bits);
        struct ki_jpeg_look look = ki_jpeg_huffman_next(scan->tables[0], &block->bits);
        unsigned size = look.symbol & 15;
        if (look.nbits == 0 || size > 1) {
            return false;
        }
        if (size == 0 && look.symbol != RUN_OF_16) {
            block->nended = take_end(&block->bits, look.symbol);
            break;
        }
        if (size == 1 && look.value == 0) { /* it did not fit beside a long code */
            look.value = ki_jpeg_bits_take(&block->bits, 1) ? 1 : -1;
        }
        pass_zeros(scan, block, &k, look.symbol >> 4, is_kept);
        if (k > scan->last) {
            return false;
        }
        block->mask |= (uint64_t)size << k;
        if (is_kept && size > 0) {
            block->line[slot[k]] = (int16_t)(look.value * (1 << scan->low));
        }
        k++;
    }
    if (block->nended > 0) {
        block->nended--;
        refine_rest(scan, block, is_kept);
    }
    return true;
}

static ALWAYS_INLINE bool refine_blocks(struct ki_jpeg_scan *scan, size_t first,
                                        uint32_t count, bool is_kept)
{
    const struct ki_jpeg_component *component = scan->components[0];
    struct block block = {.bits = scan->bits, .nended = scan->nblocks_ended};
    const uint64_t which = band(scan->first, scan->last);
    bool is_good = true;
    for (size_t i = first; is_good && i < first + count; i++) {
        block.mask = component->masks[i];
        block.old = block.mask & which;
        if (block.nended > 0 && block.old == 0) {
            block.nended--;
            continue;
        }
        block.line = is_kept ? component->values + i * component->nslots : NULL;
        is_good =
            refine_block(scan, &block, is_kept) && !ki_jpeg_bits_ran_out(&block.bits);
        component->masks[i] = block.mask;
    }
    scan->bits = block.bits;
    scan->nblocks_ended = block.nended;
    return is_good;
}

bool ki_jpeg_scan_ac_more(struct ki_jpeg_scan *scan, size_t first, uint32_t count)
{
    bool is_kept = scan->components[0]->values && scan->components[0]->nslots > 1;
    return is_kept ? refine_blocks(scan, first, count, true)
                   : refine_blocks(scan, first, count, false);
}
