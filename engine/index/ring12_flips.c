/* SPDX-License-Identifier: Apache-2.0 */
#include "index/ring12_flips.h"

#include <pthread.h>

#include "index/ring12_places.h"

static struct {
    uint32_t places[KI_RING12_MOST_PROBES];
    uint8_t nbits[KI_RING12_MOST_PROBES];
    uint32_t n[KI_RING12_MOST_WIDTH + 1];
} tables[KI_RING12_MOST_RADIUS + 1];

/* Of bit i and those below: what leaves bit i alone, then what changes it too and one
 * bit less of those below. */
static void fill(unsigned radius)
{
    uint32_t n = 0;
    tables[radius].places[n] = 0;
    tables[radius].nbits[n++] = 0;
    tables[radius].n[0] = n;
    for (unsigned i = 0; i < KI_RING12_MOST_WIDTH; i++) {
        for (uint32_t k = 0; radius > 0 && k < tables[radius - 1].n[i]; k++) {
            tables[radius].places[n] =
                tables[radius - 1].places[k] ^ ki_ring12_place((uint32_t)1 << i);
            tables[radius].nbits[n++] = (uint8_t)(tables[radius - 1].nbits[k] + 1);
        }
        tables[radius].n[i + 1] = n;
    }
}

static void fill_all(void)
{
    for (unsigned radius = 0; radius <= KI_RING12_MOST_RADIUS; radius++) {
        fill(radius);
    }
}

struct ki_ring12_flips ki_ring12_flips(unsigned radius, unsigned width)
{
    static pthread_once_t is_filled = PTHREAD_ONCE_INIT;
    (void)pthread_once(&is_filled, fill_all);
    return (struct ki_ring12_flips){tables[radius].places, tables[radius].nbits,
                                    tables[radius].n[width]};
}
