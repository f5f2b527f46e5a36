/* SPDX-License-Identifier: Apache-2.0 */
/* Results as JSON. */
#include <stdio.h>
#include <string.h>

#include <knownimage/status.h>

#include "bench/bench.h"
#include "common/message.h"

json_t *bench_results_begin(const char *command)
{
    return json_pack("{s:s,s:s,s:o,s:[]}", "command", command, "version", ki_version(),
                     "machine", bench_machine(), "results");
}

void bench_results_add(json_t *results, json_t *row)
{
    (void)json_array_append_new(json_object_get(results, "results"), row);
}

bool bench_results_end(json_t *results, const char *path)
{
    bool is_good =
        !path ||
        json_dump_file(results, path, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) == 0;
    if (!is_good) {
        message("cannot write %s", path);
    }
    json_decref(results);
    return is_good;
}
