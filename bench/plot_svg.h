/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KI_BENCH_PLOT_SVG_H
#define KI_BENCH_PLOT_SVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { PLOT_MOST_SERIES = 16, PLOT_MOST_POINTS = 64 };

struct plot_series {
    const char *name;
    size_t npoints;
    double x[PLOT_MOST_POINTS]; /* ascending */
    double y[PLOT_MOST_POINTS];
};

struct plot {
    const char *title;
    const char *subtitle;
    const char *x_title;
    const char *y_title;
    size_t nseries;
    struct plot_series series[PLOT_MOST_SERIES];
};

/* Both axes logarithmic, readable on light and dark ground. All values are positive. */
void plot_write_svg(FILE *out, const struct plot *plot);

#endif
