/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, from one table of options that also makes the help. */
#ifndef KI_CORPUS_OPTIONS_H
#define KI_CORPUS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct ki_corpus_options {
    uint64_t seed;
    uint64_t noriginals;
    uint64_t nstrangers;
    uint64_t nuniform;
    uint64_t ncorrelated;
    uint64_t width;  /* 0: chosen per picture */
    uint64_t height; /* 0: likewise */
    double megapixels;
    uint64_t quality;
    const char *kind; /* NULL: one after the other */
    bool progressive;
    bool names;
    bool force;
    bool help;
    const char *path; /* the folder or file to make */
};

/* What a command reads; a bit of struct ki_option.commands. */
enum ki_corpus_command {
    KI_COMMAND_MAKE = 1,
    KI_COMMAND_PICTURE = 2,
    KI_COMMAND_LIST = 4
};

void ki_corpus_options_init(struct ki_corpus_options *options);

/* Reads what follows the command's name (arguments[0]). On failure a message went to
 * stderr. With help, path may be NULL. */
bool ki_corpus_options_parse(enum ki_corpus_command command, int narguments,
                             char *arguments[], struct ki_corpus_options *options);

/* One line for each option of the command. */
void ki_corpus_options_help(FILE *out, enum ki_corpus_command command);

#endif
