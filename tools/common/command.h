/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command is: its words, its operands, its options. These tables drive the
 * reading of the command line and the help, and hold all that a man page or a shell's
 * completion needs.
 */
#ifndef KI_TOOLS_COMMAND_H
#define KI_TOOLS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/status.h>

/* How the argument of an option is read. */
struct option_type {
    /* Reads text into *field; NULL text for options without an argument. */
    bool (*read)(const struct option_type *type, const char *text, void *field);
    const char *expected; /* "a number from 0 to 100", for the message if it is not */
    /* The words it may be, i = 0, 1, … until NULL; NULL if it is not such a type. They
     * are added to expected and to the help. */
    const char *(*choice)(size_t i);
    uint64_t min; /* of numbers */
    uint64_t max;
};

struct option_spec {
    const char *name;     /* without the dashes */
    char letter;          /* the short form, or 0 */
    const char *argument; /* its name in the help; NULL: takes none */
    const struct option_type *type;
    size_t offset;    /* of the field, from the offset of the group */
    const char *help; /* lines parted by \n */
};

/* Options that stand together in the help, and may be shared between commands. */
struct option_group {
    const char *title; /* NULL: goes on with the group before */
    const struct option_spec *specs;
    size_t nspecs;
    size_t offset; /* in the struct that the command reads into */
};

/* The number of elements of an array. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct command {
    const char *name;     /* one or two words: "scan", "list add" */
    const char *operands; /* as the usage line shows them: "NAME FILE|-" */
    size_t min_operands;
    size_t max_operands;
    const char *summary; /* one line, no full stop */
    const char *details; /* paragraphs for --help, or NULL */
    const struct option_group *groups;
    size_t ngroups;
    int (*run)(const struct command *command, int argc, char **argv);
};

/* SIZE_MAX as max_operands: any number. */
#define ANY_NUMBER SIZE_MAX

/* "one, two, three" */
enum { CHOICES_NBYTES = 512 };
void option_choices(const struct option_type *type, char text[CHOICES_NBYTES]);

/* What is left of a command line after its options; borrows argv. */
struct operands {
    const char *const *items;
    size_t nitems;
};

/* Reads argv (argv[0] is the last word of the command) into *fields, which must hold
 * the defaults, and *operands. --help (-h) is understood without standing in the table.
 * On false the command must return *exit_status: help was printed, or a message about
 * what is wrong. On true it is EXIT_DONE. */
bool command_read(const struct command *command, int argc, char **argv, void *fields,
                  struct operands *operands, int *exit_status);

/* Says what is wrong, with a hint to --help. Returns EXIT_USAGE. */
int command_usage_error(const struct command *command, const char *format, ...)
    KI_PRINTF(2, 3);

/* Prints what `knownimage COMMAND --help` shows to stdout. */
void command_help(const struct command *command);

#endif
