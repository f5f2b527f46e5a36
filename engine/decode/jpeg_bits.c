/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg_bits.h"

enum { MOST_BITS = 56 }; /* with which another byte fits */

static bool is_at_marker(const struct ki_jpeg_bits *bits)
{
    return bits->end - bits->next < 2 || (bits->next[0] == 0xff && bits->next[1] != 0);
}

struct ki_jpeg_bits ki_jpeg_bits_refill(struct ki_jpeg_bits bits)
{
    while (bits.count <= MOST_BITS) {
        if (is_at_marker(&bits)) {
            bits.npadding += 8;
        } else {
            uint64_t byte = *bits.next;
            bits.next += byte == 0xff ? 2 : 1;
            bits.window |= byte << (MOST_BITS - bits.count);
        }
        bits.count += 8;
    }
    return bits;
}

bool ki_jpeg_bits_are_spent(const struct ki_jpeg_bits *bits)
{
    return !ki_jpeg_bits_ran_out(bits) && bits->count - bits->npadding < 8 &&
           is_at_marker(bits);
}
