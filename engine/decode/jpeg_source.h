/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A libjpeg data source over memory that is not copied. It also sees to it that a file
 * that lacks data is noticed.
 *
 * libjpeg's Huffman decoders warn when they meet a marker amid the data. Its arithmetic
 * decoders do not: they go on with zeros for ever, since encoders may leave out zeros
 * at the end of a scan, and so make up a picture. Of arithmetic-coded files the source
 * therefore hands out piece after piece, and a few zeros of its own after the coded
 * data of each scan or restart interval, before the marker. If the decoder is done with
 * the data, some of these are left, and libjpeg passes over them on its way to the
 * marker and warns of that; if there is no such warning, the decoder has had them all.
 */
#ifndef KI_DECODE_JPEG_SOURCE_H
#define KI_DECODE_JPEG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

/* Of 7,248 scans and intervals that libjpeg coded, 99.9 % used three of these or fewer,
 * one used ten (a flat picture). What lacks fewer bytes than are left goes unnoticed.
 */
enum { KI_JPEG_SPARE_ZEROS = 16 };

enum ki_jpeg_piece {
    KI_JPEG_PIECE_WHOLE,   /* the whole file */
    KI_JPEG_PIECE_SEGMENT, /* a marker with what belongs to it */
    KI_JPEG_PIECE_CODED,   /* likewise, with coded data at its end */
    KI_JPEG_PIECE_ZEROS
};

struct ki_jpeg_source {
    struct jpeg_source_mgr
        manager; /* the first, for libjpeg has a pointer to it only */
    const uint8_t *data;
    size_t nbytes;
    size_t next; /* offset of what comes after this piece and its zeros */
    enum ki_jpeg_piece piece;
    bool is_dry; /* the marker was handed out and no zeros were passed over so far */
};

/* Fills *source to read data, which must outlive decoding. Reading past the end is the
 * error JERR_INPUT_EOF: libjpeg would otherwise make up grey for the missing part. */
void ki_jpeg_source_init(struct ki_jpeg_source *source, const uint8_t *data,
                         size_t nbytes);

/* To be called after the header of an arithmetic-coded file: what follows are data. */
void ki_jpeg_source_guard(struct ki_jpeg_source *source);

/* Tells of the warning that so many bytes were passed over before a marker; returns how
 * many of them the file has. */
int ki_jpeg_source_passed(struct ki_jpeg_source *source, int nbytes);

#endif
