/* SPDX-License-Identifier: Apache-2.0 */
/* The chunk walk: what is out of place, what is skipped, what is read. */
#include <criterion/criterion.h>
#include <string.h>

#include "decode/make_png.h"
#include "decode/png_walk.h"

/* png_small with a chunk put in before the one of type before. */
static struct file_bytes with_chunk(const char *before, const char *type,
                                    const void *data, size_t nbytes)
{
    struct file_bytes file = png_small();
    struct file_bytes chunk = png_loose_chunk(type, data, nbytes);
    splice(&file, find_chunk(&file, before, 0), 0, chunk.data, chunk.nbytes);
    free_file(&chunk);
    return file;
}

/* Takes the file over. */
static struct ki_image_info expect_reason(struct file_bytes file,
                                          enum ki_reason expected, const char *what)
{
    struct decoded decoded = {.reason = KI_REASON_NONE};
    decode_file(&file, NULL, &decoded);
    cr_expect_eq(decoded.reason, expected, "%s: %s", what,
                 ki_reason_text(decoded.reason));
    free_picture(&decoded.picture);
    free_file(&file);
    return decoded.info;
}

Test(png_chunks, out_of_place)
{
    uint8_t ihdr[13] = {[3] = 8, [7] = 8, [8] = 8};
    expect_reason(with_chunk("IDAT", "IHDR", ihdr, 13), KI_REASON_CORRUPT,
                  "IHDR twice");
    expect_reason(with_chunk("IHDR", "tEXt", "a\0b", 3), KI_REASON_CORRUPT,
                  "tEXt first");
    expect_reason(with_chunk("IDAT", "IEND", "", 0), KI_REASON_CORRUPT, "no IDAT");
    expect_reason(with_chunk("IHDR", "IHDR", ihdr, 12), KI_REASON_CORRUPT,
                  "IHDR of 12");
    expect_reason(with_chunk("IDAT", "a\xfftx", "", 0), KI_REASON_CORRUPT, "type");
}

Test(png_chunks, idat_in_two_places)
{
    struct file_bytes data = png_idat_data(8, 8);
    struct file_bytes file = png_start();
    png_ihdr(&file, 8, 8);
    png_chunk(&file, "IDAT", data.data, 9);
    png_chunk(&file, "tEXt", "a\0b", 3);
    png_chunk(&file, "IDAT", data.data + 9, data.nbytes - 9);
    png_iend(&file);
    expect_reason(file, KI_REASON_CORRUPT, "split");
    free_file(&data);
}

Test(png_chunks, idat_in_pieces)
{
    struct file_bytes data = png_idat_data(8, 8);
    struct file_bytes file = png_start();
    png_ihdr(&file, 8, 8);
    for (size_t i = 0; i < data.nbytes; i++) {
        png_chunk(&file, "IDAT", data.data + i, 1);
        png_chunk(&file, "IDAT", "", 0);
    }
    png_iend(&file);
    expect_reason(file, KI_REASON_NONE, "bytes");
    free_file(&data);
}

Test(png_chunks, critical_chunks_that_are_not_standard)
{
    expect_reason(with_chunk("IHDR", "CgBI", "\0\0\0\0", 4),
                  KI_REASON_UNSUPPORTED_CODING, "CgBI");
    expect_reason(with_chunk("IDAT", "ABCD", "", 0), KI_REASON_UNSUPPORTED_CODING,
                  "ABCD");
}

Test(png_chunks, nothing_after_iend_counts)
{
    struct file_bytes file = png_small();
    append(&file, "\xff\xff\xff\xff garbage", 12);
    expect_reason(file, KI_REASON_NONE, "garbage");
}

Test(png_chunks, metadata_are_not_examined)
{
    struct file_bytes file = with_chunk("IDAT", "gAMA", "\xff\xff\xff\xff", 4);
    file.data[png_after_ihdr + 12] ^= 1; /* its crc */
    expect_reason(file, KI_REASON_NONE, "gAMA with a wrong crc");
    expect_reason(with_chunk("IDAT", "PLTE", "\0\0\0\1\1\1", 6), KI_REASON_NONE,
                  "a palette that grey does not need");
    expect_reason(with_chunk("IDAT", "tRNS", "\0\0\0\0\0\0\0", 7), KI_REASON_NONE,
                  "tRNS of the wrong length");
    expect_reason(with_chunk("IEND", "eXIf", "not exif", 8), KI_REASON_NONE, "eXIf");
}

Test(png_chunks, compressed_metadata_that_do_not_inflate)
{
    static const char itxt[] = "key\0\1\0en\0key\0not zlib";
    struct ki_image_info info = expect_reason(
        with_chunk("IDAT", "zTXt", "key\0\0not zlib", 13), KI_REASON_NONE, "zTXt");
    cr_expect_eq(info.nwarnings, 1);
    info = expect_reason(with_chunk("IEND", "iTXt", itxt, sizeof itxt - 1),
                         KI_REASON_NONE, "iTXt");
    cr_expect_eq(info.nwarnings, 1);
    /* Without a keyword or a flag there is nothing to inflate. */
    expect_reason(with_chunk("IDAT", "iCCP", "name", 4), KI_REASON_NONE, "iCCP");
    expect_reason(with_chunk("IDAT", "iTXt", "key\0\0\0en\0key\0text", 16),
                  KI_REASON_NONE, "iTXt as it is");
    expect_reason(with_chunk("IDAT", "zTXt", "", 0), KI_REASON_NONE, "empty zTXt");
}

Test(png_chunks, animations_declare_their_frames)
{
    struct file_bytes file = with_chunk("IDAT", "acTL", "\0\0\0\x07\0\0\0\0", 8);
    struct file_bytes frame = png_loose_chunk("fdAT", "\0\0\0\1data", 8);
    splice(&file, find_chunk(&file, "IEND", 0), 0, frame.data, frame.nbytes);
    free_file(&frame);
    cr_expect_eq(expect_reason(file, KI_REASON_NONE, "acTL").nframes, 7);
    file = with_chunk("IDAT", "acTL", "\0\0\0\x01\0\0\0\0", 8);
    cr_expect_eq(expect_reason(file, KI_REASON_NONE, "one frame").nframes, 1);
    file = with_chunk("IDAT", "acTL", "\0\0\0\x07", 4);
    cr_expect_eq(expect_reason(file, KI_REASON_NONE, "short").nframes, 1);
}

static enum ki_reason header_reason(const void *data, size_t nbytes)
{
    struct ki_png_header header;
    return ki_png_read_header(data, nbytes, &header);
}

Test(png_chunks, headers)
{
    struct file_bytes file = png_small();
    struct ki_png_header header;
    cr_assert_eq(ki_png_read_header(file.data, file.nbytes, &header), KI_REASON_NONE);
    cr_expect(header.width == 8 && header.height == 8 && header.bit_depth == 8);
    cr_expect_eq(header_reason(NULL, 0), KI_REASON_TRUNCATED);
    cr_expect_eq(header_reason("\x89PN", 3), KI_REASON_TRUNCATED);
    cr_expect_eq(header_reason("\x89PX", 3), KI_REASON_CORRUPT);
    memset(file.data + 16, 0, 4);
    cr_expect_eq(header_reason(file.data, file.nbytes), KI_REASON_CORRUPT, "width 0");
    file.data[16 + 3] = 1;
    memset(file.data + 20, 0, 4);
    cr_expect_eq(header_reason(file.data, file.nbytes), KI_REASON_CORRUPT, "height 0");
    free_file(&file);
}
