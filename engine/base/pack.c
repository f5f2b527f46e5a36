/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pack.h"

#include <string.h>

struct ki_packer ki_packer_begin(void *data, size_t capacity)
{
    return (struct ki_packer){.data = data, .capacity = capacity, .is_good = true};
}

void ki_pack_bytes(struct ki_packer *packer, const void *bytes, size_t nbytes)
{
    if (!packer->is_good || packer->capacity - packer->nbytes < nbytes) {
        packer->is_good = false;
        return;
    }
    if (nbytes > 0) {
        memcpy(packer->data + packer->nbytes, bytes, nbytes);
    }
    packer->nbytes += nbytes;
}

void ki_pack_uint(struct ki_packer *packer, uint64_t value, size_t nbytes)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < nbytes; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    ki_pack_bytes(packer, bytes, nbytes);
}

void ki_pack_text(struct ki_packer *packer, const char *text)
{
    size_t nbytes = strlen(text);
    if (nbytes > 255) {
        packer->is_good = false;
        return;
    }
    ki_pack_uint(packer, nbytes, 1);
    ki_pack_bytes(packer, text, nbytes + 1);
}

struct ki_unpacker ki_unpacker_begin(const void *data, size_t nbytes)
{
    return (struct ki_unpacker){.data = data, .nbytes = nbytes, .is_good = true};
}

const uint8_t *ki_unpack_bytes(struct ki_unpacker *unpacker, size_t nbytes)
{
    if (!unpacker->is_good || unpacker->nbytes - unpacker->done < nbytes) {
        unpacker->is_good = false;
        return NULL;
    }
    const uint8_t *bytes = unpacker->data + unpacker->done;
    unpacker->done += nbytes;
    return bytes;
}

uint64_t ki_unpack_uint(struct ki_unpacker *unpacker, size_t nbytes)
{
    const uint8_t *bytes = ki_unpack_bytes(unpacker, nbytes);
    uint64_t value = 0;
    for (size_t i = 0; bytes && i < nbytes; i++) {
        value |= (uint64_t)bytes[i] << (8 * i);
    }
    return value;
}

const char *ki_unpack_text(struct ki_unpacker *unpacker)
{
    size_t nbytes = (size_t)ki_unpack_uint(unpacker, 1);
    const uint8_t *text = ki_unpack_bytes(unpacker, nbytes + 1);
    if (!text || text[nbytes] != '\0' || strlen((const char *)text) != nbytes) {
        unpacker->is_good = false;
        return "";
    }
    return (const char *)text;
}
