/* SPDX-License-Identifier: Apache-2.0 */
/* The gate on hashes alone, against its definition written out bit by bit. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>

#include <knownimage/index.h>

#include "alter.h"
#include "hash/gate.h"
#include "low.h"
#include "support/hashes.h"
#include "synth.h"

enum { SIDE = 16 };

struct matrix {
    int cell[SIDE][SIDE];
};

/* From the text form, whose last digit holds the bits 3 … 0. */
static struct matrix matrix_of(const struct ki_pdq *pdq)
{
    struct ki_hash hash = {.kind = KI_KIND_PDQ};
    char hex[2 * KI_HASH_MAX_NBYTES + 1];
    struct matrix out;
    memcpy(hash.bytes, pdq->bytes, sizeof pdq->bytes);
    ki_hash_to_hex(&hash, hex);
    for (int bit = 0; bit < SIDE * SIDE; bit++) {
        const char digit[] = {hex[KI_PDQ_NHEX - 1 - bit / 4], '\0'};
        out.cell[bit / SIDE][bit % SIDE] =
            (int)(strtoul(digit, NULL, 16) >> (bit % 4) & 1);
    }
    return out;
}

static struct matrix transposed(const struct matrix *from)
{
    struct matrix out;
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            out.cell[i][j] = from->cell[j][i];
        }
    }
    return out;
}

static unsigned coherence_of_rows(const struct matrix *h)
{
    int sum = 0;
    for (int i = 0; i < SIDE; i++) {
        for (int k = i + 1; k < SIDE; k++) {
            int differing = 0;
            for (int j = 0; j < SIDE; j++) {
                differing += h->cell[i][j] != h->cell[k][j];
            }
            sum += abs(8 - differing);
        }
    }
    return (unsigned)sum;
}

static int mask_at(int mask, int i, int j)
{
    switch (mask) {
    case 0:
        return 0;
    case 1:
        return i % 2 == 0;
    case 2:
        return j % 2 == 0;
    default:
        return (i + j) % 2;
    }
}

static unsigned asymmetry_under(const struct matrix *h, int mask)
{
    int x = 0;
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            x += h->cell[i][j] ^ h->cell[j][i] ^ mask_at(mask, i, j);
        }
    }
    return (unsigned)(x < 256 - x ? x : 256 - x);
}

static unsigned count_broken_squares(const struct matrix *h)
{
    unsigned n = 0;
    for (int i = 0; i + 2 < SIDE; i++) {
        for (int j = 0; j + 2 < SIDE; j++) {
            const int *above = &h->cell[i][j];
            const int *below = &h->cell[i + 2][j];
            bool has_equal_rows = above[0] == below[0] && above[2] == below[2];
            bool has_equal_columns = above[0] == above[2] && below[0] == below[2];
            n += !has_equal_rows && !has_equal_columns;
        }
    }
    return n;
}

static struct ki_pdq_figures measure_plainly(const struct ki_pdq *pdq)
{
    struct matrix h = matrix_of(pdq);
    struct matrix turned = transposed(&h);
    unsigned of_rows = coherence_of_rows(&h);
    unsigned of_columns = coherence_of_rows(&turned);
    struct ki_pdq_figures out = {
        .coherence = of_rows > of_columns ? of_rows : of_columns,
        .asymmetry = 256,
        .broken_squares = count_broken_squares(&h),
    };
    for (int mask = 0; mask < 4; mask++) {
        unsigned x = asymmetry_under(&h, mask);
        out.asymmetry = x < out.asymmetry ? x : out.asymmetry;
    }
    for (int bit = 0; bit < SIDE * SIDE; bit++) {
        out.weight += (unsigned)h.cell[bit / SIDE][bit % SIDE];
    }
    return out;
}

static unsigned doubts_plainly(const struct ki_pdq_figures *figures)
{
    return (figures->coherence >= 540 ? 1u : 0u) |
           (figures->asymmetry <= 58 ? 2u : 0u) |
           (figures->weight <= 96 || figures->weight >= 160 ? 4u : 0u) |
           (figures->broken_squares <= 54 ? 32u : 0u);
}

static unsigned expect_as_defined(const struct ki_pdq *pdq)
{
    struct ki_pdq_figures expected = measure_plainly(pdq);
    struct ki_pdq_figures figures;
    ki_pdq_measure(pdq, &figures);
    cr_expect_eq(figures.coherence, expected.coherence);
    cr_expect_eq(figures.asymmetry, expected.asymmetry);
    cr_expect_eq(figures.weight, expected.weight);
    cr_expect_eq(figures.broken_squares, expected.broken_squares);
    unsigned doubts = ki_pdq_doubts(pdq);
    cr_expect_eq(doubts, doubts_plainly(&expected));
    bool is_off = expected.weight <= 120 || expected.weight >= 136;
    cr_expect_eq(ki_pdq_is_degenerate(pdq), doubts != 0 || is_off);
    return doubts;
}

