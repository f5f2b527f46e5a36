/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Huffman codes of JPEG. A symbol says how many zeros come before a value (its upper
 * four bits) and how many bits the value has; these follow the code. What is short
 * enough, code and value together, is found by one look.
 */
#ifndef KI_DECODE_JPEG_HUFFMAN_H
#define KI_DECODE_JPEG_HUFFMAN_H

#include "decode/jpeg_bits.h"

enum {
    KI_JPEG_LOOK_NBITS = 9,
    KI_JPEG_MOST_CODE_NBITS = 16,
    KI_JPEG_MOST_SYMBOLS = 256,
};

/* nbits of the code, and of the value unless that is 0; 0 if the code is longer than
 * what is looked at, or none. */
struct ki_jpeg_look {
    int16_t value;
    uint8_t nbits;
    uint8_t symbol;
};

struct ki_jpeg_huffman {
    struct ki_jpeg_look looks[1 << KI_JPEG_LOOK_NBITS];
    /* Of each length: where codes of it end, as the upper of 16 bits, and what is to be
     * added to a code to have the index of its symbol. */
    uint32_t limits[KI_JPEG_MOST_CODE_NBITS + 1];
    int32_t offsets[KI_JPEG_MOST_CODE_NBITS + 1];
    const uint8_t *symbols;
};

/* counts: of the codes of 1 … 16 bits; symbols: as many as these are in all, at most
 * MOST_SYMBOLS, which are not copied. False if there are no such codes, or a symbol is
 * higher than most. */
bool ki_jpeg_huffman_build(struct ki_jpeg_huffman *table, const uint8_t *counts,
                           const uint8_t *symbols, uint8_t most);

/* The long way, for the next 16 bits: a look without a value; nbits 0 if that is no
 * code. */
struct ki_jpeg_look ki_jpeg_huffman_search(const struct ki_jpeg_huffman *table,
                                           uint32_t next);

/* What nbits ≥ 1 bits say: those that begin with 0 are negative. */
static inline int32_t ki_jpeg_extend(uint32_t value, unsigned nbits)
{
    bool is_negative = value < 1u << (nbits - 1);
    return (int32_t)value - (is_negative ? (int32_t)((1u << nbits) - 1) : 0);
}

/* The next code, dropped; its value too if it is not 0. ENOUGH bits must be there, of
 * which a value not taken finds what it needs. */
static inline struct ki_jpeg_look
ki_jpeg_huffman_next(const struct ki_jpeg_huffman *table, struct ki_jpeg_bits *bits)
{
    struct ki_jpeg_look look = table->looks[bits->window >> (64 - KI_JPEG_LOOK_NBITS)];
    if (look.nbits == 0) {
        look = ki_jpeg_huffman_search(table, ki_jpeg_bits_peek(bits, 16));
    }
    ki_jpeg_bits_drop(bits, look.nbits);
    return look;
}

#endif
