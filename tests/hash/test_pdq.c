/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of the hash itself. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hash/gate.h"
#include "hash/pdq.h"
#include "support/hashes.h"

enum { SIDE = 64, NSAMPLES = SIDE * SIDE };

/* A smooth random picture: a few waves, as photographs have. */
static void make_waves(struct random_state *random, float samples[NSAMPLES])
{
    for (int i = 0; i < NSAMPLES; i++) {
        samples[i] = 128.0f;
    }
    for (int w = 0; w < 40; w++) {
        float fx = (float)random_below(random, 1000) / 60.0f;
        float fy = (float)random_below(random, 1000) / 60.0f;
        float phase = (float)random_below(random, 628) / 100.0f;
        for (int i = 0; i < NSAMPLES; i++) {
            float x = (float)(i % SIDE) / SIDE;
            int row = i / SIDE;
            float y = (float)row / SIDE;
            samples[i] += 6.0f * sinf(3.14159f * (fx * x + fy * y) + phase);
        }
    }
}

/* out(x, y) = in(where the transform takes it from). */
static void turn(const float *in, enum ki_transform t, float *out)
{
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            int last = SIDE - 1;
            int from_y[KI_NTRANSFORMS] = {y,        x, last - y, last - x,
                                          last - y, y, x,        last - x};
            int from_x[KI_NTRANSFORMS] = {x, last - y, last - x, y,
                                          x, last - x, y,        last - y};
            out[y * SIDE + x] = in[from_y[t] * SIDE + from_x[t]];
        }
    }
}

/* At 64×64 the filter is the identity, so that turning the picture and turning its
 * coefficients agree but for rounding. Rotations may be named in either sense. */
Test(pdq, dihedral_hashes_are_those_of_the_turned_picture)
{
    struct random_state random = random_begin(91);
    struct ki_pdq_tables tables;
    ki_pdq_tables_init(&tables);
    for (int i = 0; i < 50; i++) {
        float samples[NSAMPLES];
        float turned[NSAMPLES];
        struct ki_pdq eight[KI_NTRANSFORMS];
        make_waves(&random, samples);
        cr_assert(ki_pdq_compute(&tables, ki_fold_at(0), samples, true, eight));
        for (unsigned t = 0; t < KI_NTRANSFORMS; t++) {
            struct ki_pdq direct[KI_NTRANSFORMS];
            turn(samples, (enum ki_transform)t, turned);
            cr_assert(ki_pdq_compute(&tables, ki_fold_at(0), turned, false, direct));
            unsigned nearest = 256;
            for (unsigned u = 0; u < KI_NTRANSFORMS; u++) {
                unsigned distance = ki_pdq_distance(&direct[0], &eight[u]);
                nearest = distance < nearest ? distance : nearest;
            }
            cr_expect_leq(nearest, 4, "%s is %u bits off",
                          ki_transform_text((enum ki_transform)t), nearest);
        }
    }
}

Test(pdq, half_of_the_bits_are_set)
{
    struct random_state random = random_begin(92);
    struct ki_pdq_tables tables;
    static const struct ki_pdq zero;
    ki_pdq_tables_init(&tables);
    for (int i = 0; i < 100; i++) {
        float samples[NSAMPLES];
        struct ki_pdq pdq[KI_NTRANSFORMS];
        make_waves(&random, samples);
        (void)ki_pdq_compute(&tables, ki_fold_at(0), samples, true, pdq);
        for (int t = 0; t < KI_NTRANSFORMS; t++) {
            cr_expect_eq(ki_pdq_distance(&pdq[t], &zero), 128);
        }
    }
}

/* A picture that does not change along one axis has no coefficients: whatever its
 * contrast and its period, its bits are rounding noise, and it must not match. */
