/* SPDX-License-Identifier: Apache-2.0 */
/* Every kernel against the scalar one and against counting bit by bit: random spans,
 * junk-filled outputs, guard pages right before the sketches or right behind the
 * padding that kernels may read. An instruction set that this machine lacks is named;
 * with KNOWNIMAGE_TEST_NEED set to its name, lacking it fails. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cpu.h"
#include "index/kernel.h"
#include "support/random.h"

enum { MOST = KI_KERNEL_MOST_POSTINGS, JUNK = 0xdeadbeef };

/* Sketches that begin behind an inaccessible page, or end KI_KERNEL_PADDING bytes
 * before one. */
struct guarded {
    void *map;
    size_t map_nbytes;
    uint16_t *sketches;
};

static struct guarded guarded_make(struct random_state *random, size_t nsketches)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t nbytes = nsketches * sizeof(uint16_t) + KI_KERNEL_PADDING;
    size_t whole = (nbytes + page - 1) / page * page;
    struct guarded guarded = {.map_nbytes = whole + 2 * page};
    guarded.map =
        mmap(NULL, guarded.map_nbytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(guarded.map, MAP_FAILED);
    char *begin = (char *)guarded.map + page;
    cr_assert_eq(mprotect(begin, whole, PROT_READ | PROT_WRITE), 0);
    size_t behind = random_below(random, 2) ? whole - nbytes : 0;
    guarded.sketches = (uint16_t *)(void *)(begin + behind);
    for (size_t i = 0; i < nbytes / sizeof(uint16_t); i++) {
        guarded.sketches[i] = (uint16_t)random_next(random);
    }
    return guarded;
}

static void guarded_free(struct guarded *guarded)
{
    (void)munmap(guarded->map, guarded->map_nbytes);
}

static size_t scan_bit_by_bit(const uint16_t *sketches, const struct ki_postings *spans,
                              size_t nspans, uint16_t wanted, uint32_t *out)
{
    size_t nkept = 0;
    for (size_t i = 0; i < nspans; i++) {
        for (uint32_t p = spans[i].begin; p < spans[i].end; p++) {
            unsigned nbits = 0;
            for (int b = 0; b < 16; b++) {
                nbits += (unsigned)(sketches[p] ^ wanted) >> b & 1u;
            }
            if (nbits <= spans[i].spare) {
                out[nkept++] = p;
            }
        }
    }
    return nkept;
}

/* Spans of all lengths from nothing up, the last one at the end of the table. */
static size_t make_spans(struct random_state *random, uint32_t nsketches,
                         struct ki_postings spans[KI_KERNEL_MOST_SPANS])
{
    size_t nspans = 1 + random_below(random, KI_KERNEL_MOST_SPANS);
    uint32_t most = MOST / (uint32_t)nspans;
    for (size_t i = 0; i < nspans; i++) {
        uint32_t length = random_below(random, 3) ? random_below(random, 80)
                                                  : random_below(random, most + 1);
        length = length > most ? most : length;
        length = length > nsketches ? nsketches : length;
        spans[i].begin = random_below(random, nsketches - length + 1);
        spans[i].begin = i + 1 == nspans ? nsketches - length : spans[i].begin;
        spans[i].end = spans[i].begin + length;
        spans[i].spare = random_below(random, 7);
        spans[i].ahead = spans;
    }
    return nspans;
}

static void expect_equal(const struct ki_kernel *kernel, const uint16_t *sketches,
                         const struct ki_postings *spans, size_t nspans,
                         uint16_t wanted)
{
    static uint32_t expected[MOST];
    static uint32_t got[MOST + 1];
    for (size_t i = 0; i <= MOST; i++) {
        got[i] = JUNK;
    }
    size_t nexpected = scan_bit_by_bit(sketches, spans, nspans, wanted, expected);
    size_t ngot = kernel->scan(sketches, spans, nspans, wanted, got);
    cr_assert_eq(ngot, nexpected, "%s keeps %zu, expected %zu", kernel->name, ngot,
                 nexpected);
    cr_assert_eq(memcmp(got, expected, ngot * sizeof *got), 0, "%s", kernel->name);
    cr_assert_eq(got[MOST], (uint32_t)JUNK, "%s writes beyond", kernel->name);
}

static void check_kernel(const struct ki_kernel *kernel, struct random_state *random)
{
    uint32_t nsketches = 1 + random_below(random, 6000);
    struct guarded table = guarded_make(random, nsketches);
    struct ki_postings spans[KI_KERNEL_MOST_SPANS];
    size_t nspans = make_spans(random, nsketches, spans);
    uint16_t wanted = (uint16_t)random_next(random);
    for (uint32_t i = 0; i < nsketches; i += 3) { /* many near ones */
        table.sketches[i] = (uint16_t)(wanted ^ (1u << random_below(random, 16)));
    }
    expect_equal(kernel, table.sketches, spans, nspans, wanted);
    guarded_free(&table);
}

/* As much as one call may be given, every span beginning at the end of a cache line,
 * and all of it kept. */
static void check_most(const struct ki_kernel *kernel, struct random_state *random)
{
    enum { LENGTH = MOST / KI_KERNEL_MOST_SPANS, LINE = 32 };
    struct guarded table = guarded_make(random, MOST + LINE);
    struct ki_postings spans[KI_KERNEL_MOST_SPANS];
    for (uint32_t i = 0; i < KI_KERNEL_MOST_SPANS; i++) {
        uint32_t begin = i * LENGTH + LINE - 1;
        spans[i] = (struct ki_postings){begin, begin + LENGTH, 15, spans};
    }
    memset(table.sketches, 0, (MOST + LINE) * sizeof *table.sketches);
    expect_equal(kernel, table.sketches, spans, KI_KERNEL_MOST_SPANS, 1);
    guarded_free(&table);
}

