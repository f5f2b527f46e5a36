/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A picture here is the blend of two 64×64 windows cut at random from a sheet of
 * fractal noise; 64×64 is what PDQ reduces every picture to, so nothing is filtered
 * away, and cutting is far cheaper than drawing. The sheet is drawn anew now and then.
 */
#include "lists.h"

#include <stdlib.h>

#include "noise.h"
#include "prng.h"

enum {
    SIDE = 64,
    SHEET_SIDE = 1024,
    PICTURES_PER_SHEET = 1 << 14,
    NRECENT = 1024, /* near-duplicates are made of these */
    MAX_SWAPS = 12
};

struct recent {
    struct ki_pdq pdq;
    unsigned quality;
};

struct ki_correlated {
    struct ki_prng prng;
    struct ki_noise sheet;
    uint32_t npictures; /* cut from this sheet */
    uint32_t nrecent;   /* filled below */
    uint32_t next;      /* to be replaced below */
    struct recent recent[NRECENT];
    uint8_t gray[SIDE * SIDE];
};

enum ki_status ki_correlated_create(uint64_t seed, struct ki_correlated **out)
{
    struct ki_correlated *correlated = calloc(1, sizeof *correlated);
    if (!correlated) {
        return KI_ERR_NO_MEMORY;
    }
    ki_prng_seed(&correlated->prng, seed, 0x636f72); /* its own stream */
    *out = correlated;
    return KI_OK;
}

void ki_correlated_destroy(struct ki_correlated *correlated)
{
    if (correlated) {
        ki_noise_destroy(&correlated->sheet);
        free(correlated);
    }
}

static enum ki_status renew_sheet(struct ki_correlated *correlated)
{
    if (correlated->sheet.values && correlated->npictures < PICTURES_PER_SHEET) {
        correlated->npictures++;
        return KI_OK;
    }
    static const struct ki_noise_shape shape = {SHEET_SIDE / SIDE * 2, 5, 165};
    ki_noise_destroy(&correlated->sheet);
    correlated->npictures = 1;
    return ki_noise_create(SHEET_SIDE, SHEET_SIDE, &shape, &correlated->prng,
                           &correlated->sheet);
}

static const uint16_t *random_window(struct ki_correlated *correlated)
{
    uint32_t x = ki_prng_below(&correlated->prng, SHEET_SIDE - SIDE);
    uint32_t y = ki_prng_below(&correlated->prng, SHEET_SIDE - SIDE);
    return ki_noise_row(&correlated->sheet, y) + x;
}

static void cut_picture(struct ki_correlated *correlated)
{
    const uint16_t *a = random_window(correlated);
    const uint16_t *b = random_window(correlated);
    uint32_t part = ki_prng_below(&correlated->prng, 128);
    uint8_t *gray = correlated->gray;
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            gray[y * SIDE + x] = (uint8_t)((a[x] * (256 - part) + b[x] * part) >> 16);
        }
        a += SHEET_SIDE;
        b += SHEET_SIDE;
    }
}

static unsigned bit_at(const struct ki_pdq *pdq, uint32_t bit)
{
    return pdq->bytes[bit / 8] >> bit % 8 & 1u;
}

/* A PDQ hash has as many ones as zeros, and so has a near-duplicate: a one and a zero
 * change places. */
static void swap_bits(struct ki_pdq *pdq, struct ki_prng *prng)
{
    uint32_t a = 0;
    uint32_t b = 0;
    do {
        a = ki_prng_below(prng, 8 * KI_PDQ_NBYTES);
        b = ki_prng_below(prng, 8 * KI_PDQ_NBYTES);
    } while (bit_at(pdq, a) == bit_at(pdq, b));
    pdq->bytes[a / 8] ^= (uint8_t)(1u << a % 8);
    pdq->bytes[b / 8] ^= (uint8_t)(1u << b % 8);
}

static struct recent near_duplicate(struct ki_correlated *correlated)
{
    struct ki_prng *prng = &correlated->prng;
    struct recent copy = correlated->recent[ki_prng_below(prng, correlated->nrecent)];
    for (int i = ki_prng_range(prng, 1, MAX_SWAPS); i > 0; i--) {
        swap_bits(&copy.pdq, prng);
    }
    return copy;
}

static enum ki_status hash_picture(struct ki_correlated *correlated, struct recent *out)
{
    enum ki_status status = KI_OK;
    do {
        status = renew_sheet(correlated);
        if (status == KI_OK) {
            struct ki_pdq hashes[KI_NTRANSFORMS];
            cut_picture(correlated);
            status = ki_pdq_from_gray(correlated->gray, SIDE, SIDE, SIDE, KI_MODE_PDQ,
                                      false, hashes, &out->quality);
            out->pdq = hashes[KI_TRANSFORM_ORIGINAL];
        }
    } while (status == KI_OK &&
             (out->quality < KI_QUALITY_DEFAULT || ki_pdq_is_degenerate(&out->pdq)));
    return status;
}

enum ki_status ki_correlated_next(struct ki_correlated *correlated, struct ki_pdq *pdq,
                                  unsigned *quality)
{
    struct recent made = {0};
    enum ki_status status = KI_OK;
    if (correlated->nrecent > 0 && ki_prng_below(&correlated->prng, 4) == 0) {
        made = near_duplicate(correlated);
    } else {
        status = hash_picture(correlated, &made);
    }
    if (status != KI_OK) {
        return status;
    }
    correlated->recent[correlated->next] = made;
    correlated->next = (correlated->next + 1) % NRECENT;
    correlated->nrecent += correlated->nrecent < NRECENT;
    *pdq = made.pdq;
    *quality = made.quality;
    return KI_OK;
}
