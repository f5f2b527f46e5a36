/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage scan: verdicts on files and folders. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <knownimage/sandbox.h>
#include <knownimage/scan.h>

#include "common/index_folder.h"
#include "common/message.h"
#include "common/option_groups.h"
#include "common/option_types.h"
#include "common/output.h"
#include "common/progress.h"
#include "common/stop.h"
#include "knownimage/commands.h"
#include "knownimage/lists.h"
#include "knownimage/policies.h"
#include "knownimage/scan_audit.h"
#include "knownimage/scan_summary.h"
#include "knownimage/workers.h"
#include "report/report.h"

struct scan_arguments {
    const char *index;
    const char *policy;
    bool is_previous;
    int format; /* number of the report format */
    bool is_quiet;
    int max_hits;
    int njobs;
    int read_ahead;
    struct workers_arguments workers;
    struct ki_scan_options scan;
};

struct scan_run {
    struct ki_sandbox *sandbox;
    const struct ki_index *index;
    const struct ki_scan_options *options;
    const struct ki_report_format *format;
    struct scan_audit *audit; /* or NULL */
    bool shares_terminal;     /* results and progress go to the same place */
    struct progress progress;
    struct ki_scan_summary total;   /* of what is done */
    struct ki_scan_summary current; /* counted here while ki_scan_paths runs */
};

static void show_progress(struct scan_run *run)
{
    if (!progress_is_due(&run->progress)) {
        return;
    }
    struct ki_scan_summary sum = run->total;
    scan_summary_add(&sum, &run->current);
    double seconds = progress_seconds(&run->progress);
    progress_show(&run->progress,
                  "%llu files, %.0f/s, %.1f MB/s, %llu matches, %llu not examined",
                  (unsigned long long)sum.nfiles, (double)sum.nfiles / seconds,
                  (double)sum.nbytes / 1e6 / seconds,
                  (unsigned long long)sum.nverdicts[KI_VERDICT_MATCH],
                  (unsigned long long)sum.nverdicts[KI_VERDICT_NOT_EXAMINED]);
}

static void on_result(void *context, const char *path, const struct ki_result *result)
{
    struct scan_run *run = context;
    if (run->shares_terminal || result->os_error != 0) {
        progress_clear(&run->progress);
    }
    if (result->os_error != 0) {
        message_errno(path, result->os_error);
    }
    if (run->audit) {
        run->format->result(scan_audit_lock(run->audit), path, result);
        scan_audit_unlock(run->audit, result);
    } else {
        run->format->result(stdout, path, result);
    }
    scan_summary_count(&run->current, result);
    show_progress(run);
}

static bool is_stopped(void *context)
{
    const struct scan_run *run = context;
    return stop_is_requested() || !output_is_good() ||
           (run->audit && !scan_audit_is_good(run->audit));
}

static bool fail(enum ki_status status, const struct ki_diag *diag)
{
    message_status(status, diag);
    return false;
}

static bool scan_stdin(struct scan_run *run)
{
    struct ki_scanner *scanner;
    struct ki_diag diag = {0};
    enum ki_status status = ki_scanner_create_confined(run->sandbox, run->index,
                                                       run->options, &scanner, &diag);
    if (status != KI_OK) {
        return fail(status, &diag);
    }
    struct ki_result result;
    stop_uninstall();
    status = ki_scan_fd(scanner, STDIN_FILENO, &result);
    stop_install();
    on_result(run, "-", &result);
    scan_summary_add(&run->total, &run->current);
    ki_scanner_destroy(scanner);
    return status == KI_OK || fail(status, &diag);
}

static bool scan_paths(struct scan_run *run, const char *const *paths, size_t npaths)
{
    struct ki_scan_handlers handlers = {
        .on_result = on_result,
        .is_stopped = is_stopped,
        .context = run,
    };
    struct ki_scan_summary summary = {0};
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_scan_paths_confined(run->sandbox, run->index, run->options, paths, npaths,
                               &handlers, &summary, &diag);
    scan_summary_add(&run->total, &summary);
    return status == KI_OK || fail(status, &diag);
}

