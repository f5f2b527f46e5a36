/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage hash: hashes and digests of files. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <knownimage/hash.h>

#include "common/message.h"
#include "common/option_groups.h"
#include "common/option_types.h"
#include "common/output.h"
#include "common/stop.h"
#include "hash/hasher.h"
#include "knownimage/commands.h"
#include "knownimage/workers.h"
#include "report/report.h"
#include "scan/walk.h"

struct hash_arguments {
    const char *index; /* accepted by every command; not needed here */
    struct workers_arguments workers;
    struct ki_hash_options hash;
};

struct hash_run {
    const struct ki_hash_options *options;
    struct ki_hasher *hasher;
    bool is_degraded; /* the sandbox is */
    bool has_missed;  /* something that was asked for could not be computed */
};

static bool is_complete(const struct ki_hashes *hashes,
                        const struct ki_hash_options *options)
{
    unsigned digests = options->kinds & KI_ALL_DIGESTS;
    bool is_whole = (hashes->digests & digests) == digests;
    for (unsigned i = 0; i < KI_NMODES; i++) {
        bool is_wanted =
            options->kinds & KI_BIT(KI_KIND_PDQ) && options->modes & KI_BIT(i);
        is_whole = is_whole && (!is_wanted || hashes->pdq[i].present);
    }
    return is_whole;
}

static void print(struct hash_run *run, const char *path,
                  const struct ki_hashes *hashes)
{
    if (hashes->os_error != 0) {
        message_errno(path, hashes->os_error);
    }
    ki_report_hash_line(stdout, path, hashes, run->options, run->is_degraded);
    if (!is_complete(hashes, run->options)) {
        run->has_missed = true;
    }
}

static bool goes_on(void)
{
    return !stop_is_requested() && output_is_good();
}

static bool on_file(void *context, const char *path, bool is_named, int os_error)
{
    struct hash_run *run = context;
    struct ki_hashes hashes = {.reason = KI_REASON_UNREADABLE, .os_error = os_error};
    if (os_error == 0) {
        ki_hasher_path(run->hasher, path, is_named, &hashes);
    }
    print(run, path, &hashes);
    return goes_on();
}

static void hash_stdin(struct hash_run *run)
{
    struct ki_hashes hashes;
    stop_uninstall();
    ki_hash_fd(run->hasher, STDIN_FILENO, &hashes);
    stop_install();
    print(run, "-", &hashes);
}

static void report_skipped(const struct ki_walk_counts *counts)
{
    if (counts->nlinks > 0 || counts->nspecials > 0) {
        message("skipped: %llu symbolic links, %llu special files",
                (unsigned long long)counts->nlinks,
                (unsigned long long)counts->nspecials);
    }
}

static int hash_all(struct hash_run *run, const struct operands *operands)
{
    struct ki_walk_handlers handlers = {.on_file = on_file, .context = run};
    struct ki_walk_counts counts = {0};
    enum ki_status status = KI_OK;
    for (size_t i = 0; i < operands->nitems && status == KI_OK && goes_on(); i++) {
        if (strcmp(operands->items[i], "-") == 0) {
            hash_stdin(run);
        } else {
            status = ki_walk(&operands->items[i], 1, &handlers, &counts);
        }
    }
    report_skipped(&counts);
    if (status != KI_OK) {
        message("%s", ki_status_text(status));
        return EXIT_TROUBLE;
    }
    return stop_exit_status(run->has_missed ? EXIT_TROUBLE : EXIT_DONE);
}

static int hash_in(struct ki_sandbox *sandbox, const struct hash_arguments *arguments,
                   const struct operands *operands)
{
    output_by_line();
    struct hash_run run = {
        .options = &arguments->hash,
        .is_degraded = ki_sandbox_missing(sandbox) != NULL,
    };
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_hasher_create_confined(sandbox, &arguments->hash, &run.hasher, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        return EXIT_TROUBLE;
    }
    stop_install();
    int exit_status = hash_all(&run, operands);
    ki_hasher_destroy(run.hasher);
    return exit_status;
}

static int run_hash(const struct command *command, int argc, char **argv)
{
    struct hash_arguments arguments = {
        .workers = workers_arguments_default(),
        .hash = ki_hash_options_default(),
    };
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    struct ki_sandbox *sandbox;
    if (!workers_start(&arguments.workers, 1, &arguments.hash.limits, &sandbox)) {
        return EXIT_TROUBLE;
    }
    exit_status = hash_in(sandbox, &arguments, &operands);
    ki_sandbox_stop(sandbox);
    return exit_status;
}

#define FIELD(member) offsetof(struct hash_arguments, member)

static const struct option_spec specs[] = {
    {"dihedral", 0, NULL, &option_true, FIELD(hash.dihedral),
     "print the PDQ of the turned and mirrored picture\ntoo"},
};

static const struct option_group groups[] = {
    {"options", specs, COUNT(specs), 0},  HASH_OPTION_GROUP(FIELD(hash)),
    WORKERS_OPTION_GROUP(FIELD(workers)), LIMIT_OPTION_GROUP(FIELD(hash)),
    INDEX_OPTION_GROUP(FIELD(index)),
};

const struct command command_hash = {
    .name = "hash",
    .operands = "PATH…|-",
    .min_operands = 1,
    .max_operands = ANY_NUMBER,
    .summary = "print hashes and digests of files and folders",
    .details =
        "One line of JSON a file, in the order of the walk. With - standard input is\n"
        "hashed as one file.\n\n"
        "Exit status: 0 done, 2 something that was asked for could not be computed.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_hash,
};
