/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage key create, sign, verify. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/file.h"
#include "common/message.h"
#include "common/option_types.h"
#include "keys/keys.h"
#include "knownimage/commands.h"
#include "knownimage/update_options.h"
#include "list/update.h"
#include "report/json.h"

enum { PATH_NBYTES = 4096 };

struct key_arguments {
    const char *public_path; /* NULL: beside the secret key */
};

static int run_create(const struct command *command, int argc, char **argv)
{
    struct key_arguments arguments = {0};
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    const char *secret_path = operands.items[0];
    char beside[PATH_NBYTES];
    int length = snprintf(beside, sizeof beside, "%s.pub", secret_path);
    if (length < 0 || length >= PATH_NBYTES) {
        message("path too long");
        return EXIT_TROUBLE;
    }
    const char *public_path = arguments.public_path ? arguments.public_path : beside;

    struct ki_public_key key;
    struct ki_diag diag = {0};
    enum ki_status status = ki_key_create(secret_path, public_path, &key, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        return EXIT_TROUBLE;
    }
    char id[KI_KEY_ID_NHEX + 1];
    ki_key_id_text(key.id, id);
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_text(&json, "key", id);
    ki_json_text(&json, "secret", secret_path);
    ki_json_text(&json, "public", public_path);
    ki_json_line_end(&json);
    return EXIT_DONE;
}

static const struct option_spec create_specs[] = {
    {"public", 'p', "FILE", &option_text, 0, "the public key; FILE.pub by default"},
};
static const struct option_group create_groups[] = {
    {NULL, create_specs, COUNT(create_specs), 0},
};

const struct command command_key_create = {
    .name = "key create",
    .operands = "FILE",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "make a pair of keys to sign with",
    .details = "Writes a secret key to FILE (mode 0600, not encrypted) and its public "
               "key to\nFILE.pub, both in the format of minisign. Neither may exist.",
    .groups = create_groups,
    .ngroups = COUNT(create_groups),
    .run = run_create,
};

struct content_arguments {
    const char *key;       /* needed */
    const char *signature; /* NULL: beside the content */
    const char *comment;   /* NULL: not given */
    const char *list;      /* of an update: all three or none */
    uint64_t serial;
    int64_t expires;
};

/* Reads the command line; *signature_path is beside or the name that was given. */
static bool read_content_arguments(const struct command *command, int argc, char **argv,
                                   struct content_arguments *arguments,
                                   const char **path, char signature_path[PATH_NBYTES],
                                   int *exit_status)
{
    struct operands operands;
    if (!command_read(command, argc, argv, arguments, &operands, exit_status)) {
        return false;
    }
    if (!arguments->key) {
        *exit_status = command_usage_error(command, "--key is needed");
        return false;
    }
    *path = operands.items[0];
    int length = arguments->signature
                     ? snprintf(signature_path, PATH_NBYTES, "%s", arguments->signature)
                     : snprintf(signature_path, PATH_NBYTES, "%s.minisig", *path);
    *exit_status = EXIT_TROUBLE;
    if (length < 0 || length >= PATH_NBYTES) {
        message("path too long");
        return false;
    }
    return true;
}

static enum ki_status prehash_file(const char *path, uint8_t prehash[KI_PREHASH_NBYTES],
                                   struct ki_diag *diag)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return ki_diag_errno(diag, errno, "cannot open %s", path);
    }
    enum ki_status status = ki_prehash_fd(fd, path, prehash, diag);
    (void)close(fd);
    return status;
}

/* The comment that is given, and what tells of an update: read back, as an import will.
 */
static enum ki_status make_comment(const struct content_arguments *arguments,
                                   char out[KI_TRUSTED_COMMENT_NBYTES],
                                   struct ki_diag *diag)
{
    char words[KI_UPDATE_TEXT_NBYTES] = "";
    const char *comment = arguments->comment ? arguments->comment
                          : arguments->list  ? ""
                                             : "signed by knownimage";
    if (arguments->list) {
        struct ki_update update = {.serial = arguments->serial,
                                   .expires = arguments->expires};
        (void)ki_update_read_list(ki_span_of(arguments->list), update.list);
        ki_update_write(&update, words);
    }
    int length = snprintf(out, KI_TRUSTED_COMMENT_NBYTES, "%s%s%s", comment,
                          comment[0] && words[0] ? " " : "", words);
    if (length < 0 || length >= KI_TRUSTED_COMMENT_NBYTES) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "the comment is too long");
    }
    struct ki_update update;
    return arguments->list ? ki_update_read(out, &update, diag) : KI_OK;
}

