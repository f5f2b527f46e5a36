/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage audit enable, status, verify, prove, checkpoint, prune. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <knownimage/audit.h>

#include "base/file.h"
#include "common/index_folder.h"
#include "common/message.h"
#include "common/option_groups.h"
#include "common/option_types.h"
#include "knownimage/audited.h"
#include "knownimage/commands.h"
#include "report/json.h"

struct audit_arguments {
    const char *index;
    const char *key;
    const char *from;
    const char *to;
    uint64_t entry;
    uint64_t from_size;
    uint64_t size;
    uint64_t ndays;
};

static int fail(enum ki_status status, const struct ki_diag *diag)
{
    message_status(status, diag);
    return EXIT_TROUBLE;
}

/* False: the command returns *exit_status. */
static bool begin(const struct command *command, int argc, char **argv,
                  struct audit_arguments *arguments, struct index_folder *folder,
                  int *exit_status)
{
    struct operands operands;
    if (!command_read(command, argc, argv, arguments, &operands, exit_status)) {
        return false;
    }
    *exit_status = EXIT_TROUBLE;
    return index_folder_find_existing(arguments->index, folder);
}

static int run_enable(const struct command *command, int argc, char **argv)
{
    struct audit_arguments arguments = {0};
    struct index_folder folder;
    struct ki_diag diag = {0};
    int exit_status;
    if (!begin(command, argc, argv, &arguments, &folder, &exit_status)) {
        return exit_status;
    }
    enum ki_status status = ki_audit_enable(folder.path, arguments.key, &diag);
    return status == KI_OK ? EXIT_DONE : fail(status, &diag);
}

static void put_report(struct ki_json *json, const struct ki_audit_report *report)
{
    ki_json_bool(json, "is_good", report->nproblems == 0);
    ki_json_uint(json, "problems", report->nproblems);
    ki_json_uint(json, "first", report->first);
    ki_json_uint(json, "size", report->size);
    ki_json_uint(json, "covered", report->covered);
    ki_json_uint(json, "checkpoints", report->ncheckpoints);
    ki_json_uint(json, "torn_bytes", report->torn_nbytes);
    ki_json_hex(json, "root", report->root, sizeof report->root);
}

static int run_status(const struct command *command, int argc, char **argv)
{
    struct audit_arguments arguments = {0};
    struct index_folder folder;
    struct ki_audit_report report = {0};
    struct ki_diag diag = {0};
    int exit_status;
    if (!begin(command, argc, argv, &arguments, &folder, &exit_status)) {
        return exit_status;
    }
    bool is_enabled = ki_audit_is_enabled(folder.path);
    enum ki_status status = KI_OK;
    if (is_enabled) {
        status =
            ki_audit_verify(folder.path, NULL, NULL, 0, NULL, NULL, &report, &diag);
    }
    if (status != KI_OK) {
        return fail(status, &diag);
    }
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_bool(&json, "is_enabled", is_enabled);
    if (is_enabled) {
        put_report(&json, &report);
    }
    ki_json_line_end(&json);
    return EXIT_DONE;
}

static void on_problem(void *context, const char *text)
{
    (void)context;
    message("%s", text);
}

/* *text stays NULL without a path. Not without a message unless KI_OK. */
static enum ki_status read_checkpoint(const char *path, char **text)
{
    size_t nbytes;
    struct ki_diag diag = {0};
    enum ki_status status =
        path ? ki_file_read(path, KI_AUDIT_CHECKPOINT_NBYTES, text, &nbytes, &diag)
             : KI_OK;
    if (status != KI_OK) {
        message_status(status, &diag);
    }
    return status;
}

static int verify(const char *folder, const struct audit_arguments *arguments,
                  const char *const *checkpoints, size_t ncheckpoints)
{
    struct ki_audit_report report = {0};
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_audit_verify(folder, arguments->key, checkpoints, ncheckpoints, on_problem,
                        NULL, &report, &diag);
    if (status != KI_OK) {
        return fail(status, &diag);
    }
    struct ki_json json = ki_json_line_begin(stdout);
    put_report(&json, &report);
    ki_json_line_end(&json);
    return report.nproblems > 0 ? EXIT_MATCHED : EXIT_DONE;
}

