/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage list import. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <knownimage/list.h>
#include <knownimage/sandbox.h>

#include "common/index_folder.h"
#include "common/message.h"
#include "common/option_groups.h"
#include "common/option_types.h"
#include "common/progress.h"
#include "common/stop.h"
#include "knownimage/audited.h"
#include "knownimage/commands.h"
#include "knownimage/companions.h"
#include "report/json.h"

struct import_arguments {
    const char *index;
    const char *format;
    int kind;
    bool publishes;
    bool replaces;
    bool is_confirmed;
    bool keeps_releases;
    bool is_unsafe;
    const char *signature; /* a file; NULL: not given */
};

struct import_run {
    const char *file;
    struct progress progress;
    struct ki_unpacking unpacking;
};

static void on_reject(void *context, const struct ki_list_reject *reject)
{
    struct import_run *run = context;
    const char *file = reject->file ? reject->file : run->file;
    progress_clear(&run->progress);
    if (reject->line > 0) {
        message("%s:%" PRIu64 ": %s", file, reject->line, reject->reason);
    } else {
        message("%s: byte %" PRIu64 ": %s", file, reject->byte, reject->reason);
    }
}

static void on_progress(void *context, uint64_t nbytes_done)
{
    struct import_run *run = context;
    if (progress_is_due(&run->progress)) {
        double megabytes = (double)nbytes_done / 1e6;
        progress_show(&run->progress, "%.1f MB read, %.1f MB/s", megabytes,
                      megabytes / progress_seconds(&run->progress));
    }
}

static void on_wait(void *context)
{
    struct import_run *run = context;
    progress_clear(&run->progress);
    message("waiting for another change of the index to end");
}

static void print_result(const char *name, const struct ki_import_result *result)
{
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_text(&json, "list", name);
    ki_json_uint(&json, "read", result->nread);
    ki_json_uint(&json, "added", result->nadded);
    ki_json_uint(&json, "updated", result->nupdated);
    ki_json_uint(&json, "removed", result->nremoved);
    ki_json_uint(&json, "rejected", result->nrejected);
    ki_json_uint(&json, "generation", result->generation);
    ki_json_uint(&json, "unchanged", result->nunchanged);
    ki_json_text_or_null(&json, "format", result->format ? result->format : "");
    ki_json_uint(&json, "quarantined", result->nquarantined);
    ki_json_line_end(&json);
}

static void tell_quarantine(const char *name, uint64_t nquarantined)
{
    if (nquarantined > 0) {
        message("%" PRIu64
                " %s in quarantine: too flat, periodic or uneven to be looked "
                "up by PDQ; see 'knownimage list quarantine %s'",
                nquarantined, nquarantined == 1 ? "entry is" : "entries are", name);
    }
}

static int exit_status_of(const struct ki_import_result *result)
{
    uint64_t ngood =
        result->nadded + result->nupdated + result->nunchanged + result->nremoved;
    return result->nrejected > 0 && ngood == 0 ? EXIT_TROUBLE : EXIT_DONE;
}

/* Of file, list and index it is the file that cannot be read as a list. */
static void message_failure(enum ki_status status, const struct ki_diag *diag,
                            const char *file)
{
    if (status == KI_ERR_FORMAT || status == KI_ERR_REFUSED) {
        message("%s: %s", file, diag->message);
    } else {
        message_status(status, diag);
    }
}

static void message_missing(const struct ki_unpacking *unpacking, enum ki_status status)
{
    if (unpacking->missing[0] && unpacking->is_unsafe) {
        message("WARNING: unpacked without its whole confinement, as --unsafe-sandbox "
                "demands; missing: %s",
                unpacking->missing);
    } else if (unpacking->missing[0] && status == KI_ERR_UNSUPPORTED) {
        message("nothing was unpacked; --unsafe-sandbox would unpack all the same");
    }
}

