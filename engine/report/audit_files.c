/* SPDX-License-Identifier: Apache-2.0 */
/* The small files of an audit log, and the list of the large ones. */
#include "report/audit_files.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/diag.h"
#include "base/hex.h"
#include "report/json.h"

enum { SMALL_FILE_NBYTES = 64 * 1024, NAME_NDIGITS = 20 };

static const char suffix[] = ".ndjson";

enum ki_status ki_audit_folder(const char *index_folder, char out[KI_PATH_NBYTES],
                               struct ki_diag *diag)
{
    char longest[KI_PATH_NBYTES];
    enum ki_status status = ki_path_join(index_folder, "audit", out, diag);
    return status == KI_OK
               ? ki_path_join(out, "00000000000000000000.ndjson", longest, diag)
               : status;
}

enum ki_status ki_audit_replace(const char *folder, const char *name, const char *text,
                                struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    enum ki_status status = ki_path_join(folder, name, path, diag);
    return status == KI_OK ? ki_file_replace(path, text, strlen(text), diag) : status;
}

/* What was written to a memory stream becomes the file. */
static enum ki_status replace_with(const char *folder, const char *name, FILE *stream,
                                   char *const *text, struct ki_diag *diag)
{
    if (fclose(stream) != 0) {
        free(*text);
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for %s", name);
    }
    enum ki_status status = ki_audit_replace(folder, name, *text, diag);
    free(*text);
    return status;
}

static enum ki_status load(const char *folder, const char *name, json_t **out,
                           struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    char *text;
    size_t nbytes;
    enum ki_status status = ki_path_join(folder, name, path, diag);
    if (status == KI_OK) {
        status = ki_file_read(path, SMALL_FILE_NBYTES, &text, &nbytes, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    json_error_t error;
    *out = json_loadb(text, nbytes, JSON_REJECT_DUPLICATES, &error);
    free(text);
    return *out ? KI_OK
                : ki_diag_set(diag, KI_ERR_DAMAGED, "%s is damaged: line %d", path,
                              error.line);
}

static bool get_hex(const json_t *object, const char *key, uint8_t *out, size_t nbytes)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text && ki_hex_decode(text, strlen(text), out, nbytes);
}

static bool get_uint(const json_t *object, const char *key, uint64_t *out)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return false;
    }
    *out = (uint64_t)json_integer_value(value);
    return true;
}

static bool get_text(const json_t *object, const char *key, char *out, size_t nbytes)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text && text[0] && (size_t)snprintf(out, nbytes, "%s", text) < nbytes;
}

enum ki_status ki_audit_config_read(const char *folder, struct ki_audit_config *out,
                                    struct ki_diag *diag)
{
    json_t *object = NULL;
    enum ki_status status = load(folder, "config.json", &object, diag);
    if (status != KI_OK) {
        return status;
    }
    bool is_good =
        get_text(object, "origin", out->origin, sizeof out->origin) &&
        get_text(object, "key", out->key_path, sizeof out->key_path) &&
        get_hex(object, "key_id", out->public_key.id, KI_KEY_ID_NBYTES) &&
        get_hex(object, "public_key", out->public_key.key, KI_KEY_PUBLIC_NBYTES);
    json_decref(object);
    return is_good
               ? KI_OK
               : ki_diag_set(diag, KI_ERR_DAMAGED, "%s/config.json is damaged", folder);
}

enum ki_status ki_audit_config_write(const char *folder,
                                     const struct ki_audit_config *config,
                                     struct ki_diag *diag)
{
    char *text = NULL;
    size_t nbytes = 0;
    FILE *stream = open_memstream(&text, &nbytes);
    if (!stream) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for config.json");
    }
    struct ki_json json = ki_json_line_begin(stream);
    ki_json_text(&json, "origin", config->origin);
    ki_json_text(&json, "key", config->key_path);
    ki_json_hex(&json, "key_id", config->public_key.id, KI_KEY_ID_NBYTES);
    ki_json_hex(&json, "public_key", config->public_key.key, KI_KEY_PUBLIC_NBYTES);
    ki_json_line_end(&json);
    return replace_with(folder, "config.json", stream, &text, diag);
}

/* No version is written as null. */
static bool get_policy(const json_t *object, struct ki_audit_mark *out)
{
    const json_t *value = json_object_get(object, "policy");
    out->policy[0] = '\0';
    return !value || json_is_null(value) ||
           get_text(object, "policy", out->policy, sizeof out->policy);
}

static bool get_mark(const json_t *object, struct ki_audit_mark *out)
{
    const json_t *nodes = json_object_get(object, "tree");
    bool is_good = get_uint(object, "size", &out->tree.size) &&
                   get_hex(object, "last", out->last, sizeof out->last) &&
                   get_uint(object, "file", &out->file) &&
                   get_uint(object, "offset", &out->offset) &&
                   get_uint(object, "file_time_us", &out->file_time_us) &&
                   get_policy(object, out) &&
                   json_array_size(nodes) == ki_tree_nnodes(out->tree.size);
    for (size_t i = 0; is_good && i < json_array_size(nodes); i++) {
        const char *text = json_string_value(json_array_get(nodes, i));
        is_good = text && ki_hex_decode(text, strlen(text), out->tree.nodes[i],
                                        KI_SHA256_NBYTES);
    }
    return is_good;
}

