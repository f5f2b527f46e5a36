/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage: the command table and what stands before a command. */
#include <stdio.h>
#include <string.h>

#include <knownimage/status.h>

#include "base/turns.h"
#include "common/message.h"
#include "common/output.h"
#include "knownimage/commands.h"
#include "report/put.h"

static const struct command *const commands[] = {
    &command_scan,          &command_lookup,          &command_hash,
    &command_list_add,      &command_list_import,     &command_list_show,
    &command_list_export,   &command_list_remove,     &command_list_check,
    &command_list_manifest, &command_list_quarantine, &command_list_release,
    &command_entry_show,    &command_index_status,    &command_index_publish,
    &command_index_verify,  &command_index_prune,     &command_policy_check,
    &command_policy_show,   &command_key_create,      &command_key_sign,
    &command_key_verify,    &command_audit_enable,    &command_audit_status,
    &command_audit_verify,  &command_audit_prove,     &command_audit_checkpoint,
    &command_audit_prune,   &command_verdict_replay,
};

static int show_help(const char *group)
{
    ki_put(stdout, "usage: knownimage COMMAND [OPTIONS] …\n\n"
                   "Recognises known images by their hashes.\n\ncommands:\n");
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (strncmp(commands[i]->name, group, strlen(group)) == 0) {
            ki_putf(stdout, "  %-15s %s\n", commands[i]->name, commands[i]->summary);
        }
    }
    ki_put(stdout, "\n'knownimage COMMAND --help' tells more about each, "
                   "'knownimage --version' the version.\n");
    return EXIT_DONE;
}

static int refuse(const char *what, const char *word)
{
    message("%s '%s'", what, word);
    message("try 'knownimage --help'");
    return EXIT_USAGE;
}

/* Words of the command's name that argv begins with, 0 if it is another command. */
static int match_words(const struct command *command, int argc, char **argv)
{
    const char *space = strchr(command->name, ' ');
    if (!space) {
        return strcmp(argv[0], command->name) == 0;
    }
    size_t length = (size_t)(space - command->name);
    bool is_same = argc > 1 && strlen(argv[0]) == length &&
                   strncmp(argv[0], command->name, length) == 0 &&
                   strcmp(argv[1], space + 1) == 0;
    return is_same ? 2 : 0;
}

static const struct command *find_command(int argc, char **argv, int *nwords)
{
    for (size_t i = 0; i < COUNT(commands); i++) {
        *nwords = match_words(commands[i], argc, argv);
        if (*nwords > 0) {
            return commands[i];
        }
    }
    return NULL;
}

/* True for the first word of commands of two words. */
static bool is_group(const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; i < COUNT(commands); i++) {
        const char *name = commands[i]->name;
        if (length > 0 && strncmp(name, word, length) == 0 && name[length] == ' ') {
            return true;
        }
    }
    return false;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
           strcmp(word, "help") == 0;
}

/* "help", "help list", "help list add". */
static int run_help(int argc, char **argv)
{
    int nwords;
    if (argc == 0) {
        return show_help("");
    }
    const struct command *command = find_command(argc, argv, &nwords);
    if (command && nwords == argc) {
        command_help(command);
        return EXIT_DONE;
    }
    if (argc == 1 && is_group(argv[0])) {
        return show_help(argv[0]);
    }
    return refuse("no help on", argv[argc - 1]);
}

static int run_group(int argc, char **argv)
{
    if (argc > 1 && is_help(argv[1])) {
        return show_help(argv[0]);
    }
    if (argc > 1) {
        message("%s: unknown command '%s'", argv[0], argv[1]);
    } else {
        message("%s: which command?", argv[0]);
    }
    message("try 'knownimage help %s'", argv[0]);
    return EXIT_USAGE;
}

/* These work while others look up. */
static bool is_in_background(const struct command *command)
{
    return strncmp(command->name, "list ", strlen("list ")) == 0 ||
           strncmp(command->name, "index ", strlen("index ")) == 0;
}

/* argc ≥ 1 words after the program's name. */
static int run(int argc, char **argv)
{
    int nwords;
    const struct command *command = find_command(argc, argv, &nwords);
    if (command) {
        if (is_in_background(command)) {
            ki_take_short_turns();
        }
        return command->run(command, argc - nwords + 1, argv + nwords - 1);
    }
    if (is_help(argv[0])) {
        return run_help(argc - 1, argv + 1);
    }
    if (strcmp(argv[0], "--version") == 0 || strcmp(argv[0], "-V") == 0) {
        ki_putf(stdout, "knownimage %s\n", ki_version());
        return EXIT_DONE;
    }
    if (is_group(argv[0])) {
        return run_group(argc, argv);
    }
    return refuse(argv[0][0] == '-' ? "unknown option" : "unknown command", argv[0]);
}

int main(int argc, char **argv)
{
    output_init();
    if (argc < 2) {
        message("which command?");
        message("try 'knownimage --help'");
        return output_finish(EXIT_USAGE);
    }
    return output_finish(run(argc - 1, argv + 1));
}
