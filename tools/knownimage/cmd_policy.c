/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage policy check, show. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <knownimage/list.h>

#include "common/index_folder.h"
#include "common/message.h"
#include "common/option_groups.h"
#include "common/option_types.h"
#include "knownimage/commands.h"
#include "knownimage/policies.h"
#include "match/policy.h"
#include "match/ruling.h"
#include "report/json.h"
#include "report/put.h"

enum { EXIT_BAD_POLICY = 1 };

struct policy_arguments {
    const char *index;
    const char *policy;
    bool is_json;
};

static void put_modes(struct ki_json *json, unsigned modes)
{
    ki_json_array_begin(json, "modes");
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        if (modes & KI_BIT(mode)) {
            ki_json_text(json, NULL, ki_mode_text((enum ki_mode)mode));
        }
    }
    ki_json_array_end(json);
}

static const char *demotes_text(enum ki_tier tier)
{
    return tier == KI_TIER_NONE ? "never" : ki_tier_text(tier);
}

static void put_flood(struct ki_json *json, const struct ki_policy *policy)
{
    if (!policy || !policy->guard) {
        ki_json_null(json, "flood");
        return;
    }
    const unsigned *values = policy->single[KI_PLACE_FLOOD].values;
    ki_json_object_begin(json, "flood");
    ki_json_uint(json, "window", values[KI_KEY_WINDOW]);
    ki_json_uint(json, "share_ppm", values[KI_KEY_SHARE]);
    ki_json_uint(json, "minimum", values[KI_KEY_MINIMUM]);
    ki_json_object_end(json);
}

/* The first line: what is in force for all lists. */
static void print_json_whole(const struct ki_ruling *ruling)
{
    struct ki_json json = ki_json_line_begin(stdout);
    const struct ki_policy *policy = ruling->policy;
    ki_json_text(&json, "policy", ki_policy_version(policy));
    if (policy) {
        ki_json_raw(&json, "file", "file_bytes", policy->name, strlen(policy->name));
        ki_json_text(&json, "exact_demotes", demotes_text(ruling->exact_demotes));
        ki_json_text(&json, "near_demotes", demotes_text(ruling->near_demotes));
        ki_json_text(&json, "demotes_to", ki_action_text(ruling->demotes_to));
        ki_json_bool(&json, "kinds_corroborate", ruling->kinds_corroborate);
    } else {
        ki_json_null(&json, "file");
    }
    put_flood(&json, policy);
    ki_json_line_end(&json);
}

static void print_json_list(const struct ki_ruling *ruling,
                            const struct ki_list_info *list)
{
    const struct ki_list_rule *rule = ki_ruling_of(ruling, list);
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_text(&json, "list", list->name);
    ki_json_text(&json, "source", list->source);
    ki_json_text(&json, "purpose", ki_purpose_text(list->purpose));
    ki_json_uint(&json, "radius", rule->radius);
    ki_json_uint(&json, "min_quality", rule->min_quality);
    put_modes(&json, rule->modes);
    ki_json_bool(&json, "dihedral", rule->dihedral);
    if (list->purpose == KI_PURPOSE_MATCH) {
        ki_json_text(&json, "action", ki_action_text(rule->action));
        ki_json_text(&json, "block_needs", ki_tier_text(rule->block_needs));
        ki_json_bool(&json, "corroborates", rule->corroborates);
    } else {
        ki_json_null(&json, "action");
    }
    ki_json_line_end(&json);
}

static void print_json(const struct ki_ruling *ruling)
{
    print_json_whole(ruling);
    for (size_t i = 0; i < ruling->nlists; i++) {
        print_json_list(ruling, &ruling->lists[i]);
    }
    for (unsigned i = KI_REASON_NONE + 1; i < KI_NREASONS; i++) {
        enum ki_reason reason = (enum ki_reason)i;
        struct ki_json json = ki_json_line_begin(stdout);
        ki_json_text(&json, "reason", ki_reason_text(reason));
        ki_json_text_or_null(
            &json, "handling",
            ki_handling_text(ki_policy_handling(ruling->policy, reason)));
        ki_json_line_end(&json);
    }
}

static void print_text_list(const struct ki_ruling *ruling,
                            const struct ki_list_info *list)
{
    const struct ki_list_rule *rule = ki_ruling_of(ruling, list);
    ki_putf(stdout, "# list %s: %s, radius %u, min-quality %u", list->name,
            ki_purpose_text(list->purpose), rule->radius, rule->min_quality);
    if (list->purpose == KI_PURPOSE_MATCH) {
        ki_putf(stdout, ", %s, block-needs %s", ki_action_text(rule->action),
                ki_tier_text(rule->block_needs));
    }
    ki_put_char(stdout, '\n');
}

