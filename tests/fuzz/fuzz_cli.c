/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines of any words, read by the option table of each command but not run: a
 * message and a status, or fields and operands that come from the words.
 *
 * The first byte chooses the command; the words follow, parted by newlines.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/command.h"
#include "common/message.h"
#include "fuzz/fuzz.h"
#include "knownimage/commands.h"

enum { MOST_WORDS = 24, FIELDS_NBYTES = 4096 };

static const struct command *const commands[] = {
    &command_scan,         &command_lookup,
    &command_hash,         &command_list_add,
    &command_list_import,  &command_list_show,
    &command_list_export,  &command_list_remove,
    &command_index_status, &command_index_publish,
    &command_index_verify, &command_index_prune,
    &command_policy_check, &command_policy_show,
    &command_key_create,   &command_key_sign,
    &command_key_verify,   &command_audit_enable,
    &command_audit_status, &command_audit_verify,
    &command_audit_prove,  &command_audit_checkpoint,
    &command_audit_prune,  &command_verdict_replay,
};

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

/* A word of its own size, so that a sanitizer sees overruns. */
static char *copy_word(const char *text, size_t length)
{
    char *word = malloc(length + 1);
    require(word != NULL);
    memcpy(word, text, length);
    word[length] = '\0';
    return word;
}

static int split(const char *text, size_t nbytes, char *argv[MOST_WORDS + 1])
{
    int argc = 0;
    argv[argc++] = copy_word("word", 4);
    for (size_t i = 0; i < nbytes && argc < MOST_WORDS;) {
        const char *end = memchr(text + i, '\n', nbytes - i);
        size_t length = end ? (size_t)(end - text) - i : nbytes - i;
        const char *zero = memchr(text + i, '\0', length);
        argv[argc++] = copy_word(text + i, zero ? (size_t)(zero - text) - i : length);
        i += length + 1;
    }
    argv[argc] = NULL;
    return argc;
}

static void read_words(const struct command *command, int argc, char **argv)
{
    static max_align_t fields[FIELDS_NBYTES / sizeof(max_align_t)];
    struct operands operands = {0};
    int exit_status = -1;
    memset(fields, 0, sizeof fields);
    if (!command_read(command, argc, argv, fields, &operands, &exit_status)) {
        require(exit_status == EXIT_USAGE || exit_status == EXIT_DONE);
        return;
    }
    require(operands.nitems >= command->min_operands);
    require(operands.nitems <= command->max_operands);
    for (size_t i = 0; i < operands.nitems; i++) {
        require(strlen(operands.items[i]) < SIZE_MAX);
    }
}

/* Messages and help are not what is looked at here. */
static void silence(void)
{
    stdout = fopen("/dev/null", "w");
    stderr = stdout;
    require(stdout != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static bool is_silent;
    if (!is_silent) {
        silence();
        is_silent = true;
    }
    if (nbytes == 0) {
        return 0;
    }
    char *argv[MOST_WORDS + 1];
    int argc = split((const char *)data + 1, nbytes - 1, argv);
    char *given[MOST_WORDS + 1]; /* reading may change the order */
    memcpy(given, argv, sizeof given);
    read_words(commands[data[0] % COUNT(commands)], argc, argv);
    for (int i = 0; i < argc; i++) {
        free(given[i]);
    }
    return 0;
}
