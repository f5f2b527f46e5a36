/* SPDX-License-Identifier: Apache-2.0 */
/* Originals, the entries of the lists for them, and their altered copies. */
#include "corpus_private.h"

#include <inttypes.h>

#include <openssl/evp.h>

#include "alter.h"
#include "codec.h"
#include "lists.h"

enum { ORIGINAL_QUALITY = 92, COPY_QUALITY = 88 };

struct original {
    struct ki_subject subject;
    uint64_t number;
    unsigned lists;
    bool is_png;
    char path[KI_NAME_NBYTES];
};

/* Two thirds on list A, one third on B, every sixth on both. */
static unsigned lists_of(uint64_t number)
{
    unsigned lists = number % 3 == 2 ? KI_LIST_B : KI_LIST_A;
    return number % 6 == 0 ? KI_LIST_A | KI_LIST_B : lists;
}

static enum ki_status encode(const struct ki_canvas *canvas, bool as_png, int quality,
                             enum ki_jpeg_coding coding, struct ki_blob *blob)
{
    return as_png ? ki_png_write(canvas, blob)
                  : ki_jpeg_write(canvas, quality, coding, blob);
}

/* What is listed and altered is what a decoder makes of the file. */
static enum ki_status encode_original(struct original *original, struct ki_blob *blob)
{
    struct ki_subject *subject = &original->subject;
    enum ki_status status = encode(&subject->canvas, original->is_png, ORIGINAL_QUALITY,
                                   KI_JPEG_BASELINE, blob);
    if (status != KI_OK || original->is_png) {
        return status;
    }
    struct ki_canvas decoded;
    struct ki_jpeg_report report;
    status = ki_jpeg_read(blob, &decoded, &report);
    if (status == KI_OK) {
        ki_canvas_destroy(&subject->canvas);
        subject->canvas = decoded;
        status = ki_canvas_hash(&subject->canvas, &subject->hashes);
    }
    return status;
}

/* "<hex>  name", as md5sum and its kin print it. */
static void put_digest(FILE *out, const EVP_MD *algorithm, const struct ki_blob *blob,
                       const char *name)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int nbytes = 0;
    if (EVP_Digest(blob->data, blob->nbytes, digest, &nbytes, algorithm, NULL) != 1) {
        return;
    }
    for (unsigned int i = 0; i < nbytes; i++) {
        (void)fprintf(out, "%02x", digest[i]);
    }
    (void)fprintf(out, "  %s\n", name);
}

static void list_original(struct ki_corpus *corpus, const struct original *original,
                          const struct ki_blob *blob)
{
    const EVP_MD *const algorithms[KI_NDIGESTS] = {EVP_md5(), EVP_sha1(), EVP_sha256()};
    char name[KI_NAME_NBYTES];
    (void)snprintf(name, sizeof name, "known-%04" PRIu64, original->number);
    if (original->lists & KI_LIST_A) {
        ki_list_put(corpus->list_a, &original->subject.hashes.hashes[0],
                    original->subject.hashes.quality, name);
    }
    for (size_t i = 0; i < KI_NDIGESTS && original->lists & KI_LIST_B; i++) {
        put_digest(corpus->lists_b[i], algorithms[i], blob, name);
    }
}

static enum ki_status put_original(struct ki_corpus *corpus, struct original *original)
{
    struct ki_subject *subject = &original->subject;
    struct ki_blob blob = {0};
    enum ki_status status = encode_original(original, &blob);
    (void)snprintf(original->path, sizeof original->path,
                   "pictures/originals/%04" PRIu64 "-%s.%s", original->number,
                   subject->synth->name, original->is_png ? "png" : "jpg");
    if (status == KI_OK) {
        const struct ki_manifest_entry entry = {
            .path = original->path,
            .class_name = "original",
            .kind = subject->synth->name,
            .lists = original->lists,
            .expected = KI_EXPECT_MATCH,
            .seed = subject->seed,
            .width = subject->canvas.width,
            .height = subject->canvas.height,
            .quality = (int)subject->hashes.quality,
            .distance = -1,
        };
        list_original(corpus, original, &blob);
        status = ki_corpus_put(corpus, &entry, &blob);
    }
    ki_blob_destroy(&blob);
    return status;
}

static enum ki_status write_copy(struct ki_corpus *corpus,
                                 const struct original *original,
                                 const struct ki_alteration *alteration, uint64_t seed,
                                 const struct ki_canvas *altered, struct ki_blob *blob)
{
    bool as_png = alteration->coding == KI_ALTER_OTHER && !original->is_png;
    struct ki_canvas_hashes hashes;
    enum ki_status status = ki_canvas_hash(altered, &hashes);
    if (status == KI_OK) {
        status = encode(
            altered, as_png, alteration->quality ? alteration->quality : COPY_QUALITY,
            alteration->coding == KI_ALTER_GRAY ? KI_JPEG_GRAY : KI_JPEG_BASELINE,
            blob);
    }
    if (status != KI_OK) {
        return status;
    }
    const struct ki_pdq *listed = &original->subject.hashes.hashes[0];
    char path[KI_NAME_NBYTES];
    (void)snprintf(path, sizeof path, "pictures/copies/%04" PRIu64 "-%s.%s",
                   original->number, alteration->name, as_png ? "png" : "jpg");
    const struct ki_manifest_entry entry = {
        .path = path,
        .class_name = "copy",
        .kind = original->subject.synth->name,
        .alteration = alteration->name,
        .source = original->path,
        .lists = original->lists,
        .expected =
            ki_corpus_expect(corpus, &hashes, (original->lists & KI_LIST_A) != 0),
        .seed = seed,
        .width = altered->width,
        .height = altered->height,
        .quality = (int)hashes.quality,
        .distance = (int)ki_canvas_distance(&hashes, listed),
    };
    return ki_corpus_put(corpus, &entry, blob);
}

static enum ki_status put_copy(struct ki_corpus *corpus,
                               const struct original *original, size_t number)
{
    const struct ki_alteration *alteration = ki_alteration_at(number);
    uint64_t seed = ki_prng_derive(original->subject.seed, number + 1);
    struct ki_prng prng;
    ki_prng_seed(&prng, seed, 0);
    struct ki_canvas altered;
    enum ki_status status = alteration->apply(&original->subject.canvas,
                                              alteration->amount, &prng, &altered);
    if (status != KI_OK) {
        return status;
    }
    struct ki_blob blob = {0};
    status = write_copy(corpus, original, alteration, seed, &altered, &blob);
    ki_blob_destroy(&blob);
    ki_canvas_destroy(&altered);
    return status;
}

static enum ki_status put_original_and_copies(struct ki_corpus *corpus, uint64_t number)
{
    struct original original = {
        .number = number,
        .lists = lists_of(number),
        .is_png = number % 4 == 3,
    };
    enum ki_status status =
        ki_corpus_subject(corpus, KI_STREAM_ORIGINAL, number,
                          (original.lists & KI_LIST_A) != 0, &original.subject);
    if (status != KI_OK) {
        return status;
    }
    status = put_original(corpus, &original);
    for (size_t i = 0; ki_alteration_at(i) && status == KI_OK; i++) {
        status = put_copy(corpus, &original, i);
    }
    if (number == 0) {
        corpus->first = original.subject.canvas;
    } else {
        ki_canvas_destroy(&original.subject.canvas);
    }
    return status;
}

enum ki_status ki_corpus_originals(struct ki_corpus *corpus)
{
    enum ki_status status = KI_OK;
    for (uint64_t i = 0; i < corpus->options->noriginals && status == KI_OK; i++) {
        status = put_original_and_copies(corpus, i);
    }
    return status;
}
