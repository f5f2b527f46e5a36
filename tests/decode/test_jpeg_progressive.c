/* SPDX-License-Identifier: Apache-2.0 */
/* The short way through a progressive JPEG gives what libjpeg gives: the same luma at
 * each scale, or nothing where libjpeg finds something amiss. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "decode/jpeg_huffman.h"
#include "decode/luma.h"
#include "decode/make_jpeg.h"
#include "decode/make_progressive.h"

enum {
    NPICTURES = 1500,
    NBLOCKS_OF_COEFFICIENTS = 300,
    NDAMAGED = 150,
    NMUTANTS = 200
};

static const unsigned blocks[] = {1, 2, 4, 8};

/* True if the short way was gone to its end. */
static bool check_block(const struct file_bytes *file, unsigned block, const char *what)
{
    struct ki_jpeg_facts facts;
    if (!luma_facts(file->data, file->nbytes, block, &facts) ||
        (uint64_t)facts.width * facts.height > 1u << 22) {
        return false;
    }
    struct luma own = {0};
    struct luma plain = {0};
    enum ki_jpeg_outcome outcome =
        luma_short(file->data, file->nbytes, &facts, NULL, NULL, &own);
    if (outcome == KI_JPEG_DONE) {
        cr_assert(luma_plain(file->data, file->nbytes, block, &plain),
                  "%s, block %u: libjpeg finds fault", what, block);
        cr_assert(luma_equal(&own, &plain), "%s, block %u: other samples", what, block);
    }
    luma_free(&own);
    luma_free(&plain);
    return outcome == KI_JPEG_DONE;
}

static unsigned check_all_blocks(const struct file_bytes *file, const char *what)
{
    unsigned ndone = 0;
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        ndone += check_block(file, blocks[i], what);
    }
    return ndone;
}

Test(jpeg_progressive, equals_libjpeg)
{
    struct random_state random = random_begin(81);
    for (int i = 0; i < NPICTURES; i++) {
        struct progressive_options options = random_options(&random);
        options.is_of_coefficients = false;
        struct file_bytes file = make_progressive(&random, options);
        unsigned ndone = check_all_blocks(&file, "a picture");
        /* Steps of 255 make of noise what is out of range. */
        cr_assert(ndone == 4 || options.quality < 10,
                  "%d was declined: %ux%u quality %d content %d", i, options.width,
                  options.height, options.quality, (int)options.content);
        free_file(&file);
    }
}

/* Where libjpeg's answer depends on the processor, nothing is taken: some of these. */
Test(jpeg_progressive, coefficients_of_no_picture)
{
    struct random_state random = random_begin(82);
    unsigned ndone = 0;
    for (int i = 0; i < NBLOCKS_OF_COEFFICIENTS; i++) {
        struct progressive_options options = random_options(&random);
        static const unsigned mosts[] = {1, 8, 100, 255, 65535};
        options.is_of_coefficients = true;
        options.most_quant = mosts[random_below(&random, 5)];
        struct file_bytes file = make_progressive(&random, options);
        ndone += check_all_blocks(&file, "coefficients");
        free_file(&file);
    }
    printf("%u of %d were taken\n", ndone, 4 * NBLOCKS_OF_COEFFICIENTS);
    cr_expect_geq(ndone, NBLOCKS_OF_COEFFICIENTS, "only %u were taken", ndone);
}

Test(jpeg_progressive, codes_that_are_none)
{
    static const uint8_t symbols[256] = {1, 2, 15};
    static const struct {
        uint8_t counts[16];
        uint8_t most;
        bool is_good;
    } tables[] = {
        {{0}, 15, true},         {{1, 1}, 15, true},        {{1, 1, 1}, 15, true},
        {{1, 1, 1}, 14, false},  {{2}, 15, false}, /* 1 is all ones */
        {{1, 2}, 255, false},                      /* and so is 11 */
        {{3}, 255, false},                         /* more than there are */
        {{1, 1, 3}, 255, false}, {{[15] = 255}, 255, true},
    };
    struct ki_jpeg_huffman table;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        cr_expect_eq(
            ki_jpeg_huffman_build(&table, tables[i].counts, symbols, tables[i].most),
            tables[i].is_good, "table %zu", i);
    }
}

struct seen {
    struct ki_row_shape shape;
    uint32_t nrows;
    uint64_t sum;
};

static enum ki_reason on_begin(void *context, const struct ki_row_shape *shape)
{
    struct seen *seen = context;
    *seen = (struct seen){.shape = *shape};
    return KI_REASON_NONE;
}

