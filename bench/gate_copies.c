/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <knownimage/index.h>

#include "alter.h"
#include "bench/gate.h"
#include "bench/pictures.h"
#include "codec.h"
#include "common/message.h"
#include "hash/gate.h"
#include "synth.h"

enum { WIDTH = 640, HEIGHT = 480, LONG_SIDE = 1600, NCROPS_A_SIDE = 3 };

static const unsigned of_hashes[GATE_NDOUBTS] = {KI_DOUBT_COHERENT, KI_DOUBT_SYMMETRIC,
                                                 KI_DOUBT_WEIGHT, KI_DOUBT_STRIPED};

static void count(struct gate_copies *out, const struct ki_pdq_result *pdq)
{
    unsigned doubts = ki_pdq_doubts(&pdq->hashes[0]);
    if (pdq->quality < KI_QUALITY_DEFAULT) {
        out->npoor++;
        out->npoor_doubted += doubts != 0;
        return;
    }
    out->ngood++;
    out->ndoubted += doubts != 0;
    out->nrefused += ki_pdq_is_meaningless(&pdq->hashes[0]);
    for (unsigned i = 0; i < GATE_NDOUBTS; i++) {
        out->nby_doubt[i] += (doubts & of_hashes[i]) != 0;
    }
}

static struct ki_hasher *make_hasher(void)
{
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_hasher *hasher = NULL;
    options.kinds = KI_BIT(KI_KIND_PDQ);
    options.modes = KI_BIT(KI_MODE_PDQ) | KI_BIT(KI_MODE_PDQ_NN512);
    options.fidelity = KI_FIDELITY_EXACT;
    return ki_hasher_create(&options, &hasher, NULL) == KI_OK ? hasher : NULL;
}

/* The picture and its copies, as files. */
static bool count_copies(struct ki_hasher *hasher, const struct ki_canvas *original,
                         uint64_t seed, struct gate_copies *out)
{
    static struct ki_hashes hashes;
    bool is_good = true;
    out->noriginals++;
    for (size_t a = 0; is_good && ki_alteration_at(a); a++) {
        struct ki_blob file = {0};
        is_good = bench_copy_make(original, ki_alteration_at(a),
                                  ki_prng_derive(seed, a + 1), &file) == KI_OK;
        if (is_good) {
            ki_hash_memory(hasher, file.data, file.nbytes, &hashes);
        }
        for (unsigned mode = 0; is_good && mode < KI_NMODES; mode++) {
            if (hashes.pdq[mode].present) {
                count(out, &hashes.pdq[mode]);
            }
        }
        ki_blob_destroy(&file);
    }
    return is_good;
}

static bool copy_made(struct ki_hasher *hasher, uint32_t i, uint64_t seed,
                      struct gate_copies *out)
{
    struct ki_canvas canvas;
    struct ki_canvas_hashes hashes;
    const struct ki_synth *synth = ki_synth_at(i % ki_synth_count());
    if (ki_synth_make(synth, WIDTH, HEIGHT, seed, &canvas, &hashes) != KI_OK) {
        return false;
    }
    bool is_good = count_copies(hasher, &canvas, seed, out);
    ki_canvas_destroy(&canvas);
    return is_good;
}

bool gate_copies_of_made(uint32_t noriginals, uint64_t seed, struct gate_copies *out)
{
    struct ki_hasher *hasher = make_hasher();
    bool is_good = hasher != NULL;
    *out = (struct gate_copies){0};
    for (uint32_t i = 0; is_good && i < noriginals; i++) {
        is_good = copy_made(hasher, i, ki_prng_derive(seed, i), out);
    }
    ki_hasher_destroy(hasher);
    if (!is_good) {
        message("pictures could not be made, or memory ran out");
    }
    return is_good;
}

static bool cut(const struct ki_canvas *from, uint32_t x, uint32_t y, uint32_t width,
                uint32_t height, struct ki_canvas *to)
{
    if (ki_canvas_create(width, height, to) != KI_OK) {
        return false;
    }
    for (uint32_t row = 0; row < height; row++) {
        memcpy(ki_canvas_row(to, row), ki_canvas_row(from, y + row) + (size_t)3 * x,
               ki_canvas_stride(to));
    }
    return true;
}

/* Crops that overlap by half. */
static bool copy_crops(struct ki_hasher *hasher, const struct ki_canvas *whole,
                       struct gate_copies *out)
{
    bool is_good = true;
    uint32_t width = whole->width / 2;
    uint32_t height = whole->height / 2;
    for (uint32_t i = 0; is_good && i < NCROPS_A_SIDE * NCROPS_A_SIDE; i++) {
        struct ki_canvas crop;
        uint32_t x = i % NCROPS_A_SIDE * width / 2;
        uint32_t y = i / NCROPS_A_SIDE * height / 2;
        is_good = cut(whole, x, y, width, height, &crop);
        if (is_good) {
            is_good = count_copies(hasher, &crop, out->noriginals, out);
            ki_canvas_destroy(&crop);
        }
    }
    return is_good;
}

/* Decodes a JPEG and makes it as small as pictures on the web are. */
static bool read_small(const char *path, struct ki_canvas *out)
{
    struct bench_picture picture = {0};
    struct ki_canvas decoded = {0};
    struct ki_jpeg_report report;
    struct ki_prng prng;
    if (!bench_picture_read(path, &picture)) {
        return false;
    }
    const struct ki_blob file = {.data = picture.data, .nbytes = picture.nbytes};
    bool is_good = ki_jpeg_read(&file, &decoded, &report) == KI_OK;
    bench_picture_free(&picture);
    uint32_t side = decoded.width > decoded.height ? decoded.width : decoded.height;
    int percent = side > LONG_SIDE ? (int)(100 * LONG_SIDE / side) : 100;
    ki_prng_seed(&prng, 0, 0);
    is_good = is_good && ki_alter_resize(&decoded, percent, &prng, out) == KI_OK;
    ki_canvas_destroy(&decoded);
    if (!is_good) {
        message("%s cannot be decoded as JPEG", path);
    }
    return is_good;
}

bool gate_copies_of_files(const char *const *paths, size_t npaths,
                          struct gate_copies *whole, struct gate_copies *crops)
{
    struct ki_hasher *hasher = make_hasher();
    bool is_good = hasher != NULL;
    *whole = (struct gate_copies){0};
    *crops = (struct gate_copies){0};
    for (size_t i = 0; is_good && i < npaths; i++) {
        struct ki_canvas canvas;
        is_good = read_small(paths[i], &canvas);
        if (is_good) {
            is_good = count_copies(hasher, &canvas, whole->noriginals, whole) &&
                      copy_crops(hasher, &canvas, crops);
            ki_canvas_destroy(&canvas);
        }
    }
    ki_hasher_destroy(hasher);
    return is_good;
}
