/* SPDX-License-Identifier: Apache-2.0 */
/* From lines to candidates, and from these to reports. */
#include <string.h>

#include "index/fetch.h"
#include "index/lined_bits.h"
#include "index/lined_search.h"

static struct ki_ring_hash differing_bits(const struct ki_ring_hash *a,
                                          const struct ki_ring_hash *b)
{
    struct ki_ring_hash differing;
    for (unsigned i = 0; i < KI_RING_NBANDS; i++) {
        differing.band[i] = (uint16_t)(a->band[i] ^ b->band[i]);
    }
    return differing;
}

static unsigned distance_of(const struct ki_ring_hash *differing)
{
    uint64_t x[4];
    unsigned sum = 0;
    memcpy(x, differing, sizeof x);
    for (size_t i = 0; i < 4; i++) {
        sum += ki_count_bits64(x[i]);
    }
    return sum;
}

/* The full distance, and whether this band is the one to report from. */
static bool check(const struct ki_lined_search *search,
                  const struct ki_candidate *candidate)
{
    uint16_t distances[KI_LINED_MOST_BANDS];
    const struct ki_ring_hash differing =
        differing_bits(&search->ring->hashes[candidate->k], search->query);
    unsigned total = distance_of(&differing);
    if (total > search->radius) {
        return true;
    }
    const struct ki_lined_shape *shape = &search->ring->shape;
    const struct ki_ring_hash turned = ki_lined_turn(shape, &differing);
    for (unsigned b = 0; b < shape->nbands; b++) {
        uint32_t band = ki_lined_band(shape, &turned, b);
        distances[b] = (uint16_t)ki_count_bits64(band);
    }
    return !ki_ring_is_reported(distances, search->allowance, shape->nbands,
                                candidate->band) ||
           search->report(search->context, candidate->k, total);
}

/* As in ring16: nothing is branched on that others wait for. What is left of the next
 * band may differ in spare bits, both bands together in those and the allowance of the
 * second. */
void ki_lined_sift(struct ki_lined_search *search)
{
    struct ki_candidates *candidates = &search->candidates;
    size_t nkept = 0;
    for (size_t i = 0; i < candidates->n; i++) {
        const struct ki_candidate candidate = candidates->kept[i];
        const struct ki_lined_rest *rest = &search->rest[candidate.band];
        const int third =
            search->allowance[ki_lined_after(&search->ring->shape, candidate.band, 2)];
        uint16_t x =
            (uint16_t)(ki_candidates_rest(candidates, &candidate) ^ rest->code);
        int spare = candidate.spare;
        candidates->kept[nkept] = candidate;
        nkept += (size_t)((int)ki_count_bits16(x & rest->mask) <= spare) &
                 (size_t)((int)ki_count_bits16(x) <= spare + third);
    }
    candidates->n = nkept;
    ki_candidates_ask(candidates);
}

bool ki_lined_check(struct ki_lined_search *search)
{
    for (size_t i = 0; i < search->candidates.n; i++) {
        if (!check(search, &search->candidates.kept[i])) {
            return false;
        }
    }
    search->candidates.n = 0;
    return true;
}

/* A posting whose sketch is near enough: spare is what its band and the next may differ
 * in together beyond what the band does. */
static bool add(struct ki_lined_search *search, struct ki_candidate candidate,
                uint16_t sketch, uint32_t spare)
{
    struct ki_candidates *candidates = &search->candidates;
    if (candidates->n == KI_CANDIDATES_MOST) {
        ki_lined_sift(search);
        ki_candidates_name(candidates);
        if (!ki_lined_check(search)) {
            return false;
        }
    }
    uint16_t wanted =
        search->low[ki_lined_after(&search->ring->shape, candidate.band, 1)];
    unsigned differing = ki_count_bits16(sketch ^ wanted);
    candidate.spare = (uint16_t)(spare - differing);
    ki_candidates_add(candidates, &candidate);
    return true;
}

