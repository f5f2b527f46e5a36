/* SPDX-License-Identifier: Apache-2.0 */
/* Alterations do what their names say. */
#include <criterion/criterion.h>
#include <string.h>

#include "alter.h"
#include "support/random.h"
#include "synth.h"

enum { WIDTH = 320, HEIGHT = 230 };

static struct ki_canvas make(struct ki_canvas_hashes *hashes)
{
    struct random_state random = random_begin(7);
    struct ki_canvas canvas;
    cr_assert_eq(ki_synth_make(ki_synth_find("portrait"), WIDTH, HEIGHT,
                               random_next(&random), &canvas, hashes),
                 KI_OK);
    return canvas;
}

static struct ki_canvas alter(const struct ki_canvas *from, ki_alter_apply *apply,
                              int amount)
{
    struct ki_canvas to;
    struct ki_prng prng;
    ki_prng_seed(&prng, 1, 2);
    cr_assert_eq(apply(from, amount, &prng, &to), KI_OK);
    return to;
}

/* Alters in place. */
static void turn(struct ki_canvas *canvas, enum ki_transform transform)
{
    struct ki_canvas turned = alter(canvas, ki_alter_dihedral, transform);
    ki_canvas_destroy(canvas);
    *canvas = turned;
}

static bool is_same(const struct ki_canvas *a, const struct ki_canvas *b)
{
    return a->width == b->width && a->height == b->height &&
           memcmp(a->rgb, b->rgb, ki_canvas_stride(a) * a->height) == 0;
}

Test(corpus_alterations, turns_compose_to_identity)
{
    static const struct {
        enum ki_transform transforms[4];
    } circles[] = {
        {{KI_TRANSFORM_ROT90, KI_TRANSFORM_ROT90, KI_TRANSFORM_ROT90,
          KI_TRANSFORM_ROT90}},
        {{KI_TRANSFORM_ROT90, KI_TRANSFORM_ROT270, KI_TRANSFORM_ROT180,
          KI_TRANSFORM_ROT180}},
        {{KI_TRANSFORM_FLIPX, KI_TRANSFORM_FLIPX, KI_TRANSFORM_FLIPY,
          KI_TRANSFORM_FLIPY}},
        {{KI_TRANSFORM_FLIPPLUS1, KI_TRANSFORM_FLIPPLUS1, KI_TRANSFORM_FLIPMINUS1,
          KI_TRANSFORM_FLIPMINUS1}},
        {{KI_TRANSFORM_FLIPX, KI_TRANSFORM_FLIPY, KI_TRANSFORM_ROT180,
          KI_TRANSFORM_ORIGINAL}},
        {{KI_TRANSFORM_FLIPPLUS1, KI_TRANSFORM_FLIPMINUS1, KI_TRANSFORM_ROT180,
          KI_TRANSFORM_ORIGINAL}},
    };
    struct ki_canvas_hashes hashes;
    struct ki_canvas canvas = make(&hashes);
    for (size_t i = 0; i < sizeof circles / sizeof *circles; i++) {
        struct ki_canvas turned = alter(&canvas, ki_alter_none, 0);
        for (int k = 0; k < 4; k++) {
            turn(&turned, circles[i].transforms[k]);
        }
        cr_expect(is_same(&canvas, &turned), "circle %zu", i);
        ki_canvas_destroy(&turned);
    }
    ki_canvas_destroy(&canvas);
}

/* One marked pixel shows the direction: rot90 turns anticlockwise. */
Test(corpus_alterations, turns_go_where_they_say)
{
    static const uint32_t expected[KI_NTRANSFORMS][2] = {
        {0, 0}, {0, 3}, {3, 2}, {2, 0}, {0, 2}, {3, 0}, {0, 0}, {2, 3}};
    struct ki_canvas canvas;
    cr_assert_eq(ki_canvas_create(4, 3, &canvas), KI_OK);
    canvas.rgb[0] = 255;
    for (int i = 0; i < KI_NTRANSFORMS; i++) {
        struct ki_canvas turned = alter(&canvas, ki_alter_dihedral, i);
        size_t at = (size_t)expected[i][0] * 3;
        cr_expect_eq(ki_canvas_row(&turned, expected[i][1])[at], 255, "%s",
                     ki_transform_text((enum ki_transform)i));
        ki_canvas_destroy(&turned);
    }
    ki_canvas_destroy(&canvas);
}

