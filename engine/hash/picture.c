/* SPDX-License-Identifier: Apache-2.0 */
#include "hash/picture.h"

#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"

void ki_picture_init(struct ki_picture *picture)
{
    ki_pdq_tables_init(&picture->tables);
}

void ki_picture_free(struct ki_picture *picture)
{
    ki_gray_free(&picture->gray);
    free(picture->decode_memory.bytes);
}

static enum ki_reason sink_begin(void *context, const struct ki_row_shape *shape)
{
    struct ki_picture *picture = context;
    return ki_gray_begin(&picture->gray, picture->modes, shape)
               ? KI_REASON_NONE
               : KI_REASON_OUT_OF_MEMORY;
}

static enum ki_reason sink_rows(void *context, const uint8_t *samples,
                                size_t stride_nbytes, uint32_t count)
{
    struct ki_picture *picture = context;
    ki_gray_rows(&picture->gray, samples, stride_nbytes, count);
    return KI_REASON_NONE;
}

static void hash_modes(struct ki_picture *picture, bool dihedral, struct ki_hashes *out)
{
    bool is_small =
        out->info.width < KI_PDQ_MIN_SIDE || out->info.height < KI_PDQ_MIN_SIDE;
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        struct ki_pdq_result *result = &out->pdq[mode];
        const float *samples = ki_gray_result(&picture->gray, (enum ki_mode)mode);
        result->present = samples != NULL;
        if (samples && !is_small) {
            bool is_good = ki_pdq_compute(&picture->tables, picture->gray.fold, samples,
                                          dihedral, result->hashes);
            result->is_degenerate =
                !is_good || ki_pdq_is_degenerate(&result->hashes[0]);
            result->quality = ki_pdq_quality(picture->gray.fold, samples);
        }
    }
    if (is_small) {
        out->reason = KI_REASON_TOO_SMALL;
    }
}

void ki_picture_hash(struct ki_picture *picture, const struct ki_picture_wish *wish,
                     const uint8_t *data, size_t nbytes,
                     const struct ki_arrival *arrival, struct ki_hashes *out)
{
    struct ki_decode_request request = {
        .data = data,
        .nbytes = nbytes,
        .arrival = arrival,
        .limits = &wish->limits,
        .fidelity = wish->fidelity,
        .needs_pixels = wish->modes != KI_BIT(KI_MODE_PDQ),
        .memory = &picture->decode_memory,
        .sink = {.context = picture, .begin = sink_begin, .rows = sink_rows},
    };
    picture->modes = wish->modes;
    out->reason = ki_decode(&request, &out->info);
    if (out->reason == KI_REASON_NONE) {
        hash_modes(picture, wish->dihedral, out);
    }
}

void ki_picture_forget(struct ki_picture *picture)
{
    free(picture->decode_memory.bytes);
    picture->decode_memory = (struct ki_decode_memory){0};
    struct ki_operator_cache operators = picture->gray.operators;
    picture->gray.operators = (struct ki_operator_cache){0};
    ki_gray_free(&picture->gray);
    explicit_bzero(&picture->gray, sizeof picture->gray);
    picture->gray.operators = operators;
}
