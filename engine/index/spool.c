/* SPDX-License-Identifier: Apache-2.0 */
#include "index/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/checked.h"
#include "base/file.h"

enum { BUFFER_NBYTES = 256 << 10 };

/* A file without a name vanishes with its process. */
static int open_named(const char *folder)
{
    char path[4096];
    int nchars = snprintf(path, sizeof path, "%s/spool-XXXXXX.new", folder);
    if (nchars < 0 || (size_t)nchars >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = mkostemps(path, 4, O_CLOEXEC);
    if (fd >= 0) {
        (void)unlink(path);
    }
    return fd;
}

static int open_file(struct ki_spool *spool)
{
    if (spool->fd_plus_1 > 0) {
        return 0;
    }
    spool->buffer = malloc(BUFFER_NBYTES);
    if (!spool->buffer) {
        return ENOMEM;
    }
    int fd = open(spool->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT)) {
        fd = open_named(spool->folder);
    }
    if (fd < 0) {
        return errno;
    }
    spool->fd_plus_1 = fd + 1;
    return 0;
}

static int flush(struct ki_spool *spool)
{
    int result = ki_write_all(spool->fd_plus_1 - 1, spool->buffer, spool->nbuffered);
    spool->nbuffered = 0;
    return result;
}

int ki_spool_append(struct ki_spool *spool, const void *data, size_t nbytes)
{
    size_t total = 0;
    int result = open_file(spool);
    if (result == 0 && !ki_add_size(spool->nbytes, nbytes, &total)) {
        result = ENOMEM;
    }
    if (result == 0 && spool->nbuffered + nbytes > BUFFER_NBYTES) {
        result = flush(spool);
    }
    if (result != 0) {
        return result;
    }
    spool->nbytes = total;
    if (nbytes > BUFFER_NBYTES) {
        return ki_write_all(spool->fd_plus_1 - 1, data, nbytes);
    }
    memcpy(spool->buffer + spool->nbuffered, data, nbytes);
    spool->nbuffered += nbytes;
    return 0;
}

int ki_spool_reserve(struct ki_spool *spool, size_t nbytes)
{
    int result = open_file(spool);
    if (result == 0) {
        result = flush(spool);
    }
    if (result == 0) { /* not sparse: a full disk would be a SIGBUS later */
        result = posix_fallocate(spool->fd_plus_1 - 1, 0, (off_t)nbytes);
    }
    spool->nbytes = nbytes;
    return result;
}

int ki_spool_map(struct ki_spool *spool, void **out)
{
    *out = spool->map;
    if (spool->map || spool->nbytes == 0) {
        return 0;
    }
    int result = flush(spool);
    if (result != 0) {
        return result;
    }
    void *map = mmap(NULL, spool->nbytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                     spool->fd_plus_1 - 1, 0);
    if (map == MAP_FAILED) {
        return errno;
    }
    spool->map = map;
    spool->map_nbytes = spool->nbytes;
    *out = map;
    return 0;
}

int ki_spool_rewind(struct ki_spool *spool, int *fd)
{
    int result = open_file(spool);
    if (result == 0) {
        result = flush(spool);
    }
    if (result == 0 && lseek(spool->fd_plus_1 - 1, 0, SEEK_SET) < 0) {
        result = errno;
    }
    if (result == 0) {
        free(spool->buffer);
        spool->buffer = NULL;
        *fd = spool->fd_plus_1 - 1;
    }
    return result;
}

void ki_spool_close(struct ki_spool *spool)
{
    if (spool->map) {
        (void)munmap(spool->map, spool->map_nbytes);
    }
    if (spool->fd_plus_1 > 0) {
        (void)close(spool->fd_plus_1 - 1);
    }
    free(spool->buffer);
    *spool = (struct ki_spool){.folder = spool->folder};
}

void ki_spool_rest(const struct ki_spool *spool)
{
    if (spool->map) {
        (void)madvise(spool->map, spool->map_nbytes, MADV_DONTNEED);
    }
}
