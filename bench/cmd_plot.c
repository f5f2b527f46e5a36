/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench plot: latency against size, a line an engine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/plot_svg.h"
#include "bench/robustness_svg.h"
#include "common/message.h"
#include "common/option_types.h"

struct plot_arguments {
    const char *out;
    const char *data;
};

static struct plot_series *find_series(struct plot *plot, const char *name)
{
    for (size_t s = 0; s < plot->nseries; s++) {
        if (strcmp(plot->series[s].name, name) == 0) {
            return &plot->series[s];
        }
    }
    if (plot->nseries == PLOT_MOST_SERIES) {
        return NULL;
    }
    plot->series[plot->nseries].name = name;
    return &plot->series[plot->nseries++];
}

/* Keeps the points in order; a later one of the same size takes the earlier's place. */
static void add_point(struct plot_series *series, double x, double y)
{
    size_t i = 0;
    while (i < series->npoints && series->x[i] < x) {
        i++;
    }
    if (i == series->npoints || series->x[i] > x) {
        if (series->npoints == PLOT_MOST_POINTS) {
            return;
        }
        size_t nbehind = series->npoints++ - i;
        memmove(&series->x[i + 1], &series->x[i], nbehind * sizeof(double));
        memmove(&series->y[i + 1], &series->y[i], nbehind * sizeof(double));
    }
    series->x[i] = x;
    series->y[i] = y;
}

static void add_rows(struct plot *plot, const json_t *rows, const char *data)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *name = json_string_value(json_object_get(row, "engine"));
        const char *kind = json_string_value(json_object_get(row, "data"));
        double x = json_number_value(json_object_get(row, "n"));
        double y = json_number_value(json_object_get(row, "median_us"));
        struct plot_series *series =
            name && kind && strcmp(kind, data) == 0 && x > 0 && y > 0
                ? find_series(plot, name)
                : NULL;
        if (series) {
            add_point(series, x, y);
        }
    }
}

static bool write_plot(const struct plot *plot, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out) {
        message("cannot write %s", path);
        return false;
    }
    plot_write_svg(out, plot);
    bool is_good = ferror(out) == 0;
    return fclose(out) == 0 && is_good;
}

/* Results of robustness have a picture of their own. */
static bool is_robustness(const char *path, json_t **results)
{
    json_error_t error;
    *results = json_load_file(path, 0, &error);
    const char *command = json_string_value(json_object_get(*results, "command"));
    return command && strcmp(command, "robustness") == 0;
}

static bool write_robustness(const json_t *results, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out) {
        message("cannot write %s", path);
        return false;
    }
    robustness_write_svg(out, results);
    bool is_good = ferror(out) == 0;
    return fclose(out) == 0 && is_good;
}

static bool plot_files(const struct plot_arguments *arguments,
                       const struct operands *operands, json_t **files)
{
    char subtitle[256] = "";
    struct plot plot = {
        .title = "Exact search within 31 bits: median latency of one query",
        .subtitle = subtitle,
        .x_title = "hashes",
        .y_title = "µs a query",
    };
    for (size_t i = 0; i < operands->nitems; i++) {
        json_error_t error;
        files[i] = json_load_file(operands->items[i], 0, &error);
        if (!files[i]) {
            message("%s: line %d: %s", operands->items[i], error.line, error.text);
            return false;
        }
        const json_t *machine = json_object_get(files[i], "machine");
        const char *processor =
            json_string_value(json_object_get(machine, "processor"));
        (void)snprintf(
            subtitle, sizeof subtitle, "%s, family %s model %s, one thread, %s data",
            processor ? processor : "?",
            json_string_value(json_object_get(machine, "family")),
            json_string_value(json_object_get(machine, "model")), arguments->data);
        add_rows(&plot, json_object_get(files[i], "results"), arguments->data);
    }
    if (plot.nseries == 0) {
        message("no search results of %s data in these files", arguments->data);
        return false;
    }
    return write_plot(&plot, arguments->out);
}

static int run_plot(const struct command *command, int argc, char **argv)
{
    struct plot_arguments arguments = {.out = "plot.svg", .data = "uniform"};
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    json_t *results = NULL;
    if (is_robustness(operands.items[0], &results)) {
        bool is_written = write_robustness(results, arguments.out);
        json_decref(results);
        return is_written ? EXIT_DONE : EXIT_TROUBLE;
    }
    json_decref(results);
    json_t **files = calloc(operands.nitems, sizeof(json_t *));
    bool is_good = files && plot_files(&arguments, &operands, files);
    for (size_t i = 0; files && i < operands.nitems; i++) {
        json_decref(files[i]);
    }
    free(files);
    return is_good ? EXIT_DONE : EXIT_TROUBLE;
}

static const struct option_spec specs[] = {
    {"out", 'o', "FILE", &option_text, offsetof(struct plot_arguments, out),
     "default: plot.svg"},
    {"data", 'd', "KIND", &option_text, offsetof(struct plot_arguments, data),
     "uniform (default) or correlated"},
};

static const struct option_group groups[] = {{"options", specs, COUNT(specs), 0}};

const struct command command_plot = {
    .name = "plot",
    .operands = "FILE.json…",
    .min_operands = 1,
    .max_operands = ANY_NUMBER,
    .summary = "draw results of search or robustness as SVG",
    .details = NULL,
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_plot,
};
