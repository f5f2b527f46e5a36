/* SPDX-License-Identifier: Apache-2.0 */
/* Little-endian fields in bounded memory. A reader or writer that runs over its end
 * keeps failing; check is_good once at the end. */
#ifndef KI_BASE_PACK_H
#define KI_BASE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ki_packer {
    uint8_t *data;
    size_t capacity;
    size_t nbytes;
    bool is_good;
};

struct ki_unpacker {
    const uint8_t *data;
    size_t nbytes;
    size_t done;
    bool is_good;
};

struct ki_packer ki_packer_begin(void *data, size_t capacity);
void ki_pack_uint(struct ki_packer *packer, uint64_t value, size_t nbytes);
void ki_pack_bytes(struct ki_packer *packer, const void *bytes, size_t nbytes);
/* A length byte, the bytes, a zero byte: readable in place as a C string. */
void ki_pack_text(struct ki_packer *packer, const char *text);

struct ki_unpacker ki_unpacker_begin(const void *data, size_t nbytes);
uint64_t ki_unpack_uint(struct ki_unpacker *unpacker, size_t nbytes);
/* Points into the data; NULL if there is less. */
const uint8_t *ki_unpack_bytes(struct ki_unpacker *unpacker, size_t nbytes);
/* Never NULL: "" on failure. */
const char *ki_unpack_text(struct ki_unpacker *unpacker);

#endif