static int explain_failure(enum ki_status status, const struct ki_diag *diag,
                           const char *name, const char *file, bool needs_confirmation)
{
    if (status == KI_ERR_INTERRUPTED) {
        message("interrupted: nothing was changed");
        return stop_exit_status(EXIT_TROUBLE);
    }
    message_failure(status, diag, file);
    if (status == KI_ERR_REFUSED) {
        message("nothing was changed%s",
                needs_confirmation ? "; if it is as it should be: --confirm" : "");
    }
    if (status == KI_ERR_NOT_FOUND) {
        message("add the list first: knownimage list add %s", name);
    }
    return EXIT_TROUBLE;
}

static struct ki_import_options options_of(const struct import_arguments *arguments,
                                           const struct companions *companions,
                                           struct import_run *run)
{
    struct ki_import_options options = ki_import_options_default();
    options.format = arguments->format;
    options.kind = arguments->kind;
    options.publish = arguments->publishes;
    options.replaces = arguments->replaces;
    options.is_confirmed = arguments->is_confirmed;
    options.keeps_releases = arguments->keeps_releases;
    options.signature = companions->signature;
    options.signature_nbytes = companions->signature_nbytes;
    options.files_folder = companions->folder[0] ? companions->folder : NULL;
    options.on_reject = on_reject;
    options.on_progress = on_progress;
    options.is_stopped = stop_is_requested_by;
    options.on_wait = on_wait;
    options.context = run;
    options.unpack = ki_list_unpack_confined;
    options.unpack_context = &run->unpacking;
    return options;
}

static int import_with(const struct import_arguments *arguments,
                       const struct index_folder *folder, const char *name, int fd,
                       const char *file, const struct companions *companions)
{
    struct import_run run = {.file = file,
                             .unpacking = {.is_unsafe = arguments->is_unsafe}};
    struct ki_import_options options = options_of(arguments, companions, &run);
    struct ki_audit *audit;
    if (!audited_begin(folder->path, "import", name, &audit)) {
        return EXIT_TROUBLE;
    }
    stop_install();
    progress_begin(&run.progress, true);
    struct ki_import_result result = {0};
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_list_import(folder->path, name, fd, &options, &result, &diag);
    progress_clear(&run.progress);
    if (status != KI_OK) {
        audited_failed(audit, "import", name);
        int exit_status =
            explain_failure(status, &diag, name, file, result.needs_confirmation);
        message_missing(&run.unpacking, status);
        return exit_status;
    }
    message_missing(&run.unpacking, status);
    if (!audited_import(&audit, name, &result)) {
        return EXIT_TROUBLE;
    }
    if (result.is_known) {
        message("%s: this update was taken before", file);
    } else if (result.nread == 0) {
        message("%s: no records", file);
    }
    tell_quarantine(name, result.nquarantined);
    print_result(name, &result);
    (void)fflush(stdout);
    uint64_t generation = 0;
    if (options.publish &&
        ki_index_merge(folder->path, false, &generation, &diag) != KI_OK) {
        message("imported, but the index could not be tidied up: %s", diag.message);
    }
    return exit_status_of(&result);
}

static int import_fd(const struct import_arguments *arguments, const char *name, int fd,
                     const char *file)
{
    struct index_folder folder;
    struct companions companions = {.signature = NULL};
    if (!index_folder_find_existing(arguments->index, &folder)) {
        return EXIT_TROUBLE;
    }
    int exit_status = EXIT_TROUBLE;
    if (companions_find(&folder, name, file, arguments->signature, &companions)) {
        exit_status = import_with(arguments, &folder, name, fd, file, &companions);
    }
    companions_free(&companions);
    return exit_status;
}

