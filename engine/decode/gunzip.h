/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes packed with gzip, unpacked piece by piece as gzip(1) does it: any number of
 * members one after the other, then zeros at most. Header, CRC-32 and length of each
 * member are checked. It allocates nothing: all that inflating needs is in the struct.
 */
#ifndef KI_DECODE_GUNZIP_H
#define KI_DECODE_GUNZIP_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef ZLIB_CONST
#define ZLIB_CONST /* inflate does not write to its input */
#endif
#include <zlib.h>

enum {
    KI_GUNZIP_FREE_NBYTES = 16 << 20, /* of output, of whatever it is unpacked from */
    KI_GUNZIP_MOST_RATIO = 200,       /* output to input, beyond that */
    KI_GUNZIP_PIECE_NBYTES = 65536,
    KI_GUNZIP_MEMORY_NBYTES = 128 << 10 /* zlib takes 40 KiB */
};

enum ki_gunzip_state {
    KI_GUNZIP_WHOLE = 0, /* all members so far are */
    KI_GUNZIP_GOES_ON,   /* within a member */
    KI_GUNZIP_DAMAGED,
    KI_GUNZIP_RATIO,     /* more than KI_GUNZIP_MOST_RATIO times its size */
    KI_GUNZIP_NOT_TAKEN, /* the sink said no */
    KI_GUNZIP_NO_MEMORY  /* zlib wants more than there is */
};

/* Takes a piece of the output; false ends it. */
typedef bool (*ki_gunzip_sink)(void *context, const uint8_t *data, size_t nbytes);

struct ki_gunzip {
    enum ki_gunzip_state state;
    bool is_padding; /* only zeros may follow */
    uint64_t nread;  /* of the packed bytes */
    uint64_t nwritten;
    ki_gunzip_sink sink;
    void *context;
    z_stream stream;
    size_t nused; /* of the memory */
    uint8_t piece[KI_GUNZIP_PIECE_NBYTES];
    alignas(64) uint8_t memory[KI_GUNZIP_MEMORY_NBYTES];
};

/* Must not be copied or moved from then on. */
void ki_gunzip_begin(struct ki_gunzip *gunzip, ki_gunzip_sink sink, void *context);

/* Takes the next packed bytes. The result is final unless it is WHOLE or GOES_ON; what
 * ends while it is GOES_ON is cut off. How the bytes are cut makes no difference, but
 * for a few bytes where RATIO is told. */
enum ki_gunzip_state ki_gunzip_add(struct ki_gunzip *gunzip, const uint8_t *data,
                                   size_t nbytes);

#endif
