/* SPDX-License-Identifier: Apache-2.0 */
/* PNG files that are cut or damaged: never NONE. */
#include <criterion/criterion.h>

#include "decode/make_png.h"

static void check_prefixes(struct file_bytes file)
{
    for (size_t nbytes = 1; nbytes < file.nbytes; nbytes++) {
        enum ki_reason reason = decode_prefix(&file, nbytes);
        cr_expect_eq(reason, KI_REASON_TRUNCATED, "%zu of %zu: %s", nbytes, file.nbytes,
                     ki_reason_text(reason));
    }
    cr_expect_eq(decode_prefix(&file, file.nbytes), KI_REASON_NONE);
    free_file(&file);
}

Test(png_damage, every_prefix_is_truncated)
{
    check_prefixes(png_small());
    check_prefixes(make_png((struct png_options){.color_type = 6}));
    check_prefixes(make_png(
        (struct png_options){.color_type = 3, .bit_depth = 2, .is_interlaced = true}));
}

static void check_flips(struct file_bytes file)
{
    size_t idat = find_chunk(&file, "IDAT", 0);
    size_t iend = find_chunk(&file, "IEND", 0);
    for (size_t offset = idat; offset < iend; offset++) {
        for (int bit = 0; bit < 8; bit++) {
            file.data[offset] ^= (uint8_t)(1 << bit);
            cr_expect_neq(decode_reason(&file, NULL), KI_REASON_NONE, "byte %zu bit %d",
                          offset, bit);
            file.data[offset] ^= (uint8_t)(1 << bit);
        }
    }
    free_file(&file);
}

Test(png_damage, every_flipped_bit_of_idat_is_found)
{
    check_flips(png_small());
    check_flips(make_png((struct png_options){.color_type = 2, .is_interlaced = true}));
}

/* With a crc that fits, so that zlib's own checks must find it. Few flips leave the
 * pixels valid and the sum right, so none may pass. */
Test(png_damage, every_flipped_bit_of_the_zlib_stream_is_found)
{
    struct file_bytes file = png_small();
    size_t idat = find_chunk(&file, "IDAT", 0);
    size_t iend = find_chunk(&file, "IEND", 0);
    unsigned npassed = 0;
    for (size_t bit = 8 * (idat + 8); bit < 8 * (iend - 4); bit++) {
        file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        mend_crc(&file, idat);
        npassed += decode_reason(&file, NULL) == KI_REASON_NONE ? 1 : 0;
        file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    /* Unused bits: the compression level, the window size (3 bits may be larger) and
     * the padding before the checksum. */
    cr_expect_leq(npassed, 7 + 7, "%u passed", npassed);
    free_file(&file);
}

Test(png_damage, a_wrong_adler_is_corrupt)
{
    struct file_bytes file =
        make_png((struct png_options){.width = 300, .height = 300});
    size_t iend = find_chunk(&file, "IEND", 0);
    unsigned nidats = 0;
    for (size_t offset = 8; offset < iend; nidats++) {
        offset = find_chunk(&file, "IDAT", nidats);
        uint32_t nbytes = (uint32_t)file.data[offset + 2] << 8 | file.data[offset + 3];
        if (offset + 12 + nbytes == iend) {
            file.data[iend - 5] ^= 1;
            mend_crc(&file, offset);
            break;
        }
    }
    cr_expect_eq(decode_reason(&file, NULL), KI_REASON_CORRUPT);
    free_file(&file);
}

Test(png_damage, too_few_rows)
{
    struct file_bytes file = png_start();
    png_ihdr(&file, 8, 9);
    png_idat(&file, 8, 8);
    png_iend(&file);
    cr_expect_eq(decode_reason(&file, NULL), KI_REASON_CORRUPT);
    free_file(&file);
}

/* The picture is whole; so is a row too many or a byte after the stream. */
Test(png_damage, more_data_than_needed_is_tolerated)
{
    struct file_bytes rows = png_start();
    png_ihdr(&rows, 8, 7);
    png_idat(&rows, 8, 8);
    png_iend(&rows);
    cr_expect_eq(decode_reason(&rows, NULL), KI_REASON_NONE);
    free_file(&rows);

    struct file_bytes bytes = png_start();
    struct file_bytes data = png_idat_data(8, 8);
    append(&data, "more", 4);
    png_ihdr(&bytes, 8, 8);
    png_chunk(&bytes, "IDAT", data.data, data.nbytes);
    png_chunk(&bytes, "IDAT", "more", 4);
    png_iend(&bytes);
    cr_expect_eq(decode_reason(&bytes, NULL), KI_REASON_NONE);
    free_file(&bytes);
    free_file(&data);
}

Test(png_damage, flipped_bits_do_not_crash)
{
    uint64_t state = xorshift_seed();
    struct ki_limits limits = ki_limits_default();
    limits.pixels = 1u << 20;
    struct file_bytes file = make_png((struct png_options){.color_type = 3});
    for (unsigned n = 0; n < 20000; n++) {
        uint64_t random = xorshift_next(&state);
        size_t offset = 1 + (random >> 8) % (file.nbytes - 1);
        struct file_bytes flipped = copy_file(&file);
        flipped.data[offset] ^= (uint8_t)(1u << random % 8);
        decode_reason(&flipped, &limits);
        free_file(&flipped);
    }
    free_file(&file);
}