enum ki_status ki_audit_base_read(const char *folder, struct ki_audit_mark *out,
                                  struct ki_diag *diag)
{
    json_t *object = NULL;
    struct ki_diag cause = {0};
    enum ki_status status = load(folder, "base.json", &object, &cause);
    *out = (struct ki_audit_mark){0};
    if (status == KI_ERR_NOT_FOUND) {
        return KI_OK;
    }
    if (status != KI_OK) {
        return ki_diag_set(diag, status, "%s", cause.message);
    }
    bool is_good = get_mark(object, out) && out->file == out->tree.size &&
                   out->offset == 0 && out->file_time_us == 0;
    json_decref(object);
    return is_good
               ? KI_OK
               : ki_diag_set(diag, KI_ERR_DAMAGED, "%s/base.json is damaged", folder);
}

bool ki_audit_state_read(const char *folder, struct ki_audit_mark *out)
{
    json_t *object = NULL;
    struct ki_diag ignored = {0}; /* the log is read from its beginning then */
    *out = (struct ki_audit_mark){0};
    if (load(folder, "state.json", &object, &ignored) != KI_OK) {
        return false;
    }
    bool is_good = get_mark(object, out) && out->file <= out->tree.size;
    json_decref(object);
    return is_good;
}

enum ki_status ki_audit_mark_write(const char *folder, const char *name,
                                   const struct ki_audit_mark *mark,
                                   struct ki_diag *diag)
{
    char *text = NULL;
    size_t nbytes = 0;
    FILE *stream = open_memstream(&text, &nbytes);
    if (!stream) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for %s", name);
    }
    struct ki_json json = ki_json_line_begin(stream);
    ki_json_uint(&json, "size", mark->tree.size);
    ki_json_hex(&json, "last", mark->last, sizeof mark->last);
    ki_json_uint(&json, "file", mark->file);
    ki_json_uint(&json, "offset", mark->offset);
    ki_json_uint(&json, "file_time_us", mark->file_time_us);
    ki_json_text_or_null(&json, "policy", mark->policy);
    ki_json_array_begin(&json, "tree");
    for (unsigned i = 0; i < ki_tree_nnodes(mark->tree.size); i++) {
        ki_json_hex(&json, NULL, mark->tree.nodes[i], KI_SHA256_NBYTES);
    }
    ki_json_array_end(&json);
    ki_json_line_end(&json);
    return replace_with(folder, name, stream, &text, diag);
}

void ki_audit_file_path(const char *folder, uint64_t file, char out[KI_PATH_NBYTES])
{
    /* ki_audit_folder has seen that it fits. */
    int length =
        snprintf(out, KI_PATH_NBYTES, "%s/%020" PRIu64 "%s", folder, file, suffix);
    if (length < 0 || length >= KI_PATH_NBYTES) {
        out[0] = '\0';
    }
}

static bool number_of(const char *name, uint64_t *out)
{
    uint64_t value = 0;
    if (strlen(name) != NAME_NDIGITS + sizeof suffix - 1 ||
        strcmp(name + NAME_NDIGITS, suffix) != 0) {
        return false;
    }
    for (size_t i = 0; i < NAME_NDIGITS; i++) {
        if (name[i] < '0' || name[i] > '9' ||
            __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(name[i] - '0'), &value)) {
            return false;
        }
    }
    *out = value;
    return true;
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

enum ki_status ki_audit_list_files(const char *folder, uint64_t from, uint64_t **files,
                                   size_t *nfiles, struct ki_diag *diag)
{
    void *items = NULL;
    size_t capacity = 0;
    size_t n = 0;
    uint64_t number;
    DIR *dir = opendir(folder);
    if (!dir) {
        return ki_diag_errno(diag, errno, "cannot open folder %s", folder);
    }
    const struct dirent *entry;
    enum ki_status status = KI_OK;
    errno = 0;
    while (status == KI_OK && (entry = readdir(dir))) {
        if (number_of(entry->d_name, &number) && number >= from) {
            if (ki_array_reserve(&items, &capacity, n + 1, sizeof number)) {
                ((uint64_t *)items)[n++] = number;
            } else {
                status = ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a folder");
            }
        }
        errno = 0;
    }
    if (status == KI_OK && errno != 0) {
        status = ki_diag_errno(diag, errno, "cannot read folder %s", folder);
    }
    (void)closedir(dir);
    if (status != KI_OK) {
        free(items);
        return status;
    }
    if (n > 0) {
        qsort(items, n, sizeof number, compare_numbers);
    }
    *files = items;
    *nfiles = n;
    return KI_OK;
}
