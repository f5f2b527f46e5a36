/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program is linked so that its code and constants are one segment that begins on a
 * boundary of 2 MiB and has the rest of the huge page to itself. An anonymous copy of
 * them takes its place by one mremap, which is called in the C library, so that nobody
 * stands on what moves.
 */
#include "knownimage-worker/text.h"

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

enum { HUGE_NBYTES = 2 << 20 };

static void *memory_at(uintptr_t address)
{
    return (void *)address; /* NOLINT(performance-no-int-to-ptr) */
}

/* The executable segment; 0 bytes if it does not lie as it should. */
static size_t find_text(uintptr_t *begin)
{
    const ElfW(Phdr) *headers = memory_at(getauxval(AT_PHDR));
    uintptr_t base = 0;
    size_t nbytes = 0;
    for (size_t i = 0; i < getauxval(AT_PHNUM); i++) {
        if (headers[i].p_type == PT_PHDR) {
            base = (uintptr_t)headers - headers[i].p_vaddr;
        } else if (headers[i].p_type == PT_LOAD && headers[i].p_flags & PF_X) {
            *begin = base + headers[i].p_vaddr;
            nbytes = headers[i].p_memsz;
        }
    }
    return *begin % HUGE_NBYTES == 0 && nbytes <= HUGE_NBYTES ? nbytes : 0;
}

void worker_text_to_huge_page(void)
{
    uintptr_t begin = 1;
    size_t nbytes = find_text(&begin);
    if (nbytes == 0) {
        return;
    }
    char *room = mmap(NULL, (size_t)2 * HUGE_NBYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) {
        return;
    }
    char *copy = room + (HUGE_NBYTES - (uintptr_t)room % HUGE_NBYTES) % HUGE_NBYTES;
    (void)madvise(copy, HUGE_NBYTES, MADV_HUGEPAGE);
    memcpy(copy, memory_at(begin), nbytes);
    if (mprotect(copy, HUGE_NBYTES, PROT_READ | PROT_EXEC) == 0) {
        (void)mremap(copy, HUGE_NBYTES, HUGE_NBYTES, MREMAP_MAYMOVE | MREMAP_FIXED,
                     memory_at(begin));
    }
}
