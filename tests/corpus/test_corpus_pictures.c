/* SPDX-License-Identifier: Apache-2.0 */
/* Synthetic pictures: the same from the same seed, full of structure, far apart. */
#include <criterion/criterion.h>
#include <string.h>

#include "codec.h"
#include "low.h"
#include "prng.h"
#include "support/random.h"
#include "synth.h"

enum { NSEEDS = 6, MIN_DISTANCE = 60 };

static struct ki_canvas make(const struct ki_synth *synth, uint32_t width,
                             uint32_t height, uint64_t seed,
                             struct ki_canvas_hashes *hashes)
{
    struct ki_canvas canvas;
    cr_assert_eq(ki_synth_make(synth, width, height, seed, &canvas, hashes), KI_OK,
                 "%s %ux%u seed %llu", synth->name, width, height,
                 (unsigned long long)seed);
    return canvas;
}

static bool is_same(const struct ki_canvas *a, const struct ki_canvas *b)
{
    return a->width == b->width && a->height == b->height &&
           memcmp(a->rgb, b->rgb, ki_canvas_stride(a) * a->height) == 0;
}

Test(corpus_pictures, same_seed_same_pixels)
{
    struct random_state random = random_begin(1);
    uint64_t seed = random_next(&random);
    for (size_t i = 0; ki_synth_at(i); i++) {
        struct ki_canvas_hashes hashes;
        struct ki_canvas a = make(ki_synth_at(i), 333, 251, seed, &hashes);
        struct ki_canvas b = make(ki_synth_at(i), 333, 251, seed, &hashes);
        struct ki_canvas c = make(ki_synth_at(i), 333, 251, seed + 1, &hashes);
        cr_expect(is_same(&a, &b), "%s", ki_synth_at(i)->name);
        cr_expect(!is_same(&a, &c), "%s", ki_synth_at(i)->name);
        ki_canvas_destroy(&a);
        ki_canvas_destroy(&b);
        ki_canvas_destroy(&c);
    }
}

Test(corpus_pictures, pictures_are_distinctive_and_far_apart)
{
    struct random_state random = random_begin(2);
    uint64_t seed = random_next(&random) >> 16;
    struct ki_pdq seen[NSEEDS * 16];
    size_t nseen = 0;
    for (size_t i = 0; ki_synth_at(i); i++) {
        for (uint64_t k = 0; k < NSEEDS; k++) {
            struct ki_canvas_hashes hashes;
            struct ki_canvas canvas = make(ki_synth_at(i), 400, 300, seed + k, &hashes);
            cr_expect_geq(hashes.quality, KI_QUALITY_DEFAULT);
            cr_expect(!ki_pdq_is_degenerate(&hashes.hashes[0]));
            for (size_t j = 0; j < nseen; j++) {
                cr_expect_gt(ki_canvas_distance(&hashes, &seen[j]), MIN_DISTANCE);
            }
            seen[nseen++] = hashes.hashes[0];
            ki_canvas_destroy(&canvas);
        }
    }
    cr_expect_eq(ki_synth_count() * NSEEDS, nseen);
}

Test(corpus_pictures, odd_sizes)
{
    static const uint32_t sides[][2] = {{64, 64}, {65, 1000}, {1000, 65}, {257, 129}};
    struct random_state random = random_begin(3);
    for (size_t i = 0; ki_synth_at(i); i++) {
        for (size_t k = 0; k < sizeof sides / sizeof *sides; k++) {
            struct ki_canvas_hashes hashes;
            struct ki_canvas canvas = make(ki_synth_at(i), sides[k][0], sides[k][1],
                                           random_next(&random), &hashes);
            ki_canvas_destroy(&canvas);
        }
    }
}

/* Nothing may be written outside, whatever comes of pictures this small. */
Test(corpus_pictures, tiny_sizes)
{
    struct random_state random = random_begin(4);
    for (size_t i = 0; ki_synth_at(i); i++) {
        for (uint32_t side = 1; side < 24; side++) {
            struct ki_canvas_hashes hashes;
            struct ki_canvas canvas;
            enum ki_status status =
                ki_synth_make(ki_synth_at(i), side, 24 - side, random_next(&random),
                              &canvas, &hashes);
            if (status == KI_OK) {
                ki_canvas_destroy(&canvas);
            } else {
                cr_expect_eq(status, KI_ERR_LIMIT);
            }
        }
    }
}

