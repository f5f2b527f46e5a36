/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json_parts.h"

#include <string.h>

void ki_json_path(struct ki_json *json, const char *path)
{
    ki_json_raw(json, "path", "path_bytes", path, strlen(path));
}

void ki_json_uint_or_null(struct ki_json *json, const char *key, uint64_t value)
{
    if (value == 0) {
        ki_json_null(json, key);
    } else {
        ki_json_uint(json, key, value);
    }
}

bool ki_report_has_nbytes(const struct ki_image_info *info, enum ki_reason reason)
{
    return info->nbytes > 0 || reason == KI_REASON_EMPTY;
}

void ki_json_nbytes(struct ki_json *json, const struct ki_image_info *info,
                    enum ki_reason reason)
{
    if (ki_report_has_nbytes(info, reason)) {
        ki_json_uint(json, "bytes", info->nbytes);
    } else {
        ki_json_null(json, "bytes");
    }
}

void ki_json_fidelity(struct ki_json *json, const struct ki_image_info *info)
{
    ki_json_text(json, "fidelity", ki_fidelity_text(info->fidelity));
    ki_json_uint(json, "scale", info->scale);
}

void ki_json_quality(struct ki_json *json, const struct ki_result *result)
{
    if (result->has_quality) {
        ki_json_uint(json, "quality", result->quality);
    } else {
        ki_json_null(json, "quality");
    }
}

void ki_json_action(struct ki_json *json, const struct ki_result *result)
{
    ki_json_text_or_null(json, "action",
                         result->has_action ? ki_action_text(result->action) : "");
    ki_json_array_begin(json, "demoted");
    for (unsigned i = 0; i < KI_NDEMOTIONS; i++) {
        if (result->demoted & KI_BIT(i)) {
            ki_json_text(json, NULL, ki_demotion_text((enum ki_demotion)i));
        }
    }
    ki_json_array_end(json);
}

void ki_json_sandbox(struct ki_json *json, bool is_degraded)
{
    if (is_degraded) {
        ki_json_text(json, "sandbox", "degraded");
    }
}

void ki_json_category(struct ki_json *json, const char *scheme, const char *code)
{
    if (scheme[0] == '\0' && code[0] == '\0') {
        ki_json_null(json, "category");
        return;
    }
    ki_json_object_begin(json, "category");
    ki_json_text(json, "scheme", scheme);
    ki_json_text(json, "code", code);
    ki_json_object_end(json);
}

/* What the source told, if it did. */
static void put_source(struct ki_json *json, const struct ki_hit *hit)
{
    if (hit->member && hit->member[0]) {
        ki_json_text(json, "member", hit->member);
    }
    if (hit->nvotes_for > 0 || hit->nvotes_against > 0) {
        ki_json_object_begin(json, "votes");
        ki_json_uint(json, "for", hit->nvotes_for);
        ki_json_uint(json, "against", hit->nvotes_against);
        ki_json_object_end(json);
    }
}

static void put_hit(struct ki_json *json, const struct ki_hit *hit, bool with_mode)
{
    ki_json_object_begin(json, NULL);
    ki_json_text(json, "list", hit->list->name);
    ki_json_raw(json, "entry", "entry_bytes", hit->entry, strlen(hit->entry));
    ki_json_text(json, "kind", ki_kind_text(hit->kind));
    ki_json_uint(json, "distance", hit->distance);
    ki_json_text(json, "transform", ki_transform_text(hit->transform));
    ki_json_category(json, hit->category_scheme, hit->category_code);
    if (with_mode && hit->kind == KI_KIND_PDQ) {
        ki_json_text(json, "mode", ki_mode_text(hit->mode));
    }
    ki_json_text(json, "purpose", ki_purpose_text(hit->list->purpose));
    put_source(json, hit);
    if (hit->is_inert) {
        ki_json_bool(json, "inert", true);
    }
    if (hit->is_flooding) {
        ki_json_bool(json, "flooding", true);
    }
    ki_json_bool(json, "signed", hit->list->trust.is_signed);
    ki_json_object_end(json);
}

void ki_json_hits(struct ki_json *json, const struct ki_hit *hits, size_t nhits,
                  bool with_mode)
{
    ki_json_array_begin(json, "hits");
    for (size_t i = 0; i < nhits; i++) {
        put_hit(json, &hits[i], with_mode);
    }
    ki_json_array_end(json);
}