/* Scans the operands in their order: "-" by itself, what stands between at once. */
static bool scan_operands(struct scan_run *run, const struct operands *operands)
{
    size_t done = 0;
    bool is_good = true;
    while (is_good && done < operands->nitems && !is_stopped(run)) {
        const char *const *paths = operands->items + done;
        size_t npaths = 0;
        while (done + npaths < operands->nitems && strcmp(paths[npaths], "-") != 0) {
            npaths++;
        }
        run->current = (struct ki_scan_summary){0};
        is_good = npaths > 0 ? scan_paths(run, paths, npaths) : scan_stdin(run);
        done += npaths > 0 ? npaths : 1;
    }
    return is_good;
}

static int exit_status_of(const struct scan_run *run, bool is_good)
{
    const struct ki_scan_summary *total = &run->total;
    bool has_missed = !is_good || total->nverdicts[KI_VERDICT_NOT_EXAMINED] > 0 ||
                      total->nfolders_failed > 0;
    int status = has_missed ? EXIT_TROUBLE : EXIT_DONE;
    if (total->nverdicts[KI_VERDICT_MATCH] > 0) {
        status = EXIT_MATCHED;
    }
    return stop_exit_status(status);
}

static int scan(const struct scan_arguments *arguments, const struct operands *operands,
                struct ki_sandbox *sandbox, const struct ki_index *index,
                const char *folder)
{
    struct scan_run run = {
        .sandbox = sandbox,
        .index = index,
        .options = &arguments->scan,
        .format = ki_report_format_at((size_t)arguments->format),
        .shares_terminal = isatty(STDOUT_FILENO),
    };
    if (!scan_audit_begin(folder, index, &arguments->scan, &run.audit)) {
        return EXIT_TROUBLE;
    }
    stop_install();
    progress_begin(&run.progress, !arguments->is_quiet);
    run.format->begin(stdout);
    bool is_good = scan_operands(&run, operands);
    is_good = scan_audit_end(run.audit) && is_good;
    run.format->end(stdout);
    progress_clear(&run.progress);
    if (!arguments->is_quiet) {
        scan_summary_print(&run.total, progress_seconds(&run.progress));
        policy_tell_floods(arguments->scan.policy);
    }
    return exit_status_of(&run, is_good);
}

static size_t count_stdin(const struct operands *operands)
{
    size_t n = 0;
    for (size_t i = 0; i < operands->nitems; i++) {
        n += strcmp(operands->items[i], "-") == 0;
    }
    return n;
}

/* False after a message if the policy does not fit the lists. */
static bool fits(const struct ki_policy *policy, const struct ki_index *index)
{
    struct ki_diag diag = {0};
    size_t nlists = ki_index_nlists(index);
    enum ki_status status = ki_policy_check(
        policy, nlists > 0 ? ki_index_list(index, 0) : NULL, nlists, &diag);
    return status == KI_OK || fail(status, &diag);
}

/* The sandbox first: its processes never see the index. */
static int open_and_scan(const struct scan_arguments *arguments,
                         const struct operands *operands,
                         const struct index_folder *folder)
{
    struct ki_sandbox *sandbox;
    if (!workers_start(&arguments->workers, arguments->scan.njobs,
                       &arguments->scan.hash.limits, &sandbox)) {
        return EXIT_TROUBLE;
    }
    struct ki_index *index;
    int exit_status = EXIT_TROUBLE;
    if (index_folder_open(folder, arguments->is_previous, &index)) {
        warn_expired(index);
        if (fits(arguments->scan.policy, index)) {
            exit_status = scan(arguments, operands, sandbox, index, folder->path);
        }
        ki_index_close(index);
    }
    ki_sandbox_stop(sandbox);
    return exit_status;
}