Test(corpus_pictures, sides_out_of_range)
{
    struct ki_canvas canvas;
    cr_expect_eq(ki_canvas_create(0, 5, &canvas), KI_ERR_ARGUMENT);
    cr_expect_eq(ki_canvas_create(5, 40000, &canvas), KI_ERR_ARGUMENT);
}

Test(corpus_pictures, low_information_is_caught_by_the_gate)
{
    struct random_state random = random_begin(5);
    for (size_t i = 0; ki_low_at(i); i++) {
        const struct ki_low *low = ki_low_at(i);
        for (int k = 0; k < 12; k++) {
            struct ki_canvas canvas;
            struct ki_canvas_hashes hashes;
            cr_assert_eq(ki_low_make(low, random_next(&random), &canvas, &hashes),
                         KI_OK);
            cr_expect(hashes.quality < KI_QUALITY_DEFAULT ||
                          ki_pdq_is_degenerate(&hashes.hashes[0]),
                      "%s: quality %u", low->name, hashes.quality);
            ki_canvas_destroy(&canvas);
        }
    }
}

Test(corpus_pictures, codecs_round_trip)
{
    struct random_state random = random_begin(6);
    struct ki_canvas_hashes hashes;
    struct ki_canvas canvas =
        make(ki_synth_at(0), 301, 203, random_next(&random), &hashes);
    struct ki_blob png = {0};
    struct ki_canvas decoded;
    cr_assert_eq(ki_png_write(&canvas, &png), KI_OK);
    cr_assert_eq(ki_png_read(&png, &decoded), KI_OK);
    cr_expect(is_same(&canvas, &decoded));
    ki_canvas_destroy(&decoded);
    ki_blob_destroy(&png);
    for (int coding = KI_JPEG_BASELINE; coding <= KI_JPEG_MANY_SCANS; coding++) {
        struct ki_blob jpeg = {0};
        struct ki_jpeg_report report;
        struct ki_canvas_hashes again;
        cr_assert_eq(ki_jpeg_write(&canvas, 90, (enum ki_jpeg_coding)coding, &jpeg),
                     KI_OK);
        cr_assert_eq(ki_jpeg_read(&jpeg, &decoded, &report), KI_OK);
        cr_expect_eq(report.nwarnings, 0);
        cr_assert_eq(ki_canvas_hash(&decoded, &again), KI_OK);
        cr_expect_leq(ki_pdq_distance(&again.hashes[0], &hashes.hashes[0]), 8);
        ki_canvas_destroy(&decoded);
        ki_blob_destroy(&jpeg);
    }
    ki_canvas_destroy(&canvas);
}

static uint64_t checksum(const struct ki_canvas *canvas)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t i = 0; i < ki_canvas_stride(canvas) * canvas->height; i++) {
        sum = (sum ^ canvas->rgb[i]) * UINT64_C(0x100000001b3);
    }
    return sum;
}

/* A compiler that orders the arguments of a call differently must not draw another
 * picture. Whoever changes a drawing on purpose puts the new number here. */
Test(corpus_pictures, every_compiler_draws_the_same)
{
    static const struct {
        const char *name;
        uint64_t sum;
    } drawn[] = {
        {"landscape", UINT64_C(0x10338269dafa96cd)},
        {"portrait", UINT64_C(0x7a70997ccbad13f5)},
        {"shapes", UINT64_C(0x3f9061acf5ac81aa)},
        {"page", UINT64_C(0x5fa0f6cab021862e)},
        {"screen", UINT64_C(0xf5c860e411f31ffb)},
        {"clouds", UINT64_C(0x4804207094c0ed4c)},
        {"mixture", UINT64_C(0x7a8c106aa999186c)},
    };
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++) {
        struct ki_canvas canvas;
        struct ki_prng prng;
        uint64_t sum = 0;
        cr_assert_eq(ki_canvas_create(300, 200, &canvas), KI_OK);
        for (uint64_t seed = 0; seed < 4; seed++) {
            ki_prng_seed(&prng, seed, 0);
            cr_assert_eq(ki_synth_find(drawn[i].name)->draw(&canvas, &prng), KI_OK);
            sum ^= checksum(&canvas);
        }
        cr_expect_eq(sum, drawn[i].sum, "%s: 0x%016llx", drawn[i].name,
                     (unsigned long long)sum);
        ki_canvas_destroy(&canvas);
    }
}