/* The hash of the turned picture is near the turned hash of the picture. */
Test(corpus_alterations, turns_agree_with_the_dihedral_hashes)
{
    struct ki_canvas_hashes hashes;
    struct ki_canvas canvas = make(&hashes);
    for (int i = 0; i < KI_NTRANSFORMS; i++) {
        struct ki_canvas turned = alter(&canvas, ki_alter_dihedral, i);
        struct ki_canvas_hashes again;
        cr_assert_eq(ki_canvas_hash(&turned, &again), KI_OK);
        for (int k = 0; k < KI_NTRANSFORMS; k++) {
            unsigned distance = ki_pdq_distance(&hashes.hashes[k], &again.hashes[0]);
            if (k == i) {
                cr_expect_leq(distance, 31, "%d: %u", i, distance);
            } else {
                cr_expect_gt(distance, 60, "%d as %d: %u", i, k, distance);
            }
        }
        ki_canvas_destroy(&turned);
    }
    ki_canvas_destroy(&canvas);
}

Test(corpus_alterations, sizes)
{
    struct ki_canvas_hashes hashes;
    struct ki_canvas canvas = make(&hashes);
    static const struct {
        ki_alter_apply *apply;
        int amount;
        uint32_t width;
        uint32_t height;
    } cases[] = {{ki_alter_resize, 25, 80, 57},        {ki_alter_resize, 200, 640, 460},
                 {ki_alter_crop, 10, 288, 208},        {ki_alter_border, 5, 354, 264},
                 {ki_alter_caption, 14, 320, 263},     {ki_alter_noise, 20, 320, 230},
                 {ki_alter_resize, 100, WIDTH, HEIGHT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ki_canvas to = alter(&canvas, cases[i].apply, cases[i].amount);
        cr_expect_eq(to.width, cases[i].width, "case %zu: %u", i, to.width);
        cr_expect_eq(to.height, cases[i].height, "case %zu: %u", i, to.height);
        ki_canvas_destroy(&to);
    }
    ki_canvas_destroy(&canvas);
}

Test(corpus_alterations, neutral_amounts_change_nothing)
{
    static const struct {
        ki_alter_apply *apply;
        int amount;
    } cases[] = {{ki_alter_none, 0},       {ki_alter_resize, 100},
                 {ki_alter_brightness, 0}, {ki_alter_contrast, 100},
                 {ki_alter_gamma, 4},      {ki_alter_saturation, 100},
                 {ki_alter_blur, 0},       {ki_alter_sharpen, 0},
                 {ki_alter_noise, 0},      {ki_alter_crop, 0}};
    struct ki_canvas_hashes hashes;
    struct ki_canvas canvas = make(&hashes);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ki_canvas to = alter(&canvas, cases[i].apply, cases[i].amount);
        cr_expect(is_same(&canvas, &to), "case %zu", i);
        ki_canvas_destroy(&to);
    }
    ki_canvas_destroy(&canvas);
}

Test(corpus_alterations, flat_stays_flat)
{
    struct ki_canvas flat;
    cr_assert_eq(ki_canvas_create(37, 23, &flat), KI_OK);
    memset(flat.rgb, 200, ki_canvas_stride(&flat) * flat.height);
    static const int percents[] = {7, 33, 50, 99, 101, 150, 317};
    for (size_t i = 0; i < sizeof percents / sizeof *percents; i++) {
        struct ki_canvas to = alter(&flat, ki_alter_resize, percents[i]);
        for (size_t k = 0; k < ki_canvas_stride(&to) * to.height; k++) {
            cr_assert_eq(to.rgb[k], 200, "%d %%", percents[i]);
        }
        ki_canvas_destroy(&to);
    }
    struct ki_canvas blurred = alter(&flat, ki_alter_blur, 3);
    cr_expect(is_same(&flat, &blurred));
    ki_canvas_destroy(&blurred);
    ki_canvas_destroy(&flat);
}

/* Every line of the table works on ordinary and on tiny pictures. */
Test(corpus_alterations, table)
{
    struct ki_canvas_hashes hashes;
    struct ki_canvas canvas = make(&hashes);
    struct ki_canvas dot;
    cr_assert_eq(ki_canvas_create(1, 1, &dot), KI_OK);
    for (size_t i = 0; ki_alteration_at(i); i++) {
        const struct ki_alteration *alteration = ki_alteration_at(i);
        cr_expect_eq(ki_alteration_find(alteration->name), alteration);
        struct ki_canvas a = alter(&canvas, alteration->apply, alteration->amount);
        struct ki_canvas b = alter(&canvas, alteration->apply, alteration->amount);
        cr_expect(is_same(&a, &b), "%s", alteration->name);
        ki_canvas_destroy(&a);
        ki_canvas_destroy(&b);
        struct ki_canvas c = alter(&dot, alteration->apply, alteration->amount);
        ki_canvas_destroy(&c);
    }
    ki_canvas_destroy(&dot);
    ki_canvas_destroy(&canvas);
}
