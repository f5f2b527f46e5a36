/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage list manifest. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes/sha256.h"
#include "common/message.h"
#include "common/option_types.h"
#include "knownimage/commands.h"
#include "knownimage/update_options.h"
#include "list/update_files.h"
#include "report/json.h"

struct manifest_arguments {
    uint64_t serial; /* 0: not given, like the other */
    int64_t expires;
};

enum { CHUNK_NBYTES = 65536 };

/* False after an errno: it could not be read. */
static bool digest_fd(int fd, struct ki_sha256 *hasher, struct ki_update_file *out)
{
    static char chunk[CHUNK_NBYTES];
    ki_sha256_begin(hasher);
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return false;
        }
        if (got == 0) {
            break;
        }
        ki_sha256_add(hasher, chunk, (size_t)got);
        out->nbytes += (uint64_t)got;
    }
    ki_sha256_end(hasher, out->sha256);
    return true;
}

static bool digest_file(const char *path, struct ki_sha256 *hasher,
                        struct ki_update_file *out)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        message_errno(path, errno);
        return false;
    }
    bool is_file = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    bool is_read = is_file && digest_fd(fd, hasher, out);
    if (!is_file) {
        message("%s: not a regular file", path);
    } else if (!is_read) {
        message_errno(path, errno);
    }
    (void)close(fd);
    return is_read && ki_sha256_is_good(hasher);
}

static void put_file(struct ki_json *json, const struct ki_update_file *file)
{
    ki_json_object_begin(json, NULL);
    ki_json_text(json, "name", file->name);
    ki_json_uint(json, "nbytes", file->nbytes);
    ki_json_hex(json, "sha256", file->sha256, sizeof file->sha256);
    ki_json_object_end(json);
}

static bool put_named(struct ki_json *json, const char *path, struct ki_sha256 *hasher)
{
    struct ki_update_file file = {.nbytes = 0};
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (!ki_update_name_is_good(name)) {
        message("%s: no name for a file of a manifest", path);
        return false;
    }
    memcpy(file.name, name, strlen(name) + 1);
    if (!digest_file(path, hasher, &file)) {
        return false;
    }
    put_file(json, &file);
    return true;
}

static bool put_manifest(FILE *out, const struct manifest_arguments *arguments,
                         const struct operands *operands, struct ki_sha256 *hasher)
{
    struct ki_json json = ki_json_line_begin(out);
    bool is_good = true;
    ki_json_uint(&json, "knownimage_list", 1);
    ki_json_text(&json, "list", operands->items[0]);
    ki_json_uint(&json, "serial", arguments->serial);
    ki_json_time(&json, "expires", arguments->expires);
    ki_json_array_begin(&json, "files");
    for (size_t i = 1; i < operands->nitems && is_good; i++) {
        is_good = put_named(&json, operands->items[i], hasher);
    }
    ki_json_array_end(&json);
    ki_json_line_end(&json);
    return is_good;
}

/* It is read as an import would, so that nobody signs what is refused. */
static bool print_checked(const char *text, size_t nbytes)
{
    struct ki_update_files read;
    struct ki_diag diag = {0};
    enum ki_status status = ki_update_files_read(text, nbytes, &read, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        return false;
    }
    ki_update_files_free(&read);
    (void)fwrite(text, 1, nbytes, stdout);
    return true;
}

static bool make_manifest(const struct manifest_arguments *arguments,
                          const struct operands *operands)
{
    char *text = NULL;
    size_t nbytes = 0;
    struct ki_sha256 *hasher = NULL;
    struct ki_diag diag = {0};
    enum ki_status status = ki_sha256_create(&hasher, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        return false;
    }
    FILE *out = open_memstream(&text, &nbytes);
    bool is_good = out && put_manifest(out, arguments, operands, hasher);
    ki_sha256_destroy(hasher);
    if (!out || fclose(out) != 0) {
        message("no memory for a manifest");
        is_good = false;
    }
    is_good = is_good && print_checked(text, nbytes);
    free(text);
    return is_good;
}

static int run_manifest(const struct command *command, int argc, char **argv)
{
    struct manifest_arguments arguments = {.serial = 0};
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    if (arguments.serial == 0 || arguments.expires == 0) {
        return command_usage_error(command, "--serial and --expires are needed");
    }
    return make_manifest(&arguments, &operands) ? EXIT_DONE : EXIT_TROUBLE;
}

#define FIELD(member) offsetof(struct manifest_arguments, member)

static const struct option_spec specs[] = {
    {"serial", 's', "N", &option_serial, FIELD(serial),
     "number of the update: greater than that of any before"},
    {"expires", 'e', "TIME", &option_expires, FIELD(expires),
     "when the next one will be there for sure"},
};

static const struct option_group groups[] = {
    {"options", specs, COUNT(specs), 0},
};

const struct command command_list_manifest = {
    .name = "list manifest",
    .operands = "NAME FILE…",
    .min_operands = 2,
    .max_operands = ANY_NUMBER,
    .summary = "write the manifest of an update of several files",
    .details =
        "Prints one line of JSON with name, size and SHA-256 of each file, for the "
        "list\n"
        "NAME of those who will import it. Put it beside the files and sign it:\n\n"
        "  knownimage list manifest NAME --serial 7 --expires 2026-12-31T00:00:00Z \\\n"
        "      a.xml b.xml >MANIFEST\n"
        "  knownimage key sign --key FILE MANIFEST\n\n"
        "No index is needed. An import reads the files in this order; all have one\n"
        "format.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_manifest,
};
