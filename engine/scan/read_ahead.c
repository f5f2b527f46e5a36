/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/read_ahead.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"

void ki_read_advise(const char *path, uint64_t most_nbytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
    if (fd >= 0) {
        (void)posix_fadvise(fd, 0, (off_t)most_nbytes, POSIX_FADV_WILLNEED);
        (void)close(fd);
    }
}

/* As large as it will ever be: memory is the kernel's until it is touched. */
static bool has_buffer(struct ki_read *read)
{
    if (!read->source.data) {
        uint8_t *data = malloc(KI_READ_MOST_NBYTES + 1);
        if (data) {
            ki_source_lend(&read->source, data, KI_READ_MOST_NBYTES + 1);
            read->source.is_impatient = true;
        }
    }
    return read->source.data != NULL;
}

bool ki_read_file(struct ki_read *read, const char *path, bool follow,
                  uint64_t limit_nbytes, const struct ki_hash_memo *memo)
{
    uint64_t begin_us = ki_clock_wall_us();
    uint64_t most =
        limit_nbytes < KI_READ_MOST_NBYTES ? limit_nbytes : KI_READ_MOST_NBYTES;
    if (!has_buffer(read) ||
        ki_source_read_file(&read->source, path, follow, most) != KI_REASON_NONE) {
        return false;
    }
    if (memo) {
        read->key = memo->key(memo->context, read->source.data, read->source.nbytes);
    }
    read->took_us = ki_clock_wall_us() - begin_us;
    return true;
}

void ki_read_reset(struct ki_read *read)
{
    ki_source_reset(&read->source, KI_READ_MOST_NBYTES + 1);
}

void ki_read_free(struct ki_read *read)
{
    free(read->source.data);
    *read = (struct ki_read){0};
}
