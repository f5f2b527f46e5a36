/* SPDX-License-Identifier: Apache-2.0 */
/* Reading MANIFEST: bytes, checksum, JSON, and the range of every field. */
#include "index/manifest.h"

#include <dirent.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/hex.h"
#include "index/manifest_checksum.h"

enum {
    MANIFEST_VERSION = 4,
    MANIFEST_MOST_NBYTES = 64 << 20,
    MANIFEST_MOST_SEGMENTS = 1024,
    MANIFEST_MOST_LISTS = 100000
};

enum ki_status ki_segment_path(const char *folder, uint64_t number,
                               char out[KI_PATH_NBYTES], struct ki_diag *diag)
{
    char name[64];
    (void)snprintf(name, sizeof name, KI_SEGMENT_FOLDER "/%" PRIu64 ".mdb", number);
    return ki_path_join(folder, name, out, diag);
}

void ki_manifest_free(struct ki_manifest *manifest)
{
    free(manifest->segments);
    free(manifest->lists);
    memset(manifest, 0, sizeof *manifest);
}

const struct ki_list_info *ki_manifest_list(const struct ki_manifest *manifest,
                                            uint32_t id)
{
    size_t low = 0;
    size_t high = manifest->nlists;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (manifest->lists[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < manifest->nlists && manifest->lists[low].id == id) {
        return &manifest->lists[low];
    }
    return NULL;
}

static int compare_list_ids(const void *a, const void *b)
{
    const struct ki_list_info *x = a;
    const struct ki_list_info *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

void ki_manifest_sort_lists(struct ki_manifest *manifest)
{
    if (manifest->nlists > 1) {
        qsort(manifest->lists, manifest->nlists, sizeof *manifest->lists,
              compare_list_ids);
    }
}

/* A non-negative integer member of at most `most`; *is_good is cleared otherwise. */
static uint64_t get_uint(const json_t *object, const char *name, uint64_t most,
                         bool *is_good)
{
    const json_t *value = json_object_get(object, name);
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 0 || (uint64_t)number > most) {
        *is_good = false;
        return 0;
    }
    return (uint64_t)number;
}

/* A string member of less than capacity bytes, copied. */
static void get_text(const json_t *object, const char *name, char *out, size_t capacity,
                     bool *is_good)
{
    const char *text = json_string_value(json_object_get(object, name));
    if (!text || strlen(text) >= capacity) {
        *is_good = false;
        return;
    }
    memcpy(out, text, strlen(text) + 1);
}

static bool read_segment(const json_t *object, struct ki_segment_name *out)
{
    bool is_good = true;
    out->number = get_uint(object, "number", INT64_MAX, &is_good);
    out->nbytes = get_uint(object, "nbytes", INT64_MAX, &is_good);
    get_text(object, "xxh3_128", out->checksum, sizeof out->checksum, &is_good);
    return is_good && strlen(out->checksum) == KI_CHECKSUM_NHEX &&
           ki_is_hex(out->checksum, KI_CHECKSUM_NHEX);
}

static bool read_trust(const json_t *object, struct ki_list_trust *out)
{
    bool is_good = true;
    char id[2 * KI_LIST_KEY_ID_NBYTES + 1];
    const json_t *is_signed = json_object_get(object, "signed");
    get_text(object, "key_id", id, sizeof id, &is_good);
    out->update = get_uint(object, "update", INT64_MAX, &is_good);
    out->expires = (int64_t)get_uint(object, "expires", INT64_MAX, &is_good);
    out->is_signed = json_is_true(is_signed);
    out->has_key = is_good && id[0];
    return is_good && json_is_boolean(is_signed) &&
           (!out->has_key ||
            ki_hex_decode(id, strlen(id), out->key_id, sizeof out->key_id));
}

static bool read_list(const json_t *object, struct ki_list_info *out)
{
    bool is_good = true;
    const char *purpose = json_string_value(json_object_get(object, "purpose"));
    const char *action = json_string_value(json_object_get(object, "action"));
    const json_t *hashes = json_object_get(object, "hashes");
    out->id = (uint32_t)get_uint(object, "id", UINT32_MAX, &is_good);
    get_text(object, "name", out->name, sizeof out->name, &is_good);
    get_text(object, "source", out->source, sizeof out->source, &is_good);
    out->radius = (unsigned)get_uint(object, "radius", KI_RADIUS_MAX, &is_good);
    out->min_quality =
        (unsigned)get_uint(object, "min_quality", KI_QUALITY_MAX, &is_good);
    out->serial = get_uint(object, "serial", INT64_MAX, &is_good);
    out->nentries = get_uint(object, "entries", INT64_MAX, &is_good);
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        const char *name = ki_kind_text((enum ki_kind)kind);
        out->nhashes[kind] = get_uint(hashes, name, INT64_MAX, &is_good);
    }
    out->nquarantined = get_uint(object, "quarantined", INT64_MAX, &is_good);
    return is_good && purpose && action &&
           read_trust(json_object_get(object, "trust"), &out->trust) &&
           ki_purpose_from_text(purpose, &out->purpose) &&
           ki_action_from_text(action, &out->action);
}

