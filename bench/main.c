/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-bench: the command table. */
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "common/message.h"
#include "common/output.h"
#include "report/put.h"

static const struct command *const commands[] = {
    &command_search, &command_build,      &command_publish,    &command_open,
    &command_hash,   &command_fidelity,   &command_robustness, &command_scan,
    &command_gate,   &command_tune,       &command_swap,       &command_sandbox,
    &command_audit,  &command_read_files, &command_compare,    &command_plot,
};

static int show_help(void)
{
    ki_put(stdout, "usage: knownimage-bench COMMAND [OPTIONS] …\n\n"
                   "Measures the engine and its peers.\n\ncommands:\n");
    for (size_t i = 0; i < COUNT(commands); i++) {
        ki_putf(stdout, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    }
    ki_put(stdout, "\n'knownimage-bench COMMAND --help' tells more about each.\n");
    return EXIT_DONE;
}

int main(int argc, char **argv)
{
    program_name = "knownimage-bench";
    output_init();
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        return output_finish(show_help());
    }
    for (size_t i = 0; argc > 1 && i < COUNT(commands); i++) {
        if (strcmp(argv[1], commands[i]->name) == 0) {
            return output_finish(commands[i]->run(commands[i], argc - 1, argv + 1));
        }
    }
    message(argc > 1 ? "unknown command '%s'" : "no command given", argv[1]);
    message("try 'knownimage-bench --help'");
    return EXIT_USAGE;
}
