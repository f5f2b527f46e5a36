/* SPDX-License-Identifier: Apache-2.0 */
#include "knownimage/lists.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <knownimage/list.h>

#include "common/message.h"
#include "keys/keys.h"
#include "report/json_parts.h"

void put_nhashes(struct ki_json *json, const uint64_t nhashes[KI_NKINDS])
{
    ki_json_object_begin(json, "hashes");
    for (unsigned i = 0; i < KI_NKINDS; i++) {
        ki_json_uint(json, ki_kind_text((enum ki_kind)i), nhashes[i]);
    }
    ki_json_object_end(json);
}

void put_doubts(struct ki_json *json, unsigned doubts)
{
    ki_json_array_begin(json, "doubts");
    for (unsigned bit = 1; bit <= KI_DOUBT_RELEASED; bit <<= 1) {
        if (doubts & bit) {
            ki_json_text(json, NULL, ki_doubt_text((enum ki_doubt)bit));
        }
    }
    ki_json_array_end(json);
}

static bool is_expired(const struct ki_list_trust *trust)
{
    return trust->expires != 0 && trust->expires <= (int64_t)time(NULL);
}

void put_trust(struct ki_json *json, const struct ki_list_trust *trust)
{
    if (!trust->has_key) {
        ki_json_null(json, "key");
    } else {
        char id[KI_KEY_ID_NHEX + 1];
        ki_key_id_text(trust->key_id, id);
        ki_json_text(json, "key", id);
    }
    ki_json_bool(json, "signed", trust->is_signed);
    ki_json_uint_or_null(json, "update", trust->update);
    ki_json_time(json, "expires", trust->expires);
    ki_json_bool(json, "expired", is_expired(trust));
}

void warn_expired(const struct ki_index *index)
{
    for (size_t i = 0; i < ki_index_nlists(index); i++) {
        const struct ki_list_info *list = ki_index_list(index, i);
        if (is_expired(&list->trust)) {
            message("list %s has expired: its signer meant a newer update to be there "
                    "by now",
                    list->name);
        }
    }
}

void put_list(struct ki_json *json, const struct ki_list_info *info)
{
    ki_json_text(json, "list", info->name);
    ki_json_text(json, "source", info->source);
    ki_json_text(json, "purpose", ki_purpose_text(info->purpose));
    ki_json_text(json, "action", ki_action_text(info->action));
    ki_json_uint(json, "radius", info->radius);
    ki_json_uint(json, "min_quality", info->min_quality);
    ki_json_uint(json, "entries", info->nentries);
    put_nhashes(json, info->nhashes);
    ki_json_uint(json, "serial", info->serial);
    ki_json_uint(json, "quarantined", info->nquarantined);
    put_trust(json, &info->trust);
}

const struct ki_list_info *find_list(const struct ki_list_info *lists, size_t nlists,
                                     const char *name)
{
    for (size_t i = 0; i < nlists; i++) {
        if (strcmp(lists[i].name, name) == 0) {
            return &lists[i];
        }
    }
    return NULL;
}

enum ki_status read_list(const char *folder, const char *name,
                         struct ki_list_info *info, bool *is_found,
                         struct ki_diag *diag)
{
    struct ki_list_info *lists = NULL;
    size_t nlists = 0;
    enum ki_status status = ki_list_all(folder, &lists, &nlists, diag);
    if (status != KI_OK) {
        return status;
    }
    const struct ki_list_info *found = find_list(lists, nlists, name);
    *is_found = found != NULL;
    if (found) {
        *info = *found;
    }
    free(lists);
    return KI_OK;
}

void explain_unpublished(enum ki_status status, const struct ki_diag *diag)
{
    message_status(status, diag);
    message(
        "the change is in the catalog, but not in force: 'knownimage index publish' "
        "puts it in force");
}
