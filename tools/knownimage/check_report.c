/* SPDX-License-Identifier: Apache-2.0 */
#include "knownimage/check_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "common/command.h"
#include "knownimage/lists.h"
#include "report/escape.h"
#include "report/put.h"

void suspects_add(struct suspects *suspects, const struct ki_suspect *suspect)
{
    void *items = suspects->items;
    char *id = strdup(suspect->entry);
    bool is_good =
        id && ki_array_reserve(&items, &suspects->capacity, suspects->nitems + 1,
                               sizeof *suspects->items);
    if (!is_good) {
        free(id);
        suspects->has_memory = false;
        return;
    }
    suspects->items = items;
    struct suspect *last = &suspects->items[suspects->nitems++];
    *last = (struct suspect){.found = *suspect, .entry = id};
    last->found.entry = id;
}

void suspects_free(struct suspects *suspects)
{
    for (size_t i = 0; i < suspects->nitems; i++) {
        free(suspects->items[i].entry);
    }
    free(suspects->items);
    *suspects = (struct suspects){0};
}

/* [[from,count],…] of the places that are not empty. */
static void put_histogram(struct ki_json *json, const char *key, const uint64_t *counts,
                          size_t nplaces, uint64_t step)
{
    ki_json_array_begin(json, key);
    for (size_t i = 0; i < nplaces; i++) {
        if (counts[i] > 0) {
            ki_json_array_begin(json, NULL);
            ki_json_uint(json, NULL, i * step);
            ki_json_uint(json, NULL, counts[i]);
            ki_json_array_end(json);
        }
    }
    ki_json_array_end(json);
}

/* The place i of the counts of neighbours begins at 0, 1, 2, 4, 8, … */
static uint64_t first_of_count(size_t place)
{
    return place == 0 ? 0 : (uint64_t)1 << (place - 1);
}

static void put_neighbours(struct ki_json *json, const uint64_t *counts)
{
    ki_json_array_begin(json, "neighbours");
    for (size_t i = 0; i < KI_CHECK_NCOUNTS; i++) {
        if (counts[i] > 0) {
            ki_json_array_begin(json, NULL);
            ki_json_uint(json, NULL, first_of_count(i));
            ki_json_uint(json, NULL, counts[i]);
            ki_json_array_end(json);
        }
    }
    ki_json_array_end(json);
}

static void put_suspects(struct ki_json *json, const struct suspects *suspects)
{
    ki_json_array_begin(json, "suspects");
    for (size_t i = 0; i < suspects->nitems; i++) {
        const struct ki_suspect *suspect = &suspects->items[i].found;
        ki_json_object_begin(json, NULL);
        ki_json_raw(json, "entry", "entry_bytes", suspect->entry,
                    strlen(suspect->entry));
        put_doubts(json, suspect->doubts);
        ki_json_uint(json, "neighbours", suspect->nneighbours);
        if (suspect->is_benign) {
            ki_json_uint(json, "benign_distance", suspect->distance);
        }
        ki_json_object_end(json);
    }
    ki_json_array_end(json);
}

static void put_benign(struct ki_json *json, const struct check_report *report)
{
    if (!report->benign) {
        ki_json_null(json, "benign");
        return;
    }
    ki_json_object_begin(json, "benign");
    if (report->own) {
        ki_json_uint(json, "files", report->own->nfiles);
        ki_json_uint(json, "unhashed", report->own->nunhashed);
        if (report->own->is_degraded) {
            ki_json_text(json, "sandbox", "degraded");
        }
    }
    ki_json_uint(json, "hashes", report->result.nbenign);
    ki_json_object_end(json);
}

void check_report_json(const struct check_report *report)
{
    const struct ki_check_result *result = &report->result;
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_text(&json, "list", report->list);
    ki_json_uint(&json, "entries", result->nentries);
    ki_json_uint(&json, "pdq", result->npdq);
    ki_json_object_begin(&json, "doubts");
    for (unsigned i = 0; i < KI_CHECK_NDOUBTS; i++) {
        ki_json_uint(&json, ki_doubt_text((enum ki_doubt)(1u << i)),
                     result->ndoubted[i]);
    }
    ki_json_object_end(&json);
    ki_json_uint(&json, "released", result->nreleased);
    ki_json_uint(&json, "quarantined", result->nquarantined);
    if (report->is_quarantine) {
        ki_json_uint(&json, "added", result->nadded);
        ki_json_uint(&json, "generation", result->generation);
    }
    put_benign(&json, report);
    put_histogram(&json, "weight", result->weights, KI_CHECK_NWEIGHTS, 1);
    put_histogram(&json, "coherence", result->coherences, KI_CHECK_NCOHERENCES,
                  KI_CHECK_COHERENCE_STEP);
    put_histogram(&json, "asymmetry", result->asymmetries, KI_CHECK_NASYMMETRIES, 1);
    put_histogram(&json, "broken_squares", result->broken_squares,
                  KI_CHECK_NBROKEN_SQUARES, 1);
    put_histogram(&json, "nearest", result->nearest, KI_CHECK_NNEAREST - 1, 1);
    ki_json_uint(&json, "nearest_beyond", result->nearest[KI_CHECK_NNEAREST - 1]);
    put_neighbours(&json, result->neighbours);
    put_suspects(&json, &report->suspects);
    ki_json_line_end(&json);
}

enum { BAR_WIDTH = 40, MOST_SUSPECTS = 20 };

