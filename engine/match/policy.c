/* SPDX-License-Identifier: Apache-2.0 */
#include "match/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/file.h"
#include "base/hex.h"
#include "bytes/sha256.h"
#include "match/policy_keys.h"
#include "match/ruling.h"

static const char lists_version[] = "lists";

static void write_values(const struct ki_policy_section *section, FILE *out)
{
    for (unsigned key = 0; key < KI_NKEYS; key++) {
        if (ki_policy_has(section, (enum ki_policy_key)key)) {
            (void)fprintf(out, "%s = ", ki_policy_keys[key].name);
            ki_policy_keys[key].write(out, section->values[key]);
            (void)fputc('\n', out);
        }
    }
}

static void write_reasons(const struct ki_policy *policy, FILE *out)
{
    (void)fputs("[reasons]\n", out);
    for (unsigned i = KI_REASON_NONE + 1; i < KI_NREASONS; i++) {
        char key[KI_REASON_KEY_NBYTES];
        ki_reason_key((enum ki_reason)i, key);
        (void)fprintf(out, "%s = %s\n", key, ki_handling_text(policy->handlings[i]));
    }
}

static void write_mappings(const struct ki_policy *policy, FILE *out)
{
    const char *scheme = "";
    for (size_t i = 0; i < policy->nmappings; i++) {
        const struct ki_policy_mapping *mapping = &policy->mappings[i];
        if (strcmp(scheme, mapping->scheme) != 0) {
            scheme = mapping->scheme;
            (void)fprintf(out, "[scheme %s]\n", scheme);
        }
        (void)fprintf(out, "%s = %s\n", mapping->code, ki_effect_text(mapping->effect));
    }
}

void ki_policy_write(const struct ki_policy *policy, FILE *out)
{
    for (unsigned place = 0; place < KI_NPLACES_SINGLE; place++) {
        if (place != KI_PLACE_FLOOD || policy->single[place].line != 0) {
            (void)fprintf(out, "[%s]\n",
                          ki_policy_place_text((enum ki_policy_place)place));
            write_values(&policy->single[place], out);
        }
    }
    for (size_t i = 0; i < policy->nlists; i++) {
        (void)fprintf(out, "[list %s]\n", policy->lists[i].list);
        write_values(&policy->lists[i], out);
    }
    write_mappings(policy, out);
    if (policy->reasons_line != 0) {
        write_reasons(policy, out);
    }
}

static enum ki_status set_version(struct ki_policy *policy, struct ki_diag *diag)
{
    char *text = NULL;
    size_t nbytes = 0;
    uint8_t digest[KI_SHA256_NBYTES];
    FILE *out = open_memstream(&text, &nbytes);
    if (!out) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a policy");
    }
    ki_policy_write(policy, out);
    bool is_good = !ferror(out);
    is_good = fclose(out) == 0 && is_good && ki_sha256(text, nbytes, digest);
    free(text);
    if (!is_good) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no version of the policy");
    }
    ki_hex_encode(digest, (KI_POLICY_VERSION_NBYTES - 1) / 2, policy->version);
    policy->version[KI_POLICY_VERSION_NBYTES - 1] = '\0';
    return KI_OK;
}

static enum ki_status set_guard(struct ki_policy *policy, struct ki_diag *diag)
{
    const struct ki_policy_section *flood = &policy->single[KI_PLACE_FLOOD];
    if (flood->line == 0) {
        return KI_OK;
    }
    struct ki_flood_limits limits = {
        .window = flood->values[KI_KEY_WINDOW],
        .share = flood->values[KI_KEY_SHARE],
        .minimum = flood->values[KI_KEY_MINIMUM],
    };
    policy->guard = ki_flood_guard_create(&limits);
    return policy->guard
               ? KI_OK
               : ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a policy");
}

enum ki_status ki_policy_parse(const char *name, const char *text, size_t nbytes,
                               struct ki_policy **out, struct ki_diag *diag)
{
    if (nbytes > KI_POLICY_MAX_NBYTES) {
        return ki_diag_set(diag, KI_ERR_LIMIT, "%s: longer than %d bytes", name,
                           KI_POLICY_MAX_NBYTES);
    }
    struct ki_policy *policy = calloc(1, sizeof *policy);
    if (!policy || !(policy->name = strdup(name))) {
        free(policy);
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a policy");
    }
    enum ki_status status = ki_policy_read(policy, text, nbytes, diag);
    status = status == KI_OK ? set_version(policy, diag) : status;
    status = status == KI_OK ? set_guard(policy, diag) : status;
    if (status != KI_OK) {
        ki_policy_free(policy);
        return status;
    }
    *out = policy;
    return KI_OK;
}

enum ki_status ki_policy_load(const char *path, struct ki_policy **out,
                              struct ki_diag *diag)
{
    char *text = NULL;
    size_t nbytes = 0;
    enum ki_status status =
        ki_file_read(path, KI_POLICY_MAX_NBYTES, &text, &nbytes, diag);
    if (status != KI_OK) {
        return status;
    }
    status = ki_policy_parse(path, text, nbytes, out, diag);
    free(text);
    return status;
}

void ki_policy_free(struct ki_policy *policy)
{
    if (!policy) {
        return;
    }
    ki_flood_guard_destroy(policy->guard);
    free(policy->lists);
    free(policy->mappings);
    free(policy->name);
    free(policy);
}

const char *ki_policy_version(const struct ki_policy *policy)
{
    return policy ? policy->version : lists_version;
}

enum ki_handling ki_policy_handling(const struct ki_policy *policy,
                                    enum ki_reason reason)
{
    bool is_known = policy && (unsigned)reason < KI_NREASONS;
    return is_known ? policy->handlings[reason] : KI_HANDLING_NONE;
}

enum ki_status ki_policy_check(const struct ki_policy *policy,
                               const struct ki_list_info *lists, size_t nlists,
                               struct ki_diag *diag)
{
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_ruling *ruling = NULL;
    enum ki_status status =
        ki_ruling_make(policy, lists, nlists, &options, &ruling, diag);
    ki_ruling_free(ruling);
    return status;
}

size_t ki_policy_floods(const struct ki_policy *policy, struct ki_flood *out,
                        size_t capacity)
{
    return policy && policy->guard ? ki_flood_guard_list(policy->guard, out, capacity)
                                   : 0;
}