static int run_verify(const struct command *command, int argc, char **argv)
{
    struct audit_arguments arguments = {0};
    struct index_folder folder;
    char *texts[2] = {NULL, NULL};
    int exit_status;
    if (!begin(command, argc, argv, &arguments, &folder, &exit_status)) {
        return exit_status;
    }
    exit_status = EXIT_TROUBLE;
    if (read_checkpoint(arguments.from, &texts[0]) == KI_OK &&
        read_checkpoint(arguments.to, &texts[1]) == KI_OK) {
        const char *given[2];
        size_t ngiven = 0;
        for (size_t i = 0; i < 2; i++) {
            if (texts[i]) {
                given[ngiven++] = texts[i];
            }
        }
        exit_status = verify(folder.path, &arguments, given, ngiven);
    }
    free(texts[0]);
    free(texts[1]);
    return exit_status;
}

static int run_prove(const struct command *command, int argc, char **argv)
{
    struct audit_arguments arguments = {.entry = UINT64_MAX};
    struct index_folder folder;
    struct ki_diag diag = {0};
    int exit_status;
    if (!begin(command, argc, argv, &arguments, &folder, &exit_status)) {
        return exit_status;
    }
    if ((arguments.entry == UINT64_MAX) == (arguments.from_size == 0)) {
        return command_usage_error(command, "one of --entry and --from-size is needed");
    }
    enum ki_status status =
        arguments.from_size > 0
            ? ki_audit_prove_growth(folder.path, arguments.from_size, arguments.size,
                                    stdout, &diag)
            : ki_audit_prove_entry(folder.path, arguments.entry, arguments.size, stdout,
                                   &diag);
    return status == KI_OK ? EXIT_DONE : fail(status, &diag);
}

static int run_checkpoint(const struct command *command, int argc, char **argv)
{
    struct audit_arguments arguments = {0};
    struct index_folder folder;
    struct ki_audit *audit;
    struct ki_diag diag = {0};
    char text[KI_AUDIT_CHECKPOINT_NBYTES];
    int exit_status;
    if (!begin(command, argc, argv, &arguments, &folder, &exit_status)) {
        return exit_status;
    }
    enum ki_status status = ki_audit_open(folder.path, &audit, &diag);
    if (status != KI_OK) {
        return fail(status, &diag);
    }
    status = ki_audit_checkpoint(audit, text, &diag);
    audited_drop(audit);
    if (status != KI_OK) {
        return fail(status, &diag);
    }
    (void)fputs(text, stdout);
    return EXIT_DONE;
}

static int run_prune(const struct command *command, int argc, char **argv)
{
    struct audit_arguments arguments = {0};
    struct index_folder folder;
    struct ki_audit *audit;
    struct ki_diag diag = {0};
    uint64_t ndropped = 0;
    int exit_status;
    if (!begin(command, argc, argv, &arguments, &folder, &exit_status)) {
        return exit_status;
    }
    if (arguments.ndays == 0) {
        return command_usage_error(command, "--older-than is needed");
    }
    enum ki_status status = ki_audit_open(folder.path, &audit, &diag);
    if (status != KI_OK) {
        return fail(status, &diag);
    }
    uint64_t now = (uint64_t)time(NULL);
    uint64_t age = arguments.ndays * 24 * 3600;
    uint64_t before_us = now > age ? (now - age) * 1000000 : 0;
    status = ki_audit_prune(audit, before_us, &ndropped, &diag);
    audited_drop(audit);
    if (status != KI_OK) {
        return fail(status, &diag);
    }
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_uint(&json, "dropped", ndropped);
    ki_json_line_end(&json);
    return EXIT_DONE;
}

#define FIELD(member) offsetof(struct audit_arguments, member)

static const struct option_type number_type = {
    .read = option_read_u64,
    .expected = "a number",
    .max = INT64_MAX,
};

