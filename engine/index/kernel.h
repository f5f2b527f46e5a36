/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner loops of a search: which postings of some buckets have a sketch near the
 * wanted one. One implementation per instruction set, each in a file of its own; the
 * scalar one is the specification and the others equal it bit for bit.
 */
#ifndef KI_INDEX_KERNEL_H
#define KI_INDEX_KERNEL_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /* Bytes after the last sketch of a table that a kernel may read, never use. */
    KI_KERNEL_PADDING = 128,
    /* The most that one call may be given. */
    KI_KERNEL_MOST_SPANS = 32,
    KI_KERNEL_MOST_POSTINGS = 32768
};

/* Postings begin … end − 1 of one bucket; those are kept whose sketch differs from the
 * wanted one in at most spare bits, 0 ≤ spare ≤ 15. Meanwhile as many cache lines from
 * ahead on are fetched: work and waiting for memory overlap. Any address will do. */
struct ki_postings {
    uint32_t begin;
    uint32_t end;
    uint32_t spare;
    const void *ahead;
};

/* Writes the positions kept, span after span in ascending order, to out and returns how
 * many. There are at most KI_KERNEL_MOST_SPANS spans with KI_KERNEL_MOST_POSTINGS in
 * all, and out has room for as many. What stands before a span may be read too, from a
 * multiple of 32 on, but is never used: it costs least if sketches begin with a cache
 * line. */
typedef size_t (*ki_kernel_scan)(const uint16_t *sketches,
                                 const struct ki_postings *spans, size_t nspans,
                                 uint16_t wanted, uint32_t *out);

/* A bucket of a lined ring (lined.h): one cache line. */
enum { KI_LINE_NSKETCHES = 29, KI_LINE_HEAD = 3 };
struct ki_line {
    uint32_t at;
    uint16_t count; /* may be more than there are sketches here */
    uint16_t sketches[KI_LINE_NSKETCHES];
};
static_assert(sizeof(struct ki_line) == 64, "a cache line");

/* Which lines to look at: of each its first count sketches are kept if they differ from
 * the wanted one in at most spare bits less flipped[i], which is not above spare;
 * spare ≤ 15. Meanwhile lines[i + KI_LINES_AHEAD] is fetched. */
enum { KI_LINES_AHEAD = 64 };
struct ki_probes {
    const struct ki_line *const *lines; /* nprobes and KI_LINES_AHEAD more */
    const uint8_t *flipped;
    uint32_t nprobes;
    uint16_t wanted;
    uint16_t spare;
};

/* Bit k of kept: sketch k of the line of that probe. */
struct ki_line_kept {
    uint32_t probe;
    uint32_t kept;
};

/* Writes the probes whose line has a sketch to keep or more than KI_LINE_NSKETCHES
 * postings, in ascending order, and returns how many; out has room for all. */
typedef size_t (*ki_kernel_scan_lines)(const struct ki_probes *probes,
                                       struct ki_line_kept *out);

struct ki_kernel {
    const char *name;    /* "scalar", "avx2", "avx512vl", "avx512" */
    unsigned cpu_needs;  /* masks of enum ki_cpu_feature: what it cannot run without, */
    unsigned cpu_avoids; /* and where it is not chosen though it would run */
    ki_kernel_scan scan;
    ki_kernel_scan_lines scan_lines;
};

/* i = 0 scalar, 1, … in order of speed, until NULL; some may not run here. */
const struct ki_kernel *ki_kernel_at(size_t i);

/* The fastest whose needs are among the features, and none of what it avoids. */
const struct ki_kernel *ki_kernel_best(unsigned cpu_features);

#endif