/* Lines between two inaccessible pages, some of them emptier and some fuller than they
 * can be. */
static struct ki_line *lines_fill(struct random_state *random, struct guarded *table,
                                  uint32_t nlines, uint16_t wanted)
{
    struct ki_line *lines = (void *)table->sketches;
    for (uint32_t i = 0; i < nlines; i++) {
        lines[i].at = (uint32_t)random_next(random);
        lines[i].count = (uint16_t)(random_below(random, 8) ? random_below(random, 40)
                                                            : random_next(random));
        for (unsigned k = 0; k < KI_LINE_NSKETCHES; k++) {
            unsigned flip = 1u << random_below(random, 16);
            flip |= 1u << random_below(random, 16);
            lines[i].sketches[k] = random_below(random, 3)
                                       ? (uint16_t)random_next(random)
                                       : (uint16_t)(wanted ^ flip);
        }
    }
    return lines;
}

static size_t scan_lines_bit_by_bit(const struct ki_probes *probes,
                                    struct ki_line_kept *out)
{
    size_t n = 0;
    for (uint32_t i = 0; i < probes->nprobes; i++) {
        const struct ki_line *line = probes->lines[i];
        struct ki_line_kept kept = {.probe = i};
        for (unsigned k = 0; k < KI_LINE_NSKETCHES && k < line->count; k++) {
            unsigned nbits = 0;
            for (int b = 0; b < 16; b++) {
                nbits += (unsigned)(line->sketches[k] ^ probes->wanted) >> b & 1u;
            }
            bool is_near = nbits + probes->flipped[i] <= probes->spare;
            kept.kept |= (uint32_t)is_near << k;
        }
        if (kept.kept || line->count > KI_LINE_NSKETCHES) {
            out[n++] = kept;
        }
    }
    return n;
}

static void check_lines(const struct ki_kernel *kernel, struct random_state *random)
{
    enum { NLINES = 64, MOST_PROBES = 300 }; /* a page */
    const struct ki_line *probed[MOST_PROBES + KI_LINES_AHEAD];
    uint8_t flipped[MOST_PROBES];
    struct ki_line_kept expected[MOST_PROBES];
    struct ki_line_kept got[MOST_PROBES + 1];
    uint16_t wanted = (uint16_t)random_next(random);
    struct guarded table =
        guarded_make(random, (4096 - KI_KERNEL_PADDING) / sizeof(uint16_t));
    const struct ki_line *lines = lines_fill(random, &table, NLINES, wanted);
    struct ki_probes probes = {.lines = probed,
                               .flipped = flipped,
                               .nprobes = random_below(random, MOST_PROBES + 1),
                               .wanted = wanted,
                               .spare = (uint16_t)random_below(random, 16)};
    for (size_t i = 0; i < MOST_PROBES + KI_LINES_AHEAD; i++) {
        probed[i] = &lines[random_below(random, NLINES)];
    }
    for (size_t i = 0; i < MOST_PROBES; i++) {
        flipped[i] = (uint8_t)random_below(random, probes.spare + 1u);
    }
    memset(got, 0xee, sizeof got);
    size_t nexpected = scan_lines_bit_by_bit(&probes, expected);
    size_t ngot = kernel->scan_lines(&probes, got);
    cr_assert_eq(ngot, nexpected, "%s keeps %zu lines, expected %zu", kernel->name,
                 ngot, nexpected);
    cr_assert_eq(memcmp(got, expected, ngot * sizeof *got), 0, "%s", kernel->name);
    cr_assert_eq(got[MOST_PROBES].kept, 0xeeeeeeee, "%s writes beyond", kernel->name);
    guarded_free(&table);
}

Test(kernels, equal_counting_bit_by_bit)
{
    struct random_state random = random_begin(101);
    const char *needed = getenv("KNOWNIMAGE_TEST_NEED");
    for (size_t k = 0; ki_kernel_at(k); k++) {
        const struct ki_kernel *kernel = ki_kernel_at(k);
        bool runs = (kernel->cpu_needs & ~ki_cpu_features()) == 0;
        printf("kernel %s: %s\n", kernel->name, runs ? "run" : "not on this machine");
        cr_assert(runs || !needed || strcmp(needed, kernel->name) != 0);
        for (int i = 0; runs && i < 3000; i++) {
            check_kernel(kernel, &random);
            check_lines(kernel, &random);
        }
        if (runs) {
            check_most(kernel, &random);
        }
    }
}

Test(kernels, the_choice_is_a_function_of_the_features)
{
    unsigned all = KI_CPU_AVX2 | KI_CPU_AVX512_BITALG;
    for (unsigned features = 0; features <= (all | KI_CPU_DEAR_512); features++) {
        const struct ki_kernel *best = ki_kernel_best(features);
        cr_assert_eq(best->cpu_needs & ~features, 0, "%s for %u", best->name, features);
        cr_assert_eq(best->cpu_avoids & features, 0, "%s for %u", best->name, features);
    }
    cr_expect_str_eq(ki_kernel_best(0)->name, "scalar");
#if defined(__x86_64__)
    cr_expect_str_eq(ki_kernel_best(KI_CPU_AVX2)->name, "avx2");
    cr_expect_str_eq(ki_kernel_best(all)->name, "avx512");
    cr_expect_str_eq(ki_kernel_best(all | KI_CPU_DEAR_512)->name, "avx512vl");
#endif
}
