/* SPDX-License-Identifier: Apache-2.0 */
/* Every picture of tests/vectors: the size and channels that vectors.csv names, and the
 * pixels that plain calls of the codec libraries give. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "decode/plain.h"

static void check_pixels(const char *name, const struct file_bytes *file,
                         const struct picture *picture)
{
    bool is_jpeg = strstr(name, ".jpg") != NULL;
    struct picture plain = is_jpeg ? plain_jpeg(file) : plain_png(file);
    int tolerance = strncmp(name, "cmyk", 4) == 0 ? 1 : 0;
    int distance = picture_distance(picture, &plain);
    cr_expect_leq(distance, tolerance, "%s: differs by %d", name, distance);
    free_picture(&plain);
}

static struct decoded check_vector(const char *name)
{
    struct file_bytes file = read_vector(name);
    struct decoded decoded = {.reason = KI_REASON_NONE};
    decode_file(&file, NULL, &decoded);
    cr_assert_eq(decoded.reason, KI_REASON_NONE, "%s: %s", name,
                 ki_reason_text(decoded.reason));
    cr_expect_eq(decoded.nrows, decoded.picture.height, "%s", name);
    cr_expect_eq(decoded.info.width, decoded.picture.width, "%s", name);
    cr_expect_eq(decoded.info.nframes, 1, "%s", name);
    cr_expect_eq(decoded.info.nwarnings, 0, "%s", name);
    check_pixels(name, &file, &decoded.picture);
    free_picture(&decoded.picture);
    free_file(&file);
    return decoded;
}

static void check_row(const char *line)
{
    char name[128];
    unsigned width = 0;
    unsigned height = 0;
    unsigned nchannels = 0;
    /* NOLINTNEXTLINE(cert-err34-c): a table of our own */
    int nfields = sscanf(line, "%127[^,],%u,%u,%u", name, &width, &height, &nchannels);
    cr_assert_eq(nfields, 4, "%s", line);
    struct decoded decoded = check_vector(name);
    cr_expect_eq(decoded.info.width, width, "%s", name);
    cr_expect_eq(decoded.info.height, height, "%s", name);
    /* The table counts what the reference was given: alpha dropped. */
    cr_expect_eq((unsigned)decoded.picture.layout, nchannels, "%s", name);
}

Test(decode_vectors, all_rows_of_the_table)
{
    FILE *stream = fopen(KI_TEST_VECTORS "/vectors.csv", "r");
    cr_assert_not_null(stream);
    char line[4096];
    unsigned nrows = 0;
    cr_assert_not_null(fgets(line, sizeof line, stream)); /* the heading */
    while (fgets(line, sizeof line, stream) != NULL) {
        check_row(line);
        nrows++;
    }
    cr_assert_gt(nrows, 40);
    cr_assert_eq(fclose(stream), 0);
}

Test(decode_vectors, cmyk)
{
    struct decoded decoded = check_vector("cmyk-640x480.jpg");
    cr_expect_eq(decoded.info.nchannels, 4);
    cr_expect_eq(decoded.picture.layout, KI_ROW_RGB8);
}

Test(decode_vectors, channels_and_wholeness_as_coded)
{
    cr_expect_eq(check_vector("gray-alpha-320x240.png").info.nchannels, 2);
    cr_expect_eq(check_vector("rgba-320x240.png").info.nchannels, 4);
    cr_expect_eq(check_vector("palette-320x240.png").info.nchannels, 3);
    cr_expect_eq(check_vector("gray-1024x768.jpg").info.nchannels, 1);
    cr_expect(check_vector("interlaced-320x240.png").info.needs_whole);
    cr_expect(check_vector("progressive-1024x768.jpg").info.needs_whole);
    cr_expect_not(check_vector("photo-420-640x480.jpg").info.needs_whole);
    cr_expect_not(check_vector("scene-64x64.png").info.needs_whole);
}
