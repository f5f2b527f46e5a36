/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of ki_corpus_make share. */
#ifndef KI_CORPUS_CORPUS_PRIVATE_H
#define KI_CORPUS_CORPUS_PRIVATE_H

#include "blob.h"
#include "canvas.h"
#include "corpus.h"
#include "manifest.h"
#include "options.h"
#include "prng.h"
#include "synth.h"

enum { KI_NDIGESTS = 3, KI_NAME_NBYTES = 96 };

/* A picture made before, to keep new ones away from and to judge copies by. */
struct ki_known {
    struct ki_pdq pdq;
    bool is_listed; /* its PDQ is on a list */
};

struct ki_corpus {
    const struct ki_corpus_options *options;
    struct ki_diag *diag;
    FILE *manifest;
    FILE *list_a;
    FILE *lists_b[KI_NDIGESTS];
    struct ki_known *known;
    size_t nknown;
    size_t capacity;
    struct ki_canvas first; /* a listed original, for files derived from one */
};

/* A picture and where it came from. */
struct ki_subject {
    const struct ki_synth *synth;
    uint64_t seed;
    struct ki_canvas canvas;
    struct ki_canvas_hashes hashes;
};

/* Streams of the corpus's seed, so that no part's number of files changes another. */
enum { KI_STREAM_ORIGINAL = 1, KI_STREAM_STRANGER, KI_STREAM_LOW, KI_STREAM_DAMAGE };

uint64_t ki_corpus_seed(const struct ki_corpus *corpus, int stream, uint64_t i);

/* The i-th picture of a stream, unlike every one before it (and now known). On success
 * subject->canvas must be given to ki_canvas_destroy. */
KI_MUST_CHECK enum ki_status ki_corpus_subject(struct ki_corpus *corpus, int stream,
                                               uint64_t i, bool is_listed,
                                               struct ki_subject *subject);

/* The size that the options or the seed say. */
void ki_corpus_size(const struct ki_corpus_options *options, uint64_t seed,
                    uint32_t *width, uint32_t *height);

/* What a scan must say of a picture that no digest list holds. */
enum ki_expected ki_corpus_expect(const struct ki_corpus *corpus,
                                  const struct ki_canvas_hashes *hashes,
                                  bool is_copy_of_listed);

/* Writes a file and its line of the manifest. */
KI_MUST_CHECK enum ki_status ki_corpus_put(struct ki_corpus *corpus,
                                           const struct ki_manifest_entry *entry,
                                           const struct ki_blob *blob);

KI_MUST_CHECK enum ki_status ki_corpus_originals(struct ki_corpus *corpus);
KI_MUST_CHECK enum ki_status ki_corpus_strangers(struct ki_corpus *corpus);
KI_MUST_CHECK enum ki_status ki_corpus_lows(struct ki_corpus *corpus);
KI_MUST_CHECK enum ki_status ki_corpus_damages(struct ki_corpus *corpus);

#endif
