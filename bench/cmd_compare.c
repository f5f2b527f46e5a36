/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench compare: two result files, row by row. */
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "common/message.h"
#include "common/option_types.h"
#include "report/put.h"

struct compare_arguments {
    int threshold; /* percent */
};

enum { EXIT_SLOWER = 1 };

/* Rows are the same if these are. */
static const char *const keys[] = {"engine", "n",       "data",   "mix",
                                   "radius", "threads", "changed"};
/* What is compared: more is worse. */
static const char *const figures[] = {"median_us",         "p99_us",
                                      "build_us_per_hash", "add_median_ms",
                                      "remove_median_ms",  "verify_cpu_s"};

static json_t *load(const char *path)
{
    json_error_t error;
    json_t *file = json_load_file(path, 0, &error);
    if (!file) {
        message("%s: line %d: %s", path, error.line, error.text);
        return NULL;
    }
    if (!json_is_array(json_object_get(file, "results"))) {
        message("%s: no results in it", path);
        json_decref(file);
        return NULL;
    }
    return file;
}

static bool is_same_row(const json_t *a, const json_t *b)
{
    for (size_t i = 0; i < COUNT(keys); i++) {
        const json_t *x = json_object_get(a, keys[i]);
        const json_t *y = json_object_get(b, keys[i]);
        if ((x || y) && !(x && y && json_equal(x, y))) {
            return false;
        }
    }
    return true;
}

static const json_t *find_row(const json_t *rows, const json_t *wanted)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        if (is_same_row(json_array_get(rows, i), wanted)) {
            return json_array_get(rows, i);
        }
    }
    return NULL;
}

/* Prints the figures of two rows; true if one got worse by more than the threshold. */
static bool compare_row(const json_t *old, const json_t *new, int threshold)
{
    bool is_slower = false;
    for (size_t i = 0; i < COUNT(figures); i++) {
        double a = json_number_value(json_object_get(old, figures[i]));
        double b = json_number_value(json_object_get(new, figures[i]));
        if (a <= 0 || b <= 0) {
            continue;
        }
        double change = (b / a - 1) * 100;
        bool is_worse = change > threshold;
        ki_putf(stdout, "%-16s %10lld %-18s %10.2f %10.2f %+7.1f %% %s\n",
                json_string_value(json_object_get(old, "engine")),
                (long long)json_integer_value(json_object_get(old, "n")), figures[i], a,
                b, change,
                is_worse              ? "slower"
                : change < -threshold ? "faster"
                                      : "same");
        /* The tail is told but decides nothing: it is the machine's as well. */
        is_slower = is_slower || (is_worse && strcmp(figures[i], "p99_us") != 0);
    }
    return is_slower;
}

static int compare_files(const json_t *old, const json_t *new, int threshold)
{
    const json_t *before = json_object_get(old, "results");
    const json_t *after = json_object_get(new, "results");
    bool is_slower = false;
    size_t ncompared = 0;
    for (size_t i = 0; i < json_array_size(before); i++) {
        const json_t *row = json_array_get(before, i);
        const json_t *other = find_row(after, row);
        if (other) {
            is_slower = compare_row(row, other, threshold) || is_slower;
            ncompared++;
        }
    }
    if (ncompared == 0) {
        message("the files have no row in common");
        return EXIT_TROUBLE;
    }
    if (!json_equal(json_object_get(old, "machine"), json_object_get(new, "machine"))) {
        message("measured on different machines or systems");
    }
    return is_slower ? EXIT_SLOWER : EXIT_DONE;
}

static int run_compare(const struct command *command, int argc, char **argv)
{
    struct compare_arguments arguments = {.threshold = 10};
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    json_t *old = load(operands.items[0]);
    json_t *new = old ? load(operands.items[1]) : NULL;
    exit_status = new ? compare_files(old, new, arguments.threshold) : EXIT_TROUBLE;
    json_decref(old);
    json_decref(new);
    return exit_status;
}

static const struct option_type percent_type = {
    .read = option_read_int, .expected = "a number from 0 to 1000", .max = 1000};

static const struct option_spec specs[] = {
    {"threshold", 't', "PERCENT", &percent_type,
     offsetof(struct compare_arguments, threshold),
     "changes up to this are noise (default: 10)"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_compare = {
    .name = "compare",
    .operands = "OLD.json NEW.json",
    .min_operands = 2,
    .max_operands = 2,
    .summary = "compare two files of results",
    .details = "Exit status: 0 nothing got slower, 1 something did, 2 not comparable.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_compare,
};
