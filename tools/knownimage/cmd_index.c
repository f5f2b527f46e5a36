/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage index status, publish, verify, prune. */
#include <stdio.h>
#include <string.h>

#include <knownimage/index.h>

#include "common/index_folder.h"
#include "common/message.h"
#include "common/option_groups.h"
#include "knownimage/commands.h"
#include "knownimage/lists.h"

/* --index is the only option here. */
struct index_arguments {
    const char *index;
};

static bool find_folder(const struct command *command, int argc, char **argv,
                        struct index_folder *folder, int *exit_status)
{
    struct index_arguments arguments = {0};
    struct operands operands;
    if (!command_read(command, argc, argv, &arguments, &operands, exit_status)) {
        return false;
    }
    *exit_status = EXIT_TROUBLE;
    return index_folder_find_existing(arguments.index, folder);
}

static int fail(enum ki_status status, const struct ki_diag *diag)
{
    message_status(status, diag);
    return EXIT_TROUBLE;
}

static void print_status(const char *folder, const struct ki_index_status *state)
{
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_raw(&json, "index", "index_bytes", folder, strlen(folder));
    ki_json_uint(&json, "generation", state->generation);
    ki_json_bool(&json, "is_current", state->catalog_serial == state->published_serial);
    ki_json_uint(&json, "catalog_serial", state->catalog_serial);
    ki_json_uint(&json, "published_serial", state->published_serial);
    ki_json_uint(&json, "lists", state->nlists);
    ki_json_uint(&json, "entries", state->nentries);
    put_nhashes(&json, state->nhashes);
    ki_json_uint(&json, "segments", state->nsegments);
    ki_json_uint(&json, "segment_bytes", state->segment_nbytes);
    ki_json_line_end(&json);
}

static int run_status(const struct command *command, int argc, char **argv)
{
    struct index_folder folder;
    int exit_status;
    if (!find_folder(command, argc, argv, &folder, &exit_status)) {
        return exit_status;
    }
    struct ki_index_status state;
    struct ki_diag diag = {0};
    enum ki_status status = ki_index_status(folder.path, &state, &diag);
    if (status != KI_OK) {
        return fail(status, &diag);
    }
    print_status(folder.path, &state);
    return EXIT_DONE;
}

static int run_publish(const struct command *command, int argc, char **argv)
{
    struct index_folder folder;
    int exit_status;
    if (!find_folder(command, argc, argv, &folder, &exit_status)) {
        return exit_status;
    }
    uint64_t generation = 0;
    struct ki_diag diag = {0};
    enum ki_status status = ki_index_publish(folder.path, &generation, &diag);
    if (status != KI_OK) {
        return fail(status, &diag);
    }
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_uint(&json, "generation", generation);
    ki_json_line_end(&json);
    return EXIT_DONE;
}

static void on_problem(void *context, const char *text)
{
    uint64_t *nproblems = context;
    (*nproblems)++;
    message("%s", text);
}

static int run_verify(const struct command *command, int argc, char **argv)
{
    struct index_folder folder;
    int exit_status;
    if (!find_folder(command, argc, argv, &folder, &exit_status)) {
        return exit_status;
    }
    uint64_t nproblems = 0;
    struct ki_diag diag = {0};
    enum ki_status status = ki_index_verify(folder.path, on_problem, &nproblems, &diag);
    if (status != KI_OK && nproblems == 0) {
        return fail(status, &diag); /* it could not be checked */
    }
    bool is_good = status == KI_OK && nproblems == 0;
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_bool(&json, "is_good", is_good);
    ki_json_uint(&json, "problems", nproblems);
    ki_json_line_end(&json);
    return is_good ? EXIT_DONE : EXIT_TROUBLE;
}

static int run_prune(const struct command *command, int argc, char **argv)
{
    struct index_folder folder;
    int exit_status;
    if (!find_folder(command, argc, argv, &folder, &exit_status)) {
        return exit_status;
    }
    uint64_t nremoved = 0;
    uint64_t removed_nbytes = 0;
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_index_prune(folder.path, &nremoved, &removed_nbytes, &diag);
    if (status != KI_OK) {
        return fail(status, &diag);
    }
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_uint(&json, "removed", nremoved);
    ki_json_uint(&json, "removed_bytes", removed_nbytes);
    ki_json_line_end(&json);
    return EXIT_DONE;
}

static const struct option_group groups[] = {
    INDEX_OPTION_GROUP(offsetof(struct index_arguments, index)),
};

const struct command command_index_status = {
    .name = "index status",
    .operands = "",
    .summary = "print the state of the index",
    .details =
        "One line of JSON. is_current is false if something was imported but not\n"
        "published yet.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_status,
};

const struct command command_index_publish = {
    .name = "index publish",
    .operands = "",
    .summary = "make a generation of what was imported",
    .details = "Does nothing but print the generation if nothing has changed.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_publish,
};

const struct command command_index_verify = {
    .name = "index verify",
    .operands = "",
    .summary = "check every file of the index",
    .details =
        "Problems are told on standard error; one line of JSON sums them up.\n\n"
        "Exit status: 0 no problem found, 2 a problem, or it could not be checked.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_verify,
};

const struct command command_index_prune = {
    .name = "index prune",
    .operands = "",
    .summary = "remove files that no generation needs",
    .details = NULL,
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_prune,
};
