/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate on hashes alone catches, and what it should not. */
#ifndef KI_BENCH_GATE_H
#define KI_BENCH_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/hash.h>

#include "canvas.h"
#include "prng.h"

/* Drawings that say little. */
struct gate_class {
    const char *name;
    void (*draw)(struct ki_canvas *canvas, struct ki_prng *prng);
    uint32_t width;
    uint32_t height;
    bool is_plain; /* of flat areas, gradients, stripes or checkers alone */
};

enum { GATE_MOST_CLASSES = 24 };

/* i = 0, 1, … until false. */
bool gate_class_at(size_t i, struct gate_class *out);

/* A hash of such a drawing. */
struct gate_drawing {
    struct ki_pdq pdq;
    uint8_t quality;
    uint8_t iclass;
    bool is_refused;     /* by an import */
    bool is_quarantined; /* not refused, but doubted */
    bool is_near;        /* within 31 bits of another of these drawings, of any class */
};

/* nevery of each class, one class after the other; *n tells how many. Free with free().
 * NULL after a message. */
struct gate_drawing *gate_drawings_make(uint32_t nevery, uint64_t seed, size_t *n);

enum { GATE_NDOUBTS = 4 }; /* coherent, symmetric, weight, striped */

/* Hashes of pictures of something and of their altered copies, in both modes. */
struct gate_copies {
    uint32_t noriginals;
    uint64_t ngood;    /* of sufficient quality */
    uint64_t ndoubted; /* of those, caught by the gate, */
    uint64_t nrefused; /* and of these, refused by imports */
    uint64_t nby_doubt[GATE_NDOUBTS];
    uint64_t npoor; /* hashes of less quality */
    uint64_t npoor_doubted;
};

/* Made pictures, or photographs from JPEG files, and nine crops of each, of half its
 * sides: each as it is and altered in every way. False after a message. */
bool gate_copies_of_made(uint32_t noriginals, uint64_t seed, struct gate_copies *out);
bool gate_copies_of_files(const char *const *paths, size_t npaths,
                          struct gate_copies *whole, struct gate_copies *crops);

/* Rows of a list that should not be looked up. */
enum { GATE_MOST_PLANTS = 32, GATE_TEXT_NBYTES = 72 };
struct gate_row {
    uint8_t plant; /* its sort */
    bool is_hash;  /* text is one, of these bits */
    struct ki_pdq pdq;
    char text[GATE_TEXT_NBYTES]; /* in the place of the hash */
};
struct gate_plant {
    const char *name;
    uint32_t nplanted;
    uint32_t nrefused;
    uint32_t nquarantined;
    uint32_t nfound; /* by looking them up */
};

/* Up to nevery rows of each sort: no hashes, hashes that no picture has, and the
 * drawings of plain classes that are near to another. Fills names and nplanted of the
 * plants. Free with free(). NULL after a message. */
struct gate_row *gate_rows_make(uint32_t nevery, uint64_t seed,
                                const struct gate_drawing *drawings, size_t ndrawings,
                                struct gate_plant plants[GATE_MOST_PLANTS],
                                size_t *nplants, size_t *nrows);

/* A list of good hashes with such rows planted in it, imported. */
struct gate_list {
    uint32_t ngood;
    uint64_t nadded;            /* entries */
    uint64_t ngood_refused;     /* rows */
    uint64_t ngood_quarantined; /* entries */
    uint32_t nlooked_up;        /* of the good ones, */
    uint32_t nfound;            /* and found */
    double seconds;
    size_t nplants;
    struct gate_plant plants[GATE_MOST_PLANTS];
};

/* False after a message. */
bool gate_list_try(uint32_t ngood, uint32_t nevery, uint64_t seed,
                   const struct gate_drawing *drawings, size_t ndrawings,
                   struct gate_list *out);

#endif
