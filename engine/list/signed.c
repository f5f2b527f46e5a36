/* SPDX-License-Identifier: Apache-2.0 */
#include "list/signed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"
#include "list/import.h"

static enum ki_status copy(struct ki_import *import, struct ki_spool *out,
                           uint64_t limit_nbytes, struct ki_prehash *prehash,
                           uint8_t sha256[KI_SHA256_NBYTES])
{
    ki_sha256_begin(import->hasher);
    enum ki_status status = ki_import_copy(import, out, limit_nbytes, prehash);
    ki_sha256_end(import->hasher, sha256);
    if (status == KI_OK && !ki_sha256_is_good(import->hasher)) {
        return ki_diag_set(import->diag, KI_ERR_UNSUPPORTED, "OpenSSL has no SHA-256");
    }
    return status;
}

static enum ki_status copy_content(struct ki_import *import, const char *folder,
                                   uint8_t prehash[KI_PREHASH_NBYTES])
{
    struct ki_signed *origin = &import->origin;
    struct ki_prehash *hasher = NULL;
    enum ki_status status = ki_prehash_create(&hasher, import->diag);
    if (status != KI_OK) {
        return status;
    }
    origin->content.folder = folder;
    status = copy(import, &origin->content, UINT64_MAX, hasher, origin->sha256);
    ki_prehash_end(hasher, prehash);
    ki_prehash_destroy(hasher);
    return status;
}

static struct ki_public_key key_of(const struct ki_list_trust *trust)
{
    struct ki_public_key key;
    memcpy(key.id, trust->key_id, sizeof key.id);
    memcpy(key.key, trust->key, sizeof key.key);
    return key;
}

/* What is wrong with a signature is the list's affair, and told like its other
 * refusals. */
static enum ki_status as_refusal(struct ki_import *import, enum ki_status status)
{
    bool is_fault = status == KI_ERR_FORMAT || status == KI_ERR_UNSUPPORTED ||
                    status == KI_ERR_DAMAGED;
    if (is_fault) {
        import->diag->status = KI_ERR_REFUSED;
    }
    return is_fault ? KI_ERR_REFUSED : status;
}

/* Whose key it is stands in the signature: nothing is copied for another's. */
static enum ki_status check_key(struct ki_import *import,
                                const struct ki_signature *signature,
                                const struct ki_public_key *key)
{
    char found[KI_KEY_ID_NHEX + 1];
    char wanted[KI_KEY_ID_NHEX + 1];
    if (memcmp(signature->key_id, key->id, sizeof key->id) == 0) {
        return KI_OK;
    }
    ki_key_id_text(signature->key_id, found);
    ki_key_id_text(key->id, wanted);
    return ki_diag_set(import->diag, KI_ERR_REFUSED,
                       "signed with key %s, but list %s has key %s", found,
                       import->list.name, wanted);
}

static enum ki_status verify_content(struct ki_import *import, const char *folder,
                                     struct ki_signature *signature)
{
    const struct ki_import_options *options = import->options;
    const struct ki_public_key key = key_of(&import->origin.trust);
    uint8_t prehash[KI_PREHASH_NBYTES];
    enum ki_status status = as_refusal(
        import, ki_signature_parse("signature", options->signature,
                                   options->signature_nbytes, signature, import->diag));
    if (status == KI_OK) {
        status = check_key(import, signature, &key);
    }
    if (status == KI_OK) {
        status = copy_content(import, folder, prehash);
    }
    return status == KI_OK
               ? as_refusal(import, ki_signature_verify("signature", signature, &key,
                                                        prehash, import->diag))
               : status;
}

/* What a manifest says holds; a comment may be silent, but not say otherwise. */
static enum ki_status agree(struct ki_import *import, const struct ki_update *comment)
{
    const struct ki_update *manifest = &import->origin.manifest.update;
    bool is_other = (comment->list[0] && strcmp(comment->list, manifest->list) != 0) ||
                    (comment->serial && comment->serial != manifest->serial) ||
                    (comment->expires && comment->expires != manifest->expires);
    if (is_other) {
        return ki_diag_set(import->diag, KI_ERR_REFUSED,
                           "manifest and trusted comment contradict each other");
    }
    import->origin.update = *manifest;
    return KI_OK;
}

