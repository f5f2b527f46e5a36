/* SPDX-License-Identifier: Apache-2.0 */
#include "index/writer_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/diag.h"
#include "base/file.h"

static const char lock_name[] = "writer.lock";

/* What the file holds; no padding in it. */
struct note {
    uint64_t magic;
    uint64_t inode;
    int64_t nbytes;
    int64_t seconds[2]; /* modified, changed */
    int64_t nanoseconds[2];
    uint64_t serial;
    uint64_t checksum; /* of all before */
};

static uint64_t checksum_of(const struct note *note)
{
    return XXH3_64bits(note, offsetof(struct note, checksum));
}

static bool look_at(const char *path, uint64_t serial, struct note *out)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        return false;
    }
    *out = (struct note){
        .magic = 0x6b696c6f636b0002u,
        .inode = info.st_ino,
        .nbytes = info.st_size,
        .seconds = {info.st_mtim.tv_sec, info.st_ctim.tv_sec},
        .nanoseconds = {info.st_mtim.tv_nsec, info.st_ctim.tv_nsec},
        .serial = serial,
    };
    out->checksum = checksum_of(out);
    return true;
}

static bool read_note(const char *folder, struct note *out)
{
    char path[KI_PATH_NBYTES];
    if (ki_path_join(folder, lock_name, path, NULL) != KI_OK) {
        return false;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool is_good = fd >= 0 && pread(fd, out, sizeof *out, 0) == (ssize_t)sizeof *out &&
                   out->checksum == checksum_of(out);
    if (fd >= 0) {
        (void)close(fd);
    }
    return is_good;
}

enum ki_status ki_writer_lock(const char *folder, int *fd, struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    enum ki_status status = ki_folder_make(folder, diag);
    if (status == KI_OK) {
        status = ki_path_join(folder, lock_name, path, diag);
    }
    return status == KI_OK ? ki_file_lock(path, fd, diag) : status;
}

enum ki_status ki_writer_lock_path(const char *folder, char path[KI_PATH_NBYTES],
                                   struct ki_diag *diag)
{
    return ki_path_join(folder, lock_name, path, diag);
}

enum ki_status ki_writer_lock_share(const char *folder, int *fd, struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    int result = 0;
    enum ki_status status = ki_path_join(folder, lock_name, path, diag);
    if (status != KI_OK) {
        return status;
    }
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (opened < 0) {
        return errno == ENOENT ? KI_OK
                               : ki_diag_errno(diag, errno, "cannot open %s", path);
    }
    do {
        result = flock(opened, LOCK_SH);
    } while (result != 0 && errno == EINTR);
    if (result != 0) {
        status = ki_diag_errno(diag, errno, "cannot lock %s", path);
        (void)close(opened);
        return status;
    }
    *fd = opened;
    return KI_OK;
}

/* Not synced: what gets lost is only made up for by reading the catalog once. */
void ki_writer_lock_note(int fd, const char *catalog, uint64_t serial)
{
    struct note now;
    if (look_at(catalog, serial, &now)) {
        (void)!pwrite(fd, &now, sizeof now, 0);
    }
}

bool ki_writer_lock_knows(const char *folder, const char *catalog)
{
    struct note now;
    struct note noted;
    return read_note(folder, &noted) && look_at(catalog, noted.serial, &now) &&
           memcmp(&now, &noted, sizeof now) == 0;
}

uint64_t ki_writer_lock_serial(const char *folder)
{
    struct note noted;
    return read_note(folder, &noted) ? noted.serial : 0;
}