static const struct option_type days_type = {
    .read = option_read_u64,
    .expected = "a number of days from 1 to 36500",
    .min = 1,
    .max = 36500,
};

static const struct option_spec enable_specs[] = {
    {"key", 'k', "FILE", &option_text, FIELD(key),
     "secret key for checkpoints, without a password\n(default: a new one)"},
};
static const struct option_spec verify_specs[] = {
    {"from", 0, "FILE", &option_text, FIELD(from), "a checkpoint kept elsewhere"},
    {"to", 0, "FILE", &option_text, FIELD(to), "another one"},
    {"key", 'k', "FILE", &option_text, FIELD(key),
     "public key kept elsewhere (default: that of the log)"},
};
static const struct option_spec prove_specs[] = {
    {"entry", 'e', "N", &number_type, FIELD(entry), "that entry N is in the log"},
    {"from-size", 0, "N", &number_type, FIELD(from_size),
     "that the log of N entries has only grown"},
    {"size", 's', "N", &number_type, FIELD(size),
     "as the log was with N entries (default: all)"},
};

static const struct option_spec prune_specs[] = {
    {"older-than", 0, "DAYS", &days_type, FIELD(ndays), "age of what is dropped"},
};

#define GROUPS(name)                                                                   \
    static const struct option_group name##_groups[] = {                               \
        {"options", name##_specs, COUNT(name##_specs), 0},                             \
        INDEX_OPTION_GROUP(FIELD(index)),                                              \
    }
GROUPS(enable);
GROUPS(verify);
GROUPS(prove);
GROUPS(prune);

static const struct option_group index_groups[] = {
    INDEX_OPTION_GROUP(FIELD(index)),
};

const struct command command_audit_enable = {
    .name = "audit enable",
    .operands = "",
    .summary = "keep an audit log of the index from now on",
    .details =
        "Imports, changes of lists, publications and matches of scans become entries\n"
        "of INDEX/audit, each durable before its command reports it; so does each\n"
        "change of the policy, before the first scan under it. No entry tells a hash\n"
        "or name of a picture. The key is read by each such command.",
    .groups = enable_groups,
    .ngroups = COUNT(enable_groups),
    .run = run_enable,
};

const struct command command_audit_status = {
    .name = "audit status",
    .operands = "",
    .summary = "print whether there is an audit log, and its size",
    .details = "One line of JSON; covered: entries under a signed checkpoint.",
    .groups = index_groups,
    .ngroups = COUNT(index_groups),
    .run = run_status,
};

const struct command command_audit_verify = {
    .name = "audit verify",
    .operands = "",
    .summary = "check that the audit log was only ever added to",
    .details =
        "Reads it whole. What was changed together with the checkpoint and key in the\n"
        "same folder can be noticed only with those kept elsewhere: give them here.\n\n"
        "Exit status: 0 good, 1 a problem (told on standard error), 2 it could not be\n"
        "verified.",
    .groups = verify_groups,
    .ngroups = COUNT(verify_groups),
    .run = run_verify,
};

const struct command command_audit_prove = {
    .name = "audit prove",
    .operands = "",
    .summary = "print a proof about the audit log",
    .details = "One line of JSON: the hashes of an inclusion or consistency proof of\n"
               "RFC 6962.",
    .groups = prove_groups,
    .ngroups = COUNT(prove_groups),
    .run = run_prove,
};

const struct command command_audit_checkpoint = {
    .name = "audit checkpoint",
    .operands = "",
    .summary = "sign the present state of the audit log, and print it",
    .details = "To be kept where whoever changes the log cannot reach it.",
    .groups = index_groups,
    .ngroups = COUNT(index_groups),
    .run = run_checkpoint,
};

const struct command command_audit_prune = {
    .name = "audit prune",
    .operands = "",
    .summary = "drop old entries of the audit log",
    .details =
        "Drops files, of 30 days or 16 MiB each, whose entries are all that old, and\n"
        "adds an entry that tells it. What is left still verifies against checkpoints\n"
        "that are not older than it.",
    .groups = prune_groups,
    .ngroups = COUNT(prune_groups),
    .run = run_prune,
};