Test(gate, figures_are_as_defined_on_random_bits)
{
    struct random_state random = random_begin(171);
    for (int i = 0; i < 20000; i++) {
        struct ki_pdq pdq = hash_uniform(&random);
        (void)expect_as_defined(&pdq);
    }
}

/* The signs of a wave's coefficients, which change at a row and at a column and with
 * the parity of both, and some bits changed. */
static struct ki_pdq wave_hash(struct random_state *random, unsigned nchanged)
{
    struct ki_pdq pdq = {{0}};
    uint64_t row = random_below(random, SIDE);
    uint64_t column = random_below(random, SIDE);
    uint64_t parities = random_below(random, 16);
    for (unsigned i = 0; i < SIDE; i++) {
        for (unsigned j = 0; j < SIDE; j++) {
            bool is_negative = (i < row) != (j < column);
            unsigned bit = (parities >> (i % 2 * 2 + j % 2) & 1) != is_negative;
            uint8_t *byte = &pdq.bytes[31 - (i * SIDE + j) / 8];
            *byte = (uint8_t)(*byte | bit << (j % 8));
        }
    }
    return hash_at_distance(random, &pdq, nchanged);
}

struct tally {
    unsigned nhashes;
    unsigned nby_doubt[8];
    unsigned nundoubted;
};

static void count_doubts(struct tally *tally, const struct ki_pdq *pdq)
{
    unsigned doubts = expect_as_defined(pdq);
    tally->nhashes++;
    tally->nundoubted += doubts == 0;
    for (unsigned bit = 0; bit < 8; bit++) {
        tally->nby_doubt[bit] += doubts >> bit & 1;
    }
}

/* All weights, and figures near each limit: rows alike, near-symmetric matrices, and
 * those of waves. */
Test(gate, figures_are_as_defined_near_the_limits)
{
    struct random_state random = random_begin(172);
    struct tally others = {0};
    struct tally waves = {0};
    for (unsigned i = 0; i < 20000; i++) {
        static const struct ki_pdq zero;
        struct ki_pdq pdq = hash_at_distance(&random, &zero, i % 257);
        count_doubts(&others, &pdq);
        for (unsigned k = 2; k < KI_PDQ_NBYTES; k++) {
            pdq.bytes[k] = pdq.bytes[k % 2];
        }
        pdq = hash_at_distance(&random, &pdq, random_below(&random, 100));
        count_doubts(&others, &pdq);
        struct ki_pdq half = hash_at_distance(&random, &zero, 128);
        for (unsigned bit = 0; bit < 256; bit++) {
            unsigned other = bit % 16 * 16 + bit / 16;
            bool is_set = half.bytes[31 - bit / 8] >> (bit % 8) & 1;
            bool is_other = half.bytes[31 - other / 8] >> (other % 8) & 1;
            if (other < bit && is_set != is_other && random_below(&random, 3) > 0) {
                hash_flip(&half, 248 - bit / 8 * 8 + bit % 8);
            }
        }
        count_doubts(&others, &half);
        pdq = wave_hash(&random, (unsigned)random_below(&random, 40));
        count_doubts(&waves, &pdq);
    }
    for (unsigned bit = 0; bit < 3; bit++) {
        cr_expect_gt(others.nby_doubt[bit], 100, "%u", bit);
    }
    cr_expect_gt(others.nundoubted, 100);
    cr_expect_gt(waves.nby_doubt[5], 100);
    cr_expect_lt(waves.nby_doubt[5], waves.nhashes - 100);
    cr_expect_gt(waves.nundoubted, 100);
}

static unsigned broken_squares_in(const uint8_t bytes[KI_PDQ_NBYTES])
{
    struct ki_pdq pdq;
    struct ki_pdq_figures figures;
    memcpy(pdq.bytes, bytes, sizeof pdq.bytes);
    ki_pdq_measure(&pdq, &figures);
    return figures.broken_squares;
}

