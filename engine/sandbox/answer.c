/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/answer.h"

#include <string.h>

/* Reasons that can come from decoding and hashing. */
static bool may_be_said(uint32_t reason)
{
    switch (reason) {
    case KI_REASON_NONE:
    case KI_REASON_UNSUPPORTED_FORMAT:
    case KI_REASON_UNSUPPORTED_CODING:
    case KI_REASON_UNSUPPORTED_FRAMES:
    case KI_REASON_TRUNCATED:
    case KI_REASON_CORRUPT:
    case KI_REASON_TOO_SMALL:
    case KI_REASON_LIMIT_SIDE:
    case KI_REASON_LIMIT_PIXELS:
    case KI_REASON_LIMIT_SCANS:
    case KI_REASON_LIMIT_CHUNKS:
    case KI_REASON_LIMIT_CHUNK_SIZE:
    case KI_REASON_LIMIT_MEMORY:
    case KI_REASON_LIMIT_TIME:
        return true;
    default:
        return false;
    }
}

static bool is_bool(uint32_t value)
{
    return value <= 1;
}

static bool has_sound_info(const struct ki_wire_result *result)
{
    bool is_power = result->scale == 1 || result->scale == 2 || result->scale == 4 ||
                    result->scale == 8;
    /* Headers of what is not decoded may name any number of components. */
    uint32_t most_channels = result->reason == KI_REASON_NONE ? 4 : UINT8_MAX;
    return result->nchannels <= most_channels && is_bool(result->needs_whole) &&
           result->fidelity < KI_NFIDELITIES && is_power && is_bool(result->is_last);
}

/* A picture that was decoded kept the limits. */
static bool has_allowed_size(const struct ki_wire_result *result,
                             const struct ki_limits *limits)
{
    return result->width >= 1 && result->height >= 1 && result->width <= limits->side &&
           result->height <= limits->side &&
           (uint64_t)result->width * result->height <= limits->pixels;
}

static bool has_sound_pdq(const struct ki_wire_pdq *pdq, bool may_be, bool must_be)
{
    if (!is_bool(pdq->is_present) || !is_bool(pdq->is_degenerate) ||
        pdq->quality > KI_QUALITY_MAX) {
        return false;
    }
    return pdq->is_present ? may_be : !must_be;
}

static bool has_sound_hashes(const struct ki_wire_result *result,
                             const struct ki_picture_wish *wish)
{
    bool is_whole =
        result->reason == KI_REASON_NONE || result->reason == KI_REASON_TOO_SMALL;
    if (is_whole && !has_allowed_size(result, &wish->limits)) {
        return false;
    }
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        bool is_wanted = is_whole && wish->modes & KI_BIT(mode);
        if (!has_sound_pdq(&result->pdq[mode], is_wanted, is_wanted)) {
            return false;
        }
    }
    return true;
}

static void take_pdq(const struct ki_wire_pdq *pdq, bool dihedral,
                     struct ki_pdq_result *out)
{
    *out = (struct ki_pdq_result){0};
    if (pdq->is_present) {
        size_t nhashes = dihedral ? KI_NTRANSFORMS : 1;
        out->present = true;
        out->quality = pdq->quality;
        out->is_degenerate = pdq->is_degenerate;
        memcpy(out->hashes, pdq->hashes, nhashes * sizeof out->hashes[0]);
    }
}

bool ki_answer_take(const struct ki_wire_result *result,
                    const struct ki_picture_wish *wish, struct ki_hashes *out)
{
    if (!may_be_said(result->reason) || !has_sound_info(result) ||
        !has_sound_hashes(result, wish)) {
        return false;
    }
    out->reason = (enum ki_reason)result->reason;
    out->info.width = result->width;
    out->info.height = result->height;
    out->info.nchannels = result->nchannels;
    out->info.nwarnings = result->nwarnings;
    out->info.nframes = result->nframes;
    out->info.needs_whole = result->needs_whole;
    out->info.fidelity = (enum ki_fidelity)result->fidelity;
    out->info.scale = result->scale;
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        take_pdq(&result->pdq[mode], wish->dihedral, &out->pdq[mode]);
    }
    return true;
}
