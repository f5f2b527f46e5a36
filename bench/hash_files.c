/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/hash_files.h"

#include <stdlib.h>

#include <knownimage/hash.h>

#include "bench/inflates.h"
#include "bench/peers.h"
#include "bench/ways.h"
#include "bytes/sniff.h"
#include "decode/decode.h"

enum { ONE = KI_BIT(KI_MODE_PDQ), BOTH = ONE | KI_BIT(KI_MODE_PDQ_NN512) };
enum { PDQ = KI_BIT(KI_KIND_PDQ) };

static const struct hashing {
    const char *name;
    unsigned kinds;
    unsigned modes;
    enum ki_fidelity fidelity;
    bool dihedral;
    bool is_for_jpeg; /* others are always exact */
} hashings[] = {
    {"exact", PDQ, ONE, KI_FIDELITY_EXACT, false, false},
    {"high", PDQ, ONE, KI_FIDELITY_HIGH, false, true},
    {"fast", PDQ, ONE, KI_FIDELITY_FAST, false, true},
    {"+ dihedral", PDQ, ONE, KI_FIDELITY_HIGH, true, false},
    {"+ both modes", PDQ, BOTH, KI_FIDELITY_HIGH, true, false},
    {"+ 3 digests", KI_ALL_KINDS, ONE, KI_FIDELITY_HIGH, false, false},
    {"md5 alone", KI_BIT(KI_KIND_MD5), 0, KI_FIDELITY_HIGH, false, false},
    {"sha1 alone", KI_BIT(KI_KIND_SHA1), 0, KI_FIDELITY_HIGH, false, false},
    {"sha256 alone", KI_BIT(KI_KIND_SHA256), 0, KI_FIDELITY_HIGH, false, false},
};

enum { NHASHINGS = sizeof hashings / sizeof *hashings };

static bool run_peer(void *context, const uint8_t *data, size_t nbytes)
{
    bool (*peer)(const uint8_t *, size_t) =
        *(bool (**)(const uint8_t *, size_t))context;
    return peer(data, nbytes);
}

static bool run_hasher(void *context, const uint8_t *data, size_t nbytes)
{
    static struct ki_hashes hashes;
    ki_hash_memory(context, data, nbytes, &hashes);
    return hashes.reason == KI_REASON_NONE;
}

static enum ki_reason take_shape(void *context, const struct ki_row_shape *shape)
{
    (void)context;
    (void)shape;
    return KI_REASON_NONE;
}

static enum ki_reason take_rows(void *context, const uint8_t *samples, size_t stride,
                                uint32_t count)
{
    (void)context;
    (void)samples;
    (void)stride;
    (void)count;
    return KI_REASON_NONE;
}

static bool decode_only(void *context, const uint8_t *data, size_t nbytes)
{
    const struct ki_limits limits = ki_limits_default();
    struct ki_image_info info = {.nbytes = nbytes, .format = ki_sniff(data, nbytes)};
    const struct ki_decode_request request = {
        .data = data,
        .nbytes = nbytes,
        .limits = &limits,
        .fidelity = KI_FIDELITY_HIGH,
        .memory = context,
        .sink = {.begin = take_shape, .rows = take_rows},
    };
    return ki_decode(&request, &info) == KI_REASON_NONE;
}

static struct ki_hasher *make_hasher(const struct hashing *hashing)
{
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_hasher *hasher = NULL;
    options.kinds = hashing->kinds;
    options.modes = hashing->modes;
    options.dihedral = hashing->dihedral;
    options.fidelity = hashing->fidelity;
    return ki_hasher_create(&options, &hasher, NULL) == KI_OK ? hasher : NULL;
}

static size_t add_peers(struct bench_way *ways, bool is_jpeg)
{
    static bool (*coefficients)(const uint8_t *, size_t) = peer_jpeg_coefficients;
    static bool (*rgb)(const uint8_t *, size_t) = peer_jpeg_rgb;
    static bool (*png)(const uint8_t *, size_t) = peer_png;
    if (!is_jpeg) {
        ways[0] = (struct bench_way){"libpng", run_peer, &png};
        return 1;
    }
    ways[0] = (struct bench_way){"coefficients", run_peer, &coefficients};
    ways[1] = (struct bench_way){"libjpeg", run_peer, &rgb};
    return 2;
}

void bench_time_file(json_t *results, const struct bench_picture *picture, int nrounds)
{
    struct ki_hasher *hashers[NHASHINGS] = {NULL};
    struct ki_decode_memory memory = {0};
    struct bench_inflates inflates = {0};
    struct bench_way ways[BENCH_MOST_WAYS];
    bool is_jpeg = ki_sniff(picture->data, picture->nbytes) == KI_FORMAT_JPEG;
    size_t nways = add_peers(ways, is_jpeg);
    for (size_t i = 0; i < NHASHINGS; i++) {
        hashers[i] =
            is_jpeg || !hashings[i].is_for_jpeg ? make_hasher(&hashings[i]) : NULL;
        if (hashers[i]) {
            ways[nways++] =
                (struct bench_way){hashings[i].name, run_hasher, hashers[i]};
        }
    }
    ways[nways++] = (struct bench_way){"decode alone", decode_only, &memory};
    if (!is_jpeg && bench_inflates_begin(&inflates, picture)) {
        nways += bench_inflates_add(&inflates, ways + nways);
    }
    bench_time_ways(results, picture, ways, nways, nrounds);
    for (size_t i = 0; i < NHASHINGS; i++) {
        ki_hasher_destroy(hashers[i]);
    }
    bench_inflates_end(&inflates);
    free(memory.bytes);
}
