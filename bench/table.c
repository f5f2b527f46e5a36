/* SPDX-License-Identifier: Apache-2.0 */
/* Results as a table for people. */
#include "bench/bench.h"
#include "report/put.h"

static void put_cell(const json_t *value, const struct bench_column *column)
{
    if (json_is_string(value)) {
        ki_putf(stdout, "%-*s ", column->width, json_string_value(value));
    } else if (json_is_real(value)) {
        ki_putf(stdout, "%*.*f ", column->width, column->ndigits,
                json_real_value(value));
    } else if (json_is_integer(value)) {
        ki_putf(stdout, "%*lld ", column->width, (long long)json_integer_value(value));
    } else {
        ki_putf(stdout, "%*s ", column->width, "–");
    }
}

void bench_table(const json_t *rows, const struct bench_column *columns,
                 size_t ncolumns)
{
    const json_t *first = json_array_get(rows, 0);
    for (size_t c = 0; c < ncolumns; c++) {
        bool is_text = json_is_string(json_object_get(first, columns[c].key));
        ki_putf(stdout, is_text ? "%-*s " : "%*s ", columns[c].width, columns[c].title);
    }
    ki_put(stdout, "\n");
    for (size_t r = 0; r < json_array_size(rows); r++) {
        for (size_t c = 0; c < ncolumns; c++) {
            const json_t *row = json_array_get(rows, r);
            put_cell(json_object_get(row, columns[c].key), &columns[c]);
        }
        ki_put(stdout, "\n");
    }
}
