/* SPDX-License-Identifier: Apache-2.0 */
/* Enabling, opening and closing an audit log. */
#include "report/audit_log.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/hex.h"

static enum ki_status make_key(const char *folder, struct ki_audit_config *config,
                               struct ki_diag *diag)
{
    char public_path[KI_PATH_NBYTES];
    enum ki_status status = ki_path_join(folder, "audit.key", config->key_path, diag);
    if (status == KI_OK) {
        status = ki_path_join(folder, "audit.pub", public_path, diag);
    }
    if (status == KI_OK && access(config->key_path, F_OK) == 0) {
        return KI_OK; /* of a time when this was interrupted */
    }
    return status == KI_OK
               ? ki_key_create(config->key_path, public_path, &config->public_key, diag)
               : status;
}

/* Absolute, because commands run in any folder. */
static enum ki_status find_key(const char *path, struct ki_audit_config *config,
                               struct ki_diag *diag)
{
    char *real = realpath(path, NULL);
    if (!real || strlen(real) >= sizeof config->key_path) {
        int error = real ? ENAMETOOLONG : errno;
        free(real);
        return ki_diag_errno(diag, error, "cannot find the key %s", path);
    }
    memcpy(config->key_path, real, strlen(real) + 1);
    free(real);
    return KI_OK;
}

static enum ki_status read_key(const char *path, struct ki_secret_key *key,
                               struct ki_public_key *public_key, struct ki_diag *diag)
{
    enum ki_status status = ki_secret_key_read(path, key, diag);
    if (status == KI_OK) {
        memcpy(public_key->id, key->id, sizeof key->id);
        memcpy(public_key->key, key->key + KI_KEY_SECRET_NBYTES - KI_KEY_PUBLIC_NBYTES,
               KI_KEY_PUBLIC_NBYTES);
    }
    return status;
}

/* Two logs never have the same origin, so that a checkpoint of one is none of another.
 */
static enum ki_status make_origin(struct ki_audit_config *config, struct ki_diag *diag)
{
    uint8_t random[8];
    char text[2 * sizeof random + 1];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
        return ki_diag_errno(diag, errno, "no random numbers to be had");
    }
    ki_hex_encode(random, sizeof random, text);
    (void)snprintf(config->origin, sizeof config->origin, "knownimage/audit/%s", text);
    return KI_OK;
}

static enum ki_status enable_locked(const char *folder, const char *key_path,
                                    struct ki_diag *diag)
{
    struct ki_audit_config config = {0};
    struct ki_secret_key key;
    struct ki_diag ignored = {0};
    enum ki_status status = ki_audit_config_read(folder, &config, &ignored);
    if (status == KI_OK) {
        return ki_diag_set(diag, KI_ERR_EXISTS, "the audit log is enabled already");
    }
    if (status != KI_ERR_NOT_FOUND) {
        return ki_diag_set(diag, status, "%s", ignored.message);
    }
    status =
        key_path ? find_key(key_path, &config, diag) : make_key(folder, &config, diag);
    if (status == KI_OK) {
        status = read_key(config.key_path, &key, &config.public_key, diag);
        ki_secret_key_wipe(&key);
    }
    if (status == KI_OK) {
        status = make_origin(&config, diag);
    }
    return status == KI_OK ? ki_audit_config_write(folder, &config, diag) : status;
}

enum ki_status ki_audit_enable(const char *folder, const char *key_path,
                               struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    char lock_path[KI_PATH_NBYTES];
    int lock;
    enum ki_status status = ki_audit_folder(folder, path, diag);
    if (status == KI_OK) {
        status = ki_folder_make(path, diag);
    }
    if (status == KI_OK) {
        status = ki_path_join(path, "lock", lock_path, diag);
    }
    if (status == KI_OK) {
        status = ki_file_lock(lock_path, &lock, diag);
    }
    if (status == KI_OK) {
        status = enable_locked(path, key_path, diag);
        (void)close(lock);
    }
    return status == KI_OK ? ki_folder_sync(folder, diag) : status;
}

bool ki_audit_is_enabled(const char *folder)
{
    char path[KI_PATH_NBYTES];
    int length = snprintf(path, sizeof path, "%s/audit/config.json", folder);
    if (length < 0 || (size_t)length >= sizeof path) {
        return false; /* no index can be there either */
    }
    return access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

enum ki_status ki_audit_lock(const struct ki_audit *audit, int *lock,
                             struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    enum ki_status status = ki_path_join(audit->folder, "lock", path, diag);
    return status == KI_OK ? ki_file_lock(path, lock, diag) : status;
}

/* Where the last writer stopped, if that can be; else where the log begins. */
static enum ki_status read_mark(struct ki_audit *audit, struct ki_diag *diag)
{
    struct ki_audit_mark base;
    enum ki_status status = ki_audit_base_read(audit->folder, &base, diag);
    if (status == KI_OK &&
        (!ki_audit_state_read(audit->folder, &audit->mark) ||
         audit->mark.tree.size < base.tree.size || audit->mark.file < base.file)) {
        audit->mark = base;
    }
    return status;
}

static enum ki_status open_log(struct ki_audit *audit, struct ki_diag *diag)
{
    struct ki_public_key public_key;
    int lock;
    enum ki_status status = ki_audit_config_read(audit->folder, &audit->config, diag);
    if (status == KI_OK) {
        status = read_key(audit->config.key_path, &audit->key, &public_key, diag);
    }
    if (status == KI_OK &&
        memcmp(&public_key, &audit->config.public_key, sizeof public_key) != 0) {
        status = ki_diag_set(diag, KI_ERR_DAMAGED,
                             "%s is not the key that the audit log was enabled with",
                             audit->config.key_path);
    }
    if (status == KI_OK) {
        status = ki_sha256_create(&audit->hasher, diag);
    }
    if (status == KI_OK) {
        status = ki_audit_lock(audit, &lock, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    status = read_mark(audit, diag);
    if (status == KI_OK) {
        status = ki_audit_catch_up(audit, diag);
    }
    (void)close(lock);
    return status;
}

static void destroy(struct ki_audit *audit)
{
    for (size_t i = 0; i < audit->nbodies; i++) {
        free(audit->bodies[i]);
    }
    free(audit->bodies);
    ki_sha256_destroy(audit->hasher);
    ki_secret_key_wipe(&audit->key);
    free(audit);
}

enum ki_status ki_audit_open(const char *folder, struct ki_audit **out,
                             struct ki_diag *diag)
{
    struct ki_audit *audit = calloc(1, sizeof *audit);
    if (!audit) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for the audit log");
    }
    enum ki_status status = ki_audit_folder(folder, audit->folder, diag);
    if (status == KI_OK) {
        status = open_log(audit, diag);
    }
    if (status != KI_OK) {
        destroy(audit);
        return status;
    }
    *out = audit;
    return KI_OK;
}

enum ki_status ki_audit_close(struct ki_audit *audit, struct ki_diag *diag)
{
    char text[KI_AUDIT_CHECKPOINT_NBYTES];
    if (!audit) {
        return KI_OK;
    }
    enum ki_status status = ki_audit_commit(audit, diag);
    if (status == KI_OK && audit->has_written) {
        status = ki_audit_checkpoint(audit, text, diag);
    }
    destroy(audit);
    return status;
}