static enum ki_status sign(const char *path, const char *signature_path,
                           const struct content_arguments *arguments,
                           struct ki_diag *diag)
{
    uint8_t prehash[KI_PREHASH_NBYTES];
    char text[KI_SIGNATURE_TEXT_NBYTES];
    size_t length;
    struct ki_secret_key key;
    char comment[KI_TRUSTED_COMMENT_NBYTES];
    enum ki_status status = make_comment(arguments, comment, diag);
    if (status == KI_OK) {
        status = prehash_file(path, prehash, diag);
    }
    if (status == KI_OK) {
        status = ki_secret_key_read(arguments->key, &key, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    status = ki_signature_make(&key, prehash, comment, text, &length, diag);
    ki_secret_key_wipe(&key);
    if (status == KI_OK) {
        status = ki_file_replace(signature_path, text, length, diag);
    }
    return status;
}

static int run_sign(const struct command *command, int argc, char **argv)
{
    struct content_arguments arguments = {0};
    const char *path;
    char signature_path[PATH_NBYTES];
    int exit_status;
    if (!read_content_arguments(command, argc, argv, &arguments, &path, signature_path,
                                &exit_status)) {
        return exit_status;
    }
    if ((arguments.list != NULL) != (arguments.serial != 0) ||
        (arguments.list != NULL) != (arguments.expires != 0)) {
        return command_usage_error(command,
                                   "--list, --serial and --expires go together");
    }
    struct ki_diag diag = {0};
    enum ki_status status = sign(path, signature_path, &arguments, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        return EXIT_TROUBLE;
    }
    return EXIT_DONE;
}

static enum ki_status verify(const char *path, const char *signature_path,
                             const char *key_path, struct ki_signature *signature,
                             struct ki_diag *diag)
{
    struct ki_public_key key;
    uint8_t prehash[KI_PREHASH_NBYTES];
    enum ki_status status = ki_public_key_read(key_path, &key, diag);
    if (status == KI_OK) {
        status = ki_signature_read(signature_path, signature, diag);
    }
    if (status == KI_OK) {
        status = prehash_file(path, prehash, diag);
    }
    if (status == KI_OK) {
        status = ki_signature_verify(signature_path, signature, &key, prehash, diag);
    }
    return status;
}

/* 1: the signature does not hold; 2: it could not be checked. */
static int run_verify(const struct command *command, int argc, char **argv)
{
    struct content_arguments arguments = {0};
    const char *path;
    char signature_path[PATH_NBYTES];
    int exit_status;
    if (!read_content_arguments(command, argc, argv, &arguments, &path, signature_path,
                                &exit_status)) {
        return exit_status;
    }
    struct ki_signature signature;
    struct ki_diag diag = {0};
    enum ki_status status =
        verify(path, signature_path, arguments.key, &signature, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        return status == KI_ERR_DAMAGED ? 1 : EXIT_TROUBLE;
    }
    char id[KI_KEY_ID_NHEX + 1];
    ki_key_id_text(signature.key_id, id);
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_text(&json, "key", id);
    ki_json_text(&json, "trusted_comment", signature.trusted_comment);
    ki_json_line_end(&json);
    return EXIT_DONE;
}

#define FIELD(name) offsetof(struct content_arguments, name)
static const struct option_spec sign_specs[] = {
    {"key", 'k', "FILE", &option_text, FIELD(key), "the secret key"},
    {"signature", 's', "FILE", &option_text, FIELD(signature),
     "the signature; FILE.minisig by default"},
    {"comment", 'c', "TEXT", &option_text, FIELD(comment),
     "the trusted comment, which is signed too"},
    {"list", 'l', "NAME", &option_list, FIELD(list),
     "an update of this list: with the two below, puts into\nthe comment what a list "
     "with a key demands"},
    {"serial", 'n', "N", &option_serial, FIELD(serial),
     "number of the update: greater than that of any before"},
    {"expires", 'e', "TIME", &option_expires, FIELD(expires),
     "when the next one will be there for sure, such as\n2026-12-31T00:00:00Z"},
};
static const struct option_spec verify_specs[] = {
    {"key", 'k', "FILE", &option_text, FIELD(key), "the public key"},
    {"signature", 's', "FILE", &option_text, FIELD(signature),
     "the signature; FILE.minisig by default"},
};
static const struct option_group sign_groups[] = {
    {NULL, sign_specs, COUNT(sign_specs), 0},
};
static const struct option_group verify_groups[] = {
    {NULL, verify_specs, COUNT(verify_specs), 0},
};

const struct command command_key_sign = {
    .name = "key sign",
    .operands = "FILE",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "sign a file, in the format of minisign",
    .groups = sign_groups,
    .ngroups = COUNT(sign_groups),
    .run = run_sign,
};

const struct command command_key_verify = {
    .name = "key verify",
    .operands = "FILE",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "verify the minisign signature of a file",
    .details = "Exit status: 0 it holds, 1 it does not, 2 it could not be checked.",
    .groups = verify_groups,
    .ngroups = COUNT(verify_groups),
    .run = run_verify,
};
