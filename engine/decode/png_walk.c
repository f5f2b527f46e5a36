/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/png_walk.h"

#include <string.h>

#include "decode/decode.h"
#include "decode/png_metadata.h"

#define IHDR_NBYTES 13u
#define ACTL_NBYTES 8u
#define MAX_CHUNK_NBYTES 0x7fffffffu
#define INFLATED_FACTOR 8u

static const uint8_t signature[KI_PNG_SIGNATURE_NBYTES] = {0x89, 'P',  'N',  'G',
                                                           '\r', '\n', 0x1a, '\n'};

struct walk {
    const struct ki_limits *limits;
    struct ki_png_summary *summary;
    uint64_t inflated_nbytes;
    uint32_t nchunks;
    uint32_t previous; /* type of the chunk before; 0 before the first */
    bool has_idat;
};

static uint32_t read_u32(const uint8_t *bytes)
{
    return KI_PNG_TYPE(bytes[0], bytes[1], bytes[2], bytes[3]);
}

static bool is_letters(uint32_t type)
{
    for (int shift = 0; shift < 32; shift += 8) {
        uint8_t lower = (uint8_t)(type >> shift) | 0x20;
        if (lower < 'a' || lower > 'z') {
            return false;
        }
    }
    return true;
}

bool ki_png_is_critical(uint32_t type)
{
    return (type & 0x20000000u) == 0;
}

enum ki_reason ki_png_read_chunk(const uint8_t *data, size_t nbytes, size_t offset,
                                 struct ki_png_chunk *chunk)
{
    size_t left = nbytes - offset;
    if (left < KI_PNG_CHUNK_OVERHEAD) {
        return KI_REASON_TRUNCATED;
    }
    chunk->nbytes = read_u32(data + offset);
    chunk->type = read_u32(data + offset + 4);
    if (chunk->nbytes > MAX_CHUNK_NBYTES || !is_letters(chunk->type)) {
        return KI_REASON_CORRUPT;
    }
    if (chunk->nbytes > left - KI_PNG_CHUNK_OVERHEAD) {
        return KI_REASON_TRUNCATED;
    }
    chunk->data = data + offset + 8;
    chunk->end = offset + KI_PNG_CHUNK_OVERHEAD + chunk->nbytes;
    return KI_REASON_NONE;
}

static bool is_standard(uint32_t type)
{
    return type == KI_PNG_IHDR || type == KI_PNG_PLTE || type == KI_PNG_IDAT ||
           type == KI_PNG_IEND;
}

static enum ki_reason parse_header(const struct ki_png_chunk *chunk,
                                   struct ki_png_header *header)
{
    if (ki_png_is_critical(chunk->type) && !is_standard(chunk->type)) {
        return KI_REASON_UNSUPPORTED_CODING; /* e.g. CgBI, a vendor's variant */
    }
    if (chunk->type != KI_PNG_IHDR || chunk->nbytes != IHDR_NBYTES) {
        return KI_REASON_CORRUPT;
    }
    *header = (struct ki_png_header){
        .width = read_u32(chunk->data),
        .height = read_u32(chunk->data + 4),
        .bit_depth = chunk->data[8],
        .color_type = chunk->data[9],
        .is_interlaced = chunk->data[12] != 0,
        .is_standard = chunk->data[10] == 0 && chunk->data[11] == 0,
    };
    bool is_empty = header->width == 0 || header->height == 0;
    return is_empty ? KI_REASON_CORRUPT : KI_REASON_NONE;
}

enum ki_reason ki_png_read_header(const uint8_t *data, size_t nbytes,
                                  struct ki_png_header *header)
{
    size_t nsigned = nbytes < sizeof signature ? nbytes : sizeof signature;
    if (nsigned > 0 && memcmp(data, signature, nsigned) != 0) {
        return KI_REASON_CORRUPT;
    }
    if (nsigned < sizeof signature) {
        return KI_REASON_TRUNCATED;
    }
    struct ki_png_chunk chunk;
    enum ki_reason reason = ki_png_read_chunk(data, nbytes, sizeof signature, &chunk);
    return reason == KI_REASON_NONE ? parse_header(&chunk, header) : reason;
}

static bool is_picture_data(uint32_t type)
{
    return type == KI_PNG_IDAT || type == KI_PNG_FDAT;
}