Test(pdq, stripes_and_axis_gradients_are_noise)
{
    struct random_state random = random_begin(93);
    struct ki_pdq_tables tables;
    ki_pdq_tables_init(&tables);
    for (int i = 0; i < 300; i++) {
        float samples[NSAMPLES];
        struct ki_pdq pdq[KI_NTRANSFORMS];
        float profile[SIDE];
        for (int k = 0; k < SIDE; k++) {
            profile[k] = (float)random_below(&random, 256);
        }
        for (int k = 0; k < NSAMPLES; k++) {
            samples[k] = profile[i % 2 ? k % SIDE : k / SIDE];
        }
        cr_expect(!ki_pdq_compute(&tables, ki_fold_at(0), samples, false, pdq));
    }
}

Test(pdq, faint_pictures_are_not_noise)
{
    struct random_state random = random_begin(94);
    struct ki_pdq_tables tables;
    ki_pdq_tables_init(&tables);
    for (int i = 0; i < 50; i++) {
        float samples[NSAMPLES];
        struct ki_pdq pdq[KI_NTRANSFORMS];
        make_waves(&random, samples);
        for (int k = 0; k < NSAMPLES; k++) {
            samples[k] = 128.0f + (samples[k] - 128.0f) / 20.0f;
        }
        cr_expect(ki_pdq_compute(&tables, ki_fold_at(0), samples, false, pdq));
    }
}

Test(pdq, from_gray_checks_its_arguments)
{
    uint8_t pixels[64] = {0};
    struct ki_pdq pdq[KI_NTRANSFORMS];
    static const struct ki_pdq zero;
    unsigned quality = 1;
    cr_expect_eq(ki_pdq_from_gray(pixels, 0, 8, 8, KI_MODE_PDQ, false, pdq, &quality),
                 KI_ERR_ARGUMENT);
    cr_expect_eq(ki_pdq_from_gray(pixels, 8, 8, 7, KI_MODE_PDQ, false, pdq, &quality),
                 KI_ERR_ARGUMENT);
    cr_expect_eq(ki_pdq_from_gray(pixels, 8, 4, 8, KI_MODE_PDQ, true, pdq, &quality),
                 KI_OK);
    cr_expect_eq(quality, 0);
    cr_expect_eq(ki_pdq_distance(&pdq[7], &zero), 0);
}

Test(pdq, gate_catches_what_it_should)
{
    struct random_state random = random_begin(95);
    static const char *const bad[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa",
        "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ki_hash hash;
        struct ki_pdq pdq;
        cr_assert(ki_hash_from_hex(KI_KIND_PDQ, bad[i], 64, &hash));
        memcpy(pdq.bytes, hash.bytes, sizeof pdq.bytes);
        cr_expect(ki_pdq_is_degenerate(&pdq), "%s", bad[i]);
        cr_expect(ki_pdq_is_meaningless(&pdq), "%s", bad[i]);
    }
    struct ki_pdq_tables tables;
    ki_pdq_tables_init(&tables);
    int ncaught = 0;
    for (int i = 0; i < 200; i++) {
        float samples[NSAMPLES];
        struct ki_pdq pdq[KI_NTRANSFORMS];
        make_waves(&random, samples);
        (void)ki_pdq_compute(&tables, ki_fold_at(0), samples, false, pdq);
        ncaught += ki_pdq_is_degenerate(&pdq[0]);
    }
    cr_expect_leq(ncaught, 10, "%d of 200 ordinary pictures caught", ncaught);
}

/* A list of any 256 bits must not lose entries, though the gate for pictures, whose
 * bits are set by half, catches a third of them. */
Test(pdq, random_bits_are_not_meaningless)
{
    struct random_state random = random_begin(96);
    unsigned ncaught = 0;
    unsigned ndegenerate = 0;
    for (unsigned i = 0; i < 1000000; i++) {
        struct ki_pdq pdq = hash_uniform(&random);
        ncaught += ki_pdq_is_meaningless(&pdq);
        ndegenerate += i % 1000 == 0 && ki_pdq_is_degenerate(&pdq);
    }
    cr_expect_eq(ncaught, 0);
    cr_expect_gt(ndegenerate, 100);
}
