/* SPDX-License-Identifier: Apache-2.0 */
/* 32 sketches at a time with VPOPCNTW. */
#include "index/kernel_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "base/cpu.h"

enum { LANES = 32 };

/* Lanes first … of at most 32 that lie before the end of the span. */
static inline __mmask32 lanes_left(uint32_t left)
{
    return left < LANES ? (__mmask32)((1u << left) - 1u) : ~(__mmask32)0;
}

/* Reads up to 62 bytes over the end of the span: the padding allows it. */
static inline uint64_t near(const uint16_t *sketches, __mmask32 lanes, __m512i wanted,
                            __m512i spare)
{
    __m512i x = _mm512_xor_si512(_mm512_loadu_si512(sketches), wanted);
    return _cvtmask32_u32(
        _mm512_mask_cmple_epu16_mask(lanes, _mm512_popcnt_epi16(x), spare));
}

/* Which of 64 postings from first on are kept. */
struct block {
    uint64_t kept;
    uint32_t first;
};

/* Short buckets take no round of the loop and one or two loads; long ones go 64 at a
 * time. Nothing branches on what was loaded: a branch that waits for memory and is then
 * mispredicted would cost all the loads in flight behind it. */
static inline struct block *scan_span(const uint16_t *sketches,
                                      const struct ki_span *span, __m512i wanted,
                                      struct block *out)
{
    const __m512i spare = _mm512_set1_epi16((short)span->spare);
    uint32_t p = span->begin;
    for (; span->end - p > 2 * LANES; p += 2 * LANES) {
        out->kept = near(sketches + p, ~(__mmask32)0, wanted, spare) |
                    near(sketches + p + LANES, ~(__mmask32)0, wanted, spare) << LANES;
        out->first = p;
        out++;
    }
    uint32_t left = span->end - p;
    out->kept = near(sketches + p, lanes_left(left), wanted, spare);
    out->first = p;
    if (left > LANES) {
        out->kept |= near(sketches + p + LANES, lanes_left(left - LANES), wanted, spare)
                     << LANES;
    }
    return out + 1;
}

static inline size_t extract(const struct block *block, uint32_t *out)
{
    size_t nkept = 0;
    for (uint64_t kept = block->kept; kept; kept &= kept - 1) {
        out[nkept++] = block->first + (uint32_t)__builtin_ctzll(kept);
    }
    return nkept;
}

/* A bucket's cache lines, up to what a larger one's hardware prefetch takes over from.
 */
static inline void fetch(const uint16_t *sketches, const struct ki_span *span)
{
    const char *line = (const char *)(sketches + span->begin);
    const char *end = (const char *)(sketches + span->end);
    for (int i = 0; i < 8 && line < end; i++, line += 64) {
        _mm_prefetch(line, _MM_HINT_NTA);
    }
}

static size_t scan(const uint16_t *sketches, const struct ki_span *spans, size_t nspans,
                   uint16_t wanted, uint32_t *out, const uint16_t *ahead_sketches,
                   const struct ki_span *ahead)
{
    const __m512i all_wanted = _mm512_set1_epi16((short)wanted);
    struct block blocks[KI_KERNEL_MOST_POSTINGS / (2 * LANES) + KI_KERNEL_MOST_SPANS];
    struct block *end = blocks;
    for (size_t i = 0; i < nspans; i++) {
        if (ahead) {
            fetch(ahead_sketches, &ahead[i]);
        }
        end = scan_span(sketches, &spans[i], all_wanted, end);
    }
    size_t nkept = 0;
    for (const struct block *block = blocks; block < end; block++) {
        nkept += extract(block, out + nkept);
    }
    return nkept;
}

const struct ki_kernel ki_kernel_avx512 = {"avx512", KI_CPU_AVX512_BITALG, scan};
#endif
