/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The markers of a JPEG, read without libjpeg. Whatever is not as encoders write it is
 * refused here, for libjpeg to judge.
 *
 *     SOI | segment: ff … code, length 2, payload | … | SOS segment, coded data |
 *     … | EOI | ignored
 *
 * Coded data have 00 after each ff that is theirs; any other byte after ff is a marker.
 */
#ifndef KI_DECODE_JPEG_WALK_H
#define KI_DECODE_JPEG_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ki_jpeg_marker {
    KI_JPEG_SOF2 = 0xc2,
    KI_JPEG_DHT = 0xc4,
    KI_JPEG_RST0 = 0xd0,
    KI_JPEG_SOI = 0xd8,
    KI_JPEG_EOI = 0xd9,
    KI_JPEG_SOS = 0xda,
    KI_JPEG_DQT = 0xdb,
    KI_JPEG_DRI = 0xdd,
    KI_JPEG_APP0 = 0xe0,
    KI_JPEG_APP14 = 0xee,
    KI_JPEG_APP15 = 0xef,
    KI_JPEG_COM = 0xfe,
};

enum { KI_JPEG_SOI_NBYTES = 2 };

struct ki_jpeg_segment {
    uint8_t code;
    size_t nbytes;          /* of the payload */
    const uint8_t *payload; /* within the file */
    size_t end;             /* offset of the byte after it */
};

/* Reads the marker at offset ≤ nbytes with its payload; EOI has none. False if there is
 * none or it does not end within the file. */
bool ki_jpeg_read_segment(const uint8_t *data, size_t nbytes, size_t offset,
                          struct ki_jpeg_segment *segment);

/* The code of the marker at offset, *after the offset of what follows it; 0 if there is
 * none, as at a ff of coded data. */
uint8_t ki_jpeg_marker_at(const uint8_t *data, size_t nbytes, size_t offset,
                          size_t *after);

/* A progressive file from SOI to EOI: one SOF2 before the first SOS, nothing but tables
 * and what may be passed over beside them, at most most_scans scans. */
bool ki_jpeg_is_plain(const uint8_t *data, size_t nbytes, uint32_t most_scans);

#endif
