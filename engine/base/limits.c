/* SPDX-License-Identifier: Apache-2.0 */
#include <knownimage/limits.h>

struct ki_limits ki_limits_default(void)
{
    return (struct ki_limits){
        .file_nbytes = 64u << 20,
        .pixels = 100000000u,
        .buffered_pixels = 50000000u,
        .side = 16384,
        .jpeg_scans = 100,
        .png_chunks = 1000,
        .chunk_nbytes = 1u << 20,
        .memory_nbytes = 768u << 20,
        .cpu_us = 3000000,
        .wall_us = 5000000,
    };
}
