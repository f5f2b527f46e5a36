/* SPDX-License-Identifier: Apache-2.0 */
#include "index/page_cache.h"

#include <sys/mman.h>
#include <unistd.h>

enum { WORTH_NBYTES = 4 << 20 }; /* below it, it is not worth the calls */

static void populate(void *at, size_t nbytes)
{
#if defined(MADV_POPULATE_READ)
    (void)madvise(at, nbytes, MADV_POPULATE_READ);
#else
    (void)madvise(at, nbytes, MADV_WILLNEED);
#endif
}

/* Reading by way of a mapping that asks for huge pages is what makes large folios. */
void ki_page_cache_fill(int fd, uint64_t first, uint64_t nbytes)
{
    if (nbytes < WORTH_NBYTES) {
        return;
    }
    void *map = mmap(NULL, nbytes, PROT_READ, MAP_SHARED, fd, (off_t)first);
    if (map == MAP_FAILED) {
        return;
    }
    (void)madvise(map, nbytes, MADV_HUGEPAGE);
    populate(map, nbytes);
    (void)munmap(map, nbytes);
}

void ki_page_cache_map(const void *at, size_t nbytes)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = (uintptr_t)at / page * page;
    if (nbytes >= WORTH_NBYTES) {
        populate((void *)first, (uintptr_t)at + nbytes - first); // NOLINT
    }
}
