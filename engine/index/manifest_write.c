/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/diag.h"
#include "base/hex.h"
#include "index/manifest.h"
#include "index/manifest_checksum.h"

void ki_manifest_checksum_line(const void *body, size_t nbytes,
                               char out[KI_MANIFEST_LINE_NBYTES + 1])
{
    XXH128_canonical_t canonical;
    char hex[KI_CHECKSUM_NHEX + 1];
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(body, nbytes));
    ki_hex_encode(canonical.digest, sizeof canonical.digest, hex);
    (void)snprintf(out, KI_MANIFEST_LINE_NBYTES + 1, "xxh3-128 %s\n", hex);
}

static json_t *segment_json(const struct ki_segment_name *segment)
{
    return json_pack("{s:I,s:I,s:s}", "number", (json_int_t)segment->number, "nbytes",
                     (json_int_t)segment->nbytes, "xxh3_128", segment->checksum);
}

static json_t *list_json(const struct ki_list_info *list)
{
    json_t *hashes = json_object();
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        if (json_object_set_new(hashes, ki_kind_text((enum ki_kind)kind),
                                json_integer((json_int_t)list->nhashes[kind])) != 0) {
            json_decref(hashes);
            return NULL;
        }
    }
    return json_pack(
        "{s:I,s:s,s:s,s:s,s:s,s:i,s:i,s:I,s:I,s:o}", "id", (json_int_t)list->id, "name",
        list->name, "source", list->source, "purpose", ki_purpose_text(list->purpose),
        "action", ki_action_text(list->action), "radius", (int)list->radius,
        "min_quality", (int)list->min_quality, "serial", (json_int_t)list->serial,
        "entries", (json_int_t)list->nentries, "hashes", hashes);
}

static json_t *manifest_json(const struct ki_manifest *manifest)
{
    bool is_good = true;
    json_t *segments = json_array();
    json_t *lists = json_array();
    for (size_t i = 0; i < manifest->nsegments; i++) {
        json_t *segment = segment_json(&manifest->segments[i]);
        is_good = json_array_append_new(segments, segment) == 0 && is_good;
    }
    for (size_t i = 0; i < manifest->nlists; i++) {
        json_t *list = list_json(&manifest->lists[i]);
        is_good = json_array_append_new(lists, list) == 0 && is_good;
    }
    json_t *root = json_pack("{s:i,s:I,s:I,s:o,s:o}", "knownimage_manifest", 1,
                             "generation", (json_int_t)manifest->generation,
                             "catalog_serial", (json_int_t)manifest->catalog_serial,
                             "segments", segments, "lists", lists);
    if (root && !is_good) {
        json_decref(root);
        return NULL;
    }
    return root;
}

/* The file's bytes, from malloc; NULL if memory ran out. */
static char *manifest_text(const struct ki_manifest *manifest)
{
    json_t *root = manifest_json(manifest);
    char *json = root ? json_dumps(root, JSON_INDENT(1)) : NULL;
    json_decref(root);
    if (!json) {
        return NULL;
    }
    size_t length = strlen(json);
    char *text = malloc(length + 1 + KI_MANIFEST_LINE_NBYTES + 1);
    if (text) {
        memcpy(text, json, length + 1);
        text[length] = '\n';
        ki_manifest_checksum_line(text, length + 1, text + length + 1);
    }
    free(json);
    return text;
}

/* Whether the text says the same as the manifest when it is read again: a JSON library
 * short of memory may have left something out. */
static bool is_faithful(const char *text)
{
    struct ki_manifest again = {0};
    if (ki_manifest_parse(KI_MANIFEST_NAME, text, strlen(text), &again, NULL) != KI_OK) {
        return false;
    }
    char *repeated = manifest_text(&again);
    bool is_same = repeated && strcmp(repeated, text) == 0;
    free(repeated);
    ki_manifest_free(&again);
    return is_same;
}

/* A hard link made aside and renamed, so that MANIFEST is never missing. */
static enum ki_status keep_previous(const char *folder, struct ki_diag *diag)
{
    char current[KI_PATH_NBYTES];
    char previous[KI_PATH_NBYTES];
    char fresh[KI_PATH_NBYTES];
    enum ki_status status = ki_path_join(folder, KI_MANIFEST_NAME, current, diag);
    if (status == KI_OK) {
        status = ki_path_join(folder, KI_MANIFEST_PREVIOUS_NAME, previous, diag);
    }
    if (status == KI_OK) {
        status = ki_path_join(folder, KI_MANIFEST_PREVIOUS_NAME ".new", fresh, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    (void)unlink(fresh);
    if (link(current, fresh) != 0) {
        return errno == ENOENT ? KI_OK
                               : ki_diag_errno(diag, errno, "cannot keep %s", current);
    }
    if (rename(fresh, previous) != 0) {
        return ki_diag_errno(diag, errno, "cannot rename %s", fresh);
    }
    return KI_OK;
}

enum ki_status ki_manifest_write(const char *folder, const struct ki_manifest *manifest,
                                 struct ki_diag *diag)
{
    char *text = manifest_text(manifest);
    if (!text || !is_faithful(text)) {
        free(text);
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a MANIFEST");
    }
    enum ki_status status = keep_previous(folder, diag);
    if (status == KI_OK) {
        status = ki_file_replace(folder, KI_MANIFEST_NAME, text, strlen(text), diag);
    }
    free(text);
    return status;
}
