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

/* Of the key only its id: a generation proves nothing, the catalog does. */
static json_t *trust_json(const struct ki_list_trust *trust)
{
    char id[2 * KI_LIST_KEY_ID_NBYTES + 1] = "";
    if (trust->has_key) {
        ki_hex_encode(trust->key_id, sizeof trust->key_id, id);
    }
    return json_pack("{s:s,s:b,s:I,s:I}", "key_id", id, "signed", trust->is_signed,
                     "update", (json_int_t)trust->update, "expires",
                     (json_int_t)trust->expires);
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
    return json_pack("{s:I,s:s,s:s,s:s,s:s,s:i,s:i,s:I,s:I,s:o,s:I,s:o}", "id",
                     (json_int_t)list->id, "name", list->name, "source", list->source,
                     "purpose", ki_purpose_text(list->purpose), "action",
                     ki_action_text(list->action), "radius", (int)list->radius,
                     "min_quality", (int)list->min_quality, "serial",
                     (json_int_t)list->serial, "entries", (json_int_t)list->nentries,
                     "hashes", hashes, "quarantined", (json_int_t)list->nquarantined,
                     "trust", trust_json(&list->trust));
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
    json_t *root = json_pack("{s:i,s:I,s:I,s:I,s:o,s:o}", "knownimage_manifest", 4,
                             "generation", (json_int_t)manifest->generation,
                             "catalog_serial", (json_int_t)manifest->catalog_serial,
                             "catalog_content", (json_int_t)manifest->catalog_content,
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
    if (ki_manifest_parse(KI_MANIFEST_NAME, text, strlen(text), &again, NULL) !=
        KI_OK) {
        return false;
    }
    char *repeated = manifest_text(&again);
    bool is_same = repeated && strcmp(repeated, text) == 0;
    free(repeated);
    ki_manifest_free(&again);
    return is_same;
}

static const char new_name[] = KI_MANIFEST_NAME ".new";
static const char new_previous_name[] = KI_MANIFEST_PREVIOUS_NAME ".new";

/* The files that a change of MANIFEST touches. */
struct paths {
    char current[KI_PATH_NBYTES];
    char previous[KI_PATH_NBYTES];
    char fresh[KI_PATH_NBYTES];
    char fresh_previous[KI_PATH_NBYTES];
};

static enum ki_status find_paths(const char *folder, struct paths *paths,
                                 struct ki_diag *diag)
{
    enum ki_status status =
        ki_path_join(folder, KI_MANIFEST_NAME, paths->current, diag);
    if (status == KI_OK) {
        status = ki_path_join(folder, KI_MANIFEST_PREVIOUS_NAME, paths->previous, diag);
    }
    if (status == KI_OK) {
        status = ki_path_join(folder, new_name, paths->fresh, diag);
    }
    return status == KI_OK
               ? ki_path_join(folder, new_previous_name, paths->fresh_previous, diag)
               : status;
}

/* A hard link made aside and renamed later, so that MANIFEST is never missing. */
static enum ki_status link_previous(const struct paths *paths, struct ki_diag *diag)
{
    (void)unlink(paths->fresh_previous);
    return link(paths->current, paths->fresh_previous) == 0
               ? KI_OK
               : ki_diag_errno(diag, errno, "cannot keep %s", paths->current);
}

enum ki_status ki_manifest_prepare(const char *folder,
                                   const struct ki_manifest *manifest,
                                   bool keeps_current, struct ki_diag *diag)
{
    struct paths paths;
    enum ki_status status = find_paths(folder, &paths, diag);
    char *text = manifest_text(manifest);
    if (status == KI_OK && (!text || !is_faithful(text))) {
        status = ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a MANIFEST");
    }
    if (status == KI_OK && keeps_current) {
        status = link_previous(&paths, diag);
    }
    if (status == KI_OK) {
        status = ki_file_write_synced(paths.fresh, text, strlen(text), diag);
    }
    if (status != KI_OK) {
        ki_manifest_discard(folder);
    }
    free(text);
    return status;
}

enum ki_status ki_manifest_put_in_force(const char *folder, bool keeps_current,
                                        struct ki_diag *diag)
{
    struct paths paths;
    enum ki_status status = find_paths(folder, &paths, diag);
    if (status != KI_OK) {
        return status;
    }
    if (keeps_current && rename(paths.fresh_previous, paths.previous) != 0) {
        return ki_diag_errno(diag, errno, "cannot rename %s", paths.fresh_previous);
    }
    if (rename(paths.fresh, paths.current) != 0) {
        return ki_diag_errno(diag, errno, "cannot rename %s", paths.fresh);
    }
    return ki_folder_sync(folder, diag);
}

void ki_manifest_discard(const char *folder)
{
    struct paths paths;
    if (find_paths(folder, &paths, NULL) == KI_OK) {
        (void)unlink(paths.fresh);
        (void)unlink(paths.fresh_previous);
    }
}
