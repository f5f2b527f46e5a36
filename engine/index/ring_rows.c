/* SPDX-License-Identifier: Apache-2.0 */
#include "index/ring_rows.h"

#include <string.h>
#include <sys/mman.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { CACHED_NBYTES = 8 << 20 };

void ki_ring_room_free(struct ki_ring_room *room)
{
    if (room->rows) {
        (void)munmap(room->rows, room->nbytes);
    }
    *room = (struct ki_ring_room){0};
}

/* Every heap begins with a cache line. */
bool ki_ring_room_reserve(struct ki_ring_room *room, size_t nrows)
{
    size_t nbytes = (nrows + (size_t)KI_RING_MOST_HEAPS * KI_RING_NSTAGED) *
                    sizeof(struct ki_ring_row);
    if (nbytes <= room->nbytes) {
        return true;
    }
    ki_ring_room_free(room);
    void *map =
        mmap(NULL, nbytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) {
        return false;
    }
    (void)madvise(map, nbytes, MADV_HUGEPAGE);
    *room = (struct ki_ring_room){map, nbytes};
    return true;
}

void ki_ring_heaps_begin(struct ki_ring_heaps *heaps, const struct ki_ring_room *room,
                         uint32_t nbuckets)
{
    heaps->rows = room->rows;
    heaps->is_large = room->nbytes > CACHED_NBYTES;
    heaps->nheaps = 0;
    heaps->nplaced = 0;
    heaps->shift = 0;
    while ((nbuckets - 1) >> heaps->shift >= KI_RING_MOST_HEAPS) {
        heaps->shift++;
    }
}

void ki_ring_heaps_place(struct ki_ring_heaps *heaps, size_t nrows)
{
    uint32_t heap = heaps->nheaps++;
    heaps->begin[heap] = heaps->nplaced;
    heaps->filled[heap] = heaps->nplaced;
    heaps->nplaced += (nrows + KI_RING_NSTAGED - 1) / KI_RING_NSTAGED * KI_RING_NSTAGED;
}

/* Past the caches, which would read a line before it is written. */
static void write_line(struct ki_ring_row *to, const struct ki_ring_row *from)
{
#if defined(__SSE2__)
    for (size_t i = 0; i < KI_RING_NSTAGED; i += sizeof(__m128i) / sizeof *from) {
        _mm_stream_si128((void *)(to + i), _mm_load_si128((const void *)(from + i)));
    }
#else
    memcpy(to, from, KI_RING_NSTAGED * sizeof *to);
#endif
}

void ki_ring_heaps_write(struct ki_ring_heaps *heaps, uint32_t heap)
{
    size_t last = heaps->filled[heap] - 1;
    struct ki_ring_row *to = heaps->rows + last / KI_RING_NSTAGED * KI_RING_NSTAGED;
    if (heaps->is_large) {
        write_line(to, heaps->staged[heap]);
    } else {
        memcpy(to, heaps->staged[heap], sizeof heaps->staged[heap]);
    }
}

void ki_ring_heaps_end(struct ki_ring_heaps *heaps)
{
    for (uint32_t heap = 0; heap < heaps->nheaps; heap++) {
        if (heaps->filled[heap] % KI_RING_NSTAGED > 0) {
            ki_ring_heaps_write(heaps, heap);
        }
    }
#if defined(__SSE2__)
    _mm_sfence();
#endif
}
