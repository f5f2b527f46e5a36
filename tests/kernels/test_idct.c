/* SPDX-License-Identifier: Apache-2.0 */
/* The inverse DCT that this processor is given equals the scalar one: the same samples,
 * or for both something is out of range. That the scalar one equals libjpeg's shows in
 * tests/decode. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/cpu.h"
#include "decode/jpeg_idct.h"
#include "support/random.h"

enum { NROUNDS = 200000, STRIDE = 19, NSAMPLES = 8 * STRIDE };

struct input {
    int16_t line[64];
    uint16_t quant[64];
};

/* Small values, or such that some overflow on the way; a few coefficients or all. */
static void fill(struct random_state *random, const struct ki_jpeg_idct *idct,
                 struct input *input)
{
    static const uint32_t most_values[] = {3, 40, 1024, 32768};
    static const uint32_t most_steps[] = {1, 16, 255, 32767};
    uint16_t steps[64];
    uint32_t most_value = most_values[random_below(random, 4)];
    uint32_t most_step = most_steps[random_below(random, 4)];
    memset(input, 0, sizeof *input);
    for (unsigned k = 0; k < 64; k++) {
        steps[k] = (uint16_t)(1 + random_below(random, most_step));
    }
    cr_assert(ki_jpeg_idct_arrange(idct, steps, input->quant));
    for (uint32_t n = 1 + random_below(random, 64); n > 0; n--) {
        int32_t value =
            (int32_t)random_below(random, 2 * most_value) - (int32_t)most_value;
        input->line[random_below(random, 64)] = (int16_t)value;
    }
}

static unsigned check(struct random_state *random, unsigned block)
{
    struct ki_jpeg_idct scalar;
    struct ki_jpeg_idct best;
    struct input input;
    uint8_t expected[NSAMPLES];
    uint8_t got[NSAMPLES];
    ki_jpeg_idct_choose(&scalar, block, 0);
    ki_jpeg_idct_choose(&best, block, ki_cpu_features());
    fill(random, &scalar, &input);
    memset(expected, 1, sizeof expected);
    memset(got, 1, sizeof got);
    bool is_good = scalar.block(input.line, input.quant, expected, STRIDE);
    cr_assert_eq(best.block(input.line, input.quant, got, STRIDE), is_good);
    cr_assert(!is_good || memcmp(expected, got, sizeof got) == 0, "block %u", block);
    return is_good;
}

Test(idct, every_one_equals_the_scalar_one)
{
    for (unsigned block = 1; block <= 8; block *= 2) {
        struct random_state random = random_begin(64 + block);
        unsigned ngood = 0;
        for (int i = 0; i < NROUNDS; i++) {
            ngood += check(&random, block);
        }
        cr_expect(ngood > NROUNDS / 5 && ngood < NROUNDS, "%u", ngood);
    }
}

Test(idct, a_flat_block_is_flat)
{
    for (unsigned block = 1; block <= 8; block *= 2) {
        struct ki_jpeg_idct idct;
        ki_jpeg_idct_choose(&idct, block, ki_cpu_features());
        for (int dc = -4096; dc <= 5000; dc++) {
            int16_t line[64] = {(int16_t)dc};
            uint16_t quant[64] = {1};
            uint8_t samples[64] = {0};
            uint8_t sample = 0;
            bool is_good = idct.block(line, quant, samples, idct.side);
            cr_assert_eq(ki_jpeg_idct_flat((int16_t)dc, 1, &sample), is_good);
            for (unsigned i = 0; is_good && i < idct.side * idct.side; i++) {
                cr_assert_eq(samples[i], sample);
            }
        }
    }
}
