/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a packed file: the same comes of them however they are cut, and nothing
 * is called whole that does not end as its last member says. The first byte says how to
 * cut. The same bytes packed come out again. */
#include <stdlib.h>
#include <string.h>

#include "decode/gunzip.h"
#include "fuzz/fuzz.h"

enum { ROOM_NBYTES = 8192 + 1024 };

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

struct seen {
    uint64_t nbytes;
    uint32_t crc;
    enum ki_gunzip_state state;
    uint64_t nread;
};

static struct ki_gunzip gunzip;

static bool take(void *context, const uint8_t *data, size_t nbytes)
{
    struct seen *seen = context;
    require(nbytes > 0 && nbytes <= KI_GUNZIP_PIECE_NBYTES);
    seen->crc = (uint32_t)crc32(seen->crc, data, (unsigned)nbytes);
    seen->nbytes += nbytes;
    return true;
}

static struct seen unpack(const uint8_t *data, size_t nbytes, size_t cut)
{
    struct seen seen = {.nbytes = 0};
    ki_gunzip_begin(&gunzip, take, &seen);
    for (size_t i = 0; i < nbytes; i += cut) {
        (void)ki_gunzip_add(&gunzip, data + i, nbytes - i < cut ? nbytes - i : cut);
    }
    seen.state = gunzip.state;
    seen.nread = gunzip.nread;
    require(seen.state <= KI_GUNZIP_RATIO); /* memory is enough, all is taken */
    require(seen.nbytes == gunzip.nwritten && seen.nread <= nbytes);
    require(seen.state > KI_GUNZIP_GOES_ON || seen.nread == nbytes);
    return seen;
}

static uint32_t last_length(const uint8_t *data, size_t nbytes)
{
    uint32_t length = 0;
    memcpy(&length, data + nbytes - sizeof length, sizeof length);
    return length;
}

static void check(const uint8_t *data, size_t nbytes, size_t cut)
{
    struct seen whole = unpack(data, nbytes, nbytes);
    if (whole.state == KI_GUNZIP_WHOLE) {
        require(nbytes >= 18);
        require(gunzip.is_padding || last_length(data, nbytes) <= whole.nbytes);
    }
    struct seen pieces = unpack(data, nbytes, cut);
    require(pieces.state == whole.state && pieces.nread == whole.nread);
    require(pieces.nbytes == whole.nbytes && pieces.crc == whole.crc);
}

static void check_packed(const uint8_t *data, size_t nbytes, size_t cut)
{
    static uint8_t packed[ROOM_NBYTES];
    z_stream stream = {.next_in = data, .avail_in = (unsigned)nbytes};
    stream.next_out = packed;
    stream.avail_out = sizeof packed;
    require(deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 1,
                         Z_DEFAULT_STRATEGY) == Z_OK);
    require(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    struct seen seen = unpack(packed, sizeof packed - stream.avail_out, cut);
    (void)deflateEnd(&stream);
    require(seen.state == KI_GUNZIP_WHOLE && seen.nbytes == nbytes);
    require(seen.crc == (uint32_t)crc32(0, data, (unsigned)nbytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    if (nbytes < 2) {
        return 0;
    }
    size_t cut = 1 + (size_t)data[0] * data[0] / 16;
    check(data + 1, nbytes - 1, cut);
    if (nbytes <= ROOM_NBYTES - 1024) {
        check_packed(data + 1, nbytes - 1, cut);
    }
    return 0;
}
