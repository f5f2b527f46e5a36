/* SPDX-License-Identifier: Apache-2.0 */
/* What the entries of the audit log tell. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/checked.h"
#include "base/hex.h"
#include "keys/keys.h"
#include "report/audit_log.h"
#include "report/json.h"
#include "report/json_parts.h"

enum { MOST_HITS = 16 };

struct body {
    char *text;
    size_t nbytes;
    struct ki_json json;
};

enum ki_status ki_audit_add(struct ki_audit *audit, char *body)
{
    void *bodies = audit->bodies;
    if (!ki_array_reserve(&bodies, &audit->capacity, audit->nbodies + 1,
                          sizeof *audit->bodies)) {
        free(body);
        return KI_ERR_NO_MEMORY;
    }
    audit->bodies = bodies;
    audit->bodies[audit->nbodies++] = body;
    return KI_OK;
}

static bool begin(struct body *body, const char *type)
{
    FILE *stream = open_memstream(&body->text, &body->nbytes);
    if (!stream) {
        return false;
    }
    body->json = (struct ki_json){.out = stream};
    ki_json_text(&body->json, "type", type);
    return true;
}

static enum ki_status end(struct ki_audit *audit, struct body *body)
{
    ki_json_object_end(&body->json);
    bool is_good = ferror(body->json.out) == 0;
    is_good = fclose(body->json.out) == 0 && is_good;
    if (!is_good) {
        free(body->text);
        return KI_ERR_NO_MEMORY;
    }
    return ki_audit_add(audit, body->text);
}

/* Of the bytes that were imported. */
static void put_file(struct ki_json *json, const struct ki_import_result *result)
{
    if (result->has_sha256) {
        ki_json_hex(json, "file_sha256", result->sha256, KI_SHA256_NBYTES);
    } else {
        ki_json_null(json, "file_sha256");
    }
}

static enum ki_status add_step(struct ki_audit *audit, const char *type,
                               const char *what, const char *list)
{
    struct body body;
    if (!begin(&body, type)) {
        return KI_ERR_NO_MEMORY;
    }
    ki_json_text(&body.json, "what", what);
    ki_json_text_or_null(&body.json, "list", list ? list : "");
    return end(audit, &body);
}

enum ki_status ki_audit_add_begin(struct ki_audit *audit, const char *what,
                                  const char *list)
{
    return add_step(audit, "begin", what, list);
}

enum ki_status ki_audit_add_failed(struct ki_audit *audit, const char *what,
                                   const char *list)
{
    return add_step(audit, "failed", what, list);
}

enum ki_status ki_audit_add_import(struct ki_audit *audit, const char *list,
                                   const struct ki_import_result *result)
{
    struct body body;
    if (!begin(&body, "import")) {
        return KI_ERR_NO_MEMORY;
    }
    ki_json_text(&body.json, "list", list);
    put_file(&body.json, result);
    ki_json_uint(&body.json, "read", result->nread);
    ki_json_uint(&body.json, "added", result->nadded);
    ki_json_uint(&body.json, "updated", result->nupdated);
    ki_json_uint(&body.json, "unchanged", result->nunchanged);
    ki_json_uint(&body.json, "removed", result->nremoved);
    ki_json_uint(&body.json, "rejected", result->nrejected);
    ki_json_uint(&body.json, "quarantined", result->nquarantined);
    ki_json_uint(&body.json, "generation", result->generation);
    return end(audit, &body);
}

static void put_policy(struct ki_json *json, const struct ki_list_info *info)
{
    ki_json_text(json, "list", info->name);
    ki_json_text(json, "source", info->source);
    ki_json_text(json, "purpose", ki_purpose_text(info->purpose));
    ki_json_text(json, "action", ki_action_text(info->action));
    ki_json_uint(json, "radius", info->radius);
    ki_json_uint(json, "min_quality", info->min_quality);
    ki_json_uint(json, "serial", info->serial);
    ki_json_uint(json, "entries", info->nentries);
}

static void put_key(struct ki_json *json, const struct ki_list_trust *trust)
{
    char id[KI_KEY_ID_NHEX + 1] = "";
    if (trust->has_key) {
        ki_key_id_text(trust->key_id, id);
    }
    ki_json_text_or_null(json, "key", id);
}

enum ki_status ki_audit_add_list(struct ki_audit *audit, const char *what,
                                 const struct ki_list_info *info, uint64_t generation)
{
    struct body body;
    if (!begin(&body, "list")) {
        return KI_ERR_NO_MEMORY;
    }
    ki_json_text(&body.json, "change", what);
    put_policy(&body.json, info);
    ki_json_uint(&body.json, "generation", generation);
    put_key(&body.json, &info->trust);
    return end(audit, &body);
}