/* Notes the sketches of a bucket that are not in its line. */
static bool note_long(struct ki_lined_search *search, unsigned band,
                      const struct ki_postings *span)
{
    if (search->nlong == KI_LINED_MOST_LONG && !ki_lined_scan_long(search)) {
        return false;
    }
    const char *first = (const char *)(search->ring->records[band] + span->begin);
    ki_fetch(first);
    ki_fetch((const char *)(search->ring->records[band] + span->end) - 1);
    search->bands[search->nlong] = (uint16_t)band;
    search->spans[search->nlong++] = *span;
    return true;
}

bool ki_lined_gather(struct ki_lined_search *search, unsigned band,
                     const struct ki_probes *probes, size_t nlines)
{
    for (size_t i = 0; i < nlines; i++) {
        const struct ki_line_kept *found = &search->room->lines[i];
        const struct ki_line *line = probes->lines[found->probe];
        const uint32_t spare = probes->spare - probes->flipped[found->probe];
        const uint32_t count = ki_lined_count(line);
        const struct ki_postings rest = {line->at, line->at + ki_lined_nover(count),
                                         spare, line};
        if (rest.begin < rest.end && !note_long(search, band, &rest)) {
            return false;
        }
        for (uint32_t kept = found->kept; kept; kept &= kept - 1) {
            uint32_t k = (uint32_t)__builtin_ctz(kept);
            const struct ki_candidate candidate = {
                .after = rest.end, .count = count, .k = k, .band = (uint16_t)band};
            if (!add(search, candidate, line->sketches[k], spare)) {
                return false;
            }
        }
    }
    return true;
}

/* Positions found in spans of a band or in a piece of one: `whole` are the spans. Who
 * has sketches in a span has as many in its line as fit. */
static bool take(struct ki_lined_search *search, unsigned band,
                 const struct ki_postings *whole, size_t npositions)
{
    const uint16_t *records = search->ring->records[band];
    for (size_t i = 0; i < npositions; i++) {
        uint32_t position = search->room->positions[i];
        while (position < whole->begin || position >= whole->end) {
            whole++;
        }
        const struct ki_candidate candidate = {
            .after = whole->end,
            .count = whole->end - whole->begin + KI_LINE_NSKETCHES,
            .k = position - whole->begin + KI_LINE_NSKETCHES,
            .band = (uint16_t)band,
        };
        if (!add(search, candidate, records[position], whole->spare)) {
            return false;
        }
    }
    return true;
}

static bool scan(struct ki_lined_search *search, unsigned band,
                 const struct ki_postings *spans, size_t nspans,
                 const struct ki_postings *whole)
{
    uint16_t wanted = search->low[ki_lined_after(&search->ring->shape, band, 1)];
    size_t npositions = search->ring->kernel->scan(
        search->ring->records[band], spans, nspans, wanted, search->room->positions);
    return take(search, band, whole, npositions);
}

/* Crowded buckets, which hostile lists can make, a piece at a time. */
static bool scan_crowded(struct ki_lined_search *search, unsigned band,
                         const struct ki_postings *whole)
{
    struct ki_postings piece = *whole;
    for (; piece.begin < whole->end; piece.begin = piece.end) {
        uint32_t left = whole->end - piece.begin;
        piece.end = piece.begin +
                    (left < KI_KERNEL_MOST_POSTINGS ? left : KI_KERNEL_MOST_POSTINGS);
        if (!scan(search, band, &piece, 1, whole)) {
            return false;
        }
    }
    return true;
}

/* As many spans as the kernel may be given at once. */
bool ki_lined_scan_long(struct ki_lined_search *search)
{
    size_t end = 0;
    for (size_t i = 0; i < search->nlong; i = end) {
        const struct ki_postings *spans = &search->spans[i];
        unsigned band = search->bands[i];
        uint64_t npostings = spans->end - spans->begin;
        for (end = i + 1; end < search->nlong && end - i < KI_KERNEL_MOST_SPANS;
             end++) {
            npostings += search->spans[end].end - search->spans[end].begin;
            if (search->bands[end] != band || npostings > KI_KERNEL_MOST_POSTINGS) {
                break;
            }
        }
        bool is_going = spans->end - spans->begin > KI_KERNEL_MOST_POSTINGS
                            ? scan_crowded(search, band, spans)
                            : scan(search, band, spans, end - i, spans);
        if (!is_going) {
            return false;
        }
    }
    search->nlong = 0;
    return true;
}