/* A run of IDAT, or of fdAT in an animation, is one chunk cut into pieces. */
static bool goes_on(const struct walk *walk, const struct ki_png_chunk *chunk)
{
    return is_picture_data(chunk->type) && chunk->type == walk->previous;
}

static enum ki_reason count_chunk(struct walk *walk, const struct ki_png_chunk *chunk)
{
    if (!goes_on(walk, chunk) && ++walk->nchunks > walk->limits->png_chunks) {
        return KI_REASON_LIMIT_CHUNKS;
    }
    bool is_metadata =
        !ki_png_is_critical(chunk->type) && !is_picture_data(chunk->type);
    if (is_metadata && chunk->nbytes > walk->limits->chunk_nbytes) {
        return KI_REASON_LIMIT_CHUNK_SIZE;
    }
    return KI_REASON_NONE;
}

static enum ki_reason check_critical(struct walk *walk,
                                     const struct ki_png_chunk *chunk)
{
    if (!is_standard(chunk->type)) {
        return KI_REASON_UNSUPPORTED_CODING;
    }
    bool is_first = walk->previous == 0;
    if ((chunk->type == KI_PNG_IHDR) != is_first) {
        return KI_REASON_CORRUPT;
    }
    if (chunk->type == KI_PNG_IDAT) {
        if (walk->has_idat && walk->previous != KI_PNG_IDAT) {
            return KI_REASON_CORRUPT;
        }
        walk->has_idat = true;
    }
    bool is_idat_missing = chunk->type == KI_PNG_IEND && !walk->has_idat;
    return is_idat_missing ? KI_REASON_CORRUPT : KI_REASON_NONE;
}

static void read_frames(struct walk *walk, const struct ki_png_chunk *chunk)
{
    if (chunk->nbytes == ACTL_NBYTES && read_u32(chunk->data) > 1) {
        walk->summary->nframes = read_u32(chunk->data);
    }
}

static enum ki_reason check_metadata(struct walk *walk,
                                     const struct ki_png_chunk *chunk)
{
    uint64_t most = walk->limits->chunk_nbytes;
    uint64_t most_of_all =
        most > UINT64_MAX / INFLATED_FACTOR ? UINT64_MAX : most * INFLATED_FACTOR;
    struct ki_png_inflated inflated;
    enum ki_reason reason = ki_png_inflate_metadata(chunk, most, &inflated);
    if (reason != KI_REASON_NONE) {
        return reason;
    }
    walk->summary->nwarnings += inflated.is_bad ? 1 : 0;
    walk->inflated_nbytes += inflated.nbytes;
    return walk->inflated_nbytes > most_of_all ? KI_REASON_LIMIT_CHUNK_SIZE
                                               : KI_REASON_NONE;
}

static enum ki_reason check_chunk(struct walk *walk, const struct ki_png_chunk *chunk)
{
    enum ki_reason reason = count_chunk(walk, chunk);
    if (reason != KI_REASON_NONE) {
        return reason;
    }
    if (ki_png_is_critical(chunk->type)) {
        return check_critical(walk, chunk);
    }
    if (chunk->type == KI_PNG_ACTL) {
        read_frames(walk, chunk);
    }
    return check_metadata(walk, chunk);
}

enum ki_reason ki_png_walk(const uint8_t *data, size_t nbytes,
                           const struct ki_limits *limits,
                           const struct ki_deadline *deadline,
                           struct ki_png_summary *summary)
{
    *summary = (struct ki_png_summary){.nframes = 1};
    struct walk walk = {.limits = limits, .summary = summary};
    size_t offset = KI_PNG_SIGNATURE_NBYTES;
    while (walk.previous != KI_PNG_IEND) {
        struct ki_png_chunk chunk;
        enum ki_reason reason = ki_png_read_chunk(data, nbytes, offset, &chunk);
        if (reason == KI_REASON_NONE) {
            reason = check_chunk(&walk, &chunk);
        }
        if (reason == KI_REASON_NONE && !goes_on(&walk, &chunk) &&
            ki_decode_is_late(deadline)) {
            reason = KI_REASON_LIMIT_TIME;
        }
        if (reason != KI_REASON_NONE) {
            return reason;
        }
        walk.previous = chunk.type;
        offset = chunk.end;
    }
    return KI_REASON_NONE;
}