static void put_bar(const char *label, uint64_t count, uint64_t all)
{
    size_t width = all > 0 ? (size_t)((double)count / (double)all * BAR_WIDTH) : 0;
    width += count > 0 && width == 0;
    ki_putf(stdout, "  %-14s %10" PRIu64 " %.*s\n", label, count, (int)width,
            "########################################");
}

/* The places first … last of a histogram as one line. */
static void put_range(const char *label, const uint64_t *counts, size_t first,
                      size_t last, uint64_t all)
{
    uint64_t sum = 0;
    for (size_t i = first; i <= last; i++) {
        sum += counts[i];
    }
    put_bar(label, sum, all);
}

struct range {
    const char *label;
    size_t first;
    size_t last;
};

static const struct range weight_ranges[] = {
    {"96 or fewer *", 0, 96}, {"97 to 127", 97, 127},      {"128", 128, 128},
    {"129 to 159", 129, 159}, {"160 or more *", 160, 256},
};
static const struct range coherence_ranges[] = {
    {"0 to 199", 0, 9},     {"200 to 299", 10, 14},    {"300 to 399", 15, 19},
    {"400 to 539", 20, 26}, {"540 or more *", 27, 48},
};
static const struct range asymmetry_ranges[] = {
    {"0 to 58 *", 0, 58},     {"59 to 79", 59, 79},     {"80 to 99", 80, 99},
    {"100 to 119", 100, 119}, {"120 to 128", 120, 128},
};
static const struct range broken_squares_ranges[] = {
    {"0 to 54 *", 0, 54},     {"55 to 79", 55, 79},     {"80 to 99", 80, 99},
    {"100 to 129", 100, 129}, {"130 to 196", 130, 196},
};
static const struct range nearest_ranges[] = {
    {"0", 0, 0},          {"1 to 7", 1, 7},     {"8 to 15", 8, 15},
    {"16 to 23", 16, 23}, {"24 to 31", 24, 31}, {"beyond 31", 32, 32},
};
static const struct range neighbour_ranges[] = {
    {"0", 0, 0},
    {"1", 1, 1},
    {"2 to 7", 2, 3},
    {"8 to 31", 4, 5},
    {"32 to 127", 6, 7},
    {"128 to 1023", 8, 10},
    {"1024 or more", 11, 11},
};

static void put_ranges(const char *title, const uint64_t *counts,
                       const struct range *ranges, size_t nranges, uint64_t all)
{
    ki_putf(stdout, "\n%s\n", title);
    for (size_t i = 0; i < nranges; i++) {
        put_range(ranges[i].label, counts, ranges[i].first, ranges[i].last, all);
    }
}

static void put_suspect_line(const struct ki_suspect *suspect)
{
    ki_put(stdout, "  ");
    ki_escape(stdout, suspect->entry, KI_ESCAPE_TEXT);
    ki_putf(stdout, ": %" PRIu32 " neighbours", suspect->nneighbours);
    if (suspect->is_benign) {
        ki_putf(stdout, ", %u bits from something harmless", suspect->distance);
    }
    ki_put(stdout, suspect->doubts & KI_DOUBT_RELEASED ? ", released\n" : "\n");
}

static void put_suspect_lines(const struct suspects *suspects)
{
    if (suspects->nitems > 0) {
        ki_put(stdout, "\nsuspects\n");
    }
    for (size_t i = 0; i < suspects->nitems && i < MOST_SUSPECTS; i++) {
        put_suspect_line(&suspects->items[i].found);
    }
    if (suspects->nitems > MOST_SUSPECTS) {
        ki_putf(stdout, "  … and %zu more; --format json has all\n",
                suspects->nitems - MOST_SUSPECTS);
    }
}

static void put_doubt_counts(const struct check_report *report)
{
    const struct ki_check_result *result = &report->result;
    ki_put(stdout, "\nentries with a doubt\n");
    for (unsigned i = 0; i < KI_CHECK_NDOUBTS; i++) {
        put_bar(ki_doubt_text((enum ki_doubt)(1u << i)), result->ndoubted[i],
                result->nentries);
    }
    ki_putf(stdout, "  released by hand: %" PRIu64 "; in quarantine: %" PRIu64,
            result->nreleased, result->nquarantined);
    if (report->is_quarantine) {
        ki_putf(stdout, ", %" PRIu64 " of them new", result->nadded);
    }
    ki_put(stdout, "\n");
}

void check_report_text(const struct check_report *report)
{
    const struct ki_check_result *result = &report->result;
    ki_putf(stdout, "list %s: %" PRIu64 " entries, %" PRIu64 " PDQ hashes",
            report->list, result->nentries, result->npdq);
    if (report->benign) {
        ki_putf(stdout, "; compared with %" PRIu64 " harmless hashes", result->nbenign);
    }
    ki_put(stdout, "\n");
    put_doubt_counts(report);
    ki_put(stdout, "\n(* raises a doubt)\n");
    put_ranges("weight", result->weights, weight_ranges, COUNT(weight_ranges),
               result->npdq);
    put_ranges("coherence", result->coherences, coherence_ranges,
               COUNT(coherence_ranges), result->npdq);
    put_ranges("asymmetry", result->asymmetries, asymmetry_ranges,
               COUNT(asymmetry_ranges), result->npdq);
    put_ranges("broken squares", result->broken_squares, broken_squares_ranges,
               COUNT(broken_squares_ranges), result->npdq);
    put_ranges("bits to the nearest other hash", result->nearest, nearest_ranges,
               COUNT(nearest_ranges), result->npdq);
    put_ranges("other hashes within 31 bits", result->neighbours, neighbour_ranges,
               COUNT(neighbour_ranges), result->npdq);
    put_suspect_lines(&report->suspects);
}
