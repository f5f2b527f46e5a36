/* SPDX-License-Identifier: Apache-2.0 */
#include "knownimage/companions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/message.h"
#include "keys/keys.h"
#include "knownimage/lists.h"

static bool find_folder(const char *file, struct companions *companions)
{
    const char *slash = strrchr(file, '/');
    int length = strcmp(file, "-") == 0 ? 0
                 : !slash ? snprintf(companions->folder, KI_PATH_NBYTES, ".")
                          : snprintf(companions->folder, KI_PATH_NBYTES, "%.*s",
                                     (int)(slash - file) + 1, file);
    if (length < 0 || length >= KI_PATH_NBYTES) {
        message("path too long");
        return false;
    }
    return true;
}

/* Without one the import is refused, if the list wants one, and the refusal kept. */
static bool read_signature(const char *path, bool is_named,
                           struct companions *companions)
{
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_file_read(path, KI_KEY_FILE_LIMIT_NBYTES, &companions->signature,
                     &companions->signature_nbytes, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
    }
    return status == KI_OK || (status == KI_ERR_NOT_FOUND && !is_named);
}

static bool find_beside(const struct index_folder *index, const char *list,
                        const char *file, struct companions *out)
{
    struct ki_list_info info = ki_list_info_default();
    bool is_found = false;
    char beside[KI_PATH_NBYTES];
    int length = snprintf(beside, sizeof beside, "%s.minisig", file);
    if (length < 0 || length >= KI_PATH_NBYTES) {
        message("path too long");
        return false;
    }
    if (read_list(index->path, list, &info, &is_found, NULL) == KI_OK &&
        info.trust.has_key) {
        return read_signature(beside, false, out);
    }
    if (access(beside, F_OK) == 0) {
        message("%s is not looked at: list %s has no key", beside, list);
    }
    return true;
}

bool companions_find(const struct index_folder *index, const char *list,
                     const char *file, const char *signature, struct companions *out)
{
    *out = (struct companions){.signature = NULL};
    if (!find_folder(file, out)) {
        return false;
    }
    if (signature) {
        return read_signature(signature, true, out);
    }
    return strcmp(file, "-") == 0 || find_beside(index, list, file, out);
}

void companions_free(struct companions *companions)
{
    free(companions->signature);
}