static enum ki_status read_manifest(struct ki_import *import)
{
    struct ki_signed *origin = &import->origin;
    void *data = NULL;
    int result = ki_spool_map(&origin->content, &data);
    if (result != 0) {
        return ki_import_spool_failed(import, result);
    }
    size_t nbytes = origin->content.nbytes;
    if (nbytes == 0 || !ki_update_files_are(data, nbytes)) {
        return KI_OK;
    }
    enum ki_status status =
        ki_update_files_read(data, nbytes, &origin->manifest, import->diag);
    if (status == KI_OK && !import->options->files_folder) {
        return ki_diag_set(import->diag, KI_ERR_REFUSED,
                           "a manifest is read from a file, beside which stand those "
                           "that it names");
    }
    return status;
}

static enum ki_status read_update(struct ki_import *import, const char *comment)
{
    struct ki_update update;
    enum ki_status status = ki_update_read(comment, &update, import->diag);
    if (status == KI_OK) {
        status = read_manifest(import);
    }
    if (status != KI_OK) {
        return status;
    }
    import->origin.update = update;
    return import->origin.manifest.nfiles > 0 ? agree(import, &update) : KI_OK;
}

static enum ki_status check_update(struct ki_import *import, bool *is_known)
{
    return ki_update_check(&import->origin.update, &import->list, import->origin.sha256,
                           (int64_t)time(NULL), is_known, import->diag);
}

/* A regular file, which is never waited for. */
static enum ki_status open_named(struct ki_import *import, int folder_fd,
                                 const char *name, int *fd)
{
    struct stat info;
    *fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0) {
        int error = errno;
        if (error == ENOENT) {
            return ki_diag_set(import->diag, KI_ERR_REFUSED,
                               "manifest: the file %s is missing", name);
        }
        return ki_diag_errno(import->diag, error, "cannot open %s", name);
    }
    if (fstat(*fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        return ki_diag_set(import->diag, KI_ERR_REFUSED,
                           "manifest: %s is no regular file", name);
    }
    return KI_OK;
}

static enum ki_status copy_named(struct ki_import *import, int fd,
                                 const struct ki_update_file *file,
                                 struct ki_spool *out)
{
    uint8_t sha256[KI_SHA256_NBYTES];
    ki_reader_begin(&import->reader, fd);
    enum ki_status status = copy(import, out, file->nbytes, NULL, sha256);
    if (status != KI_OK) {
        return status;
    }
    if (out->nbytes != file->nbytes) {
        return ki_diag_set(import->diag, KI_ERR_REFUSED,
                           "manifest: %s has %s than the %llu bytes it should",
                           file->name, out->nbytes > file->nbytes ? "more" : "fewer",
                           (unsigned long long)file->nbytes);
    }
    if (memcmp(sha256, file->sha256, sizeof sha256) != 0) {
        return ki_diag_set(import->diag, KI_ERR_REFUSED,
                           "manifest: %s is not the file that it names: another "
                           "SHA-256",
                           file->name);
    }
    return KI_OK;
}

static enum ki_status copy_all(struct ki_import *import, int folder_fd)
{
    struct ki_signed *origin = &import->origin;
    const struct ki_update_files *manifest = &origin->manifest;
    origin->files = calloc(manifest->nfiles, sizeof *origin->files);
    if (!origin->files) {
        return ki_diag_set(import->diag, KI_ERR_NO_MEMORY, "no memory to import");
    }
    enum ki_status status = KI_OK;
    for (size_t i = 0; i < manifest->nfiles && status == KI_OK; i++) {
        int fd = -1;
        int unused;
        origin->files[i].folder = origin->content.folder;
        status = open_named(import, folder_fd, manifest->files[i].name, &fd);
        if (status == KI_OK) {
            status = copy_named(import, fd, &manifest->files[i], &origin->files[i]);
        }
        if (fd >= 0) {
            (void)close(fd);
        }
        int result = status == KI_OK ? ki_spool_rewind(&origin->files[i], &unused) : 0;
        if (result != 0) {
            status = ki_import_spool_failed(import, result);
        }
    }
    return status;
}