static int read_and_scan(struct scan_arguments *arguments,
                         const struct operands *operands)
{
    struct index_folder folder;
    struct ki_policy *policy;
    if (!index_folder_find(arguments->index, &folder) ||
        !policy_read(arguments->policy, &folder, &policy)) {
        return EXIT_TROUBLE;
    }
    arguments->scan.policy = policy;
    int exit_status = open_and_scan(arguments, operands, &folder);
    ki_policy_free(policy);
    return exit_status;
}

static int run_scan(const struct command *command, int argc, char **argv)
{
    struct scan_arguments arguments = {
        .workers = workers_arguments_default(),
        .scan = ki_scan_options_default(),
    };
    arguments.max_hits = (int)arguments.scan.max_hits;
    arguments.read_ahead = (int)arguments.scan.read_ahead;
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    output_by_line();
    if (count_stdin(&operands) > 1) {
        return command_usage_error(command, "- can be given only once");
    }
    arguments.scan.max_hits = (size_t)arguments.max_hits;
    arguments.scan.njobs = (unsigned)arguments.njobs;
    arguments.scan.read_ahead = (unsigned)arguments.read_ahead;
    return read_and_scan(&arguments, &operands);
}

static const char *format_choice(size_t i)
{
    const struct ki_report_format *format = ki_report_format_at(i);
    return format ? format->name : NULL;
}

static const struct option_type format_type = {
    .read = option_read_choice,
    .expected = "one of ",
    .choice = format_choice,
};
static const struct option_type jobs_type = {
    .read = option_read_int,
    .expected = "a number from 1 to 1024",
    .min = 1,
    .max = 1024,
};
static const struct option_type ahead_type = {
    .read = option_read_int,
    .expected = "a number from 0 to 64",
    .max = 64,
};
static const struct option_type hits_type = {
    .read = option_read_int,
    .expected = "a number from 0 to 1000000000",
    .max = 1000000000,
};

#define FIELD(member) offsetof(struct scan_arguments, member)

static const struct option_spec specs[] = {
    {"jobs", 'j', "N", &jobs_type, FIELD(njobs),
     "files at a time (default: one per processor)"},
    {"format", 'f', "FORMAT", &format_type, FIELD(format),
     "of the results (default: ndjson)"},
    {"ordered", 'o', NULL, &option_true, FIELD(scan.ordered),
     "results in the order of the files, not as they\nare ready"},
    {"read-ahead", 0, "N", &ahead_type, FIELD(read_ahead),
     "files per thread to read before their turn\n(default: 4)"},
    {"max-hits", 0, "N", &hits_type, FIELD(max_hits),
     "hits to print for one file; 0: all\n(default: 256)"},
    {"quiet", 'q', NULL, &option_true, FIELD(is_quiet), "no progress and no summary"},
    {"dihedral", 0, NULL, &option_true, FIELD(scan.hash.dihedral),
     "look for turned and mirrored pictures too\n(default)"},
    {"no-dihedral", 0, NULL, &option_false, FIELD(scan.hash.dihedral), "do not"},
    {"previous", 0, NULL, &option_true, FIELD(is_previous),
     "use the generation before the current one"},
};

static const struct option_group groups[] = {
    {"options", specs, COUNT(specs), 0},  POLICY_OPTION_GROUP(FIELD(policy)),
    HASH_OPTION_GROUP(FIELD(scan.hash)),  WORKERS_OPTION_GROUP(FIELD(workers)),
    LIMIT_OPTION_GROUP(FIELD(scan.hash)), INDEX_OPTION_GROUP(FIELD(index)),
};

const struct command command_scan = {
    .name = "scan",
    .operands = "PATH…|-",
    .min_operands = 1,
    .max_operands = ANY_NUMBER,
    .summary = "give verdicts on files and folders",
    .details =
        "Prints one result a file: match, no_match, or not_examined with the reason.\n"
        "Folders are walked in order of name; symbolic links and special files in\n"
        "them are skipped. With - standard input is scanned as one file.\n\n"
        "Exit status: 0 nothing matched and everything was examined, 1 something\n"
        "matched, 2 nothing matched but something was not examined or failed.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_scan,
};
