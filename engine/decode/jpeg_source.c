/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg_source.h"

#include <string.h>

#include <jerror.h>

enum { RST0 = 0xd0, EOI = 0xd9, SOS = 0xda, TEM = 0x01 };

static void do_nothing(j_decompress_ptr cinfo)
{
    (void)cinfo;
}

/* Offset of the first 0xff of the next marker, not before offset; nbytes if there is
 * none. */
static size_t find_marker(const uint8_t *data, size_t nbytes, size_t offset)
{
    while (offset < nbytes) {
        const uint8_t *found = memchr(data + offset, 0xff, nbytes - offset);
        if (!found) {
            return nbytes;
        }
        size_t code = (size_t)(found - data) + 1;
        while (code < nbytes && data[code] == 0xff) {
            code++;
        }
        if (code < nbytes && data[code] != 0) {
            return (size_t)(found - data);
        }
        offset = code + 1;
    }
    return nbytes;
}

/* The end of a marker and its parameters; *is_coded tells if coded data follow. */
static size_t end_of_segment(const uint8_t *data, size_t nbytes, size_t marker,
                             bool *is_coded)
{
    size_t at = marker;
    while (at < nbytes && data[at] == 0xff) {
        at++;
    }
    if (at == nbytes) {
        return nbytes;
    }
    uint8_t code = data[at++];
    bool is_restart = code >= RST0 && code < RST0 + 8;
    bool is_alone = code == TEM || (code >= RST0 && code <= EOI);
    *is_coded = is_restart || code == SOS;
    if (!is_alone && nbytes - at >= 2) {
        at += (size_t)(data[at] << 8 | data[at + 1]);
    }
    return at < nbytes ? at : nbytes;
}

static void hand_out(struct ki_jpeg_source *source, const uint8_t *bytes, size_t nbytes)
{
    source->manager.next_input_byte = bytes;
    source->manager.bytes_in_buffer = nbytes;
}

static void hand_out_segment(struct ki_jpeg_source *source)
{
    bool is_coded = false;
    const size_t begin = source->next;
    size_t marker = find_marker(source->data, source->nbytes, begin);
    size_t end = end_of_segment(source->data, source->nbytes, marker, &is_coded);
    if (is_coded) {
        end = find_marker(source->data, source->nbytes, end);
    }
    hand_out(source, source->data + begin, end - begin);
    source->next = end;
    source->piece = is_coded ? KI_JPEG_PIECE_CODED : KI_JPEG_PIECE_SEGMENT;
}

/* libjpeg asks for more only when it needs a byte, and it stops at every marker; so a
 * file that is complete up to its EOI is never at its end here. */
static boolean fill(j_decompress_ptr cinfo)
{
    static const uint8_t zeros[KI_JPEG_SPARE_ZEROS];
    struct ki_jpeg_source *source = (struct ki_jpeg_source *)cinfo->src;
    if (source->next == source->nbytes) {
        ERREXIT(cinfo, JERR_INPUT_EOF);
    }
    if (source->piece == KI_JPEG_PIECE_CODED) {
        hand_out(source, zeros, sizeof zeros);
        source->piece = KI_JPEG_PIECE_ZEROS;
        return TRUE;
    }
    source->is_dry = source->is_dry || source->piece == KI_JPEG_PIECE_ZEROS;
    hand_out_segment(source);
    return TRUE;
}

static void skip(j_decompress_ptr cinfo, long nbytes)
{
    if (nbytes <= 0) {
        return;
    }
    if ((unsigned long)nbytes > cinfo->src->bytes_in_buffer) {
        ERREXIT(cinfo, JERR_INPUT_EOF);
    }
    cinfo->src->next_input_byte += nbytes;
    cinfo->src->bytes_in_buffer -= (size_t)nbytes;
}

void ki_jpeg_source_init(struct ki_jpeg_source *source, const uint8_t *data,
                         size_t nbytes)
{
    *source = (struct ki_jpeg_source){
        .manager = {.next_input_byte = data,
                    .bytes_in_buffer = nbytes,
                    .init_source = do_nothing,
                    .fill_input_buffer = fill,
                    .skip_input_data = skip,
                    .resync_to_restart = jpeg_resync_to_restart,
                    .term_source = do_nothing},
        .data = data,
        .nbytes = nbytes,
        .next = nbytes,
    };
}

void ki_jpeg_source_guard(struct ki_jpeg_source *source)
{
    size_t begin = source->nbytes - source->manager.bytes_in_buffer;
    source->next = find_marker(source->data, source->nbytes, begin);
    source->manager.bytes_in_buffer = source->next - begin;
    source->piece = KI_JPEG_PIECE_CODED;
}

int ki_jpeg_source_passed(struct ki_jpeg_source *source, int nbytes)
{
    if (!source->is_dry) {
        return nbytes;
    }
    source->is_dry = false;
    return nbytes > KI_JPEG_SPARE_ZEROS ? nbytes - KI_JPEG_SPARE_ZEROS : 0;
}
