/* SPDX-License-Identifier: Apache-2.0 */
/* Counts heap allocations by who asked for them. Only where the C library is glibc and
 * no sanitizer has taken malloc. */
#ifndef KI_BENCH_HEAP_H
#define KI_BENCH_HEAP_H

#include <stdbool.h>
#include <stdint.h>

struct bench_heap {
    uint64_t ncodec; /* by libjpeg, libpng, zlib and ISA-L */
    uint64_t nother;
};

bool bench_heap_is_counted(void);

/* From here on; the counts so far are forgotten. */
void bench_heap_begin(void);
struct bench_heap bench_heap_count(void);

#endif
