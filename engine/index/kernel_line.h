/* SPDX-License-Identifier: Apache-2.0 */
/* How all kernels look at lines: one after the other, without a branch on what is in
 * them. Later ones are fetched one by one meanwhile: fetches that follow one another
 * without a pause are lost in part (on a Zen 3, 250 lines at once: 36 ns a line, and 17
 * this way). */
#ifndef KI_INDEX_KERNEL_LINE_H
#define KI_INDEX_KERNEL_LINE_H

#include "index/fetch.h"
#include "index/kernel.h"

/* What an instruction set adds: a bit for each of the 32 units of a line that differs
 * from the wanted one in at most spare bits. */
typedef uint32_t (*ki_near_line)(const void *wanted, const struct ki_line *line,
                                 uint32_t spare);

static inline __attribute__((always_inline)) size_t
ki_scan_lines(ki_near_line near, const void *wanted, const struct ki_probes *probes,
              struct ki_line_kept *out)
{
    size_t nkept = 0;
    for (uint32_t i = 0; i < probes->nprobes; i++) {
        const struct ki_line *line = probes->lines[i];
        ki_fetch(probes->lines[i + KI_LINES_AHEAD]);
        uint32_t count = line->count;
        uint32_t here = count < KI_LINE_NSKETCHES ? count : KI_LINE_NSKETCHES;
        uint32_t kept =
            near(wanted, line, probes->spare - probes->flipped[i]) >> KI_LINE_HEAD &
            (((uint32_t)1 << here) - 1);
        out[nkept] = (struct ki_line_kept){i, kept};
        nkept += (size_t)(kept != 0) | (size_t)(count > KI_LINE_NSKETCHES);
    }
    return nkept;
}

#endif
