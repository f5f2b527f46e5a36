/* SPDX-License-Identifier: Apache-2.0 */
/* Mends the crc of every chunk after a mutation; else nearly all inputs end there. */
#include <zlib.h>

#include "decode/png_walk.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t nbytes, size_t max_nbytes);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t nbytes, size_t max_nbytes,
                               unsigned seed);

static void mend_crc(uint8_t *data, const struct ki_png_chunk *chunk)
{
    uint8_t *end = data + chunk->end;
    uint32_t crc =
        (uint32_t)crc32(0, end - 8 - chunk->nbytes, (uInt)(chunk->nbytes + 4));
    for (int i = 1; i <= 4; i++, crc >>= 8) {
        end[-i] = (uint8_t)crc;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t nbytes, size_t max_nbytes,
                               unsigned seed)
{
    size_t mutated = LLVMFuzzerMutate(data, nbytes, max_nbytes);
    if (seed % 16 == 0) {
        return mutated;
    }
    size_t offset = KI_PNG_SIGNATURE_NBYTES;
    struct ki_png_chunk chunk;
    while (offset < mutated &&
           ki_png_read_chunk(data, mutated, offset, &chunk) == KI_REASON_NONE) {
        mend_crc(data, &chunk);
        offset = chunk.end;
    }
    return mutated;
}