static enum ki_reason on_rows(void *context, const uint8_t *samples, size_t stride,
                              uint32_t count)
{
    struct seen *seen = context;
    for (size_t y = 0; y < count; y++) {
        for (size_t x = 0; x < ki_row_width(&seen->shape); x++) {
            seen->sum = (seen->sum ^ samples[y * stride + x]) * 0x100000001b3u;
        }
    }
    seen->nrows += count;
    return KI_REASON_NONE;
}

struct outcome {
    enum ki_reason reason;
    struct ki_image_info info;
    struct seen seen;
};

static struct outcome decode(const struct file_bytes *file, enum ki_fidelity fidelity,
                             const struct ki_limits *limits, bool is_short)
{
    struct outcome outcome = {.info = {.format = KI_FORMAT_JPEG, .scale = 1}};
    struct ki_decode_request request = {
        .data = file->data,
        .nbytes = file->nbytes,
        .limits = limits,
        .fidelity = fidelity,
        .sink = {.context = &outcome.seen, .begin = on_begin, .rows = on_rows},
    };
    outcome.reason = is_short ? ki_decode(&request, &outcome.info)
                              : ki_jpeg_through_libjpeg(&request, &outcome.info);
    return outcome;
}

/* The decoder as a whole, with everything it tells. */
static void compare(const struct file_bytes *file, enum ki_fidelity fidelity)
{
    struct ki_limits limits = ki_limits_default();
    limits.pixels = 1u << 22;
    struct outcome own = decode(file, fidelity, &limits, true);
    struct outcome plain = decode(file, fidelity, &limits, false);
    cr_assert_eq(own.reason, plain.reason, "%s, libjpeg: %s",
                 ki_reason_text(own.reason), ki_reason_text(plain.reason));
    cr_assert_eq(own.info.nwarnings, plain.info.nwarnings);
    cr_assert_eq(own.info.scale, plain.info.scale);
    cr_assert_eq(own.info.fidelity, plain.info.fidelity);
    cr_assert_eq(own.info.width, plain.info.width);
    cr_assert_eq(own.info.height, plain.info.height);
    cr_assert_eq(own.info.nchannels, plain.info.nchannels);
    cr_assert_eq(own.info.needs_whole, plain.info.needs_whole);
    if (own.reason == KI_REASON_NONE) {
        cr_assert_eq(own.seen.nrows, plain.seen.nrows);
        cr_assert_eq(own.seen.sum, plain.seen.sum, "other samples");
    }
}

Test(jpeg_progressive, scales_as_sizes_choose_them)
{
    static const struct {
        unsigned width, height;
        enum ki_fidelity fidelity;
        unsigned scale;
    } sizes[] = {
        {130, 319, KI_FIDELITY_HIGH, 1},   {321, 400, KI_FIDELITY_HIGH, 2},
        {1201, 1153, KI_FIDELITY_HIGH, 4}, {2310, 2307, KI_FIDELITY_HIGH, 8},
        {255, 300, KI_FIDELITY_FAST, 1},   {257, 259, KI_FIDELITY_FAST, 2},
        {513, 600, KI_FIDELITY_FAST, 4},   {1025, 1031, KI_FIDELITY_FAST, 8},
    };
    struct random_state random = random_begin(83);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct file_bytes file = make_progressive(
            &random, (struct progressive_options){.width = sizes[i].width,
                                                  .height = sizes[i].height,
                                                  .h_factor = 2,
                                                  .v_factor = 2,
                                                  .quality = 85,
                                                  .content = CONTENT_SMOOTH});
        struct ki_limits limits = ki_limits_default();
        struct outcome own = decode(&file, sizes[i].fidelity, &limits, true);
        cr_expect_eq(own.reason, KI_REASON_NONE);
        cr_expect_eq(own.info.scale, sizes[i].scale);
        compare(&file, sizes[i].fidelity);
        free_file(&file);
    }
}

static struct file_bytes make_some(struct random_state *random)
{
    return make_progressive(
        random,
        (struct progressive_options){
            .width = 100, .height = 90, .h_factor = 2, .v_factor = 2, .quality = 90});
}

static enum ki_jpeg_outcome outcome_within(const struct file_bytes *file,
                                           const struct ki_limits *limits)
{
    struct ki_jpeg_facts facts;
    struct luma own = {0};
    cr_assert(luma_facts(file->data, file->nbytes, 2, &facts));
    enum ki_jpeg_outcome outcome =
        luma_short(file->data, file->nbytes, &facts, limits, NULL, &own);
    luma_free(&own);
    return outcome;
}

