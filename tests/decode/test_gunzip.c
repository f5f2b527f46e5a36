/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacking: what is packed comes out again, what is not whole is told, whatever the
 * pieces it comes in. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "decode/gunzip.h"

enum { ROOM_NBYTES = 1 << 20, MIB = 1 << 20 };

struct output {
    uint8_t data[ROOM_NBYTES];
    size_t nbytes;
    uint64_t ntaken; /* also of what there is no room for */
    uint64_t most;   /* is taken; 0: everything */
};

static struct ki_gunzip gunzip;
static struct output output;

static bool take(void *context, const uint8_t *data, size_t nbytes)
{
    struct output *out = context;
    size_t room = sizeof out->data - out->nbytes;
    size_t kept = nbytes < room ? nbytes : room;
    memcpy(out->data + out->nbytes, data, kept);
    out->nbytes += kept;
    out->ntaken += nbytes;
    return out->most == 0 || out->ntaken <= out->most;
}

static enum ki_gunzip_state unpack(const uint8_t *data, size_t nbytes, size_t cut)
{
    memset(&output, 0, offsetof(struct output, most));
    ki_gunzip_begin(&gunzip, take, &output);
    enum ki_gunzip_state state = gunzip.state;
    for (size_t i = 0; i < nbytes && state <= KI_GUNZIP_GOES_ON; i += cut) {
        state = ki_gunzip_add(&gunzip, data + i, nbytes - i < cut ? nbytes - i : cut);
    }
    return state;
}

/* Appends a member; with a name and a checksum of its header if is_long. */
static size_t pack(const uint8_t *data, size_t nbytes, bool is_long, uint8_t *out,
                   size_t room)
{
    z_stream stream = {.zalloc = NULL};
    char name[] = "list.json";
    gz_header header = {.time = 1, .name = (Bytef *)name, .hcrc = 1};
    cr_assert_eq(
        deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY),
        Z_OK);
    if (is_long) {
        cr_assert_eq(deflateSetHeader(&stream, &header), Z_OK);
    }
    stream.next_in = data;
    stream.avail_in = (unsigned)nbytes;
    stream.next_out = out;
    stream.avail_out = (unsigned)room;
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t packed = room - stream.avail_out;
    (void)deflateEnd(&stream);
    return packed;
}

/* Something that packs to about half. */
static void fill(uint8_t *data, size_t nbytes)
{
    uint32_t state = 7;
    for (size_t i = 0; i < nbytes; i++) {
        state = state * 1664525u + 1013904223u;
        data[i] = "0123456789abcdef"[state >> 28];
    }
}

static uint8_t text[300000];
static uint8_t packed[400000];

Test(gunzip, any_pieces)
{
    static const size_t cuts[] = {1, 7, 4096, sizeof packed};
    fill(text, sizeof text);
    size_t nbytes = pack(text, sizeof text, true, packed, sizeof packed);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        cr_assert_eq(unpack(packed, nbytes, cuts[i]), KI_GUNZIP_WHOLE);
        cr_assert_eq(output.nbytes, sizeof text);
        cr_assert_eq(memcmp(output.data, text, sizeof text), 0);
        cr_assert_eq(gunzip.nread, nbytes);
    }
}

Test(gunzip, members)
{
    fill(text, sizeof text);
    size_t nbytes = pack(text, 1000, true, packed, sizeof packed);
    nbytes += pack(text, 0, false, packed + nbytes, sizeof packed - nbytes);
    nbytes += pack(text + 1000, 150000, false, packed + nbytes, sizeof packed - nbytes);
    cr_assert_eq(unpack(packed, nbytes, 5), KI_GUNZIP_WHOLE);
    cr_assert_eq(output.nbytes, 151000);
    cr_assert_eq(memcmp(output.data, text, 151000), 0);
    memset(packed + nbytes, 0, 600);
    cr_assert_eq(unpack(packed, nbytes + 600, 100), KI_GUNZIP_WHOLE, "zeros behind it");
    cr_assert_eq(gunzip.nread, nbytes + 600);
    packed[nbytes + 599] = 0x1f;
    cr_assert_eq(unpack(packed, nbytes + 600, 100), KI_GUNZIP_DAMAGED);
    packed[nbytes] = 'x';
    cr_assert_eq(unpack(packed, nbytes + 1, 100), KI_GUNZIP_DAMAGED, "garbage");
    packed[nbytes] = 0x1f;
    cr_assert_eq(unpack(packed, nbytes + 1, 100), KI_GUNZIP_GOES_ON, "half a header");
}

Test(gunzip, every_end_is_missed)
{
    fill(text, 3000);
    size_t nbytes = pack(text, 3000, true, packed, sizeof packed);
    for (size_t i = 0; i < nbytes; i++) {
        cr_assert_eq(unpack(packed, i, 64), KI_GUNZIP_GOES_ON, "%zu bytes", i);
    }
}

/* A changed bit is noticed, or stands where the header tells of time, system and name.
 */
Test(gunzip, every_bit_is_looked_at)
{
    fill(text, 700);
    size_t nbytes = pack(text, 700, false, packed, sizeof packed);
    unsigned nunnoticed = 0;
    for (size_t i = 0; i < 8 * nbytes; i++) {
        packed[i / 8] ^= (uint8_t)(1u << i % 8);
        if (unpack(packed, nbytes, nbytes) == KI_GUNZIP_WHOLE) {
            cr_assert_eq(output.nbytes, 700, "bit %zu", i);
            cr_assert_eq(memcmp(output.data, text, 700), 0, "bit %zu", i);
            cr_assert(i / 8 < 10 || i / 8 == nbytes - 9, "bit %zu", i);
            nunnoticed++;
        }
        packed[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    cr_assert(nunnoticed >= 8 * 6 + 1 && nunnoticed < 8 * 7 + 1, "%u", nunnoticed);
    nbytes = pack(text, 700, true, packed, sizeof packed);
    packed[5] ^= 1;
    cr_assert_eq(unpack(packed, nbytes, nbytes), KI_GUNZIP_DAMAGED,
                 "the header has a checksum");
}

/* Zeros pack to a thousandth: refused soon after the first 16 MiB. */
Test(gunzip, ratio)
{
    uint8_t *zeros = calloc(32, MIB);
    cr_assert_not_null(zeros);
    size_t nbytes = pack(zeros, 16 * (size_t)MIB, false, packed, sizeof packed);
    cr_assert_eq(unpack(packed, nbytes, 100), KI_GUNZIP_WHOLE);
    cr_assert_eq(output.ntaken, 16 * (uint64_t)MIB);
    nbytes = pack(zeros, 16 * (size_t)MIB + 1, false, packed, sizeof packed);
    cr_assert_eq(unpack(packed, nbytes, 100), KI_GUNZIP_RATIO);
    nbytes = pack(zeros, 32 * (size_t)MIB, false, packed, sizeof packed);
    cr_assert_eq(unpack(packed, nbytes, 100), KI_GUNZIP_RATIO);
    cr_assert_leq(output.ntaken, 16 * (uint64_t)MIB);
    free(zeros);
}

Test(gunzip, a_sink_that_has_enough)
{
    fill(text, sizeof text);
    size_t nbytes = pack(text, sizeof text, false, packed, sizeof packed);
    output.most = 100000;
    cr_assert_eq(unpack(packed, nbytes, nbytes), KI_GUNZIP_NOT_TAKEN);
    cr_assert_eq(ki_gunzip_add(&gunzip, packed, 1), KI_GUNZIP_NOT_TAKEN);
    cr_assert_leq(output.ntaken, 100000 + KI_GUNZIP_PIECE_NBYTES);
}
