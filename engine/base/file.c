/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"

/* Between two looks at a lock. */
enum { AWAIT_MS = 50 };

enum ki_status ki_path_join(const char *folder, const char *name,
                            char out[KI_PATH_NBYTES], struct ki_diag *diag)
{
    int length = snprintf(out, KI_PATH_NBYTES, "%s/%s", folder, name);
    if (length < 0 || length >= KI_PATH_NBYTES) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "path too long: %.200s…", folder);
    }
    return KI_OK;
}

static enum ki_status make_one(const char *folder, struct ki_diag *diag)
{
    if (mkdir(folder, 0700) == 0) {
        return KI_OK;
    }
    struct stat info;
    if (errno == EEXIST && stat(folder, &info) == 0 && S_ISDIR(info.st_mode)) {
        return KI_OK;
    }
    return ki_diag_errno(diag, errno, "cannot make folder %s", folder);
}

enum ki_status ki_folder_make(const char *folder, struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    size_t length = strlen(folder);
    if (length == 0 || length >= sizeof path) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "empty or too long folder name");
    }
    memcpy(path, folder, length + 1);
    for (size_t i = 1; i < length; i++) {
        if (path[i] != '/') {
            continue;
        }
        path[i] = '\0';
        enum ki_status status = make_one(path, diag);
        path[i] = '/';
        if (status != KI_OK) {
            return status;
        }
    }
    return make_one(path, diag);
}

enum ki_status ki_folder_sync(const char *folder, struct ki_diag *diag)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return ki_diag_errno(diag, errno, "cannot open folder %s", folder);
    }
    enum ki_status status = KI_OK;
    if (fsync(fd) != 0) {
        status = ki_diag_errno(diag, errno, "cannot sync folder %s", folder);
    }
    (void)close(fd);
    return status;
}

enum ki_status ki_folder_sync_of(const char *path, struct ki_diag *diag)
{
    char folder[KI_PATH_NBYTES];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (length >= sizeof folder) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "path too long");
    }
    if (length == 0) {
        return ki_folder_sync(slash ? "/" : ".", diag);
    }
    memcpy(folder, path, length);
    folder[length] = '\0';
    return ki_folder_sync(folder, diag);
}

int ki_write_all(int fd, const void *data, size_t nbytes)
{
    const char *bytes = data;
    while (nbytes > 0) {
        ssize_t written = write(fd, bytes, nbytes);
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        if (written > 0) {
            bytes += written;
            nbytes -= (size_t)written;
        }
    }
    return 0;
}

int ki_write_all_at(int fd, const void *data, size_t nbytes, uint64_t offset)
{
    const char *bytes = data;
    while (nbytes > 0) {
        ssize_t written = pwrite(fd, bytes, nbytes, (off_t)offset);
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        if (written > 0) {
            bytes += written;
            nbytes -= (size_t)written;
            offset += (uint64_t)written;
        }
    }
    return 0;
}

/* Writes, syncs and closes. */
static enum ki_status finish_file(int fd, const char *path, const void *data,
                                  size_t nbytes, struct ki_diag *diag)
{
    enum ki_status status = KI_OK;
    if (ki_write_all(fd, data, nbytes) != 0 || fsync(fd) != 0) {
        status = ki_diag_errno(diag, errno, "cannot write %s", path);
    }
    if (close(fd) != 0 && status == KI_OK) {
        status = ki_diag_errno(diag, errno, "cannot close %s", path);
    }
    return status;
}

enum ki_status ki_file_create_synced(const char *path, unsigned mode, const void *data,
                                     size_t nbytes, struct ki_diag *diag)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0 && errno == EEXIST) {
        return ki_diag_set(diag, KI_ERR_EXISTS, "%s exists already", path);
    }
    if (fd < 0) {
        return ki_diag_errno(diag, errno, "cannot create %s", path);
    }
    enum ki_status status = finish_file(fd, path, data, nbytes, diag);
    if (status != KI_OK) {
        (void)unlink(path);
    }
    return status;
}

enum ki_status ki_file_write_synced(const char *path, const void *data, size_t nbytes,
                                    struct ki_diag *diag)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    return fd < 0 ? ki_diag_errno(diag, errno, "cannot create %s", path)
                  : finish_file(fd, path, data, nbytes, diag);
}

