/* SPDX-License-Identifier: Apache-2.0 */
#include "knownimage/policies.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "common/message.h"
#include "common/option_types.h"

enum { MOST_TOLD = 16 };

static bool load(const char *path, struct ki_policy **policy)
{
    struct ki_diag diag = {0};
    enum ki_status status = ki_policy_load(path, policy, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
    }
    return status == KI_OK;
}

bool policy_read(const char *option, const struct index_folder *folder,
                 struct ki_policy **policy)
{
    char path[INDEX_FOLDER_NBYTES + sizeof "/policy.conf"];
    *policy = NULL;
    if (option) {
        return load(option, policy);
    }
    (void)snprintf(path, sizeof path, "%s/policy.conf", folder->path);
    if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return true;
    }
    return load(path, policy);
}

void policy_tell_floods(const struct ki_policy *policy)
{
    struct ki_flood floods[MOST_TOLD];
    size_t nfloods = ki_policy_floods(policy, floods, MOST_TOLD);
    for (size_t i = 0; i < nfloods && i < MOST_TOLD; i++) {
        message("flood: %s/%s: up to %" PRIu64 " hits in a window; %" PRIu64
                " files hit it while it was flooding",
                floods[i].list, floods[i].entry, floods[i].nhits_most,
                floods[i].npictures);
    }
    if (nfloods > MOST_TOLD) {
        message("flood: %zu more entries", nfloods - MOST_TOLD);
    }
}

const struct option_spec policy_option_specs[1] = {
    {"policy", 0, "FILE", &option_text, 0,
     "what hits may lead to (default: policy.conf in the\n"
     "folder of the index; without it each list's own\nvalues)"},
};
