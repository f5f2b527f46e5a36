/* SPDX-License-Identifier: Apache-2.0 */
/* The stable names and sizes of hash kinds, modes and transforms. */
#include <knownimage/hash.h>

#include <string.h>

#include "base/hex.h"

static const char *const kind_texts[KI_NKINDS] = {
    [KI_KIND_PDQ] = "pdq",           [KI_KIND_MD5] = "md5",
    [KI_KIND_SHA1] = "sha1",         [KI_KIND_SHA256] = "sha256",
    [KI_KIND_PHOTODNA] = "photodna",
};

static const uint8_t kind_nbytes[KI_NKINDS] = {
    [KI_KIND_PDQ] = 32,    [KI_KIND_MD5] = 16,       [KI_KIND_SHA1] = 20,
    [KI_KIND_SHA256] = 32, [KI_KIND_PHOTODNA] = 144,
};

static const char *const mode_texts[KI_NMODES] = {
    [KI_MODE_PDQ] = "pdq",
    [KI_MODE_PDQ_NN512] = "pdq-nn512",
};

static const char *const transform_texts[KI_NTRANSFORMS] = {
    [KI_TRANSFORM_ORIGINAL] = "original",   [KI_TRANSFORM_ROT90] = "rot90",
    [KI_TRANSFORM_ROT180] = "rot180",       [KI_TRANSFORM_ROT270] = "rot270",
    [KI_TRANSFORM_FLIPX] = "flipx",         [KI_TRANSFORM_FLIPY] = "flipy",
    [KI_TRANSFORM_FLIPPLUS1] = "flipplus1", [KI_TRANSFORM_FLIPMINUS1] = "flipminus1",
};

const char *ki_kind_text(enum ki_kind kind)
{
    return (unsigned)kind < KI_NKINDS ? kind_texts[kind] : "unknown";
}

size_t ki_kind_nbytes(enum ki_kind kind)
{
    return (unsigned)kind < KI_NKINDS ? kind_nbytes[kind] : 0;
}

const char *ki_mode_text(enum ki_mode mode)
{
    return (unsigned)mode < KI_NMODES ? mode_texts[mode] : "unknown";
}

const char *ki_transform_text(enum ki_transform transform)
{
    return (unsigned)transform < KI_NTRANSFORMS ? transform_texts[transform]
                                                : "unknown";
}

static bool find_text(const char *const *texts, size_t ntexts, const char *text,
                      size_t *index)
{
    for (size_t i = 0; i < ntexts; i++) {
        if (strcmp(texts[i], text) == 0) {
            *index = i;
            return true;
        }
    }
    return false;
}

bool ki_kind_from_text(const char *text, enum ki_kind *out)
{
    size_t index = 0;
    if (!find_text(kind_texts, KI_NKINDS, text, &index)) {
        return false;
    }
    *out = (enum ki_kind)index;
    return true;
}

bool ki_mode_from_text(const char *text, enum ki_mode *out)
{
    size_t index = 0;
    if (!find_text(mode_texts, KI_NMODES, text, &index)) {
        return false;
    }
    *out = (enum ki_mode)index;
    return true;
}

void ki_hash_to_hex(const struct ki_hash *hash, char out[2 * KI_HASH_MAX_NBYTES + 1])
{
    ki_hex_encode(hash->bytes, ki_kind_nbytes(hash->kind), out);
}

bool ki_hash_from_hex(enum ki_kind kind, const char *hex, size_t nhex,
                      struct ki_hash *out)
{
    struct ki_hash hash = {.kind = kind};
    size_t nbytes = ki_kind_nbytes(kind);
    if (nbytes == 0 || !ki_hex_decode(hex, nhex, hash.bytes, nbytes)) {
        return false;
    }
    *out = hash;
    return true;
}
