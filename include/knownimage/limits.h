/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits on what one input may cost. They are passed down to every codec and are
 * checked before and during decoding. An input that reaches one is not examined, with
 * a reason that names the limit; it is never "no match".
 */
#ifndef KNOWNIMAGE_LIMITS_H
#define KNOWNIMAGE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include <knownimage/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ki_limits {
    uint64_t file_nbytes; /* encoded size of one input; default 64 MiB */
    uint64_t pixels;      /* width × height; default 100,000,000 */
    uint64_t
        buffered_pixels;   /* the same where a codec must hold the whole picture
                              (progressive JPEG, interlaced PNG); default 50,000,000 */
    uint32_t side;         /* width and height, each; default 16,384 */
    uint32_t jpeg_scans;   /* scans of one JPEG; default 100 */
    uint32_t png_chunks;   /* chunks of one PNG, consecutive IDAT counted as one;
                              default 1,000 */
    uint64_t chunk_nbytes; /* one metadata chunk of a PNG, as stored and, where it is
                              compressed, as inflated; default 1 MiB */
    /* What a codec keeps whole of one input: the coefficients of a progressive JPEG,
     * and everything libpng allocates. Not counted is what grows with the width alone,
     * such as the rows of a baseline JPEG and our own sums: at most some 10 MiB at the
     * largest side allowed by default; nor the input itself, which file_nbytes bounds.
     * Default 768 MiB. */
    uint64_t memory_nbytes;
    uint64_t cpu_us;  /* processor time for one input; default 3,000,000 */
    uint64_t wall_us; /* time by the clock for one input in a confined worker, from when
                         all of it was read; it is killed then; default 5,000,000 */
};

/* The defaults named above. */
KI_API struct ki_limits ki_limits_default(void);

#ifdef __cplusplus
}
#endif
#endif