Test(jpeg_progressive, limits)
{
    struct random_state random = random_begin(86);
    struct file_bytes file = make_some(&random);
    struct ki_limits limits = ki_limits_default();
    cr_expect_eq(outcome_within(&file, &limits), KI_JPEG_DONE);
    limits.jpeg_scans = 10; /* as many as there are */
    cr_expect_eq(outcome_within(&file, &limits), KI_JPEG_DONE);
    limits.jpeg_scans = 9;
    cr_expect_eq(outcome_within(&file, &limits), KI_JPEG_DECLINED);
    cr_expect_eq(decode(&file, KI_FIDELITY_HIGH, &limits, true).reason,
                 KI_REASON_LIMIT_SCANS);
    limits = ki_limits_default();
    limits.memory_nbytes = 100 * 90;
    cr_expect_eq(outcome_within(&file, &limits), KI_JPEG_DECLINED);
    limits = ki_limits_default();
    limits.cpu_us = 0;
    cr_expect_eq(outcome_within(&file, &limits), KI_JPEG_REFUSED);
    cr_expect_eq(decode(&file, KI_FIDELITY_HIGH, &limits, true).reason,
                 KI_REASON_LIMIT_TIME);
    free_file(&file);
}

static enum ki_reason refuse_rows(void *context, const uint8_t *samples, size_t stride,
                                  uint32_t count)
{
    (void)samples;
    (void)stride;
    (void)count;
    ++*(unsigned *)context;
    return KI_REASON_LOW_INFORMATION;
}

static enum ki_reason count_begins(void *context, const struct ki_row_shape *shape)
{
    (void)shape;
    *(unsigned *)context += 100;
    return KI_REASON_NONE;
}

Test(jpeg_progressive, what_the_sink_refuses_is_not_tried_again)
{
    struct random_state random = random_begin(89);
    struct file_bytes file = make_some(&random);
    struct ki_limits limits = ki_limits_default();
    struct ki_image_info info = {.format = KI_FORMAT_JPEG};
    unsigned ncalls = 0;
    struct ki_decode_request request = {
        .data = file.data,
        .nbytes = file.nbytes,
        .limits = &limits,
        .fidelity = KI_FIDELITY_HIGH,
        .sink = {.context = &ncalls, .begin = count_begins, .rows = refuse_rows},
    };
    cr_expect_eq(ki_decode(&request, &info), KI_REASON_LOW_INFORMATION);
    cr_expect_eq(ncalls, 101);
    free_file(&file);
}

/* Puts it before the nth marker of that code; true if the file then goes the short
 * way, and equals libjpeg's. */
static bool is_taken_with(const struct file_bytes *file, uint8_t code, unsigned n,
                          const void *bytes, size_t nbytes)
{
    struct file_bytes changed = copy_file(file);
    splice(&changed, find_marker(file, code, n), 0, bytes, nbytes);
    bool is_taken = check_block(&changed, 1, "something between scans");
    compare(&changed, KI_FIDELITY_HIGH);
    free_file(&changed);
    return is_taken;
}

Test(jpeg_progressive, between_scans)
{
    struct random_state random = random_begin(88);
    struct file_bytes file = make_some(&random);
    uint8_t steps[69] = {0xff, 0xdb, 0, 67, 0};
    for (size_t i = 5; i < sizeof steps; i++) {
        steps[i] = 5;
    }
    for (unsigned n = 0; n < 4;
         n++) { /* before and after luma has its table for good */
        cr_expect(is_taken_with(&file, 0xda, n, steps, sizeof steps));
        cr_expect(is_taken_with(&file, 0xda, n, "\xff\xff", 2));
        cr_expect(is_taken_with(&file, 0xda, n, "\xff\xfe\0\5abc", 7));
        cr_expect(is_taken_with(&file, 0xda, n, "\xff\xe1\0\2", 4));
        cr_expect_not(is_taken_with(&file, 0xda, n, "\xff\xd0", 2));
        cr_expect_not(is_taken_with(&file, 0xda, n, "\xff\xd8", 2));
        cr_expect_not(is_taken_with(&file, 0xda, n, "\xff\xdc\0\4\0\1", 6));
        cr_expect_not(is_taken_with(&file, 0xda, n, "\0", 1));
        /* As no interval of one unit is marked in what follows. */
        cr_expect_not(is_taken_with(&file, 0xda, n, "\xff\xdd\0\4\0\1", 6));
    }
    cr_expect_not(is_taken_with(&file, 0xda, 1, "\xff\xe0\0\2", 4));
    cr_expect_not(is_taken_with(&file, 0xda, 1, "\xff\xee\0\2", 4));
    cr_expect(is_taken_with(&file, 0xd9, 0, "\xff\xff\xff", 3));
    cr_expect(is_taken_with(&file, 0xd9, 0, "\xff\xd9 anything", 11));
    cr_expect_not(is_taken_with(&file, 0xd9, 0, "\xff\xd0", 2));
    cr_expect_not(is_taken_with(&file, 0xd9, 0, "\0\0", 2));
    free_file(&file);
}

