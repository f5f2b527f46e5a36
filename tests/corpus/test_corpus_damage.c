/* SPDX-License-Identifier: Apache-2.0 */
/* Damaged files are damaged as their names say, and the engine gives that reason. */
#include <criterion/criterion.h>
#include <string.h>

#include "codec.h"
#include "damage.h"
#include "support/random.h"
#include "synth.h"

static struct ki_blob make(const struct ki_damage *damage, uint64_t seed)
{
    struct ki_canvas canvas;
    struct ki_canvas_hashes hashes;
    struct ki_blob blob = {0};
    struct ki_prng prng;
    ki_prng_seed(&prng, seed, 0);
    cr_assert_eq(
        ki_synth_make(ki_synth_find("landscape"), 480, 360, seed, &canvas, &hashes),
        KI_OK);
    cr_assert_eq(damage->make(&canvas, &prng, &blob), KI_OK, "%s", damage->name);
    ki_canvas_destroy(&canvas);
    return blob;
}

static struct ki_blob make_named(const char *name, uint64_t seed)
{
    const struct ki_damage *damage = ki_damage_find(name);
    cr_assert_not_null(damage, "%s", name);
    return make(damage, seed);
}

Test(corpus_damage, engine_gives_the_stated_reason)
{
    struct random_state random = random_begin(8);
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_hasher *hasher = NULL;
    cr_assert_eq(ki_hasher_create(&options, &hasher, NULL), KI_OK);
    for (size_t i = 0; ki_damage_at(i); i++) {
        const struct ki_damage *damage = ki_damage_at(i);
        for (int k = 0; k < 5; k++) {
            struct ki_blob blob = make(damage, random_next(&random));
            struct ki_hashes out;
            ki_hash_memory(hasher, blob.data, blob.nbytes, &out);
            cr_expect_str_eq(ki_reason_text(out.reason),
                             damage->reason ? damage->reason : "", "%s: %s",
                             damage->name, ki_reason_text(out.reason));
            ki_blob_destroy(&blob);
        }
    }
    ki_hasher_destroy(hasher);
}

Test(corpus_damage, same_seed_same_bytes)
{
    struct random_state random = random_begin(9);
    uint64_t seed = random_next(&random);
    for (size_t i = 0; ki_damage_at(i); i++) {
        struct ki_blob a = make(ki_damage_at(i), seed);
        struct ki_blob b = make(ki_damage_at(i), seed);
        cr_expect_eq(a.nbytes, b.nbytes);
        cr_expect(a.nbytes == 0 || memcmp(a.data, b.data, a.nbytes) == 0, "%s",
                  ki_damage_at(i)->name);
        ki_blob_destroy(&a);
        ki_blob_destroy(&b);
    }
}

static struct ki_jpeg_report report_of(const char *name)
{
    struct ki_blob blob = make_named(name, 10);
    struct ki_jpeg_report report;
    enum ki_status status = ki_jpeg_read(&blob, NULL, &report);
    cr_assert(status == KI_OK || status == KI_ERR_DAMAGED);
    ki_blob_destroy(&blob);
    return report;
}

Test(corpus_damage, jpegs_warn_as_they_should)
{
    cr_expect(report_of("truncated-jpeg").ran_out);
    cr_expect(report_of("truncated-jpeg-late").ran_out);
    cr_expect(report_of("truncated-jpeg-progressive").ran_out);
    static const char *const corrupt[] = {"corrupt-jpeg", "corrupt-jpeg-progressive"};
    for (size_t i = 0; i < 2; i++) {
        struct ki_jpeg_report report = report_of(corrupt[i]);
        cr_expect(report.bad_data, "%s", corrupt[i]);
        cr_expect(!report.ran_out && !report.failed, "%s", corrupt[i]);
    }
    struct ki_jpeg_report scans = report_of("bomb-jpeg-scans");
    cr_expect_eq(scans.nwarnings, 0);
    cr_expect_gt(scans.nscans, 150);
}

Test(corpus_damage, bombs_are_small)
{
    static const struct {
        const char *name;
        size_t max_nbytes;
    } bombs[] = {{"bomb-jpeg-side", 163},   {"bomb-jpeg-pixels", 163},
                 {"bomb-png-side", 200},    {"bomb-png-pixels", 200},
                 {"bomb-png-text", 600000}, {"bomb-png-chunks", 60000}};
    for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
        struct ki_blob blob = make_named(bombs[i].name, 11);
        cr_expect_leq(blob.nbytes, bombs[i].max_nbytes, "%s", bombs[i].name);
        ki_blob_destroy(&blob);
    }
}

Test(corpus_damage, pngs)
{
    static const char *const broken[] = {"truncated-png", "corrupt-png-crc",
                                         "corrupt-png-stream"};
    struct ki_canvas canvas;
    for (size_t i = 0; i < 3; i++) {
        struct ki_blob blob = make_named(broken[i], 12);
        cr_expect_eq(ki_png_read(&blob, &canvas), KI_ERR_DAMAGED, "%s", broken[i]);
        ki_blob_destroy(&blob);
    }
    struct ki_blob blob = make_named("wrong-extension", 12);
    cr_assert_eq(ki_png_read(&blob, &canvas), KI_OK);
    ki_canvas_destroy(&canvas);
    ki_blob_destroy(&blob);
}
