/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg_walk.h"

#include <string.h>

uint8_t ki_jpeg_marker_at(const uint8_t *data, size_t nbytes, size_t offset,
                          size_t *after)
{
    size_t at = offset;
    while (at < nbytes && data[at] == 0xff) {
        at++;
    }
    if (at == offset || at == nbytes) {
        return 0;
    }
    *after = at + 1;
    return data[at];
}

bool ki_jpeg_read_segment(const uint8_t *data, size_t nbytes, size_t offset,
                          struct ki_jpeg_segment *segment)
{
    size_t at = 0;
    uint8_t code = ki_jpeg_marker_at(data, nbytes, offset, &at);
    if (code == 0) {
        return false;
    }
    *segment = (struct ki_jpeg_segment){.code = code, .end = at};
    if (code == KI_JPEG_EOI) {
        return true;
    }
    if (nbytes - at < 2) {
        return false;
    }
    size_t length = (size_t)data[at] << 8 | data[at + 1];
    if (length < 2 || length > nbytes - at) {
        return false;
    }
    segment->payload = data + at + 2;
    segment->nbytes = length - 2;
    segment->end = at + length;
    return true;
}

static bool is_restart(uint8_t code)
{
    return code >= KI_JPEG_RST0 && code < KI_JPEG_RST0 + 8;
}

/* Offset of the marker that ends coded data, nbytes if none does. */
static size_t skip_coded(const uint8_t *data, size_t nbytes, size_t offset)
{
    while (offset < nbytes) {
        const uint8_t *found = memchr(data + offset, 0xff, nbytes - offset);
        if (!found || found + 1 == data + nbytes) {
            return nbytes;
        }
        offset = (size_t)(found - data);
        if (found[1] != 0 && !is_restart(found[1])) {
            return offset;
        }
        offset += 2;
    }
    return nbytes;
}

/* After the first scan, what libjpeg may warn of is left to it. */
static bool may_stand(uint8_t code, bool has_scan)
{
    switch (code) {
    case KI_JPEG_DHT:
    case KI_JPEG_DQT:
    case KI_JPEG_DRI:
    case KI_JPEG_COM:
        return true;
    case KI_JPEG_APP0:
    case KI_JPEG_APP14:
        return !has_scan;
    default:
        return code >= KI_JPEG_APP0 && code <= KI_JPEG_APP15;
    }
}

bool ki_jpeg_is_plain(const uint8_t *data, size_t nbytes, uint32_t most_scans)
{
    if (nbytes < KI_JPEG_SOI_NBYTES || data[0] != 0xff || data[1] != KI_JPEG_SOI) {
        return false;
    }
    bool has_frame = false;
    uint32_t nscans = 0;
    size_t offset = KI_JPEG_SOI_NBYTES;
    struct ki_jpeg_segment segment = {0};
    while (ki_jpeg_read_segment(data, nbytes, offset, &segment)) {
        offset = segment.end;
        if (segment.code == KI_JPEG_EOI) {
            return nscans > 0;
        }
        if (segment.code == KI_JPEG_SOS && has_frame && nscans < most_scans) {
            nscans++;
            offset = skip_coded(data, nbytes, offset);
        } else if (segment.code == KI_JPEG_SOF2 && !has_frame) {
            has_frame = true;
        } else if (!may_stand(segment.code, nscans > 0)) {
            return false;
        }
    }
    return false;
}
