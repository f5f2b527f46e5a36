/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash_order.h"

#include <stdlib.h>
#include <string.h>

int ki_hash_compare(const void *a, const void *b)
{
    const struct ki_hash *x = a;
    const struct ki_hash *y = b;
    return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1)
                              : memcmp(x->bytes, y->bytes, sizeof x->bytes);
}

size_t ki_hashes_make_set(struct ki_hash *hashes, size_t nhashes)
{
    size_t nkept = 0;
    if (nhashes > 1) {
        qsort(hashes, nhashes, sizeof *hashes, ki_hash_compare);
    }
    for (size_t i = 0; i < nhashes; i++) {
        if (nkept == 0 || ki_hash_compare(&hashes[nkept - 1], &hashes[i]) != 0) {
            hashes[nkept++] = hashes[i];
        }
    }
    return nkept;
}

bool ki_hashes_hold(const struct ki_hash *set, size_t nhashes,
                    const struct ki_hash *hash)
{
    return nhashes > 0 &&
           bsearch(hash, set, nhashes, sizeof *set, ki_hash_compare) != NULL;
}
