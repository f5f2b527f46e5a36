/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage list quarantine, release. */
#include <stdio.h>
#include <string.h>

#include <knownimage/list.h>

#include "common/index_folder.h"
#include "common/message.h"
#include "common/option_groups.h"
#include "common/output.h"
#include "knownimage/audited.h"
#include "knownimage/commands.h"
#include "knownimage/lists.h"

struct quarantine_arguments {
    const char *index;
};

static bool begin(const struct command *command, int argc, char **argv,
                  struct operands *operands, struct index_folder *folder,
                  int *exit_status)
{
    struct quarantine_arguments arguments = {0};
    if (!command_read(command, argc, argv, &arguments, operands, exit_status)) {
        return false;
    }
    *exit_status = EXIT_TROUBLE;
    return index_folder_find_existing(arguments.index, folder);
}

static void put_figures(struct ki_json *json, const struct ki_hash *hash)
{
    struct ki_pdq pdq;
    struct ki_pdq_figures figures;
    memcpy(pdq.bytes, hash->bytes, sizeof pdq.bytes);
    ki_pdq_measure(&pdq, &figures);
    ki_json_object_begin(json, NULL);
    ki_json_uint(json, "coherence", figures.coherence);
    ki_json_uint(json, "asymmetry", figures.asymmetry);
    ki_json_uint(json, "weight", figures.weight);
    ki_json_uint(json, "broken_squares", figures.broken_squares);
    ki_json_object_end(json);
}

static bool on_entry(void *context, const struct ki_quarantined *entry)
{
    const char *list = context;
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_text(&json, "list", list);
    ki_json_raw(&json, "entry", "entry_bytes", entry->entry, strlen(entry->entry));
    put_doubts(&json, entry->doubts);
    ki_json_array_begin(&json, "pdq");
    for (size_t i = 0; i < entry->nhashes; i++) {
        if (entry->hashes[i].kind == KI_KIND_PDQ) {
            put_figures(&json, &entry->hashes[i]);
        }
    }
    ki_json_array_end(&json);
    ki_json_line_end(&json);
    return output_is_good();
}

static int run_quarantine(const struct command *command, int argc, char **argv)
{
    struct operands operands;
    struct index_folder folder;
    int exit_status;
    if (!begin(command, argc, argv, &operands, &folder, &exit_status)) {
        return exit_status;
    }
    struct ki_diag diag = {0};
    char list[KI_LIST_NAME_NBYTES];
    (void)snprintf(list, sizeof list, "%s", operands.items[0]);
    enum ki_status status =
        ki_list_quarantine(folder.path, operands.items[0], on_entry, list, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        return EXIT_TROUBLE;
    }
    return EXIT_DONE;
}

static enum ki_status release_named(const char *folder, const struct operands *operands,
                                    uint64_t *nreleased, struct ki_diag *diag)
{
    const char *name = operands->items[0];
    enum ki_status status = KI_OK;
    for (size_t i = 1; i < operands->nitems && status == KI_OK; i++) {
        bool was_quarantined = false;
        status = ki_list_release_entry(folder, name, operands->items[i],
                                       &was_quarantined, diag);
        *nreleased += was_quarantined;
        if (status == KI_OK && !was_quarantined) {
            message("list %s has no entry '%s' in quarantine", name,
                    operands->items[i]);
        }
    }
    return status;
}

static void print_release(const char *name, uint64_t nreleased, uint64_t generation)
{
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_text(&json, "list", name);
    ki_json_uint(&json, "released", nreleased);
    ki_json_uint(&json, "generation", generation);
    ki_json_line_end(&json);
    (void)fflush(stdout);
}

static int run_release(const struct command *command, int argc, char **argv)
{
    struct operands operands;
    struct index_folder folder;
    int exit_status;
    if (!begin(command, argc, argv, &operands, &folder, &exit_status)) {
        return exit_status;
    }
    struct ki_diag diag = {0};
    uint64_t nreleased = 0;
    uint64_t generation = 0;
    struct ki_audit *audit;
    if (!audited_begin(folder.path, "release", operands.items[0], &audit)) {
        return EXIT_TROUBLE;
    }
    enum ki_status status = release_named(folder.path, &operands, &nreleased, &diag);
    if (status != KI_OK) {
        audited_failed(audit, "release", operands.items[0]);
        message_status(status, &diag);
        return EXIT_TROUBLE;
    }
    status = ki_index_publish(folder.path, false, &generation, &diag);
    bool is_told = audited_release(&audit, operands.items[0], nreleased, generation);
    if (status != KI_OK) {
        explain_unpublished(status, &diag);
    }
    if (status != KI_OK || !is_told) {
        return EXIT_TROUBLE;
    }
    print_release(operands.items[0], nreleased, generation);
    index_folder_warn(&folder);
    return nreleased + 1 < operands.nitems ? EXIT_TROUBLE : EXIT_DONE;
}

static const struct option_group groups[] = {
    INDEX_OPTION_GROUP(offsetof(struct quarantine_arguments, index)),
};

const struct command command_list_quarantine = {
    .name = "list quarantine",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "print the entries whose PDQ hashes are not looked up",
    .details =
        "One line of JSON an entry: why it is in quarantine, and the figures of each\n"
        "of its PDQ hashes. Its digests are looked up all the same.\n\n"
        "doubts: coherent (coherence of 540 or more: flat, striped along an axis),\n"
        "symmetric (asymmetry of 58 or less: gradients, checkers), weight (96 bits or\n"
        "fewer are set, or 160 or more), striped (54 broken squares or fewer: stripes\n"
        "in any direction), neighbours and benign (found by 'list check').",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_quarantine,
};

const struct command command_list_release = {
    .name = "list release",
    .operands = "NAME ENTRY…",
    .min_operands = 2,
    .max_operands = ANY_NUMBER,
    .summary = "look up entries again that stand in quarantine",
    .details =
        "For entries that a person has looked at. They stay released until they get\n"
        "another hash that there is a doubt about. Publishes. Prints one line of "
        "JSON.\n\n"
        "Exit status: 0 done, 2 failed or an entry was not in quarantine.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_release,
};
