/* SPDX-License-Identifier: Apache-2.0 */
/* A log-log chart as SVG. */
#include "bench/plot_svg.h"

#include <math.h>
#include <string.h>

#include "report/put.h"

enum { WIDTH = 860, HEIGHT = 560, LEFT = 80, RIGHT = 190, TOP = 70, BOTTOM = 60 };

struct axis {
    double low; /* powers of ten */
    double high;
    double begin; /* pixels */
    double end;
};

static const char *const colours[] = {"#0072b2", "#56b4e9", "#009e73", "#8a63d2",
                                      "#d55e00", "#e69f00", "#b0722b", "#cc79a7",
                                      "#999999", "#6b8e23"};

static double place(const struct axis *axis, double value)
{
    double share = (log10(value) - axis->low) / (axis->high - axis->low);
    return axis->begin + share * (axis->end - axis->begin);
}

static struct axis make_axis(const struct plot *plot, bool is_x, double begin,
                             double end)
{
    double low = 1e300;
    double high = 0;
    for (size_t s = 0; s < plot->nseries; s++) {
        for (size_t i = 0; i < plot->series[s].npoints; i++) {
            double value = is_x ? plot->series[s].x[i] : plot->series[s].y[i];
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
    }
    struct axis axis = {floor(log10(low)), ceil(log10(high)), begin, end};
    axis.high = axis.high > axis.low ? axis.high : axis.low + 1;
    return axis;
}

/* 1000000 → "1 M" */
static void label_of(double value, char out[32])
{
    static const struct {
        double unit;
        const char *name;
    } units[] = {{1e9, " G"}, {1e6, " M"}, {1e3, " k"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (value >= units[i].unit) {
            (void)snprintf(out, 32, "%g%s", value / units[i].unit, units[i].name);
            return;
        }
    }
    (void)snprintf(out, 32, "%g", value);
}

static void put_grid(FILE *out, const struct axis *x, const struct axis *y)
{
    char label[32];
    for (int e = (int)x->low; e <= (int)x->high; e++) {
        double at = place(x, pow(10, e));
        label_of(pow(10, e), label);
        ki_putf(out,
                "<line class='grid' x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f'/>\n"
                "<text x='%.1f' y='%.1f' text-anchor='middle'>%s</text>\n",
                at, y->begin, at, y->end, at, y->begin + 20, label);
    }
    for (int e = (int)y->low; e <= (int)y->high; e++) {
        double at = place(y, pow(10, e));
        label_of(pow(10, e), label);
        ki_putf(out,
                "<line class='grid' x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f'/>\n"
                "<text x='%.1f' y='%.1f' text-anchor='end'>%s</text>\n",
                x->begin, at, x->end, at, x->begin - 8, at + 4, label);
    }
}

static void put_series(FILE *out, const struct plot_series *series, size_t number,
                       const struct axis *x, const struct axis *y)
{
    const char *colour = colours[number % (sizeof colours / sizeof *colours)];
    ki_putf(out, "<polyline fill='none' stroke='%s' stroke-width='2' points='", colour);
    for (size_t i = 0; i < series->npoints; i++) {
        ki_putf(out, "%.1f,%.1f ", place(x, series->x[i]), place(y, series->y[i]));
    }
    ki_put(out, "'/>\n");
    for (size_t i = 0; i < series->npoints; i++) {
        ki_putf(out, "<circle cx='%.1f' cy='%.1f' r='3.5' fill='%s'/>\n",
                place(x, series->x[i]), place(y, series->y[i]), colour);
    }
}

/* Names beside the ends of the lines, pushed apart where they would overlap. */
static void put_legend(FILE *out, const struct plot *plot, const struct axis *x,
                       const struct axis *y)
{
    size_t order[PLOT_MOST_SERIES];
    double at[PLOT_MOST_SERIES];
    for (size_t s = 0; s < plot->nseries; s++) {
        const struct plot_series *series = &plot->series[s];
        double end = place(y, series->y[series->npoints - 1]);
        size_t i = s;
        for (; i > 0 && at[i - 1] > end; i--) {
            at[i] = at[i - 1];
            order[i] = order[i - 1];
        }
        at[i] = end;
        order[i] = s;
    }
    for (size_t i = 1; i < plot->nseries; i++) {
        at[i] = at[i] < at[i - 1] + 17 ? at[i - 1] + 17 : at[i];
    }
    for (size_t i = 0; i < plot->nseries; i++) {
        ki_putf(out, "<text x='%.1f' y='%.1f' style='fill:%s'>%s</text>\n", x->end + 12,
                at[i] + 4, colours[order[i] % (sizeof colours / sizeof *colours)],
                plot->series[order[i]].name);
    }
}

void plot_write_svg(FILE *out, const struct plot *plot)
{
    struct axis x = make_axis(plot, true, LEFT, WIDTH - RIGHT);
    struct axis y = make_axis(plot, false, HEIGHT - BOTTOM, TOP);
    ki_putf(out,
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d'>\n"
            "<style>text{font:13px sans-serif;fill:#444}.title{font-size:17px}"
            ".ground{fill:#fff}.grid{stroke:#ccc}"
            "@media(prefers-color-scheme:dark){text{fill:#ccc}.ground{fill:#1b1b1b}"
            ".grid{stroke:#444}}</style>\n"
            "<rect class='ground' width='%d' height='%d'/>\n",
            WIDTH, HEIGHT, WIDTH, HEIGHT);
    ki_putf(
        out,
        "<text class='title' x='%d' y='28'>%s</text>\n<text x='%d' y='48'>%s</text>\n"
        "<text x='%d' y='%d' text-anchor='middle'>%s</text>\n"
        "<text transform='translate(20 %d) rotate(-90)' text-anchor='middle'>%s"
        "</text>\n",
        LEFT, plot->title, LEFT, plot->subtitle, (LEFT + WIDTH - RIGHT) / 2,
        HEIGHT - 16, plot->x_title, (TOP + HEIGHT - BOTTOM) / 2, plot->y_title);
    put_grid(out, &x, &y);
    for (size_t s = 0; s < plot->nseries; s++) {
        put_series(out, &plot->series[s], s, &x, &y);
    }
    put_legend(out, plot, &x, &y);
    ki_put(out, "</svg>\n");
}
