/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/bench.h"
#include "common/message.h"

int bench_run_sized(const struct command *command, int argc, char **argv,
                    const struct bench_sized *sized, void *arguments)
{
    const struct bench_sized_arguments *own = arguments;
    struct operands operands;
    int exit_status;
    uint32_t sizes[BENCH_MOST_SIZES];
    if (!command_read(command, argc, argv, arguments, &operands, &exit_status)) {
        return exit_status;
    }
    size_t nsizes = bench_sizes(own->sizes, sizes);
    if (nsizes == 0) {
        return command_usage_error(command, "bad sizes '%s'", own->sizes);
    }
    json_t *results = bench_results_begin(command->name);
    bool is_good = true;
    for (size_t i = 0; i < nsizes; i++) {
        is_good = sized->run(results, arguments, sizes[i]) && is_good;
    }
    bench_table(json_object_get(results, "results"), sized->columns, sized->ncolumns);
    is_good = bench_results_end(results, own->out) && is_good;
    return is_good ? EXIT_DONE : EXIT_TROUBLE;
}