Test(gate, broken_squares)
{
    uint8_t bytes[KI_PDQ_NBYTES] = {0};
    cr_expect_eq(broken_squares_in(bytes), 0);
    bytes[31] = 1; /* in a corner */
    cr_expect_eq(broken_squares_in(bytes), 1);
    bytes[31] = 1 << 2; /* at an edge */
    cr_expect_eq(broken_squares_in(bytes), 2);
    bytes[31] = 0;
    bytes[16] = 1; /* row 7, column 8 */
    cr_expect_eq(broken_squares_in(bytes), 4);
    memset(bytes, 0x33, sizeof bytes); /* equal rows */
    cr_expect_eq(broken_squares_in(bytes), 0);
    for (size_t k = 0; k < sizeof bytes; k++) {
        bytes[k] = k / 4 % 2 ? 0xff : 0; /* equal columns */
    }
    cr_expect_eq(broken_squares_in(bytes), 0);
    for (size_t k = 0; k < sizeof bytes; k++) {
        bytes[k] = k / 4 % 2 ? 0x33 : 0xcc; /* diagonals everywhere */
    }
    cr_expect_eq(broken_squares_in(bytes), 196);
    for (size_t k = 0; k < sizeof bytes; k++) {
        bytes[k] = k / 4 % 2 ? 0x33 : 0; /* three equal and one not */
    }
    cr_expect_eq(broken_squares_in(bytes), 196);
}

Test(gate, broken_squares_raise_a_doubt_up_to_54)
{
    struct ki_pdq_figures figures = {
        .coherence = 200, .asymmetry = 112, .weight = 128, .broken_squares = 54};
    cr_expect_eq(ki_pdq_figures_doubts(&figures), KI_DOUBT_STRIPED);
    figures.broken_squares = 55;
    cr_expect_eq(ki_pdq_figures_doubts(&figures), 0);
}

Test(gate, doubts_are_told_by_name)
{
    cr_expect_str_eq(ki_doubt_text(KI_DOUBT_COHERENT), "coherent");
    cr_expect_str_eq(ki_doubt_text(KI_DOUBT_SYMMETRIC), "symmetric");
    cr_expect_str_eq(ki_doubt_text(KI_DOUBT_WEIGHT), "weight");
    cr_expect_str_eq(ki_doubt_text(KI_DOUBT_NEIGHBOURS), "neighbours");
    cr_expect_str_eq(ki_doubt_text(KI_DOUBT_BENIGN), "benign");
    cr_expect_str_eq(ki_doubt_text(KI_DOUBT_STRIPED), "striped");
    cr_expect_str_eq(ki_doubt_text(KI_DOUBT_RELEASED), "released");
}

/* Pictures of the kinds that the generator draws to say little; those of a kind whose
 * hash is not the noise of rounding are caught by the bits alone. */
Test(gate, flat_striped_and_checkered_pictures)
{
    struct random_state random = random_begin(173);
    for (size_t i = 0; ki_low_at(i); i++) {
        for (int k = 0; k < 10; k++) {
            struct ki_canvas canvas;
            struct ki_canvas_hashes hashes;
            cr_assert_eq(
                ki_low_make(ki_low_at(i), random_next(&random), &canvas, &hashes),
                KI_OK);
            unsigned doubts = expect_as_defined(&hashes.hashes[0]);
            cr_expect(doubts != 0 || hashes.quality < KI_QUALITY_DEFAULT, "%s",
                      ki_low_at(i)->name);
            ki_canvas_destroy(&canvas);
        }
    }
}

/* Of any width from 14 to 60 pixels, in any direction that is not along an axis. */
static struct ki_canvas_hashes hash_stripes(struct random_state *random)
{
    enum { PICTURE = 256, ONE = 64 };
    struct ki_canvas canvas;
    struct ki_canvas_hashes hashes;
    int along = (int)random_below(random, 5 * ONE) + ONE;
    int across = (int)random_below(random, 5 * ONE) + ONE;
    int width =
        (along > across ? along : across) * ((int)random_below(random, 47) + 14);
    int phase = (int)random_below(random, 2 * (uint64_t)width);
    cr_assert_eq(ki_canvas_create(PICTURE, PICTURE, &canvas), KI_OK);
    for (int y = 0; y < PICTURE; y++) {
        for (int x = 0; x < PICTURE; x++) {
            bool is_bright = (along * x + across * y + phase) / width % 2;
            memset(ki_canvas_row(&canvas, (uint32_t)y) + 3 * x, is_bright ? 220 : 40,
                   3);
        }
    }
    cr_assert_eq(ki_canvas_hash(&canvas, &hashes), KI_OK);
    ki_canvas_destroy(&canvas);
    return hashes;
}

/* Those that are near to another all, nearly all of the others, in all orientations.
 * None is refused for it: such hashes can be a picture's. */
