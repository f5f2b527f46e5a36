/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage list check. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <knownimage/list.h>

#include "common/index_folder.h"
#include "common/message.h"
#include "common/option_groups.h"
#include "common/option_types.h"
#include "common/progress.h"
#include "common/stop.h"
#include "knownimage/audited.h"
#include "knownimage/benign.h"
#include "knownimage/check_report.h"
#include "knownimage/commands.h"
#include "knownimage/lists.h"

enum { FORMAT_NOT_GIVEN = -1, FORMAT_JSON, FORMAT_TEXT };

struct check_arguments {
    const char *index;
    const char *benign;
    uint32_t most_neighbours;
    bool is_quarantine;
    int format;
    struct workers_arguments workers;
    struct ki_hash_options hash; /* of it, the limits */
};

struct check_run {
    struct suspects suspects;
    struct progress progress;
};

static void on_suspect(void *context, const struct ki_suspect *suspect)
{
    struct check_run *run = context;
    suspects_add(&run->suspects, suspect);
}

static void on_progress(void *context, double done)
{
    struct check_run *run = context;
    if (progress_is_due(&run->progress)) {
        progress_show(&run->progress, "%.0f %% compared", 100 * done);
    }
}

static int fail(enum ki_status status, const struct ki_diag *diag)
{
    if (status == KI_ERR_INTERRUPTED) {
        message("interrupted: nothing was changed");
        return stop_exit_status(EXIT_TROUBLE);
    }
    message_status(status, diag);
    return EXIT_TROUBLE;
}

static void print(const struct check_arguments *arguments,
                  const struct check_report *report)
{
    bool is_text = arguments->format == FORMAT_NOT_GIVEN
                       ? isatty(STDOUT_FILENO) != 0
                       : arguments->format == FORMAT_TEXT;
    if (is_text) {
        check_report_text(report);
    } else {
        check_report_json(report);
    }
    (void)fflush(stdout);
}

static struct ki_check_options options_for(const struct check_arguments *arguments,
                                           struct check_run *run)
{
    struct ki_check_options options = ki_check_options_default();
    options.most_neighbours = arguments->most_neighbours;
    options.quarantine = arguments->is_quarantine;
    options.on_suspect = on_suspect;
    options.on_progress = on_progress;
    options.is_stopped = stop_is_requested_by;
    options.context = run;
    return options;
}

/* Prints what a check that succeeded found; the exit status. */
static int conclude(const struct check_arguments *arguments,
                    const struct check_report *report, struct ki_audit *audit)
{
    bool is_told = audited_quarantine(&audit, report->list, report->result.nadded,
                                      report->result.generation);
    print(arguments, report);
    if (!report->suspects.has_memory) {
        message("no memory to name all suspects");
    }
    return is_told && report->suspects.has_memory ? EXIT_DONE : EXIT_TROUBLE;
}

static int check_with(const struct check_arguments *arguments,
                      const struct index_folder *folder, struct check_report *report)
{
    struct check_run run = {.suspects.has_memory = true};
    struct ki_check_options options = options_for(arguments, &run);
    struct ki_diag diag = {0};
    struct ki_audit *audit = NULL;
    if (report->own) {
        options.benign = report->own->items;
        options.nbenign = report->own->nitems;
    } else {
        options.benign_list = report->benign;
    }
    if (arguments->is_quarantine &&
        !audited_begin(folder->path, "quarantine", report->list, &audit)) {
        return EXIT_TROUBLE;
    }
    progress_begin(&run.progress, true);
    enum ki_status status =
        ki_list_check(folder->path, report->list, &options, &report->result, &diag);
    progress_clear(&run.progress);
    report->suspects = run.suspects;
    int exit_status;
    if (status == KI_OK) {
        exit_status = conclude(arguments, report, audit);
        index_folder_warn(folder);
    } else {
        audited_failed(audit, "quarantine", report->list);
        exit_status = fail(status, &diag);
    }
    suspects_free(&report->suspects);
    return exit_status;
}