/* A policy file that says the same, what it amounts to for each list as comments. */
static void print_text(const struct ki_ruling *ruling)
{
    ki_putf(stdout, "# policy %s\n", ki_policy_version(ruling->policy));
    for (size_t i = 0; i < ruling->nlists; i++) {
        print_text_list(ruling, &ruling->lists[i]);
    }
    if (ruling->policy) {
        ki_policy_write(ruling->policy, stdout);
    }
}

/* The options that a scan has by default. */
static struct ki_hash_options scan_options(void)
{
    struct ki_hash_options options = ki_hash_options_default();
    options.dihedral = true;
    return options;
}

static bool print_ruling(const struct policy_arguments *arguments,
                         const struct ki_policy *policy,
                         const struct ki_list_info *lists, size_t nlists)
{
    struct ki_hash_options options = scan_options();
    struct ki_ruling *ruling;
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_ruling_make(policy, lists, nlists, &options, &ruling, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        return false;
    }
    if (arguments->is_json) {
        print_json(ruling);
    } else {
        print_text(ruling);
    }
    ki_ruling_free(ruling);
    return true;
}

/* A policy can be written before there is an index; then it may name no list. */
static bool read_lists(const struct index_folder *folder, struct ki_list_info **lists,
                       size_t *nlists)
{
    struct ki_diag diag = {0};
    *lists = NULL;
    *nlists = 0;
    if (!ki_index_exists(folder->path)) {
        message("%s: there is no index, so no list is known", folder->path);
        return true;
    }
    enum ki_status status = ki_list_all(folder->path, lists, nlists, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
    }
    return status == KI_OK;
}

/* file: the one to check, or NULL for the one in force. */
static int run(const struct policy_arguments *arguments, const char *file,
               bool must_exist)
{
    struct index_folder folder;
    struct ki_policy *policy;
    struct ki_list_info *lists;
    size_t nlists;
    if (!index_folder_find(arguments->index, &folder)) {
        return EXIT_TROUBLE;
    }
    if (!policy_read(file ? file : arguments->policy, &folder, &policy)) {
        return EXIT_BAD_POLICY;
    }
    if (!policy && must_exist) {
        message("%s/policy.conf: there is no policy", folder.path);
        return EXIT_BAD_POLICY;
    }
    bool is_good = read_lists(&folder, &lists, &nlists) &&
                   print_ruling(arguments, policy, lists, nlists);
    free(lists);
    ki_policy_free(policy);
    return is_good ? EXIT_DONE : EXIT_BAD_POLICY;
}

static int run_check(const struct command *command, int argc, char **argv)
{
    struct policy_arguments arguments = {0};
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    return run(&arguments, operands.nitems > 0 ? operands.items[0] : NULL, true);
}

static int run_show(const struct command *command, int argc, char **argv)
{
    struct policy_arguments arguments = {0};
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    return run(&arguments, NULL, false);
}

#define FIELD(member) offsetof(struct policy_arguments, member)

static const struct option_spec specs[] = {
    {"json", 0, NULL, &option_true, FIELD(is_json),
     "one JSON object a line: the whole, each list, each\n"
     "reason for which something is not examined"},
};

static const struct option_group check_groups[] = {
    {"options", specs, COUNT(specs), 0},
    INDEX_OPTION_GROUP(FIELD(index)),
};
static const struct option_group show_groups[] = {
    {"options", specs, COUNT(specs), 0},
    POLICY_OPTION_GROUP(FIELD(policy)),
    INDEX_OPTION_GROUP(FIELD(index)),
};

const struct command command_policy_check = {
    .name = "policy check",
    .operands = "[FILE]",
    .max_operands = 1,
    .summary = "check a policy file and say what it amounts to",
    .details =
        "Reads FILE, or policy.conf in the folder of the index, and sees whether it "
        "is\n"
        "understood and fits the lists. Prints what is then in force: a policy file\n"
        "that says the same with nothing left out.\n\n"
        "Exit status: 0 it is good, 1 it is not, or there is none.",
    .groups = check_groups,
    .ngroups = COUNT(check_groups),
    .run = run_check,
};

const struct command command_policy_show = {
    .name = "policy show",
    .operands = "",
    .summary = "show the policy that is in force",
    .details = "As policy check; without any policy, what the lists' own values say.",
    .groups = show_groups,
    .ngroups = COUNT(show_groups),
    .run = run_show,
};