static int import_file(const struct import_arguments *arguments, const char *name,
                       const char *file)
{
    if (strcmp(file, "-") == 0) {
        return import_fd(arguments, name, STDIN_FILENO, "-");
    }
    struct stat info;
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        message_errno(file, errno);
        return EXIT_TROUBLE;
    }
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        message_errno(file, EISDIR);
        (void)close(fd);
        return EXIT_TROUBLE;
    }
    int exit_status = import_fd(arguments, name, fd, file);
    (void)close(fd);
    return exit_status;
}

static int run_import(const struct command *command, int argc, char **argv)
{
    struct import_arguments arguments = {.kind = -1, .publishes = true};
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    return import_file(&arguments, operands.items[0], operands.items[1]);
}

static const char *format_choice(size_t i)
{
    return i == 0 ? "auto" : ki_list_format_name(i - 1);
}

static const struct option_type format_type = {
    .read = option_read_word,
    .expected = "one of ",
    .choice = format_choice,
};

#define FIELD(member) offsetof(struct import_arguments, member)

static const struct option_spec specs[] = {
    {"format", 'f', "FORMAT", &format_type, FIELD(format),
     "auto (default): tell by the content"},
    {"kind", 'k', "KIND", &option_kind, FIELD(kind),
     "what the hashes are, for files that do not say"},
    {"signature", 's', "FILE", &option_text, FIELD(signature),
     "minisign signature; FILE.minisig by default, if the\nlist has a key"},
    {"replace", 0, NULL, &option_true, FIELD(replaces),
     "the file is the whole list: remove what it lacks"},
    {"confirm", 0, NULL, &option_true, FIELD(is_confirmed),
     "take an import that is refused otherwise"},
    {"keep-releases", 0, NULL, &option_true, FIELD(keeps_releases),
     "what an NDJSON export says was released from\nquarantine is looked up"},
    {"unsafe-sandbox", 0, NULL, &option_true, FIELD(is_unsafe),
     "unpack even if the process that does it cannot be\nconfined wholly"},
    {"no-publish", 0, NULL, &option_false, FIELD(publishes),
     "leave it to 'knownimage index publish'"},
};

static const struct option_group groups[] = {
    {"options", specs, COUNT(specs), 0},
    INDEX_OPTION_GROUP(FIELD(index)),
};

const struct command command_list_import = {
    .name = "list import",
    .operands = "NAME FILE|-",
    .min_operands = 2,
    .max_operands = 2,
    .summary = "import a file of hashes into a list",
    .details =
        "Prints one line of JSON with the counts, and every refused record with its\n"
        "line on standard error. All good records are imported and put in force at\n"
        "once, or, if the import fails or is interrupted, none is kept. Should the\n"
        "last step alone fail, the message says so: the records are in the catalog, "
        "and\n"
        "'knownimage index publish' puts them in force.\n\n"
        "FILE may be packed with gzip, whatever its name: a confined process unpacks "
        "it.\n"
        "What is damaged, cut off, or more than 200 times its size imports nothing.\n\n"
        "An entry is told from others of its list by its id: the file name or id on\n"
        "its line, else the number of the line. An id met again adds its hash to the\n"
        "entry it has, also from another file: give bare hashes of two files to two\n"
        "lists.\n\n"
        "With --replace entries become what the file says of them, and those it does\n"
        "not name are removed; a file with refused records, or that says it is only a\n"
        "part, is refused. Into a list of 100 entries or more, an import that adds "
        "more\n"
        "than 20 % or removes more than 5 % is refused. --confirm takes all of these.\n"
        "'knownimage index status' tells what was refused last.\n\n"
        "A list with a key takes only what is signed with it. The trusted comment "
        "must\n"
        "say list=NAME, serial=N, greater than before, and expires=TIME, to come, as\n"
        "'knownimage key sign' writes it. FILE may be a manifest ('knownimage list\n"
        "manifest'): its files, beside it, are checked and imported as one. Nothing "
        "is\n"
        "parsed before all is verified; --confirm changes nothing about that.\n\n"
        "Exit status: 0 done, 2 failed or every record was refused.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_import,
};
