/* SPDX-License-Identifier: Apache-2.0 */
#include "index/lined_flips.h"

#include <pthread.h>

#include "index/lined16_places.h"
#include "index/ring12_places.h"

enum {
    MOST_RADIUS_16 = (KI_RADIUS_MAX + 1 + KI_RING_NBANDS - 1) / KI_RING_NBANDS - 1,
    MOST_PROBES_16 = 1 + 16 + 120
};

/* Places of ring12 are linear: what to change is the same of every value. By radius and
 * width. */
static struct {
    uint32_t places[KI_LINED_MOST_PROBES];
    uint8_t nbits[KI_LINED_MOST_PROBES];
    uint32_t n[KI_LINED_MOST_WIDTH + 1];
} tables[KI_LINED_MOST_RADIUS + 1];

/* Of lined16 it is the same of every value with the same syndrome. By radius. */
static struct {
    uint32_t places[MOST_PROBES_16];
    uint8_t nbits[MOST_PROBES_16];
} tables16[KI_RING16_NSYNDROMES];
static uint32_t n16[MOST_RADIUS_16 + 1];

/* Of bit i and those below: what leaves bit i alone, then what changes it too and one
 * bit less of those below. */
static void fill(unsigned radius)
{
    uint32_t n = 0;
    tables[radius].places[n] = 0;
    tables[radius].nbits[n++] = 0;
    tables[radius].n[0] = n;
    for (unsigned i = 0; i < KI_LINED_MOST_WIDTH; i++) {
        for (uint32_t k = 0; radius > 0 && k < tables[radius - 1].n[i]; k++) {
            tables[radius].places[n] =
                tables[radius - 1].places[k] ^ ki_ring12_place((uint32_t)1 << i);
            tables[radius].nbits[n++] = (uint8_t)(tables[radius - 1].nbits[k] + 1);
        }
        tables[radius].n[i + 1] = n;
    }
}

static void add16(unsigned syndrome, uint32_t k, unsigned changed, uint8_t nbits)
{
    const uint16_t value = ki_ring16_named[syndrome];
    tables16[syndrome].places[k] =
        ki_lined16_place(value) ^ ki_lined16_place((uint16_t)(value ^ changed));
    tables16[syndrome].nbits[k] = nbits;
}

/* Larger radii go on where smaller ones end. */
static void fill16(unsigned syndrome)
{
    uint32_t k = 0;
    add16(syndrome, k++, 0, 0);
    n16[0] = k;
    for (unsigned i = 0; i < 16; i++) {
        add16(syndrome, k++, 1u << i, 1);
    }
    n16[1] = k;
    for (unsigned i = 0; i < 16; i++) {
        for (unsigned j = 0; j < i; j++) {
            add16(syndrome, k++, 1u << i | 1u << j, 2);
        }
    }
    n16[2] = k;
}

static void fill_all(void)
{
    for (unsigned radius = 0; radius <= KI_LINED_MOST_RADIUS; radius++) {
        fill(radius);
    }
    for (unsigned syndrome = 0; syndrome < KI_RING16_NSYNDROMES; syndrome++) {
        fill16(syndrome);
    }
}

struct ki_lined_flips ki_lined_flips(const struct ki_lined_shape *shape, unsigned band,
                                     uint32_t place, unsigned radius)
{
    static pthread_once_t is_filled = PTHREAD_ONCE_INIT;
    (void)pthread_once(&is_filled, fill_all);
    if (ki_lined_is_16(shape)) {
        unsigned syndrome = place % KI_RING16_NSYNDROMES;
        return (struct ki_lined_flips){tables16[syndrome].places,
                                       tables16[syndrome].nbits, n16[radius]};
    }
    return (struct ki_lined_flips){tables[radius].places, tables[radius].nbits,
                                   tables[radius].n[shape->width[band]]};
}