/* What a picture leaves in memory that is kept does not show in the next. */
Test(jpeg_progressive, memory_is_cleared)
{
    struct random_state random = random_begin(87);
    struct ki_decode_memory memory = {0};
    for (int i = 0; i < 40; i++) {
        struct progressive_options options = random_options(&random);
        struct file_bytes file = make_progressive(&random, options);
        unsigned block = blocks[random_below(&random, 4)];
        struct ki_jpeg_facts facts;
        cr_assert(luma_facts(file.data, file.nbytes, block, &facts));
        struct luma fresh = {0};
        struct luma again = {0};
        enum ki_jpeg_outcome first =
            luma_short(file.data, file.nbytes, &facts, NULL, NULL, &fresh);
        enum ki_jpeg_outcome second =
            luma_short(file.data, file.nbytes, &facts, NULL, &memory, &again);
        cr_assert_eq(first, second);
        cr_assert(first != KI_JPEG_DONE || luma_equal(&fresh, &again));
        luma_free(&fresh);
        luma_free(&again);
        free_file(&file);
    }
    free(memory.bytes);
}

/* A bit, a byte that is lost or too many, or the end of the file; now and then a marker
 * where none belongs. */
static void damage(struct random_state *random, struct file_bytes *file)
{
    uint8_t bytes[2] = {(uint8_t)random_next(random), (uint8_t)random_next(random)};
    size_t at = 2 + random_below(random, (uint32_t)file->nbytes - 4);
    switch (random_below(random, 6)) {
    case 0:
        splice(file, at, 1, NULL, 0);
        break;
    case 1:
        splice(file, at, 0, bytes, 1 + random_below(random, 2));
        break;
    case 2:
        splice(file, at, file->nbytes - at, "\xff\xd9", random_below(random, 2) * 2);
        break;
    case 3:
        bytes[0] = 0xff;
        splice(file, at, random_below(random, 3), bytes, 2);
        break;
    default:
        file->data[at] ^= (uint8_t)(1u << random_below(random, 8));
        break;
    }
}

static void check_damaged(struct random_state *random, const struct file_bytes *file)
{
    struct file_bytes mutant = copy_file(file);
    damage(random, &mutant);
    compare(&mutant, KI_FIDELITY_HIGH);
    check_block(&mutant, blocks[random_below(random, 4)], "a mutant");
    free_file(&mutant);
}

Test(jpeg_progressive, damage_is_left_to_libjpeg)
{
    struct random_state random = random_begin(84);
    for (int i = 0; i < NDAMAGED; i++) {
        struct progressive_options options = random_options(&random);
        options.width = options.width % 50 + 1;
        options.height = options.height % 50 + 1;
        struct file_bytes file = make_progressive(&random, options);
        for (int k = 0; k < NMUTANTS; k++) {
            check_damaged(&random, &file);
        }
        free_file(&file);
    }
}

static void flip_each_bit(const struct file_bytes *file)
{
    for (size_t at = 2; at < file->nbytes; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            struct file_bytes mutant = copy_file(file);
            mutant.data[at] ^= (uint8_t)(1u << bit);
            check_block(&mutant, blocks[(at + bit) % 4], "a flipped bit");
            free_file(&mutant);
        }
    }
}

Test(jpeg_progressive, each_bit_and_each_length)
{
    struct random_state random = random_begin(85);
    for (int i = 0; i < 3; i++) {
        struct progressive_options options = {
            .width = 20,
            .height = 19,
            .h_factor = 2,
            .v_factor = 1 + (unsigned)i % 2,
            .quality = 60,
            .content = CONTENT_SMOOTH,
            .has_own_script = i == 1,
            .interval = (unsigned)i * 2,
        };
        struct file_bytes file = make_progressive(&random, options);
        cr_expect_eq(check_all_blocks(&file, "a small picture"), 4);
        flip_each_bit(&file);
        for (size_t nbytes = 2; nbytes < file.nbytes; nbytes++) {
            struct file_bytes prefix = {file.data, nbytes};
            cr_assert_not(check_block(&prefix, 1, "a prefix"));
        }
        free_file(&file);
    }
}
