/* SPDX-License-Identifier: Apache-2.0 */
/* The table of kernels, and the scalar ones. */
#include "index/kernel.h"

#include <string.h>

#include "index/count_bits.h"
#include "index/kernel_block.h"
#include "index/kernel_isa.h"
#include "index/kernel_line.h"

/* A bit for each of four sketches: set if it differs in at most spare bits. */
static uint64_t near_four(const uint16_t *sketches, uint64_t wanted, uint64_t spare)
{
    const uint64_t tops = 0x8000800080008000u;
    uint64_t four = 0;
    memcpy(&four, sketches, sizeof four);
    /* A lane's top bit survives the subtraction if its count is at most spare. */
    uint64_t kept = ((spare | tops) - ki_count_bits_of_lanes(four ^ wanted)) & tops;
    /* Bits 0, 16, 32, 48 to bits 48, 49, 50, 51. */
    return (kept >> 15) * 0x0001000200040008u >> 48 & 15u;
}

static inline uint64_t near_block(const void *wanted, const uint16_t *sketches,
                                  uint32_t left, uint32_t spare)
{
    const uint64_t ones = 0x0001000100010001u;
    uint64_t all_wanted = *(const uint16_t *)wanted * ones;
    uint64_t kept = 0;
    for (uint32_t i = 0; i < left && i < KI_BLOCK_NPOSTINGS; i += 4) {
        kept |= near_four(sketches + i, all_wanted, spare * ones) << i;
    }
    return kept;
}

static size_t scan_scalar(const uint16_t *sketches, const struct ki_postings *spans,
                          size_t nspans, uint16_t wanted, uint32_t *out)
{
    return ki_scan_spans(near_block, KI_LOADS_PARTS, &wanted, sketches, spans, nspans,
                         out);
}

static inline uint32_t near_line(const void *wanted, const struct ki_line *line,
                                 uint32_t spare)
{
    const uint16_t *units = (const void *)line;
    return (uint32_t)near_block(wanted, units, sizeof *line / sizeof *units, spare);
}

static size_t scan_lines_scalar(const struct ki_probes *probes, struct ki_line_kept *out)
{
    return ki_scan_lines(near_line, &probes->wanted, probes, out);
}

static const struct ki_kernel kernel_scalar = {"scalar", 0, 0, scan_scalar,
                                               scan_lines_scalar};

static const struct ki_kernel *const kernels[] = {
    &kernel_scalar,
#if defined(__x86_64__)
    &ki_kernel_avx2,
    &ki_kernel_avx512vl,
    &ki_kernel_avx512,
#endif
    NULL,
};

const struct ki_kernel *ki_kernel_at(size_t i)
{
    return i < sizeof kernels / sizeof kernels[0] ? kernels[i] : NULL;
}

const struct ki_kernel *ki_kernel_best(unsigned cpu_features)
{
    const struct ki_kernel *best = &kernel_scalar;
    for (size_t i = 0; kernels[i]; i++) {
        if ((kernels[i]->cpu_needs & ~cpu_features) == 0 &&
            (kernels[i]->cpu_avoids & cpu_features) == 0) {
            best = kernels[i];
        }
    }
    return best;
}