enum ki_status ki_file_replace(const char *path, const void *data, size_t nbytes,
                               struct ki_diag *diag)
{
    char fresh[KI_PATH_NBYTES];
    int length = snprintf(fresh, sizeof fresh, "%s.new", path);
    if (length < 0 || (size_t)length >= sizeof fresh) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "path too long");
    }
    enum ki_status status = ki_file_write_synced(fresh, data, nbytes, diag);
    if (status == KI_OK && rename(fresh, path) != 0) {
        status = ki_diag_errno(diag, errno, "cannot rename %s", fresh);
    }
    return status == KI_OK ? ki_folder_sync_of(path, diag) : status;
}

static enum ki_status read_all(int fd, const char *path, size_t nbytes, char *data,
                               struct ki_diag *diag)
{
    size_t done = 0;
    while (done < nbytes) {
        ssize_t got = read(fd, data + done, nbytes - done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return ki_diag_errno(diag, errno, "cannot read %s", path);
        }
        if (got == 0) {
            return ki_diag_set(diag, KI_ERR_DAMAGED, "%s was cut while being read",
                               path);
        }
        done += (size_t)got;
    }
    return KI_OK;
}

static enum ki_status read_opened(int fd, const char *path, size_t limit_nbytes,
                                  char **data, size_t *nbytes, struct ki_diag *diag)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return ki_diag_errno(diag, errno, "cannot stat %s", path);
    }
    if (!S_ISREG(info.st_mode) || info.st_size < 0 ||
        (uint64_t)info.st_size > limit_nbytes) {
        return ki_diag_set(diag, KI_ERR_DAMAGED, "%s is no file of at most %zu bytes",
                           path, limit_nbytes);
    }
    size_t size = (size_t)info.st_size;
    char *content = malloc(size + 1);
    if (!content) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to read %s", path);
    }
    enum ki_status status = read_all(fd, path, size, content, diag);
    if (status != KI_OK) {
        free(content);
        return status;
    }
    content[size] = '\0';
    *data = content;
    *nbytes = size;
    return KI_OK;
}

enum ki_status ki_file_read(const char *path, size_t limit_nbytes, char **data,
                            size_t *nbytes, struct ki_diag *diag)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        return ki_diag_set(diag, KI_ERR_NOT_FOUND, "%s does not exist", path);
    }
    if (fd < 0) {
        return ki_diag_errno(diag, errno, "cannot open %s", path);
    }
    enum ki_status status = read_opened(fd, path, limit_nbytes, data, nbytes, diag);
    (void)close(fd);
    return status;
}

enum ki_status ki_file_lock(const char *path, int *fd, struct ki_diag *diag)
{
    int opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (opened < 0) {
        return ki_diag_errno(diag, errno, "cannot open %s", path);
    }
    int result = 0;
    do {
        result = flock(opened, LOCK_EX);
    } while (result != 0 && errno == EINTR);
    if (result != 0) {
        enum ki_status status = ki_diag_errno(diag, errno, "cannot lock %s", path);
        (void)close(opened);
        return status;
    }
    *fd = opened;
    return KI_OK;
}

static enum ki_status await_opened(int fd, const char *path,
                                   const struct ki_patience *patience,
                                   struct ki_diag *diag)
{
    const struct timespec pause = {.tv_nsec = AWAIT_MS * 1000000L};
    bool is_told = false;
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return ki_diag_errno(diag, errno, "cannot lock %s", path);
        }
        if (!is_told && patience->on_wait) {
            patience->on_wait(patience->context);
        }
        is_told = true;
        if (patience->is_stopped && patience->is_stopped(patience->context)) {
            return ki_diag_set(diag, KI_ERR_INTERRUPTED, "stopped while waiting for %s",
                               path);
        }
        (void)nanosleep(&pause, NULL);
    }
    return KI_OK;
}

enum ki_status ki_file_await(const char *path, const struct ki_patience *patience,
                             struct ki_diag *diag)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return errno == ENOENT ? KI_OK
                               : ki_diag_errno(diag, errno, "cannot open %s", path);
    }
    enum ki_status status = await_opened(fd, path, patience, diag);
    (void)close(fd);
    return status;
}
