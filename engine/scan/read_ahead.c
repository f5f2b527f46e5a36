/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/read_ahead.h"

#include <fcntl.h>
#include <unistd.h>

void ki_read_ahead(const char *path, uint64_t most_nbytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
    if (fd >= 0) {
        (void)posix_fadvise(fd, 0, (off_t)most_nbytes, POSIX_FADV_WILLNEED);
        (void)close(fd);
    }
}
