/* SPDX-License-Identifier: Apache-2.0 */
/* --help, from the tables. */
#include <stdio.h>
#include <string.h>

#include "common/message.h"
#include "common/command.h"
#include "report/put.h"

enum { HELP_COLUMN = 30 };

/* Text whose lines are parted by \n, the first of them at the column already. */
static void put_indented(const char *text, int column)
{
    for (;;) {
        size_t length = strcspn(text, "\n");
        ki_putf(stdout, "%.*s\n", (int)length, text);
        if (text[length] == '\0') {
            return;
        }
        text += length + 1;
        ki_putf(stdout, "%*s", column, "");
    }
}

static void put_option(char letter, const char *name, const char *argument,
                       const char *help)
{
    char head[64];
    char letters[8] = "    ";
    if (letter) {
        (void)snprintf(letters, sizeof letters, "-%c, ", letter);
    }
    int width = snprintf(head, sizeof head, "  %s--%s%s%s", letters, name,
                         argument ? " " : "", argument ? argument : "");
    ki_put(stdout, head);
    if (width + 2 > HELP_COLUMN) {
        ki_putf(stdout, "\n%*s", HELP_COLUMN, "");
    } else {
        ki_putf(stdout, "%*s", HELP_COLUMN - width, "");
    }
    put_indented(help, HELP_COLUMN);
}

static void put_choices(const struct option_type *type)
{
    if (type->choice) {
        char choices[CHOICES_NBYTES];
        option_choices(type, choices);
        ki_putf(stdout, "%*s[%s]\n", HELP_COLUMN, "", choices);
    }
}

static void put_group(const struct option_group *group)
{
    if (group->title) {
        ki_putf(stdout, "\n%s:\n", group->title);
    }
    for (size_t i = 0; i < group->nspecs; i++) {
        const struct option_spec *spec = &group->specs[i];
        put_option(spec->letter, spec->name, spec->argument, spec->help);
        put_choices(spec->type);
    }
}

void command_help(const struct command *command)
{
    ki_putf(stdout, "usage: %s %s [OPTIONS]%s%s\n\n%s.\n", program_name, command->name,
            command->operands[0] ? " " : "", command->operands, command->summary);
    if (command->details) {
        ki_putf(stdout, "\n%s\n", command->details);
    }
    for (size_t i = 0; i < command->ngroups; i++) {
        put_group(&command->groups[i]);
    }
    put_option('h', "help", NULL, "show this help");
}
