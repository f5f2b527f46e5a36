/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage index status, publish, verify, prune. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <knownimage/list.h>

#include "common/index_folder.h"
#include "common/message.h"
#include "common/option_groups.h"
#include "common/option_types.h"
#include "index/manifest.h"
#include "knownimage/audited.h"
#include "knownimage/commands.h"
#include "knownimage/lists.h"
#include "report/json_parts.h"

struct index_arguments {
    const char *index;
    bool merges;
    bool accepts_catalog;
};

static bool read_arguments(const struct command *command, int argc, char **argv,
                           struct index_arguments *arguments,
                           struct index_folder *folder, int *exit_status)
{
    struct operands operands;
    if (!command_read(command, argc, argv, arguments, &operands, exit_status)) {
        return false;
    }
    *exit_status = EXIT_TROUBLE;
    return index_folder_find_existing(arguments->index, folder);
}

/* Where --index is the only option. */
static bool find_folder(const struct command *command, int argc, char **argv,
                        struct index_folder *folder, int *exit_status)
{
    struct index_arguments arguments = {0};
    return read_arguments(command, argc, argv, &arguments, folder, exit_status);
}

static int fail(enum ki_status status, const struct ki_diag *diag)
{
    message_status(status, diag);
    return EXIT_TROUBLE;
}

static void put_uint_if(struct ki_json *json, const char *name, bool is_known,
                        uint64_t value)
{
    if (is_known) {
        ki_json_uint(json, name, value);
    } else {
        ki_json_text_or_null(json, name, "");
    }
}

/* The first damage of the files of both generations, and the number of the one before.
 */
static uint64_t open_generations(const char *folder, struct ki_diag *damage)
{
    struct ki_index *index = NULL;
    uint64_t previous = 0;
    struct ki_diag diag = {0};
    enum ki_status status = ki_index_open(folder, &index, &diag);
    if (status == KI_OK) {
        ki_index_close(index);
    } else if (status != KI_ERR_NOT_FOUND) {
        *damage = diag;
    }
    diag = (struct ki_diag){0};
    status = ki_index_open_previous(folder, &index, &diag);
    if (status == KI_OK) {
        previous = ki_index_generation(index);
        ki_index_close(index);
    } else if (status != KI_ERR_NOT_FOUND && !damage->message[0]) {
        *damage = diag;
    }
    return previous;
}

/* So that damage is told before a lookup meets it. */
static void put_health(struct ki_json *json, const char *folder,
                       const struct ki_index_status *state)
{
    struct ki_diag damage = {0};
    uint64_t previous = open_generations(folder, &damage);
    bool is_catalog = state->damage[0] != '\0';
    ki_json_text_or_null(json, "damage", is_catalog ? state->damage : damage.message);
    ki_json_uint_or_null(json, "previous_generation", previous);
    ki_json_text_or_null(json, "catalog",
                         !state->has_catalog         ? ""
                         : state->catalog_serial > 0 ? "good"
                                                     : "damaged");
}

/* Imports that were refused whole; what cannot be read is told as damage. */
static void put_refusals(struct ki_json *json, const char *folder)
{
    struct ki_list_refusal *refusals = NULL;
    size_t nrefusals = 0;
    if (ki_list_refusals(folder, &refusals, &nrefusals, NULL) != KI_OK) {
        nrefusals = 0;
    }
    ki_json_array_begin(json, "refused");
    for (size_t i = 0; i < nrefusals; i++) {
        ki_json_object_begin(json, NULL);
        ki_json_text(json, "list", refusals[i].list);
        ki_json_time(json, "time", refusals[i].time);
        ki_json_text(json, "reason", refusals[i].reason);
        ki_json_object_end(json);
    }
    ki_json_array_end(json);
    free(refusals);
}

static void put_trusts(struct ki_json *json, const struct ki_list_info *lists,
                       size_t nlists)
{
    ki_json_array_begin(json, "trust");
    for (size_t i = 0; i < nlists; i++) {
        ki_json_object_begin(json, NULL);
        ki_json_text(json, "list", lists[i].name);
        put_trust(json, &lists[i].trust);
        ki_json_object_end(json);
    }
    ki_json_array_end(json);
}

/* Of the lists of the catalog, else of those of the generation. */
static void put_trust_of_all(struct ki_json *json, const char *folder)
{
    struct ki_list_info *lists = NULL;
    size_t nlists = 0;
    struct ki_manifest manifest = {0};
    if (ki_list_all(folder, &lists, &nlists, NULL) == KI_OK) {
        put_trusts(json, lists, nlists);
        free(lists);
        return;
    }
    if (ki_manifest_read(folder, KI_MANIFEST_NAME, &manifest, NULL) != KI_OK) {
        manifest = (struct ki_manifest){0};
    }
    put_trusts(json, manifest.lists, manifest.nlists);
    ki_manifest_free(&manifest);
}

