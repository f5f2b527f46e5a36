/* SPDX-License-Identifier: Apache-2.0 */
/* XXH3 of more than a few bytes: the library's way of choosing, at run time, the widest
 * registers that the processor has, where it was built with one (200 KB with AVX2 or
 * more 4.6 us, with SSE2 10.6). */
#ifndef KI_BASE_XXH3_H
#define KI_BASE_XXH3_H

#if defined(KI_XXH3_CHOOSES)
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

#endif
