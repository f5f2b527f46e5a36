/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage verdict replay. */
#include <errno.h>
#include <string.h>

#include "common/message.h"
#include "common/option_groups.h"
#include "common/option_types.h"
#include "common/output.h"
#include "knownimage/commands.h"
#include "knownimage/policies.h"
#include "knownimage/replay.h"
#include "knownimage/workers.h"

struct replay_arguments {
    const char *index;
    const char *policy;
    const char *picture;
    struct workers_arguments workers;
};

static int read_and_replay(const struct replay_arguments *arguments,
                           const struct replay_request *given)
{
    struct replay_request request = *given;
    struct index_folder folder;
    struct ki_policy *policy;
    if (!index_folder_find(arguments->index, &folder) ||
        !policy_read(arguments->policy, &folder, &policy)) {
        return EXIT_TROUBLE;
    }
    request.folder = &folder;
    request.policy = policy;
    int exit_status = replay(&request);
    ki_policy_free(policy);
    return exit_status;
}

/* The sandbox first: its processes never see the index. */
static int start_and_replay(const struct replay_arguments *arguments,
                            struct replay_request *request)
{
    const struct ki_hash_options options = ki_hash_options_default();
    if (arguments->picture &&
        !workers_start(&arguments->workers, 1, &options.limits, &request->sandbox)) {
        return EXIT_TROUBLE;
    }
    int exit_status = read_and_replay(arguments, request);
    ki_sandbox_stop(request->sandbox);
    return exit_status;
}

static int run_replay(const struct command *command, int argc, char **argv)
{
    struct replay_arguments arguments = {.workers = workers_arguments_default()};
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    bool is_stdin = strcmp(operands.items[0], "-") == 0;
    struct replay_request request = {
        .name = is_stdin ? "standard input" : operands.items[0],
        .in = is_stdin ? stdin : fopen(operands.items[0], "re"),
        .picture = arguments.picture,
    };
    if (!request.in) {
        message_errno(request.name, errno);
        return EXIT_TROUBLE;
    }
    exit_status = start_and_replay(&arguments, &request);
    if (!is_stdin) {
        (void)fclose(request.in);
    }
    return exit_status;
}

#define FIELD(member) offsetof(struct replay_arguments, member)

static const struct option_spec specs[] = {
    {"picture", 0, "FILE", &option_text, FIELD(picture),
     "hash this picture again, of which the one line tells,\nand look it up"},
};

static const struct option_group groups[] = {
    {"options", specs, COUNT(specs), 0},
    POLICY_OPTION_GROUP(FIELD(policy)),
    WORKERS_OPTION_GROUP(FIELD(workers)),
    INDEX_OPTION_GROUP(FIELD(index)),
};

const struct command command_verdict_replay = {
    .name = "verdict replay",
    .operands = "FILE|-",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "judge matches once more",
    .details =
        "FILE: results of scan as NDJSON, or entries of the audit log. For each "
        "match:\n"
        "are the entries that it names in its generation of the index, with a hash of\n"
        "that kind; and what tier and action follow from these hits under the policy\n"
        "that is in force now. \"checked\":\"hits\" says that nothing else was: not "
        "the\n"
        "picture, not the distances, nor what else would be hit now. Of generations\n"
        "the current one and the one before are kept.\n\n"
        "Exit status: 0 all the same, 1 some differ, 2 none differs but some cannot "
        "be\n"
        "told, or something failed.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_replay,
};
