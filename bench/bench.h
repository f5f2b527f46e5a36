/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the harness share: data, engines, clocks, results. */
#ifndef KI_BENCH_BENCH_H
#define KI_BENCH_BENCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/command.h"
#include "index/ring16.h"

extern const struct command command_search;
extern const struct command command_build;
extern const struct command command_publish;
extern const struct command command_open;
extern const struct command command_hash;
extern const struct command command_fidelity;
extern const struct command command_robustness;
extern const struct command command_gate;
extern const struct command command_scan;
extern const struct command command_tune;
extern const struct command command_swap;
extern const struct command command_sandbox;
extern const struct command command_audit;
extern const struct command command_read_files;
extern const struct command command_compare;
extern const struct command command_plot;

/* Microseconds; what asking costs is subtracted by nobody and is about 0.03. */
double bench_now_us(void);

/* SplitMix64. */
uint64_t bench_random(uint64_t *state);

/* Memory in huge pages where the system grants them, zeroed; NULL if it runs out. */
void *bench_alloc(size_t nbytes);
void bench_free(void *memory, size_t nbytes);

enum bench_data { BENCH_UNIFORM, BENCH_CORRELATED };
enum bench_mix { BENCH_MISSES, BENCH_HITS, BENCH_HALF };

/* n permuted hashes from a seed; free with bench_free(…, n * sizeof). */
struct ki_ring_hash *bench_hashes(enum bench_data kind, uint32_t n, uint64_t seed);

/* A query and, if it was planted, what must be found. */
struct bench_query {
    struct ki_ring_hash hash;
    bool is_planted;
    uint32_t id;
    unsigned distance;
};
struct bench_query *bench_queries(const struct ki_ring_hash *hashes, uint32_t n,
                                  enum bench_data kind, enum bench_mix mix,
                                  uint32_t nqueries, uint64_t seed);

/* What was found, independent of the order. */
struct bench_answer {
    uint64_t nhits;
    uint64_t sum;       /* over mixed ids and distances */
    unsigned farthest;  /* distance */
    uint32_t wanted_id; /* in: of a planted query */
    bool has_wanted;    /* with the right distance */
    unsigned wanted_distance;
};
void bench_answer_add(struct bench_answer *answer, uint32_t id, unsigned distance);
/* The same for searches that report to a context. */
bool bench_answer_report(void *answer, uint32_t id, unsigned distance);

/* The same for each of the hashes first … end − 1 within the radius. */
void bench_answer_add_near(struct bench_answer *answer,
                           const struct ki_ring_hash *hashes, uint32_t first,
                           uint32_t end, const struct ki_ring_hash *query,
                           unsigned radius);

struct bench_engine {
    const char *name;
    bool is_ours;
    bool is_slow; /* answers only a part of the queries */
    bool (*can_run)(void);
    /* NULL on failure. The hashes outlive it. */
    void *(*make)(const struct ki_ring_hash *hashes, uint32_t n);
    void (*search)(void *engine, const struct ki_ring_hash *query, unsigned radius,
                   struct bench_answer *answer);
    /* Several at once, or NULL. */
    void (*search_many)(void *engine, const struct ki_ring_job *jobs, size_t njobs,
                        unsigned radius);
    size_t (*nbytes)(const void *engine); /* besides the hashes themselves */
    void (*destroy)(void *engine);
};
/* i = 0, 1, … until NULL. */
const struct bench_engine *bench_engine_at(size_t i);

/* Which of them a comma-separated list names; "all" or NULL: all that can run. */
bool bench_engine_is_chosen(const struct bench_engine *engine, const char *chosen);

/* min, median, p99, mean of n numbers, which get sorted. */
struct bench_figures {
    double min;
    double median;
    double p99;
    double max;
    double mean;
};
struct bench_figures bench_figures_of(double *values, size_t n);

/* {"machine":…,"command":…,"results":[…]} */
json_t *bench_results_begin(const char *command);
void bench_results_add(json_t *results, json_t *row); /* takes the row */
/* To the file if one is named; false after a message. */
bool bench_results_end(json_t *results, const char *path);
json_t *bench_machine(void);

/* Prints rows of the results as a table: these keys, in this order. */
struct bench_column {
    const char *key;
    const char *title;
    int width;
    int ndigits; /* of a real number */
};
void bench_table(const json_t *rows, const struct bench_column *columns,
                 size_t ncolumns);

/* "1M,10M" → numbers; the count, 0 if the text is bad. */
enum { BENCH_MOST_SIZES = 16 };
size_t bench_sizes(const char *text, uint32_t out[BENCH_MOST_SIZES]);
size_t bench_counts(const char *text, uint32_t out[BENCH_MOST_SIZES]); /* 0 is one */

/* A command that does the same for each of some sizes. Its arguments begin with this. */
struct bench_sized_arguments {
    const char *sizes;
    const char *out; /* a file for the JSON, or NULL */
};
struct bench_sized {
    bool (*run)(json_t *results, const void *arguments, uint32_t n);
    const struct bench_column *columns;
    size_t ncolumns;
};
/* Reads the command line into *arguments, which holds the defaults, runs every size,
 * prints the table and writes the file. The exit status. */
int bench_run_sized(const struct command *command, int argc, char **argv,
                    const struct bench_sized *sized, void *arguments);

/* A folder under $TMPDIR or /var/tmp, removed with all in it. */
bool bench_folder_make(char out[128]);
void bench_folder_remove(const char *folder);

/* An index of n entries, the numbered hashes of tests/stress/check.h, in a folder. */
void bench_index_make(const char *folder, uint32_t n);

uint64_t bench_resident_kib(void);

/* Linear scans: every id within the radius, through the answer. */
void bench_linear_scalar(const struct ki_ring_hash *hashes, uint32_t n,
                         const struct ki_ring_hash *query, unsigned radius,
                         struct bench_answer *answer);
void bench_linear_avx2(const struct ki_ring_hash *hashes, uint32_t n,
                       const struct ki_ring_hash *query, unsigned radius,
                       struct bench_answer *answer);
void bench_linear_avx512(const struct ki_ring_hash *hashes, uint32_t n,
                         const struct ki_ring_hash *query, unsigned radius,
                         struct bench_answer *answer);

#endif
