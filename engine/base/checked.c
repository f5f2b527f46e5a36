/* SPDX-License-Identifier: Apache-2.0 */
#include "base/checked.h"

#include <stdlib.h>

bool ki_array_reserve(void **items, size_t *capacity, size_t needed, size_t item_nbytes)
{
    if (needed <= *capacity) {
        return true;
    }
    size_t grown = 16;
    size_t nbytes = 0;
    if (!ki_mul_size(*capacity, 2, &grown) || grown < needed) {
        grown = needed;
    }
    if (grown < 16) {
        grown = 16;
    }
    if (!ki_mul_size(grown, item_nbytes, &nbytes)) {
        return false;
    }
    void *moved = realloc(*items, nbytes);
    if (!moved) {
        return false;
    }
    *items = moved;
    *capacity = grown;
    return true;
}
