/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/gate.h"
#include "common/message.h"

enum { SIDE = 16, NBITS = SIDE * SIDE, LIGHT = 96, HEAVY = 160, MOST_FLIPS = 16 };

/* Bit 16·i+j of the hash. */
static uint8_t *byte_of(struct ki_pdq *pdq, unsigned bit)
{
    return &pdq->bytes[KI_PDQ_NBYTES - 1 - bit / 8];
}

static struct ki_pdq of_weight(struct ki_prng *prng, unsigned weight)
{
    struct ki_pdq pdq = {{0}};
    for (unsigned done = 0; done < weight;) {
        unsigned bit = ki_prng_below(prng, NBITS);
        uint8_t mask = (uint8_t)(1u << bit % 8);
        done += !(*byte_of(&pdq, bit) & mask);
        *byte_of(&pdq, bit) |= mask;
    }
    return pdq;
}

static void flip_some(struct ki_pdq *pdq, struct ki_prng *prng)
{
    unsigned nbits = ki_prng_below(prng, MOST_FLIPS + 1);
    for (unsigned i = 0; i < nbits; i++) {
        unsigned bit = ki_prng_below(prng, NBITS);
        *byte_of(pdq, bit) ^= (uint8_t)(1u << bit % 8);
    }
}

static struct ki_pdq make_zeros(struct ki_prng *prng)
{
    return of_weight(prng, 0);
}

static struct ki_pdq make_ones(struct ki_prng *prng)
{
    return of_weight(prng, NBITS);
}

static struct ki_pdq make_light(struct ki_prng *prng)
{
    return of_weight(prng, ki_prng_below(prng, LIGHT + 1));
}

static struct ki_pdq make_heavy(struct ki_prng *prng)
{
    return of_weight(prng, HEAVY + ki_prng_below(prng, NBITS - HEAVY + 1));
}

static struct ki_pdq make_rows_alike(struct ki_prng *prng)
{
    struct ki_pdq pdq;
    uint8_t row[2];
    ki_prng_fill(prng, row, sizeof row);
    for (unsigned i = 0; i < KI_PDQ_NBYTES; i++) {
        pdq.bytes[i] = row[i % 2];
    }
    flip_some(&pdq, prng);
    return pdq;
}

static struct ki_pdq make_symmetric(struct ki_prng *prng)
{
    struct ki_pdq pdq = {{0}};
    for (unsigned i = 0; i < SIDE; i++) {
        for (unsigned k = 0; k <= i; k++) {
            unsigned there = i * SIDE + k;
            unsigned back = k * SIDE + i;
            if (ki_prng_below(prng, 2)) {
                *byte_of(&pdq, there) |= (uint8_t)(1u << there % 8);
                *byte_of(&pdq, back) |= (uint8_t)(1u << back % 8);
            }
        }
    }
    flip_some(&pdq, prng);
    return pdq;
}

static const struct sort {
    const char *name;
    struct ki_pdq (*make)(struct ki_prng *prng);
    int ndigits;      /* of the hash that are kept */
    const char *tail; /* and what follows them */
} sorts[] = {
    {"not hex", make_light, 63, "g"},          {"too short", make_light, 62, ""},
    {"too long", make_light, 64, "00"},        {"nothing", make_light, 0, ""},
    {"all zero", make_zeros, 64, NULL},        {"all one", make_ones, 64, NULL},
    {"too light", make_light, 64, NULL},       {"too heavy", make_heavy, 64, NULL},
    {"rows alike", make_rows_alike, 64, NULL}, {"symmetric", make_symmetric, 64, NULL},
};

enum { NSORTS = sizeof sorts / sizeof *sorts };

static void fill_row(struct gate_row *row, size_t plant, const struct ki_pdq *pdq,
                     int ndigits, const char *tail)
{
    struct ki_hash hash = {.kind = KI_KIND_PDQ};
    char hex[2 * KI_HASH_MAX_NBYTES + 1];
    memcpy(hash.bytes, pdq->bytes, sizeof pdq->bytes);
    ki_hash_to_hex(&hash, hex);
    *row = (struct gate_row){
        .plant = (uint8_t)plant, .is_hash = tail == NULL, .pdq = *pdq};
    (void)snprintf(row->text, sizeof row->text, "%.*s%s", ndigits, hex,
                   tail ? tail : "");
}

/* The colliding drawings of a class, behind rows; how many. */
static size_t add_drawings(struct gate_row *rows, size_t plant, size_t iclass,
                           const struct gate_drawing *drawings, size_t ndrawings,
                           uint32_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < ndrawings && n < most; i++) {
        if (drawings[i].iclass == iclass && drawings[i].is_near) {
            fill_row(&rows[n++], plant, &drawings[i].pdq, KI_PDQ_NHEX, NULL);
        }
    }
    return n;
}

struct gate_row *gate_rows_make(uint32_t nevery, uint64_t seed,
                                const struct gate_drawing *drawings, size_t ndrawings,
                                struct gate_plant plants[GATE_MOST_PLANTS],
                                size_t *nplants, size_t *nrows)
{
    struct gate_row *rows = calloc((size_t)nevery * GATE_MOST_PLANTS, sizeof *rows);
    struct gate_class class;
    struct ki_prng prng;
    *nplants = 0;
    *nrows = 0;
    if (!rows) {
        message("no memory for the rows of a list");
        return NULL;
    }
    ki_prng_seed(&prng, seed, 0);
    for (; *nplants < NSORTS; (*nplants)++) {
        const struct sort *sort = &sorts[*nplants];
        plants[*nplants] = (struct gate_plant){.name = sort->name, .nplanted = nevery};
        for (uint32_t i = 0; i < nevery; i++) {
            struct ki_pdq pdq = sort->make(&prng);
            fill_row(&rows[(*nrows)++], *nplants, &pdq, sort->ndigits, sort->tail);
        }
    }
    for (size_t i = 0; gate_class_at(i, &class) && *nplants < GATE_MOST_PLANTS; i++) {
        size_t n = class.is_plain ? add_drawings(rows + *nrows, *nplants, i, drawings,
                                                 ndrawings, nevery)
                                  : 0;
        if (n > 0) {
            plants[(*nplants)++] =
                (struct gate_plant){.name = class.name, .nplanted = (uint32_t)n};
        }
        *nrows += n;
    }
    return rows;
}