static enum ki_status add_count(struct ki_audit *audit, const char *event,
                                const char *list, const char *key, uint64_t nentries,
                                uint64_t generation)
{
    struct body body;
    if (!begin(&body, event)) {
        return KI_ERR_NO_MEMORY;
    }
    ki_json_text(&body.json, "list", list);
    ki_json_uint(&body.json, key, nentries);
    ki_json_uint(&body.json, "generation", generation);
    return end(audit, &body);
}

enum ki_status ki_audit_add_removal(struct ki_audit *audit, const char *list,
                                    uint64_t nentries, uint64_t generation)
{
    return add_count(audit, "removal", list, "removed", nentries, generation);
}

enum ki_status ki_audit_add_release(struct ki_audit *audit, const char *list,
                                    uint64_t nentries, uint64_t generation)
{
    return add_count(audit, "release", list, "released", nentries, generation);
}

enum ki_status ki_audit_add_quarantine(struct ki_audit *audit, const char *list,
                                       uint64_t nentries, uint64_t generation)
{
    return add_count(audit, "quarantine", list, "quarantined", nentries, generation);
}

enum ki_status ki_audit_add_publication(struct ki_audit *audit, const char *what,
                                        uint64_t generation)
{
    struct body body;
    if (!begin(&body, "publication")) {
        return KI_ERR_NO_MEMORY;
    }
    ki_json_text(&body.json, "how", what);
    ki_json_uint(&body.json, "generation", generation);
    return end(audit, &body);
}

enum ki_status ki_audit_add_policy(struct ki_audit *audit, const char *old,
                                   const char *new)
{
    struct body body;
    if (!begin(&body, "policy")) {
        return KI_ERR_NO_MEMORY;
    }
    ki_json_text(&body.json, "old", old);
    ki_json_text(&body.json, "new", new);
    return end(audit, &body);
}

static void put_limits(struct ki_json *json, const struct ki_limits *limits)
{
    ki_json_object_begin(json, "limits");
    ki_json_uint(json, "input_bytes", limits->file_nbytes);
    ki_json_uint(json, "pixels", limits->pixels);
    ki_json_object_end(json);
}

enum ki_status ki_audit_add_scan(struct ki_audit *audit, const struct ki_index *index,
                                 const struct ki_scan_options *options,
                                 char id[KI_AUDIT_SCAN_ID_NBYTES])
{
    uint8_t random[(KI_AUDIT_SCAN_ID_NBYTES - 1) / 2];
    struct body body;
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random ||
        !begin(&body, "scan")) {
        return KI_ERR_NO_MEMORY;
    }
    ki_hex_encode(random, sizeof random, id);
    ki_json_text(&body.json, "scan", id);
    ki_json_text(&body.json, "version", ki_version());
    ki_json_uint(&body.json, "generation", ki_index_generation(index));
    ki_json_array_begin(&body.json, "lists");
    for (size_t i = 0; i < ki_index_nlists(index); i++) {
        ki_json_object_begin(&body.json, NULL);
        put_policy(&body.json, ki_index_list(index, i));
        ki_json_object_end(&body.json);
    }
    ki_json_array_end(&body.json);
    put_limits(&body.json, &options->hash.limits);
    return end(audit, &body);
}

static void put_hit(struct ki_json *json, const struct ki_hit *hit)
{
    ki_json_object_begin(json, NULL);
    ki_json_text(json, "list", hit->list->name);
    ki_json_uint(json, "serial", hit->list->serial);
    ki_json_raw(json, "entry", "entry_bytes", hit->entry, strlen(hit->entry));
    ki_json_text(json, "kind", ki_kind_text(hit->kind));
    ki_json_uint(json, "distance", hit->distance);
    ki_json_text(json, "transform", ki_transform_text(hit->transform));
    if (hit->kind == KI_KIND_PDQ) {
        ki_json_text(json, "mode", ki_mode_text(hit->mode));
    }
    if (hit->is_flooding) {
        ki_json_bool(json, "flooding", true);
    }
    ki_json_object_end(json);
}

enum ki_status ki_audit_add_match(struct ki_audit *audit, const char *scan_id,
                                  const struct ki_result *result)
{
    struct body body;
    if (!begin(&body, "match")) {
        return KI_ERR_NO_MEMORY;
    }
    size_t nhits = result->nhits < MOST_HITS ? result->nhits : MOST_HITS;
    ki_json_text(&body.json, "scan", scan_id);
    ki_json_uint(&body.json, "generation", result->generation);
    ki_json_text(&body.json, "tier", ki_tier_text(result->tier));
    ki_json_action(&body.json, result);
    ki_json_text_or_null(&body.json, "policy", result->policy);
    ki_json_quality(&body.json, result);
    ki_json_array_begin(&body.json, "hits");
    for (size_t i = 0; i < nhits; i++) {
        put_hit(&body.json, &result->hits[i]);
    }
    ki_json_array_end(&body.json);
    ki_json_uint(&body.json, "hits_total", result->nhits_total);
    ki_json_sandbox(&body.json, result->is_degraded);
    return end(audit, &body);
}
