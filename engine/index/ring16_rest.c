/* SPDX-License-Identifier: Apache-2.0 */
#include "index/ring16_rest.h"

#include <string.h>

enum { NWORDS = 16 };

static const uint8_t words[NWORDS] = {0x00, 0x07, 0x19, 0x1e, 0x2a, 0x2d, 0x33, 0x34,
                                      0x4b, 0x4c, 0x52, 0x55, 0x61, 0x66, 0x78, 0x7f};

/* The other bits in one or two groups, each with how many make most of it. */
struct group {
    unsigned shift;
    unsigned mask;
    unsigned most;
};
static const struct group whole = {7, 0x1ff, 5};
static const struct group halves[2] = {{7, 0x1f, 3}, {12, 0x0f, 2}};

static unsigned count_bits(unsigned x)
{
    return ki_count_bits16((uint16_t)x);
}

static unsigned count_set(const struct group *group, uint16_t value)
{
    return count_bits((unsigned)value >> group->shift & group->mask);
}

static const struct group *groups_of(unsigned nbits)
{
    return nbits == 6 ? halves : &whole;
}

/* The number of the code word next to the low seven bits: the syndrome, which is made
 * of the numbers 1 … 7 of the bits that are set, names the bit to change. */
static unsigned word_of(uint16_t value)
{
    unsigned syndrome = (count_bits(value & 0x55u) & 1) |
                        (count_bits(value & 0x66u) & 1) << 1 |
                        (count_bits(value & 0x78u) & 1) << 2;
    unsigned word = value ^ (1u << syndrome >> 1);
    return (word >> 4 & 7) << 1 | (word >> 2 & 1);
}

uint32_t ki_rest_set_code(uint16_t value, unsigned nbits)
{
    uint32_t code = word_of(value);
    const struct group *groups = groups_of(nbits);
    for (unsigned i = 0; i < nbits - 4; i++) {
        code |= (uint32_t)(count_set(&groups[i], value) >= groups[i].most) << (4 + i);
    }
    return code;
}

/* Bits to change so that most of a group are set, or are not. */
static unsigned to_side(const struct group *group, uint16_t value, bool is_most)
{
    unsigned nset = count_set(group, value);
    if (is_most) {
        return nset < group->most ? group->most - nset : 0;
    }
    return nset < group->most ? 0 : nset - group->most + 1;
}

/* Of a value to all that a code word stands for: each differs from it in a bit or none.
 * Eight words at a time. */
static void to_words(uint16_t value, uint8_t distance[NWORDS])
{
    const uint64_t low = (value & 0x7fu) * 0x0101010101010101u;
    for (unsigned i = 0; i < NWORDS; i += 8) {
        uint64_t x = 0;
        memcpy(&x, words + i, sizeof x);
        x = ki_count_bits_of_bytes(x ^ low);
        x -= (x | x >> 1 | x >> 2) & 0x0101010101010101u;
        memcpy(distance + i, &x, sizeof x);
    }
}

static void to_sets(struct ki_rest_near *near)
{
    uint8_t word[NWORDS];
    const struct group *groups = groups_of(near->nbits);
    to_words(near->value, word);
    for (unsigned first = 0; first < 1u << near->nbits; first += NWORDS) {
        unsigned sides = 0;
        for (unsigned i = 0; i < near->nbits - 4u; i++) {
            sides += to_side(&groups[i], near->value, first >> (4 + i) & 1);
        }
        for (unsigned i = 0; i < NWORDS; i++) {
            near->distance[first + i] = (uint8_t)(word[i] + sides);
        }
    }
}

void ki_rest_near_begin(struct ki_rest_near *near, uint16_t value, unsigned nbits)
{
    near->value = value;
    near->nbits = (uint8_t)nbits;
    if (ki_rest_has_sets(nbits)) {
        to_sets(near);
    } else if (nbits < 4) {
        for (unsigned code = 0; code < 1u << nbits; code++) {
            unsigned mask = (1u << nbits) - 1;
            near->distance[code] = (uint8_t)count_bits((value ^ code) & mask);
        }
    }
}
