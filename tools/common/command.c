/* SPDX-License-Identifier: Apache-2.0 */
#include "common/command.h"

#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/message.h"

enum {
    MAX_OPTIONS = 48,
    FIRST_VALUE = 256, /* what getopt_long returns for table row 0 */
    HELP_VALUE = 255
};

/* A table in the form getopt_long wants. specs[i] belongs to rows[i]. */
struct getopt_table {
    struct option rows[MAX_OPTIONS + 2];
    const struct option_spec *specs[MAX_OPTIONS];
    size_t offsets[MAX_OPTIONS]; /* of their fields */
    size_t noptions;
    char letters[2 * MAX_OPTIONS + 3];
    size_t nletters;
};

static void add_letter(struct getopt_table *table, char letter, bool has_argument)
{
    table->letters[table->nletters++] = letter;
    if (has_argument) {
        table->letters[table->nletters++] = ':';
    }
}

static void add_option(struct getopt_table *table, const struct option_spec *spec,
                       size_t offset)
{
    size_t i = table->noptions++;
    assert(i < MAX_OPTIONS);
    int takes = spec->argument ? required_argument : no_argument;
    table->rows[i] = (struct option){spec->name, takes, NULL, FIRST_VALUE + (int)i};
    table->specs[i] = spec;
    table->offsets[i] = offset + spec->offset;
    if (spec->letter) {
        add_letter(table, spec->letter, spec->argument != NULL);
    }
}

static void fill_table(const struct command *command, struct getopt_table *table)
{
    add_letter(table, ':', false); /* tell a missing argument by ':' */
    add_letter(table, 'h', false);
    for (size_t i = 0; i < command->ngroups; i++) {
        const struct option_group *group = &command->groups[i];
        for (size_t j = 0; j < group->nspecs; j++) {
            add_option(table, &group->specs[j], group->offset);
        }
    }
    table->rows[table->noptions] =
        (struct option){"help", no_argument, NULL, HELP_VALUE};
}

/* The row that a return value of getopt_long stands for; noptions if there is none. */
static size_t find_row(const struct getopt_table *table, int value)
{
    size_t i = 0;
    while (i < table->noptions && value != FIRST_VALUE + (int)i &&
           (value <= 0 || value != table->specs[i]->letter)) {
        i++;
    }
    return i;
}

int command_usage_error(const struct command *command, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    message("%s: %s", command->name, length < 0 ? "out of memory" : text);
    message("try '%s %s --help'", program_name, command->name);
    if (length >= 0) {
        free(text);
    }
    return EXIT_USAGE;
}

static int refuse_option(const struct command *command,
                         const struct getopt_table *table, int value, const char *word)
{
    size_t row = find_row(table, optopt);
    if (row < table->noptions) {
        const struct option_spec *spec = table->specs[row];
        return command_usage_error(command,
                                   value == ':' ? "option --%s needs an argument: %s"
                                                : "option --%s takes no argument%s",
                                   spec->name, value == ':' ? spec->argument : "");
    }
    if (optopt > 0 && optopt < HELP_VALUE) {
        return command_usage_error(command, "unknown option -%c", optopt);
    }
    return command_usage_error(command, "unknown or ambiguous option %s", word);
}

static bool read_option(const struct command *command, const struct getopt_table *table,
                        int value, void *fields, int *exit_status)
{
    size_t row = find_row(table, value);
    if (row >= table->noptions) {
        *exit_status = command_usage_error(command, "unknown option");
        return false;
    }
    const struct option_spec *spec = table->specs[row];
    const char *text = spec->argument ? optarg : NULL;
    if (spec->type->read(spec->type, text, (char *)fields + table->offsets[row])) {
        return true;
    }
    char choices[CHOICES_NBYTES];
    option_choices(spec->type, choices);
    *exit_status = command_usage_error(command, "option --%s needs %s%s, not '%s'",
                                       spec->name, spec->type->expected, choices, text);
    return false;
}

/* Acts on one return value of getopt_long other than -1. */
static bool take_value(const struct command *command, const struct getopt_table *table,
                       int value, const char *word, void *fields, int *exit_status)
{
    if (value == 'h' || value == HELP_VALUE) {
        command_help(command);
        *exit_status = EXIT_DONE;
        return false;
    }
    if (value == '?' || value == ':') {
        *exit_status = refuse_option(command, table, value, word);
        return false;
    }
    return read_option(command, table, value, fields, exit_status);
}

static bool check_operands(const struct command *command, const struct operands *found,
                           int *exit_status)
{
    if (found->nitems < command->min_operands) {
        *exit_status =
            command_usage_error(command, "too few arguments: %s", command->operands);
        return false;
    }
    if (found->nitems > command->max_operands) {
        *exit_status = command_usage_error(command, "unexpected argument '%s'",
                                           found->items[command->max_operands]);
        return false;
    }
    return true;
}

bool command_read(const struct command *command, int argc, char **argv, void *fields,
                  struct operands *operands, int *exit_status)
{
    struct getopt_table table = {0};
    fill_table(command, &table);
    opterr = 0;
    optind = 0; /* GNU's way to forget where another command line was left */
    for (;;) {
        /* The only thread there is yet. NOLINTNEXTLINE(concurrency-mt-unsafe) */
        int value = getopt_long(argc, argv, table.letters, table.rows, NULL);
        if (value == -1) {
            break;
        }
        const char *word = argv[optind - 1];
        if (!take_value(command, &table, value, word, fields, exit_status)) {
            return false;
        }
    }
    operands->items = (const char *const *)argv + optind;
    operands->nitems = (size_t)(argc - optind);
    *exit_status = EXIT_DONE;
    return check_operands(command, operands, exit_status);
}
