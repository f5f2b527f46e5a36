/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes that cannot overflow, and array growth. */
#ifndef KI_BASE_CHECKED_H
#define KI_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>

/* *out = a·b or a+b; false, *out unspecified, if that overflows. */
static inline bool ki_mul_size(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

static inline bool ki_add_size(size_t a, size_t b, size_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

/* Grows *items, an array of *capacity elements of item_nbytes, to hold at least needed
 * elements (doubling). False and everything untouched if memory or size_t runs out. */
bool ki_array_reserve(void **items, size_t *capacity, size_t needed,
                      size_t item_nbytes);

#endif
