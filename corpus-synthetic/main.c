/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-corpus: test pictures, altered copies, damaged files and hash lists. */
#include <stdio.h>
#include <string.h>

#include <knownimage/status.h>

#include "alter.h"
#include "corpus.h"
#include "damage.h"
#include "options.h"
#include "synth.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 64, DEFAULT_FILLERS = 1000 };

struct command {
    const char *name;
    const char *argument;
    const char *help;
    enum ki_corpus_command command;
    enum ki_status (*run)(const struct ki_corpus_options *options,
                          struct ki_diag *diag);
};

static const struct command commands[] = {
    {"make", "FOLDER", "a corpus: pictures, copies, damaged files, lists, manifest",
     KI_COMMAND_MAKE, ki_corpus_make},
    {"picture", "FILE", "one picture, .jpg or .png; - is a JPEG on standard output",
     KI_COMMAND_PICTURE, ki_corpus_picture},
    {"list", "FILE", "one list of PDQ hashes; - is standard output", KI_COMMAND_LIST,
     ki_corpus_list},
};

enum { NCOMMANDS = sizeof commands / sizeof commands[0] };

static void print_names(FILE *out)
{
    (void)fprintf(out, "\nKinds of pictures:");
    for (size_t i = 0; ki_synth_at(i); i++) {
        (void)fprintf(out, " %s", ki_synth_at(i)->name);
    }
    (void)fprintf(out, "\nAlterations:");
    for (size_t i = 0; ki_alteration_at(i); i++) {
        (void)fprintf(out, " %s", ki_alteration_at(i)->name);
    }
    (void)fprintf(out, "\nDamaged files:");
    for (size_t i = 0; ki_damage_at(i); i++) {
        (void)fprintf(out, " %s", ki_damage_at(i)->name);
    }
    (void)fprintf(out, "\n");
}

static void print_command(FILE *out, const struct command *command)
{
    (void)fprintf(out, "\nknownimage-corpus %s [options] %s\n  %s\n", command->name,
                  command->argument, command->help);
    ki_corpus_options_help(out, command->command);
}

static void print_help(FILE *out)
{
    (void)fprintf(out, "Makes test data for knownimage. The same seed and options give "
                       "the same bytes.\n");
    for (size_t i = 0; i < NCOMMANDS; i++) {
        print_command(out, &commands[i]);
    }
    print_names(out);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < NCOMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static int run(const struct command *command, int narguments, char *arguments[])
{
    struct ki_corpus_options options;
    ki_corpus_options_init(&options);
    if (command->command == KI_COMMAND_MAKE) {
        options.nuniform = DEFAULT_FILLERS;
    }
    if (!ki_corpus_options_parse(command->command, narguments, arguments, &options)) {
        return EXIT_USAGE;
    }
    if (options.help) {
        print_command(stdout, command);
        return EXIT_OK;
    }
    struct ki_diag diag = {0};
    enum ki_status status = command->run(&options, &diag);
    if (status == KI_OK) {
        return EXIT_OK;
    }
    (void)fprintf(stderr, "knownimage-corpus: %s\n",
                  diag.message[0] ? diag.message : ki_status_text(status));
    return status == KI_ERR_ARGUMENT ? EXIT_USAGE : EXIT_FAILED;
}

int main(int narguments, char *arguments[])
{
    const char *name = narguments > 1 ? arguments[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        print_help(stdout);
        return EXIT_OK;
    }
    const struct command *command = find_command(name);
    if (!command) {
        (void)fprintf(stderr,
                      "knownimage-corpus: %s%s\nTry knownimage-corpus --help.\n",
                      *name ? "no such command: " : "name a command", name);
        return EXIT_USAGE;
    }
    return run(command, narguments - 1, arguments + 1);
}
