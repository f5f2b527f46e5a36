/* SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static enum ki_status fail_errno(struct ki_diag *diag, const char *what,
                                 const char *path)
{
    char text[128];
    const char *reason = strerror_r(errno, text, sizeof text);
    return ki_corpus_fail(diag, KI_ERR_IO, "cannot %s %s: %s", what, path, reason);
}

static enum ki_status join(const char *folder, const char *name,
                           char path[KI_PATH_NBYTES], struct ki_diag *diag)
{
    int length = snprintf(path, KI_PATH_NBYTES, "%s/%s", folder, name);
    if (length < 0 || length >= KI_PATH_NBYTES) {
        return ki_corpus_fail(diag, KI_ERR_LIMIT, "path too long: %s", folder);
    }
    return KI_OK;
}

static bool is_empty(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder) {
        return true; /* making a file in it will tell */
    }
    bool empty = true;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own */
    for (struct dirent *entry = readdir(folder); entry && empty;
         /* NOLINTNEXTLINE(concurrency-mt-unsafe) */
         entry = readdir(folder)) {
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    }
    (void)closedir(folder);
    return empty;
}

static enum ki_status make_one(const char *path, struct ki_diag *diag)
{
    struct stat status;
    if (mkdir(path, 0777) == 0) {
        return KI_OK;
    }
    int error = errno;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        return KI_OK;
    }
    errno = error;
    return fail_errno(diag, "make folder", path);
}

static enum ki_status make_all(const char *path, struct ki_diag *diag)
{
    char part[KI_PATH_NBYTES];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part) {
        return ki_corpus_fail(diag, KI_ERR_ARGUMENT, "not a path: \"%.64s\"", path);
    }
    memcpy(part, path, length + 1);
    for (size_t i = 1; i < length; i++) {
        if (part[i] == '/') {
            part[i] = '\0';
            enum ki_status status = make_one(part, diag);
            part[i] = '/';
            if (status != KI_OK) {
                return status;
            }
        }
    }
    return make_one(part, diag);
}

enum ki_status ki_folder_create(const char *path, bool force, struct ki_diag *diag)
{
    enum ki_status status = make_all(path, diag);
    if (status == KI_OK && !force && !is_empty(path)) {
        status = ki_corpus_fail(diag, KI_ERR_EXISTS,
                                "%s is not empty (--force writes into it all the same)",
                                path);
    }
    return status;
}

enum ki_status ki_folder_add(const char *folder, const char *name, struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    enum ki_status status = join(folder, name, path, diag);
    return status == KI_OK ? make_all(path, diag) : status;
}

enum ki_status ki_file_open(const char *folder, const char *name, FILE **out,
                            struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    enum ki_status status = join(folder, name, path, diag);
    if (status != KI_OK) {
        return status;
    }
    FILE *file = fopen(path, "wbe");
    if (!file) {
        return fail_errno(diag, "write", path);
    }
    *out = file;
    return KI_OK;
}

enum ki_status ki_file_close(FILE *file, const char *name, struct ki_diag *diag)
{
    if (!file) {
        return KI_OK;
    }
    bool failed = ferror(file) != 0;
    failed |= fclose(file) != 0;
    return failed ? fail_errno(diag, "write", name) : KI_OK;
}

enum ki_status ki_file_write(const char *folder, const char *name,
                             const struct ki_blob *blob, struct ki_diag *diag)
{
    FILE *file = NULL;
    enum ki_status status = ki_file_open(folder, name, &file, diag);
    if (status != KI_OK) {
        return status;
    }
    if (blob->nbytes > 0) { /* a short write shows in ki_file_close */
        (void)!fwrite(blob->data, 1, blob->nbytes, file);
    }
    return ki_file_close(file, name, diag);
}
