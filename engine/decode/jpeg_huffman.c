/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg_huffman.h"

/* For all that may follow a code of so many bits. */
static void fill_looks(struct ki_jpeg_look *looks, unsigned nbits, uint8_t symbol)
{
    unsigned nrest = KI_JPEG_LOOK_NBITS - nbits;
    unsigned size = symbol & 15;
    bool has_value = size > 0 && size <= nrest;
    struct ki_jpeg_look look = {
        .nbits = (uint8_t)(has_value ? nbits + size : nbits),
        .symbol = symbol,
    };
    for (uint32_t rest = 0; rest < 1u << nrest; rest++) {
        if (has_value) {
            look.value = (int16_t)ki_jpeg_extend(rest >> (nrest - size), size);
        }
        looks[rest] = look;
    }
}

bool ki_jpeg_huffman_build(struct ki_jpeg_huffman *table, const uint8_t *counts,
                           const uint8_t *symbols, uint8_t most)
{
    memset(table->looks, 0, sizeof table->looks);
    table->symbols = symbols;
    uint32_t code = 0;
    uint32_t index = 0;
    for (unsigned nbits = 1; nbits <= KI_JPEG_MOST_CODE_NBITS; nbits++) {
        uint32_t count = counts[nbits - 1];
        code *= 2;
        /* The code of ones alone is none. */
        if (count > 0 && code + count >= 1u << nbits) {
            return false;
        }
        table->offsets[nbits] = (int32_t)index - (int32_t)code;
        for (uint32_t i = 0; nbits <= KI_JPEG_LOOK_NBITS && i < count; i++) {
            unsigned nrest = KI_JPEG_LOOK_NBITS - nbits;
            fill_looks(table->looks + ((code + i) << nrest), nbits, symbols[index + i]);
        }
        code += count;
        index += count;
        table->limits[nbits] = code << (KI_JPEG_MOST_CODE_NBITS - nbits);
    }
    bool is_good = index <= KI_JPEG_MOST_SYMBOLS;
    for (uint32_t i = 0; is_good && i < index; i++) {
        is_good = symbols[i] <= most;
    }
    return is_good;
}

struct ki_jpeg_look ki_jpeg_huffman_search(const struct ki_jpeg_huffman *table,
                                           uint32_t next)
{
    struct ki_jpeg_look look = {0};
    unsigned nbits = KI_JPEG_LOOK_NBITS + 1;
    while (nbits <= KI_JPEG_MOST_CODE_NBITS && next >= table->limits[nbits]) {
        nbits++;
    }
    if (nbits <= KI_JPEG_MOST_CODE_NBITS) {
        int32_t code = (int32_t)(next >> (KI_JPEG_MOST_CODE_NBITS - nbits));
        look.nbits = (uint8_t)nbits;
        look.symbol = table->symbols[table->offsets[nbits] + code];
    }
    return look;
}
