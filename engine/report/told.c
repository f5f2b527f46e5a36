/* SPDX-License-Identifier: Apache-2.0 */
#include "report/told.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

enum { PDQ_NBITS = 256 };

struct parse {
    struct ki_told_line *line;
    char *next; /* free room in line->bytes; there is enough for the whole text */
};

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* The number of a name, as the function writes it; false if none has it. */
static bool find_name(const char *text, const char *(*name)(unsigned n), unsigned count,
                      unsigned *out)
{
    for (unsigned i = 0; text && i < count; i++) {
        if (strcmp(name(i), text) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

static const char *transform_name(unsigned n)
{
    return ki_transform_text((enum ki_transform)n);
}

static const char *tier_name(unsigned n)
{
    return ki_tier_text((enum ki_tier)n);
}

static const char *demotion_name(unsigned n)
{
    return ki_demotion_text((enum ki_demotion)n);
}

static const char *fidelity_name(unsigned n)
{
    return ki_fidelity_text((enum ki_fidelity)n);
}

/* Missing or null: *is_there is false. False if it is there and no number. */
static bool take_uint(const json_t *object, const char *key, bool *is_there,
                      uint64_t *out)
{
    const json_t *value = json_object_get(object, key);
    *is_there = value && !json_is_null(value);
    if (!*is_there) {
        return true;
    }
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return false;
    }
    *out = (uint64_t)json_integer_value(value);
    return true;
}

static bool need_uint(const json_t *object, const char *key, uint64_t *out)
{
    bool is_there;
    return take_uint(object, key, &is_there, out) && is_there;
}

/* A text, or the bytes under hex_key if they are no UTF-8. */
static const char *take_raw(struct parse *parse, const json_t *object, const char *key,
                            const char *hex_key)
{
    const json_t *hex = json_object_get(object, hex_key);
    if (!hex) {
        return text_of(object, key);
    }
    size_t nbytes = json_string_length(hex) / 2;
    char *out = parse->next;
    if (!json_is_string(hex) ||
        !ki_hex_decode(json_string_value(hex), json_string_length(hex), (uint8_t *)out,
                       nbytes) ||
        memchr(out, '\0', nbytes)) {
        return NULL;
    }
    out[nbytes] = '\0';
    parse->next += nbytes + 1;
    return out;
}

static bool take_hit(struct parse *parse, const json_t *object, struct ki_told_hit *hit)
{
    uint64_t distance = 0;
    unsigned number = 0;
    const char *kind = text_of(object, "kind");
    const char *mode = text_of(object, "mode");
    const char *transform = text_of(object, "transform");
    hit->list = text_of(object, "list");
    hit->entry = take_raw(parse, object, "entry", "entry_bytes");
    bool is_good = hit->list && hit->entry && kind &&
                   ki_kind_from_text(kind, &hit->kind) &&
                   need_uint(object, "distance", &distance);
    is_good = is_good && distance <= (hit->kind == KI_KIND_PDQ ? PDQ_NBITS : 0);
    hit->distance = (unsigned)distance;
    hit->has_mode = mode != NULL;
    hit->has_transform = transform != NULL;
    hit->is_flooding = json_is_true(json_object_get(object, "flooding"));
    if (is_good && mode) {
        is_good = ki_mode_from_text(mode, &hit->mode);
    }
    if (is_good && transform) {
        is_good = find_name(transform, transform_name, KI_NTRANSFORMS, &number);
        hit->transform = (enum ki_transform)number;
    }
    return is_good;
}

static enum ki_status take_hits(struct parse *parse, const json_t *array, bool *is_good)
{
    struct ki_told *told = &parse->line->told;
    size_t nhits = json_array_size(array);
    *is_good = nhits > 0;
    told->hits = calloc(nhits + 1, sizeof *told->hits);
    if (!told->hits) {
        return KI_ERR_NO_MEMORY;
    }
    for (size_t i = 0; *is_good && i < nhits; i++) {
        *is_good = take_hit(parse, json_array_get(array, i), &told->hits[i]);
        told->nhits++;
    }
    return KI_OK;
}

static bool take_demoted(const json_t *object, struct ki_told *told)
{
    const json_t *array = json_object_get(object, "demoted");
    told->has_demoted = json_is_array(array);
    for (size_t i = 0; i < json_array_size(array); i++) {
        unsigned number;
        if (!find_name(json_string_value(json_array_get(array, i)), demotion_name,
                       KI_NDEMOTIONS, &number)) {
            return false;
        }
        told->demoted |= KI_BIT(number);
    }
    return true;
}

static bool take_verdict(const json_t *object, struct ki_told *told)
{
    unsigned tier = KI_TIER_NONE;
    uint64_t quality = 0;
    bool has_total;
    const char *action = text_of(object, "action");
    told->policy = text_of(object, "policy");
    told->has_action = action != NULL;
    told->nhits_total = told->nhits;
    bool is_good = need_uint(object, "generation", &told->generation) &&
                   find_name(text_of(object, "tier"), tier_name, KI_NTIERS, &tier) &&
                   tier != KI_TIER_NONE &&
                   (!action || ki_action_from_text(action, &told->action)) &&
                   take_demoted(object, told) &&
                   take_uint(object, "quality", &told->has_quality, &quality) &&
                   quality <= KI_QUALITY_MAX &&
                   take_uint(object, "hits_total", &has_total, &told->nhits_total);
    told->tier = (enum ki_tier)tier;
    told->quality = (unsigned)quality;
    return is_good && told->nhits_total >= told->nhits;
}

/* What only a scan tells. */
static bool take_picture(struct parse *parse, const json_t *object)
{
    struct ki_told_line *line = parse->line;
    unsigned fidelity = 0;
    const char *text = text_of(object, "fidelity");
    line->path = take_raw(parse, object, "path", "path_bytes");
    line->has_fidelity = text != NULL;
    bool is_good = line->path &&
                   take_uint(object, "bytes", &line->has_nbytes, &line->nbytes) &&
                   (!text || find_name(text, fidelity_name, KI_NFIDELITIES, &fidelity));
    line->fidelity = (enum ki_fidelity)fidelity;
    return is_good;
}

static enum ki_told_kind kind_of(const json_t *object)
{
    const char *verdict = text_of(object, "verdict");
    const char *type = text_of(object, "type");
    if (verdict) {
        return strcmp(verdict, ki_verdict_text(KI_VERDICT_MATCH)) == 0 ? KI_TOLD_SCAN
                                                                       : KI_TOLD_OTHER;
    }
    if (type) {
        return strcmp(type, "match") == 0 ? KI_TOLD_AUDIT : KI_TOLD_OTHER;
    }
    return KI_TOLD_BAD;
}

enum ki_status ki_told_parse(const char *text, size_t nbytes, struct ki_told_line *out)
{
    *out = (struct ki_told_line){.kind = KI_TOLD_BAD};
    json_t *object = json_loadb(text, nbytes, JSON_REJECT_DUPLICATES, NULL);
    out->object = object;
    out->kind = kind_of(object);
    if (out->kind != KI_TOLD_SCAN && out->kind != KI_TOLD_AUDIT) {
        return KI_OK;
    }
    out->bytes = malloc(nbytes + 1);
    if (!out->bytes) {
        return KI_ERR_NO_MEMORY;
    }
    struct parse parse = {out, out->bytes};
    bool is_good;
    enum ki_status status =
        take_hits(&parse, json_object_get(object, "hits"), &is_good);
    if (status == KI_OK &&
        !(is_good && take_verdict(object, &out->told) &&
          (out->kind == KI_TOLD_AUDIT || take_picture(&parse, object)))) {
        out->kind = KI_TOLD_BAD;
    }
    return status;
}

void ki_told_free(struct ki_told_line *line)
{
    json_decref(line->object);
    free(line->bytes);
    free(line->told.hits);
    *line = (struct ki_told_line){.kind = KI_TOLD_BAD};
}
