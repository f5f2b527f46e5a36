/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is not on a list: strangers, low-information and damaged files. */
#include "corpus_private.h"

#include <inttypes.h>

#include "codec.h"
#include "damage.h"
#include "low.h"

static enum ki_status put_stranger(struct ki_corpus *corpus, uint64_t number)
{
    struct ki_subject subject;
    enum ki_status status =
        ki_corpus_subject(corpus, KI_STREAM_STRANGER, number, false, &subject);
    if (status != KI_OK) {
        return status;
    }
    bool as_png = number % 12 == 11;
    enum ki_jpeg_coding coding =
        number % 5 == 4 ? KI_JPEG_PROGRESSIVE : KI_JPEG_BASELINE;
    struct ki_blob blob = {0};
    status = as_png ? ki_png_write(&subject.canvas, &blob)
                    : ki_jpeg_write(&subject.canvas, 90, coding, &blob);
    if (status == KI_OK) {
        char path[KI_NAME_NBYTES];
        (void)snprintf(path, sizeof path, "pictures/strangers/%04" PRIu64 "-%s.%s",
                       number, subject.synth->name, as_png ? "png" : "jpg");
        const struct ki_manifest_entry entry = {
            .path = path,
            .class_name = "stranger",
            .kind = subject.synth->name,
            .expected = ki_corpus_expect(corpus, &subject.hashes, false),
            .seed = subject.seed,
            .width = subject.canvas.width,
            .height = subject.canvas.height,
            .quality = (int)subject.hashes.quality,
            .distance = -1,
        };
        status = ki_corpus_put(corpus, &entry, &blob);
    }
    ki_blob_destroy(&blob);
    ki_canvas_destroy(&subject.canvas);
    return status;
}

enum ki_status ki_corpus_strangers(struct ki_corpus *corpus)
{
    enum ki_status status = KI_OK;
    for (uint64_t i = 0; i < corpus->options->nstrangers && status == KI_OK; i++) {
        status = put_stranger(corpus, i);
    }
    return status;
}

static enum ki_status put_low(struct ki_corpus *corpus, size_t number)
{
    const struct ki_low *low = ki_low_at(number);
    uint64_t seed = ki_corpus_seed(corpus, KI_STREAM_LOW, number);
    struct ki_canvas canvas;
    struct ki_canvas_hashes hashes;
    enum ki_status status = ki_low_make(low, seed, &canvas, &hashes);
    if (status != KI_OK) {
        return ki_corpus_fail(corpus->diag, status, "cannot draw a %s", low->name);
    }
    struct ki_blob blob = {0};
    status = ki_png_write(&canvas, &blob);
    if (status == KI_OK) {
        char path[KI_NAME_NBYTES];
        (void)snprintf(path, sizeof path, "pictures/low-information/%s.png", low->name);
        const struct ki_manifest_entry entry = {
            .path = path,
            .class_name = low->reason, /* the classes bear the names of the reasons */
            .kind = low->name,
            .expected = KI_EXPECT_NOT_EXAMINED,
            .reason = low->reason,
            .seed = seed,
            .width = canvas.width,
            .height = canvas.height,
            .quality = (int)hashes.quality,
            .distance = -1,
        };
        status = ki_corpus_put(corpus, &entry, &blob);
    }
    ki_blob_destroy(&blob);
    ki_canvas_destroy(&canvas);
    return status;
}

enum ki_status ki_corpus_lows(struct ki_corpus *corpus)
{
    enum ki_status status = KI_OK;
    for (size_t i = 0; ki_low_at(i) && status == KI_OK; i++) {
        status = put_low(corpus, i);
    }
    return status;
}

/* An intact file under an unusual name is what its picture is. */
static enum ki_status judge_intact(struct ki_corpus *corpus,
                                   const struct ki_canvas *canvas,
                                   struct ki_manifest_entry *entry)
{
    struct ki_canvas_hashes hashes;
    enum ki_status status = ki_canvas_hash(canvas, &hashes);
    if (status == KI_OK) {
        entry->class_name = "wrong-extension";
        entry->expected = ki_corpus_expect(corpus, &hashes, false);
        entry->quality = (int)hashes.quality;
        entry->width = canvas->width;
        entry->height = canvas->height;
    }
    return status;
}

static enum ki_status put_damage(struct ki_corpus *corpus, size_t number,
                                 const struct ki_canvas *canvas)
{
    const struct ki_damage *damage = ki_damage_at(number);
    char path[KI_NAME_NBYTES];
    (void)snprintf(path, sizeof path, "pictures/damaged/%s.%s", damage->name,
                   damage->extension);
    struct ki_manifest_entry entry = {
        .path = path,
        .class_name = "damaged",
        .alteration = damage->name,
        .expected = KI_EXPECT_NOT_EXAMINED,
        .reason = damage->reason,
        .seed = ki_corpus_seed(corpus, KI_STREAM_DAMAGE, number),
        .quality = -1,
        .distance = -1,
    };
    bool is_intact = !damage->reason;
    const struct ki_canvas *used =
        is_intact && corpus->first.rgb ? &corpus->first : canvas;
    enum ki_status status = is_intact ? judge_intact(corpus, used, &entry) : KI_OK;
    struct ki_prng prng;
    ki_prng_seed(&prng, entry.seed, 0);
    struct ki_blob blob = {0};
    if (status == KI_OK) {
        status = damage->make(used, &prng, &blob);
    }
    if (status == KI_OK) {
        status = ki_corpus_put(corpus, &entry, &blob);
    }
    ki_blob_destroy(&blob);
    return status;
}

enum ki_status ki_corpus_damages(struct ki_corpus *corpus)
{
    struct ki_canvas canvas;
    struct ki_canvas_hashes hashes;
    uint64_t seed = ki_corpus_seed(corpus, KI_STREAM_DAMAGE, UINT32_MAX);
    enum ki_status status =
        ki_synth_make(ki_synth_find("landscape"), 480, 360, seed, &canvas, &hashes);
    if (status != KI_OK) {
        return status;
    }
    for (size_t i = 0; ki_damage_at(i) && status == KI_OK; i++) {
        status = put_damage(corpus, i, &canvas);
    }
    ki_canvas_destroy(&canvas);
    return status;
}
