/* SPDX-License-Identifier: Apache-2.0 */
#include "list/update_files.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/hex.h"

static const char first_member[] = "\"knownimage_list\"";

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct ki_span skip_space(struct ki_span text)
{
    size_t n = 0;
    while (n < text.nbytes && is_space(text.data[n])) {
        n++;
    }
    return ki_span_from(text, n);
}

bool ki_update_files_are(const char *data, size_t nbytes)
{
    struct ki_span text = skip_space((struct ki_span){data, nbytes});
    if (text.nbytes == 0 || text.data[0] != '{') {
        return false;
    }
    return ki_span_starts(skip_space(ki_span_from(text, 1)), first_member);
}

bool ki_update_name_is_good(const char *name)
{
    size_t nbytes = strnlen(name, KI_UPDATE_NAME_NBYTES);
    return nbytes > 0 && nbytes < KI_UPDATE_NAME_NBYTES && !strchr(name, '/') &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           !ki_span_has_control((struct ki_span){name, nbytes});
}

static enum ki_status refuse(struct ki_diag *diag, const char *what)
{
    return ki_diag_set(diag, KI_ERR_REFUSED, "manifest: %s", what);
}

static struct ki_span text_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value)
               ? (struct ki_span){json_string_value(value), json_string_length(value)}
               : (struct ki_span){"", 0};
}

static bool read_number(const json_t *object, const char *key, uint64_t *out)
{
    const json_t *value = json_object_get(object, key);
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 0) {
        return false;
    }
    *out = (uint64_t)number;
    return true;
}

static enum ki_status read_head(const json_t *root, struct ki_update *out,
                                struct ki_diag *diag)
{
    uint64_t version = 0;
    struct ki_update update = {.list = ""};
    if (!json_is_object(root) || !read_number(root, "knownimage_list", &version)) {
        return refuse(diag, "no object with knownimage_list");
    }
    if (version != 1) {
        return refuse(diag, "of a version that is not known here");
    }
    if (json_object_size(root) != 5) {
        return refuse(diag, "members are missing, or there are others than "
                            "knownimage_list, list, serial, expires and files");
    }
    if (!ki_update_read_list(text_of(root, "list"), update.list)) {
        return refuse(diag, "list is no name of a list");
    }
    if (!read_number(root, "serial", &update.serial) || update.serial == 0 ||
        update.serial > KI_UPDATE_SERIAL_MAX) {
        return refuse(diag, "serial is not a number from 1 to 2^53 - 1");
    }
    if (!ki_update_read_time(text_of(root, "expires"), &update.expires)) {
        return refuse(diag, "expires is no time like 2026-12-31T00:00:00Z");
    }
    *out = update;
    return KI_OK;
}

static bool read_name(struct ki_span text, char out[KI_UPDATE_NAME_NBYTES])
{
    if (text.nbytes >= KI_UPDATE_NAME_NBYTES) {
        return false;
    }
    memcpy(out, text.data, text.nbytes);
    out[text.nbytes] = '\0';
    return strlen(out) == text.nbytes && ki_update_name_is_good(out);
}

static bool read_file(const json_t *object, struct ki_update_file *out)
{
    struct ki_span digest = text_of(object, "sha256");
    return json_is_object(object) && json_object_size(object) == 3 &&
           read_name(text_of(object, "name"), out->name) &&
           read_number(object, "nbytes", &out->nbytes) &&
           ki_hex_decode(digest.data, digest.nbytes, out->sha256, sizeof out->sha256);
}

static enum ki_status read_all(const json_t *array, struct ki_update_file *files,
                               struct ki_diag *diag)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (!read_file(json_array_get(array, i), &files[i])) {
            return ki_diag_set(diag, KI_ERR_REFUSED,
                               "manifest: file %zu has not just a name without '/', "
                               "nbytes, and a sha256 of 64 hex digits",
                               i + 1);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(files[i].name, files[j].name) == 0) {
                return ki_diag_set(diag, KI_ERR_REFUSED,
                                   "manifest: file %zu has the name of file %zu", i + 1,
                                   j + 1);
            }
        }
    }
    return KI_OK;
}

static enum ki_status read_files(const json_t *root, struct ki_update_files *out,
                                 struct ki_diag *diag)
{
    const json_t *array = json_object_get(root, "files");
    size_t nfiles = json_array_size(array);
    if (nfiles == 0 || nfiles > KI_UPDATE_FILES_MAX) {
        return ki_diag_set(diag, KI_ERR_REFUSED,
                           "manifest: files is no array of 1 to "
                           "%d files",
                           KI_UPDATE_FILES_MAX);
    }
    struct ki_update_file *files = calloc(nfiles, sizeof *files);
    if (!files) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a manifest");
    }
    enum ki_status status = read_all(array, files, diag);
    if (status != KI_OK) {
        free(files);
        return status;
    }
    out->files = files;
    out->nfiles = nfiles;
    return KI_OK;
}

enum ki_status ki_update_files_read(const char *data, size_t nbytes,
                                    struct ki_update_files *out, struct ki_diag *diag)
{
    json_error_t error;
    if (nbytes > KI_UPDATE_MANIFEST_MAX_NBYTES) {
        return ki_diag_set(diag, KI_ERR_REFUSED, "manifest: longer than %d bytes",
                           KI_UPDATE_MANIFEST_MAX_NBYTES);
    }
    json_t *root = json_loadb(data, nbytes, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        return ki_diag_set(diag, KI_ERR_REFUSED,
                           "manifest: line %d, column %d: no JSON, or a member twice",
                           error.line, error.column);
    }
    struct ki_update_files read = {.files = NULL};
    enum ki_status status = read_head(root, &read.update, diag);
    if (status == KI_OK) {
        status = read_files(root, &read, diag);
    }
    json_decref(root);
    if (status == KI_OK) {
        *out = read;
    }
    return status;
}

void ki_update_files_free(struct ki_update_files *files)
{
    free(files->files);
    *files = (struct ki_update_files){.files = NULL};
}
