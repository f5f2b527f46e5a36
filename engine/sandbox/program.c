/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/program.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"

#define PROGRAM "knownimage-worker"

static const char *const beside[] = {"/" PROGRAM, "/../libexec/knownimage/" PROGRAM};

/* The folder of the running program, without a slash at its end. */
static bool find_folder(char folder[KI_PROGRAM_NBYTES])
{
    ssize_t length = readlink("/proc/self/exe", folder, KI_PROGRAM_NBYTES - 1);
    if (length <= 0 || length == KI_PROGRAM_NBYTES - 1) {
        return false;
    }
    folder[length] = '\0';
    char *slash = strrchr(folder, '/');
    if (!slash) {
        return false;
    }
    *slash = '\0';
    return true;
}

static bool is_program(const char *folder, const char *rest,
                       char path[KI_PROGRAM_NBYTES])
{
    int length = snprintf(path, KI_PROGRAM_NBYTES, "%s%s", folder, rest);
    return length > 0 && length < KI_PROGRAM_NBYTES && access(path, X_OK) == 0;
}

static bool find_installed(char path[KI_PROGRAM_NBYTES])
{
    char folder[KI_PROGRAM_NBYTES];
    bool is_found = false;
    if (find_folder(folder)) {
        for (size_t i = 0; i < sizeof beside / sizeof beside[0] && !is_found; i++) {
            is_found = is_program(folder, beside[i], path);
        }
    }
    return is_found || is_program(KI_LIBEXECDIR, "/" PROGRAM, path);
}

enum ki_status ki_program_find(const char *named, char path[KI_PROGRAM_NBYTES],
                               struct ki_diag *diag)
{
    const char *wanted = named ? named : getenv("KNOWNIMAGE_WORKER");
    if (!wanted) {
        return find_installed(path)
                   ? KI_OK
                   : ki_diag_set(
                         diag, KI_ERR_NOT_FOUND,
                         "cannot find the program %s, which decodes and unpacks",
                         PROGRAM);
    }
    if (!is_program(wanted, "", path)) {
        return ki_diag_errno(diag, errno, "cannot use %s as the program that decodes",
                             wanted);
    }
    return KI_OK;
}
