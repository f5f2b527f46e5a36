/* SPDX-License-Identifier: Apache-2.0 */
#include "common/index_folder.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/message.h"

/* The variable's value; NULL if it is not set, or empty. */
static const char *environment(const char *name)
{
    const char *value = secure_getenv(name);
    return value && value[0] != '\0' ? value : NULL;
}

static bool set_path(struct index_folder *folder, const char *base, const char *rest)
{
    int length = snprintf(folder->path, sizeof folder->path, "%s%s", base, rest);
    if (length < 0 || (size_t)length >= sizeof folder->path) {
        message("the name of the index folder is too long");
        return false;
    }
    return true;
}

static bool find_default(struct index_folder *folder)
{
    const char *data = environment("XDG_DATA_HOME");
    if (data && data[0] == '/') { /* relative ones are to be ignored, says the spec */
        return set_path(folder, data, "/knownimage");
    }
    const char *home = environment("HOME");
    if (home) {
        return set_path(folder, home, "/.local/share/knownimage");
    }
    message("no index folder: use --index DIR or set KNOWNIMAGE_INDEX");
    return false;
}

static const char *named_folder(const char *option)
{
    return option ? option : environment("KNOWNIMAGE_INDEX");
}

bool index_folder_find(const char *option, struct index_folder *folder)
{
    const char *named = named_folder(option);
    return named ? set_path(folder, named, "") : find_default(folder);
}

static bool make_parents(struct index_folder *folder)
{
    for (char *slash = strchr(folder->path + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int failed = mkdir(folder->path, 0700) != 0 && errno != EEXIST ? errno : 0;
        if (failed) {
            message_errno(folder->path, failed);
            return false;
        }
        *slash = '/';
    }
    return true;
}

bool index_folder_find_to_write(const char *option, struct index_folder *folder)
{
    if (!index_folder_find(option, folder)) {
        return false;
    }
    return named_folder(option) || make_parents(folder);
}

bool index_folder_find_existing(const char *option, struct index_folder *folder)
{
    if (!index_folder_find(option, folder)) {
        return false;
    }
    if (!ki_index_exists(folder->path)) {
        message("there is no index in %s", folder->path);
        message("make it with 'knownimage list add NAME'");
        return false;
    }
    return true; /* anything that is wrong with it is told by what comes next */
}

static void advise(const struct index_folder *folder, enum ki_status status)
{
    struct ki_index *previous = NULL;
    if (status == KI_ERR_NOT_FOUND) {
        message("make it with 'knownimage list add' and 'knownimage list import', or "
                "publish it with 'knownimage index publish'");
    }
    if (status != KI_ERR_DAMAGED) {
        return;
    }
    message("'knownimage index publish' makes it anew from the catalog");
    if (ki_index_open_previous(folder->path, &previous, NULL) == KI_OK) {
        message("until then, generation %" PRIu64 " can be used with --previous",
                ki_index_generation(previous));
        ki_index_close(previous);
    }
}

void index_folder_warn(const struct index_folder *folder)
{
    struct ki_index *index = NULL;
    struct ki_diag diag = {0};
    enum ki_status status = ki_index_open(folder->path, &index, &diag);
    if (status == KI_OK) {
        ki_index_close(index);
    } else if (status == KI_ERR_DAMAGED) {
        message("this is done, but lookups will fail: %s", diag.message);
        advise(folder, status);
    }
}

bool index_folder_open(const struct index_folder *folder, bool is_previous,
                       struct ki_index **index)
{
    struct ki_diag diag = {0};
    enum ki_status status = is_previous
                                ? ki_index_open_previous(folder->path, index, &diag)
                                : ki_index_open(folder->path, index, &diag);
    if (status == KI_OK) {
        return true;
    }
    message_status(status, &diag);
    if (!is_previous) {
        advise(folder, status);
    }
    return false;
}