static enum ki_status copy_files(struct ki_import *import)
{
    const char *folder = import->options->files_folder;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return ki_diag_errno(import->diag, errno, "cannot open %s", folder);
    }
    enum ki_status status = copy_all(import, fd);
    (void)close(fd);
    return status;
}

enum ki_status ki_signed_turn_to(struct ki_import *import, size_t i)
{
    return ki_import_turn_to(import, &import->origin.files[i]);
}

static enum ki_status verify(struct ki_import *import, const char *folder)
{
    struct ki_signed *origin = &import->origin;
    struct ki_signature signature;
    enum ki_status status = verify_content(import, folder, &signature);
    if (status == KI_OK) {
        status = read_update(import, signature.trusted_comment);
    }
    if (status == KI_OK) {
        status = check_update(import, &origin->is_known);
    }
    if (status == KI_OK && origin->manifest.nfiles > 0 && !origin->is_known) {
        status = copy_files(import);
    }
    if (status == KI_OK) {
        status = ki_import_turn_to(import, &origin->content);
    }
    origin->is_signed = status == KI_OK;
    return status;
}

enum ki_status ki_signed_verify(struct ki_import *import, const char *folder)
{
    const struct ki_list_info *list = &import->list;
    const bool is_given = import->options->signature != NULL;
    import->origin.trust = list->trust;
    if (list->trust.has_key && is_given) {
        return verify(import, folder);
    }
    if (is_given) {
        return ki_diag_set(import->diag, KI_ERR_REFUSED,
                           "list %s has no key to check a signature with; pin it: list "
                           "add %s --update --key FILE",
                           list->name, list->name);
    }
    if (list->trust.has_key) {
        char id[KI_KEY_ID_NHEX + 1];
        ki_key_id_text(list->trust.key_id, id);
        return ki_diag_set(import->diag, KI_ERR_REFUSED,
                           "there is no signature, and list %s takes only what is "
                           "signed with key %s",
                           list->name, id);
    }
    return KI_OK;
}

enum ki_status ki_signed_check_again(struct ki_import *import)
{
    const struct ki_list_trust *then = &import->origin.trust;
    const struct ki_list_trust *now = &import->list.trust;
    bool is_known = false;
    if (then->has_key != now->has_key ||
        memcmp(then->key_id, now->key_id, sizeof now->key_id) != 0 ||
        memcmp(then->key, now->key, sizeof now->key) != 0) {
        return ki_diag_set(import->diag, KI_ERR_REFUSED,
                           "the key of list %s was changed meanwhile",
                           import->list.name);
    }
    return now->has_key ? check_update(import, &is_known) : KI_OK;
}

enum ki_status ki_signed_keep(struct ki_import *import)
{
    const struct ki_signed *origin = &import->origin;
    if (!origin->is_signed) {
        return KI_OK;
    }
    struct ki_list_trust trust = {
        .is_signed = true,
        .update = origin->update.serial,
        .expires = origin->update.expires,
    };
    memcpy(trust.update_sha256, origin->sha256, sizeof trust.update_sha256);
    return ki_txn_list_set_trust(import->txn, import->list.id, &trust, import->diag);
}

void ki_signed_close(struct ki_signed *origin)
{
    for (size_t i = 0; origin->files && i < origin->manifest.nfiles; i++) {
        ki_spool_close(&origin->files[i]);
    }
    free(origin->files);
    ki_update_files_free(&origin->manifest);
    ki_spool_close(&origin->content);
}