/* Whatever is there under that name, or could only be there. */
static bool is_path(const char *name)
{
    struct stat info;
    return strchr(name, '/') || lstat(name, &info) == 0;
}

static bool read_benign(const struct check_arguments *arguments, const char *folder,
                        const char *name, struct benign *out)
{
    struct ki_list_info info;
    struct ki_diag diag = {0};
    bool is_found = false;
    enum ki_status status = read_list(folder, name, &info, &is_found, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        return false;
    }
    if (!is_found) {
        message("there is no list '%s'", name);
        return false;
    }
    return benign_read(arguments->benign, &arguments->workers, &arguments->hash.limits,
                       info.min_quality, out);
}

static int check_list(const struct check_arguments *arguments, const char *name)
{
    struct index_folder folder;
    struct benign benign = {0};
    struct check_report report = {
        .list = name,
        .benign = arguments->benign,
        .most_neighbours = arguments->most_neighbours,
        .is_quarantine = arguments->is_quarantine,
    };
    if (!index_folder_find_existing(arguments->index, &folder)) {
        return EXIT_TROUBLE;
    }
    stop_install();
    if (arguments->benign && is_path(arguments->benign)) {
        if (!read_benign(arguments, folder.path, name, &benign)) {
            benign_free(&benign);
            return stop_exit_status(EXIT_TROUBLE);
        }
        report.own = &benign;
    }
    int exit_status = check_with(arguments, &folder, &report);
    if (benign.nunreadable > 0 && exit_status == EXIT_DONE) {
        exit_status = EXIT_TROUBLE;
    }
    benign_free(&benign);
    return exit_status;
}

static int run_check(const struct command *command, int argc, char **argv)
{
    struct check_arguments arguments = {
        .most_neighbours = ki_check_options_default().most_neighbours,
        .format = FORMAT_NOT_GIVEN,
        .workers = workers_arguments_default(),
        .hash = ki_hash_options_default(),
    };
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    return check_list(&arguments, operands.items[0]);
}

static const char *format_choice(size_t i)
{
    static const char *const names[] = {"json", "text"};
    return i < COUNT(names) ? names[i] : NULL;
}

static const struct option_type format_type = {
    .read = option_read_choice,
    .expected = "one of ",
    .choice = format_choice,
};

#define FIELD(member) offsetof(struct check_arguments, member)

static const struct option_spec specs[] = {
    {"benign", 'b', "WHAT", &option_text, FIELD(benign),
     "compare with the pictures of a file or folder, or,\nif there is none of that "
     "name, with a list"},
    {"neighbours", 'n', "N", &option_count32, FIELD(most_neighbours),
     "suspect an entry with more than N others within\n31 bits (default: 100)"},
    {"quarantine", 0, NULL, &option_true, FIELD(is_quarantine),
     "put what was found into quarantine, and publish"},
    {"format", 'f', "FORMAT", &format_type, FIELD(format),
     "default: text on a terminal, else json"},
};

static const struct option_group groups[] = {
    {"options", specs, COUNT(specs), 0},
    WORKERS_OPTION_GROUP(FIELD(workers)),
    LIMIT_OPTION_GROUP(FIELD(hash)),
    INDEX_OPTION_GROUP(FIELD(index)),
};

const struct command command_list_check = {
    .name = "list check",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "look for entries of a list that would match too much",
    .details =
        "Compares all PDQ hashes of the list with each other and, with --benign, with\n"
        "those of harmless pictures, turned and mirrored too, within the radius of "
        "the\n"
        "list. Prints one object of JSON, or text: entries by doubt (see 'list\n"
        "quarantine'), histograms as [from,count] pairs, and as suspects the entries\n"
        "with too many neighbours or near to something harmless. Changes nothing\n"
        "without --quarantine; what was released stays released.\n\n"
        "Exit status: 0 done, 2 failed or a picture could not be read.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_check,
};
