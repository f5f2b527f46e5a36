/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage list show, export, remove. */
#include <stdio.h>
#include <stdlib.h>

#include <knownimage/list.h>

#include "common/index_folder.h"
#include "common/message.h"
#include "common/option_groups.h"
#include "common/option_types.h"
#include "knownimage/audited.h"
#include "knownimage/commands.h"
#include "knownimage/lists.h"

struct name_arguments {
    const char *index;
    const char *format; /* of list export */
};

static int print_lists(const struct ki_list_info *lists, size_t nlists,
                       const char *name)
{
    const struct ki_list_info *only = name ? find_list(lists, nlists, name) : NULL;
    if (name && !only) {
        message("there is no list '%s'", name);
        return EXIT_TROUBLE;
    }
    for (size_t i = 0; i < nlists; i++) {
        if (!only || only == &lists[i]) {
            struct ki_json json = ki_json_line_begin(stdout);
            put_list(&json, &lists[i]);
            ki_json_line_end(&json);
        }
    }
    return EXIT_DONE;
}

static int run_show(const struct command *command, int argc, char **argv)
{
    struct name_arguments arguments = {0};
    struct operands operands;
    struct index_folder folder;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    if (!index_folder_find_existing(arguments.index, &folder)) {
        return EXIT_TROUBLE;
    }
    struct ki_list_info *lists = NULL;
    size_t nlists = 0;
    struct ki_diag diag = {0};
    enum ki_status status = ki_list_all(folder.path, &lists, &nlists, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        return EXIT_TROUBLE;
    }
    exit_status =
        print_lists(lists, nlists, operands.nitems > 0 ? operands.items[0] : NULL);
    free(lists);
    return exit_status;
}

static int run_export(const struct command *command, int argc, char **argv)
{
    struct name_arguments arguments = {.format = "csv"};
    struct operands operands;
    struct index_folder folder;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    if (!index_folder_find_existing(arguments.index, &folder)) {
        return EXIT_TROUBLE;
    }
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_list_export(folder.path, operands.items[0], arguments.format, stdout, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        return EXIT_TROUBLE;
    }
    return EXIT_DONE;
}

/* The whole list, or the entries named after it. */
static enum ki_status remove_named(const char *folder, const struct operands *operands,
                                   uint64_t *nremoved, struct ki_diag *diag)
{
    const char *name = operands->items[0];
    if (operands->nitems == 1) {
        return ki_list_remove(folder, name, nremoved, diag);
    }
    enum ki_status status = KI_OK;
    for (size_t i = 1; i < operands->nitems && status == KI_OK; i++) {
        bool existed = false;
        status = ki_list_remove_entry(folder, name, operands->items[i], &existed, diag);
        *nremoved += existed;
        if (status == KI_OK && !existed) {
            message("list %s has no entry '%s'", name, operands->items[i]);
        }
    }
    return status;
}

static int run_remove(const struct command *command, int argc, char **argv)
{
    struct name_arguments arguments = {0};
    struct operands operands;
    struct index_folder folder;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    if (!index_folder_find_existing(arguments.index, &folder)) {
        return EXIT_TROUBLE;
    }
    struct ki_diag diag = {0};
    uint64_t nremoved = 0;
    uint64_t generation = 0;
    struct ki_audit *audit;
    if (!audited_begin(folder.path, "removal", operands.items[0], &audit)) {
        return EXIT_TROUBLE;
    }
    enum ki_status status = remove_named(folder.path, &operands, &nremoved, &diag);
    if (status != KI_OK) {
        audited_failed(audit, "removal", operands.items[0]);
        message_status(status, &diag);
        return EXIT_TROUBLE;
    }
    status = ki_index_publish(folder.path, false, &generation, &diag);
    bool is_told = audited_removal(&audit, operands.items[0], nremoved, generation);
    if (status != KI_OK) {
        explain_unpublished(status, &diag);
    }
    if (status != KI_OK || !is_told) {
        return EXIT_TROUBLE;
    }
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_text(&json, "list", operands.items[0]);
    ki_json_uint(&json, "removed", nremoved);
    ki_json_uint(&json, "generation", generation);
    ki_json_line_end(&json);
    (void)fflush(stdout);
    index_folder_warn(&folder);
    return nremoved + 1 < operands.nitems ? EXIT_TROUBLE : EXIT_DONE;
}

static const char *export_format(size_t i)
{
    static const char *const names[] = {"csv", "pdq-text", "ndjson"};
    return i < COUNT(names) ? names[i] : NULL;
}

static const struct option_type export_format_type = {
    .read = option_read_word,
    .expected = "one of ",
    .choice = export_format,
};

static const struct option_spec export_specs[] = {
    {"format", 'f', "FORMAT", &export_format_type,
     offsetof(struct name_arguments, format),
     "csv (default), ndjson: all hashes; pdq-text: PDQ only"},
};

static const struct option_group export_groups[] = {
    {"options", export_specs, COUNT(export_specs), 0},
    INDEX_OPTION_GROUP(offsetof(struct name_arguments, index)),
};

static const struct option_group name_groups[] = {
    INDEX_OPTION_GROUP(offsetof(struct name_arguments, index)),
};

const struct command command_list_show = {
    .name = "list show",
    .operands = "[NAME]",
    .max_operands = 1,
    .summary = "print lists with their policy and counts",
    .details = "One line of JSON a list, in order of name.",
    .groups = name_groups,
    .ngroups = COUNT(name_groups),
    .run = run_show,
};

const struct command command_list_export = {
    .name = "list export",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "write the entries of a list to standard output",
    .details = "Each format can be imported again.",
    .groups = export_groups,
    .ngroups = COUNT(export_groups),
    .run = run_export,
};

const struct command command_list_remove = {
    .name = "list remove",
    .operands = "NAME [ENTRY…]",
    .min_operands = 1,
    .max_operands = ANY_NUMBER,
    .summary = "remove a list with all its entries, or single entries of it",
    .details =
        "Publishes, so that nothing matches them any more. Prints one line of JSON.\n\n"
        "Exit status: 0 done, 2 failed or an entry was not there.",
    .groups = name_groups,
    .ngroups = COUNT(name_groups),
    .run = run_remove,
};