Test(gate, diagonal_stripes)
{
    enum { N = 300 };
    struct random_state random = random_begin(175);
    static struct ki_canvas_hashes stripes[N];
    unsigned ncaught = 0;
    unsigned nnear = 0;
    unsigned nrefused = 0;
    for (size_t i = 0; i < N; i++) {
        stripes[i] = hash_stripes(&random);
        bool is_near = false;
        for (size_t k = 0; k < i; k++) {
            is_near = is_near || ki_pdq_distance(&stripes[i].hashes[0],
                                                 &stripes[k].hashes[0]) <= 31;
        }
        nnear += is_near;
        for (int t = 0; t < KI_NTRANSFORMS; t++) {
            bool is_caught = expect_as_defined(&stripes[i].hashes[t]) != 0;
            ncaught += is_caught;
            nrefused += ki_pdq_is_meaningless(&stripes[i].hashes[t]);
            cr_expect(is_caught || !is_near, "%zu, %d", i, t);
        }
    }
    printf("%u of %u caught, %u refused, %u near\n", ncaught, N * KI_NTRANSFORMS,
           nrefused, nnear);
    cr_expect_gt(nnear, 5);
    cr_expect_geq(100 * ncaught, 85 * N * KI_NTRANSFORMS, "%u", ncaught);
    cr_expect_lt(4 * nrefused, N * KI_NTRANSFORMS, "%u", nrefused);
}

/* A picture and its altered copies; how many of them there are doubts about. */
static unsigned count_doubted(const struct ki_canvas *canvas, unsigned *nhashed)
{
    unsigned ndoubted = 0;
    for (size_t a = 0; ki_alteration_at(a); a++) {
        const struct ki_alteration *alteration = ki_alteration_at(a);
        struct ki_canvas altered = {0};
        struct ki_canvas_hashes hashes;
        struct ki_prng prng;
        ki_prng_seed(&prng, 5, a);
        cr_assert_eq(alteration->apply(canvas, alteration->amount, &prng, &altered),
                     KI_OK);
        cr_assert_eq(ki_canvas_hash(&altered, &hashes), KI_OK);
        if (hashes.quality >= KI_QUALITY_DEFAULT) {
            ndoubted += expect_as_defined(&hashes.hashes[0]) != 0;
            *nhashed += 1;
        }
        ki_canvas_destroy(&altered);
    }
    return ndoubted;
}

Test(gate, pictures_of_something_pass)
{
    struct random_state random = random_begin(174);
    unsigned nhashed = 0;
    unsigned ndoubted = 0;
    for (size_t i = 0; i < 3 * ki_synth_count(); i++) {
        struct ki_canvas canvas;
        struct ki_canvas_hashes hashes;
        cr_assert_eq(ki_synth_make(ki_synth_at(i % ki_synth_count()), 400, 300,
                                   random_next(&random), &canvas, &hashes),
                     KI_OK);
        ndoubted += count_doubted(&canvas, &nhashed);
        ki_canvas_destroy(&canvas);
    }
    cr_expect_gt(nhashed, 200);
    cr_expect_leq(100 * ndoubted, nhashed, "%u of %u", ndoubted, nhashed);
}

/* Of Debian's mate-backgrounds and plasma-workspace-wallpapers, where they are
 * installed. */
Test(gate, photographs_pass)
{
    static const char *const patterns[] = {
        "/usr/share/backgrounds/mate/nature/*.jpg",
        "/usr/share/wallpapers/*/contents/images/*.jpg"};
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_hasher *hasher = NULL;
    static struct ki_hashes hashes;
    glob_t found = {0};
    options.kinds = KI_BIT(KI_KIND_PDQ);
    options.dihedral = true;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        (void)glob(patterns[i], i > 0 ? GLOB_APPEND : 0, NULL, &found);
    }
    cr_assert_eq(ki_hasher_create(&options, &hasher, NULL), KI_OK);
    unsigned nphotographs = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        ki_hash_file(hasher, found.gl_pathv[i], &hashes);
        const struct ki_pdq_result *pdq = &hashes.pdq[KI_MODE_PDQ];
        if (!pdq->present || pdq->quality < KI_QUALITY_DEFAULT) {
            continue;
        }
        nphotographs++;
        for (int t = 0; t < KI_NTRANSFORMS; t++) {
            cr_expect_eq(expect_as_defined(&pdq->hashes[t]), 0, "%s",
                         found.gl_pathv[i]);
        }
    }
    printf("%u photographs\n", nphotographs);
    ki_hasher_destroy(hasher);
    globfree(&found);
}