static void print_status(const char *folder, const struct ki_index_status *state)
{
    bool is_read = state->catalog_serial > 0;
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_raw(&json, "index", "index_bytes", folder, strlen(folder));
    ki_json_uint(&json, "generation", state->generation);
    ki_json_bool(&json, "is_current",
                 !state->has_catalog ||
                     state->catalog_serial == state->published_serial);
    put_uint_if(&json, "catalog_serial", is_read, state->catalog_serial);
    ki_json_uint(&json, "published_serial", state->published_serial);
    ki_json_uint(&json, "lists", state->nlists);
    ki_json_uint(&json, "entries", state->nentries);
    put_nhashes(&json, state->nhashes);
    ki_json_uint(&json, "quarantined", state->nquarantined);
    ki_json_uint(&json, "segments", state->nsegments);
    ki_json_uint(&json, "segment_bytes", state->segment_nbytes);
    put_health(&json, folder, state);
    put_refusals(&json, folder);
    put_trust_of_all(&json, folder);
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

static void print_generation(uint64_t generation)
{
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_uint(&json, "generation", generation);
    ki_json_line_end(&json);
    (void)fflush(stdout);
}

/* What is published is told before the merge that it made due. */
static int run_publish(const struct command *command, int argc, char **argv)
{
    struct index_arguments arguments = {0};
    struct index_folder folder;
    int exit_status;
    if (!read_arguments(command, argc, argv, &arguments, &folder, &exit_status)) {
        return exit_status;
    }
    uint64_t generation = 0;
    struct ki_diag diag = {0};
    struct ki_audit *audit;
    const char *what = arguments.accepts_catalog ? "accept-catalog" : "publish";
    if (!audited_begin(folder.path, what, NULL, &audit)) {
        return EXIT_TROUBLE;
    }
    enum ki_status status =
        arguments.accepts_catalog
            ? ki_index_accept_catalog(folder.path, &generation, &diag)
            : ki_index_publish(folder.path, true, &generation, &diag);
    if (status != KI_OK) {
        audited_failed(audit, what, NULL);
        return fail(status, &diag);
    }
    if (!audited_publication(&audit, what, generation)) {
        return EXIT_TROUBLE;
    }
    if (!arguments.merges) {
        print_generation(generation);
    }
    status = ki_index_merge(folder.path, arguments.merges, &generation, &diag);
    if (status != KI_OK) {
        return fail(status, &diag);
    }
    if (arguments.merges) {
        print_generation(generation);
    }
    return EXIT_DONE;
}

enum { MOST_PROBLEMS_TOLD = 20 };

static void on_problem(void *context, const char *text)
{
    uint64_t *nproblems = context;
    if (++*nproblems <= MOST_PROBLEMS_TOLD) {
        message("%s", text);
    }
}

static int print_verdict(const struct index_folder *folder, uint64_t nproblems)
{
    struct ki_index_status state = {0};
    bool is_read = ki_index_status(folder->path, &state, NULL) == KI_OK;
    if (nproblems > MOST_PROBLEMS_TOLD) {
        message("… and %" PRIu64 " more problems", nproblems - MOST_PROBLEMS_TOLD);
    }
    if (is_read && !state.has_catalog) {
        message("there is no catalog.mdb: only the generations were checked");
    }
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_bool(&json, "is_good", nproblems == 0);
    ki_json_uint(&json, "problems", nproblems);
    ki_json_text_or_null(&json, "catalog",
                         !state.has_catalog ? ""
                         : state.damage[0]  ? "damaged"
                                            : "good");
    ki_json_bool(&json, "is_current",
                 !state.has_catalog || state.catalog_serial == state.published_serial);
    ki_json_line_end(&json);
    return nproblems == 0 ? EXIT_DONE : EXIT_TROUBLE;
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
    return print_verdict(&folder, nproblems);
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

static const struct option_spec publish_specs[] = {
    {"merge", 'm', NULL, &option_true, offsetof(struct index_arguments, merges),
     "make one segment of all, for the fastest lookups"},
    {"accept-catalog", 0, NULL, &option_true,
     offsetof(struct index_arguments, accepts_catalog),
     "go on with a catalog.mdb that is older than what is\n"
     "published: what was imported after it is given up"},
};

static const struct option_group publish_groups[] = {
    {"options", publish_specs, COUNT(publish_specs), 0},
    INDEX_OPTION_GROUP(offsetof(struct index_arguments, index)),
};

const struct command command_index_status = {
    .name = "index status",
    .operands = "",
    .summary = "print the state of the index",
    .details =
        "One line of JSON. is_current is false if something was imported but not\n"
        "published yet. All files are verified: damage names the first bad one, and\n"
        "previous_generation the one that can be used with --previous. catalog is "
        "null\n"
        "in a copy of MANIFEST and segments alone, which lookups can use. trust tells\n"
        "of each list its key, and of the last update that was taken whether it was\n"
        "signed, its serial number and whether it has expired.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_status,
};

const struct command command_index_publish = {
    .name = "index publish",
    .operands = "",
    .summary = "make a generation of what was imported",
    .details =
        "Verifies the files of the current generation and makes them anew from the\n"
        "catalog if one is damaged. If nothing has changed, prints the generation "
        "only.\n"
        "A catalog that is damaged or older than what is published is refused, and "
        "the\n"
        "generation left in force: put the newest catalog.mdb back from a backup. If "
        "it\n"
        "is older, --accept-catalog makes a generation of it all the same.\n"
        "Segments are merged when it is due; lookups and imports go on meanwhile.",
    .groups = publish_groups,
    .ngroups = COUNT(publish_groups),
    .run = run_publish,
};

const struct command command_index_verify = {
    .name = "index verify",
    .operands = "",
    .summary = "check every file of the index",
    .details =
        "Reads both generations and the catalog whole, and compares them, but for "
        "what\n"
        "is not published yet (is_current is false then). The first 20 problems are\n"
        "told on standard error; one line of JSON sums them up.\n\n"
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
