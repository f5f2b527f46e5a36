/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/robustness_svg.h"

#include <math.h>
#include <stddef.h>

#include "report/put.h"

enum {
    WIDTH = 860,
    LEFT = 130,
    RIGHT = 40,
    TOP = 96,
    ROW = 19,
    GAP = 110,   /* between the two charts */
    CHART = 260, /* the height of the lower one */
    BOTTOM = 56,
    MOST_DISTANCE = 160,
    BAND = 4 /* pixels that marks of one row are apart */
};

static const struct way {
    const char *key;
    const char *name;
    const char *colour;
} ways[] = {
    {"plain", "one hash", "#0072b2"},
    {"dihedral", "+ dihedral", "#009e73"},
    {"modes", "+ both modes", "#e69f00"},
    {"all", "+ dihedral and both modes", "#d55e00"},
};

enum { NWAYS = sizeof ways / sizeof ways[0] };

static double across(double value, double most)
{
    return LEFT + value / most * (WIDTH - LEFT - RIGHT);
}

static void put_line(FILE *out, double x1, double y1, double x2, double y2)
{
    ki_putf(out, "<line class='grid' x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f'/>\n", x1,
            y1, x2, y2);
}

static void put_text(FILE *out, double x, double y, const char *anchor,
                     const char *text)
{
    ki_putf(out, "<text x='%.1f' y='%.1f' text-anchor='%s'>%s</text>\n", x, y, anchor,
            text);
}

static void put_legend(FILE *out)
{
    double x = LEFT;
    for (size_t w = 0; w < NWAYS; w++) {
        ki_putf(out,
                "<circle cx='%.1f' cy='66' r='5' fill='%s'/>"
                "<text x='%.1f' y='70.5'>%s</text>\n",
                x + 5, ways[w].colour, x + 16, ways[w].name);
        x += w + 1 < NWAYS ? 130 : 0;
    }
}

/* Marks of the four ways lie a little below each other, so that equal ones show. */
static void put_recall(FILE *out, const json_t *rows)
{
    char label[16];
    double bottom = TOP + (double)(ROW * json_array_size(rows));
    for (int value = 0; value <= 100; value += 20) {
        put_line(out, across(value, 100), TOP - 4, across(value, 100), bottom);
        (void)snprintf(label, sizeof label, "%d %%", value);
        put_text(out, across(value, 100), bottom + 18, "middle", label);
    }
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        double y = TOP + (double)(ROW * i) + ROW / 2.0;
        put_text(out, LEFT - 12, y + 4, "end",
                 json_string_value(json_object_get(row, "alteration")));
        put_line(out, LEFT, y + ROW / 2.0, WIDTH - RIGHT, y + ROW / 2.0);
        for (size_t w = 0; w < NWAYS; w++) {
            double value = json_number_value(json_object_get(row, ways[w].key));
            ki_putf(out,
                    "<circle cx='%.1f' cy='%.1f' r='3.6' fill='%s' "
                    "fill-opacity='.85'/>\n",
                    across(value, 100), y + BAND * ((double)w - 1.5), ways[w].colour);
        }
    }
}

static double down(double count, double most, double top)
{
    double share = (log10(count) + 0.3) / (log10(most) + 0.3);
    return top + CHART - share * CHART;
}

static double most_pairs(const json_t *strangers)
{
    double most = 10;
    for (size_t w = 0; w < json_array_size(strangers); w++) {
        const json_t *counts =
            json_object_get(json_array_get(strangers, w), "histogram");
        for (size_t d = 0; d < json_array_size(counts); d++) {
            double count = json_number_value(json_array_get(counts, d));
            most = count > most ? count : most;
        }
    }
    return pow(10, ceil(log10(most)));
}

static void put_axes(FILE *out, double most, double top)
{
    char label[32];
    for (int e = 0; pow(10, e) <= most; e++) {
        double y = down(pow(10, e), most, top);
        put_line(out, LEFT, y, WIDTH - RIGHT, y);
        (void)snprintf(label, sizeof label, "%.0f", pow(10, e));
        put_text(out, LEFT - 12, y + 4, "end", label);
    }
    for (int value = 0; value <= MOST_DISTANCE; value += 16) {
        (void)snprintf(label, sizeof label, "%d", value);
        put_text(out, across(value, MOST_DISTANCE), top + CHART + 18, "middle", label);
    }
    ki_putf(out,
            "<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' class='radius'/>\n"
            "<text x='%.1f' y='%.1f'>radius 31</text>\n",
            across(31, MOST_DISTANCE), top, across(31, MOST_DISTANCE), top + CHART,
            across(31, MOST_DISTANCE) + 6, top + 12);
}

static void put_strangers(FILE *out, const json_t *strangers, double top)
{
    double most = most_pairs(strangers);
    put_axes(out, most, top);
    for (size_t w = 0; w < json_array_size(strangers) && w < NWAYS; w++) {
        const json_t *counts =
            json_object_get(json_array_get(strangers, w), "histogram");
        ki_putf(out, "<path fill='none' stroke='%s' stroke-width='2' d='",
                ways[w].colour);
        char command = 'M';
        for (size_t d = 0; d <= MOST_DISTANCE; d += 2) { /* half of the bits are set */
            double count = json_number_value(json_array_get(counts, d));
            if (count > 0) {
                ki_putf(out, "%c%.1f %.1f ", command, across((double)d, MOST_DISTANCE),
                        down(count, most, top));
                command = 'L';
            }
        }
        ki_put(out, "'/>\n");
    }
}

void robustness_write_svg(FILE *out, const json_t *results)
{
    const json_t *rows = json_object_get(results, "results");
    const json_t *strangers = json_object_get(results, "strangers");
    double lower = TOP + (double)(ROW * json_array_size(rows)) + GAP;
    int height = (int)lower + CHART + BOTTOM;
    ki_putf(out,
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d'>\n"
            "<style>text{font:13px sans-serif;fill:#444}.title{font-size:17px}"
            ".ground{fill:#fff}.grid{stroke:#ddd}.radius{stroke:#888;"
            "stroke-dasharray:5 4}"
            "@media(prefers-color-scheme:dark){text{fill:#ccc}.ground{fill:#1b1b1b}"
            ".grid{stroke:#3a3a3a}}</style>\n"
            "<rect class='ground' width='%d' height='%d'/>\n"
            "<text class='title' x='%d' y='28'>Altered copies found within 31 bits"
            "</text>\n",
            WIDTH, height, WIDTH, height, LEFT);
    const json_t *first = json_array_get(rows, 0);
    ki_putf(out,
            "<text x='%d' y='48'>%lld synthetic pictures, list of mode pdq</text>\n",
            LEFT, (long long)json_integer_value(json_object_get(first, "copies")));
    put_legend(out);
    put_recall(out, rows);
    ki_putf(out,
            "<text class='title' x='%d' y='%.1f'>Distances of strangers</text>\n"
            "<text x='%d' y='%.1f'>pairs at each distance, of %lld; nearest of the "
            "hashes looked up</text>\n",
            LEFT, lower - 42, LEFT, lower - 22,
            (long long)json_integer_value(
                json_object_get(json_array_get(strangers, 0), "pairs")));
    put_strangers(out, strangers, lower);
    put_text(out, (LEFT + WIDTH - RIGHT) / 2.0, height - 14, "middle", "bits");
    ki_put(out, "</svg>\n");
}
