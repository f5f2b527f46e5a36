/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bits of coded data, up to the next marker. After it there are zeros without end,
 * which are counted: whether any were used is asked after the fact.
 *
 * The reader is a value: copied into a function's own variable it stays in registers.
 */
#ifndef KI_DECODE_JPEG_BITS_H
#define KI_DECODE_JPEG_BITS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct ki_jpeg_bits {
    const uint8_t *next; /* what is not in the window yet */
    const uint8_t *end;  /* of the file */
    uint64_t window;     /* the next bit is the highest */
    unsigned count;      /* of bits in it; those below may be bits of *next */
    uint32_t npadding;   /* zeros after the data that came into it so far */
};

/* More than any code with its value needs. */
enum { KI_JPEG_BITS_ENOUGH = 32 };

static inline struct ki_jpeg_bits ki_jpeg_bits_begin(const uint8_t *data,
                                                     const uint8_t *end)
{
    return (struct ki_jpeg_bits){.next = data, .end = end};
}

/* Byte by byte. */
struct ki_jpeg_bits ki_jpeg_bits_refill(struct ki_jpeg_bits bits);

/* The data end here, but for less than a byte, and were enough. */
bool ki_jpeg_bits_are_spent(const struct ki_jpeg_bits *bits);

static inline bool ki_jpeg_bits_ran_out(const struct ki_jpeg_bits *bits)
{
    return bits->count < bits->npadding;
}

static inline uint64_t ki_jpeg_bits_load(const uint8_t *bytes)
{
    uint64_t word = 0;
    memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* Then the window has ENOUGH bits. */
static inline void ki_jpeg_bits_need(struct ki_jpeg_bits *bits)
{
    if (bits->count >= KI_JPEG_BITS_ENOUGH) {
        return;
    }
    if (bits->end - bits->next >= 8) {
        const uint64_t ones = 0x0101010101010101u;
        uint64_t word = ki_jpeg_bits_load(bits->next);
        if (((~word - ones) & word & ones << 7) == 0) { /* no byte is ff */
            unsigned nbytes = (63 - bits->count) / 8;
            bits->window |= word >> bits->count;
            bits->next += nbytes;
            bits->count += nbytes * 8;
            return;
        }
    }
    *bits = ki_jpeg_bits_refill(*bits);
}

/* Of the count ≤ ENOUGH next bits. */
static inline uint32_t ki_jpeg_bits_peek(const struct ki_jpeg_bits *bits,
                                         unsigned count)
{
    return (uint32_t)((bits->window >> 1) >> (63 - count));
}

static inline void ki_jpeg_bits_drop(struct ki_jpeg_bits *bits, unsigned count)
{
    bits->window <<= count;
    bits->count -= count;
}

static inline uint32_t ki_jpeg_bits_take(struct ki_jpeg_bits *bits, unsigned count)
{
    uint32_t value = ki_jpeg_bits_peek(bits, count);
    ki_jpeg_bits_drop(bits, count);
    return value;
}

#endif