static bool read_segments(const json_t *array, struct ki_manifest *out)
{
    size_t count = json_array_size(array);
    if (!json_is_array(array) || count > MANIFEST_MOST_SEGMENTS) {
        return false;
    }
    out->segments = calloc(count + 1, sizeof *out->segments);
    for (size_t i = 0; out->segments && i < count; i++) {
        if (!read_segment(json_array_get(array, i), &out->segments[i])) {
            return false;
        }
        out->nsegments++;
    }
    return out->segments != NULL;
}

static bool read_lists(const json_t *array, struct ki_manifest *out)
{
    size_t count = json_array_size(array);
    if (!json_is_array(array) || count > MANIFEST_MOST_LISTS) {
        return false;
    }
    out->lists = calloc(count + 1, sizeof *out->lists);
    for (size_t i = 0; out->lists && i < count; i++) {
        struct ki_list_info *info = &out->lists[i];
        if (!read_list(json_array_get(array, i), info) ||
            (i > 0 && info[-1].id >= info->id)) {
            return false;
        }
        out->nlists++;
    }
    return out->lists != NULL;
}

static bool read_fields(const json_t *root, struct ki_manifest *out)
{
    bool is_good = true;
    uint64_t version =
        get_uint(root, "knownimage_manifest", MANIFEST_VERSION, &is_good);
    out->generation = get_uint(root, "generation", INT64_MAX, &is_good);
    out->catalog_serial = get_uint(root, "catalog_serial", INT64_MAX, &is_good);
    out->catalog_content = get_uint(root, "catalog_content", INT64_MAX, &is_good);
    return is_good && version == MANIFEST_VERSION && out->generation > 0 &&
           read_segments(json_object_get(root, "segments"), out) &&
           read_lists(json_object_get(root, "lists"), out);
}

/* Whether the last line is the checksum of all before it; *nbody is their size. */
static bool check_body(const char *data, size_t nbytes, size_t *nbody)
{
    char line[KI_MANIFEST_LINE_NBYTES + 1];
    if (nbytes < KI_MANIFEST_LINE_NBYTES) {
        return false;
    }
    *nbody = nbytes - KI_MANIFEST_LINE_NBYTES;
    ki_manifest_checksum_line(data, *nbody, line);
    return memcmp(data + *nbody, line, KI_MANIFEST_LINE_NBYTES) == 0;
}

enum ki_status ki_manifest_parse(const char *path, const char *data, size_t nbytes,
                                 struct ki_manifest *out, struct ki_diag *diag)
{
    size_t nbody = 0;
    json_error_t error = {.text = ""};
    if (!check_body(data, nbytes, &nbody)) {
        return ki_diag_set(diag, KI_ERR_DAMAGED, "%s fails its own checksum", path);
    }
    struct ki_manifest manifest = {0};
    json_t *root = json_loadb(data, nbody, JSON_REJECT_DUPLICATES, &error);
    if (!root && json_error_code(&error) == json_error_out_of_memory) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to read %s", path);
    }
    bool is_good = root && read_fields(root, &manifest);
    json_decref(root);
    if (!is_good) {
        ki_manifest_free(&manifest);
        return ki_diag_set(diag, KI_ERR_DAMAGED, "%s has a missing or bad field", path);
    }
    *out = manifest;
    return KI_OK;
}

static bool has_file(const char *folder, const char *name)
{
    char path[KI_PATH_NBYTES];
    return ki_path_join(folder, name, path, NULL) == KI_OK && access(path, F_OK) == 0;
}

bool ki_manifest_is_any(const char *folder)
{
    char path[KI_PATH_NBYTES];
    bool is_any = has_file(folder, KI_MANIFEST_NAME) ||
                  has_file(folder, KI_MANIFEST_PREVIOUS_NAME);
    DIR *segments = ki_path_join(folder, KI_SEGMENT_FOLDER, path, NULL) == KI_OK
                        ? opendir(path)
                        : NULL;
    const struct dirent *item = NULL;
    while (!is_any && segments && (item = readdir(segments)) != NULL) {
        size_t length = strlen(item->d_name);
        is_any = length > 4 && strcmp(item->d_name + length - 4, ".mdb") == 0;
    }
    if (segments) {
        (void)closedir(segments);
    }
    return is_any;
}

enum ki_status ki_manifest_read(const char *folder, const char *name,
                                struct ki_manifest *out, struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    char *data = NULL;
    size_t nbytes = 0;
    enum ki_status status = ki_path_join(folder, name, path, diag);
    if (status == KI_OK) {
        status = ki_file_read(path, MANIFEST_MOST_NBYTES, &data, &nbytes, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    status = ki_manifest_parse(path, data, nbytes, out, diag);
    free(data);
    return status;
}
