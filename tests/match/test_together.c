/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs that are judged together against each of them alone. */
#include <criterion/criterion.h>
#include <string.h>

#include "match/verdict.h"
#include "support/folder.h"
#include "support/hashes.h"
#include "support/lists.h"

enum { NENTRIES = 24, NLIGHT = 4, NROUNDS = 200, MOST_HITS = 3 };

struct scene {
    struct random_state random;
    struct folder folder;
    struct ki_pdq pdqs[NENTRIES]; /* light ones, then two alike; on lists a and b */
    struct ki_hash digests[NENTRIES];
    struct ki_hash_options options;
    struct ki_index *index;
    struct ki_ruling *ruling;
};

static struct ki_pdq good_pdq(struct random_state *random)
{
    struct ki_pdq pdq = hash_uniform(random);
    while (ki_pdq_is_degenerate(&pdq)) {
        pdq = hash_uniform(random);
    }
    return pdq;
}

/* Doubted, but put on the list all the same, as by somebody who released it. */
static struct ki_pdq light_pdq(struct random_state *random)
{
    static const struct ki_pdq zero;
    struct ki_pdq pdq = zero;
    while (ki_pdq_doubts(&pdq) != KI_DOUBT_WEIGHT) {
        pdq = hash_at_distance(random, &zero, 80);
    }
    return pdq;
}

static struct scene scene_make(uint64_t seed)
{
    struct scene scene = {.random = random_begin(seed), .folder = folder_make()};
    struct ki_hash hashes[NENTRIES];
    memset(hashes, 0, sizeof hashes);
    memset(scene.digests, 0, sizeof scene.digests);
    for (int i = 0; i < NENTRIES; i++) {
        scene.pdqs[i] = i < NLIGHT ? light_pdq(&scene.random)
                        : i % 2    ? scene.pdqs[i - 1]
                                   : good_pdq(&scene.random);
        memcpy(hashes[i].bytes, scene.pdqs[i].bytes, KI_PDQ_NBYTES);
        scene.digests[i].kind = KI_KIND_SHA1;
        scene.digests[i].bytes[0] = (uint8_t)(i / 4 + 1);
    }
    list_fill(scene.folder.path, "a", "pa", hashes, NENTRIES);
    list_fill(scene.folder.path, "b", "pb", hashes, NENTRIES / 2);
    list_fill(scene.folder.path, "c", "dc", scene.digests, NENTRIES);
    scene.options = ki_hash_options_default();
    scene.options.dihedral = true;
    scene.options.modes = KI_BIT(KI_MODE_PDQ) | KI_BIT(KI_MODE_PDQ_NN512);
    cr_assert_eq(ki_index_open(scene.folder.path, &scene.index, NULL), KI_OK);
    cr_assert_eq(ki_ruling_make(NULL, ki_index_list(scene.index, 0),
                                ki_index_nlists(scene.index), &scene.options,
                                &scene.ruling, NULL),
                 KI_OK);
    return scene;
}

static void scene_free(struct scene *scene)
{
    ki_ruling_free(scene->ruling);
    ki_index_close(scene->index);
    folder_remove(&scene->folder);
}

static void fill_pdq(struct scene *scene, struct ki_pdq_result *pdq)
{
    struct random_state *random = &scene->random;
    pdq->present = true;
    pdq->quality = random_below(random, 8) == 0 ? 10 : 100;
    pdq->is_degenerate = random_below(random, 4) == 0;
    for (unsigned t = 0; t < KI_NTRANSFORMS; t++) {
        pdq->hashes[t] = good_pdq(random);
    }
    if (random_below(random, 3) == 0) {
        const struct ki_pdq *listed =
            &scene->pdqs[random_below(random, pdq->is_degenerate ? NLIGHT : NENTRIES)];
        pdq->hashes[random_below(random, KI_NTRANSFORMS)] =
            hash_at_distance(random, listed, random_below(random, 40));
    }
}

/* Found by one of its eight hashes of a mode, by a digest, by both, not at all; of low
 * quality, held back by the gate, or not a picture. */
static struct ki_hashes hashes_any(struct scene *scene)
{
    struct random_state *random = &scene->random;
    struct ki_hashes hashes = {.digests = KI_ALL_DIGESTS};
    hashes.info.nframes = 1;
    for (unsigned kind = KI_KIND_MD5; kind < KI_NKINDS; kind++) {
        hashes.digest[kind].kind = (enum ki_kind)kind;
    }
    if (random_below(random, 3) == 0) {
        hashes.digest[KI_KIND_SHA1] = scene->digests[random_below(random, NENTRIES)];
    }
    if (random_below(random, 5) == 0) {
        hashes.reason = KI_REASON_CORRUPT;
        return hashes;
    }
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        fill_pdq(scene, &hashes.pdq[mode]);
    }
    return hashes;
}

static void expect_same_hit(const struct ki_hit *got, const struct ki_hit *alone)
{
    cr_expect_eq(got->list, alone->list);
    cr_expect_str_eq(got->entry, alone->entry);
    cr_expect_eq(got->kind, alone->kind);
    cr_expect_eq(got->distance, alone->distance);
    cr_expect_eq(got->mode, alone->mode);
    cr_expect_eq(got->transform, alone->transform);
    cr_expect_eq(got->query, 0);
}

static void expect_same(const struct ki_result *got, const struct ki_result *alone)
{
    cr_expect_eq(got->verdict, alone->verdict, "%s, not %s",
                 ki_verdict_text(got->verdict), ki_verdict_text(alone->verdict));
    cr_expect_eq(got->tier, alone->tier);
    cr_expect_eq(got->reason, alone->reason);
    cr_expect_eq(got->has_action, alone->has_action);
    cr_expect_eq(got->action, alone->action);
    cr_expect_eq(got->quality, alone->quality);
    cr_expect_eq(got->nhits_total, alone->nhits_total);
    cr_assert_eq(got->nhits, alone->nhits);
    for (size_t i = 0; i < got->nhits; i++) {
        expect_same_hit(&got->hits[i], &alone->hits[i]);
    }
}

Test(together, as_each_alone)
{
    struct scene scene = scene_make(41);
    struct ki_match_request request = {scene.index, scene.ruling, &scene.options,
                                       MOST_HITS};
    struct ki_hits hits = {0};
    struct ki_hits own_hits = {0};
    unsigned nverdicts[KI_NVERDICTS] = {0};
    for (unsigned round = 0; round < NROUNDS; round++) {
        struct ki_hashes hashes[KI_MATCH_MOST];
        struct ki_result results[KI_MATCH_MOST];
        size_t n = 1 + random_below(&scene.random, KI_MATCH_MOST);
        for (size_t i = 0; i < n; i++) {
            hashes[i] = hashes_any(&scene);
        }
        cr_assert_eq(ki_match(&request, hashes, n, &hits, results), KI_OK);
        for (size_t i = 0; i < n; i++) {
            struct ki_result alone;
            cr_assert_eq(ki_match(&request, &hashes[i], 1, &own_hits, &alone), KI_OK);
            expect_same(&results[i], &alone);
            nverdicts[alone.verdict]++;
        }
    }
    for (unsigned verdict = 0; verdict < KI_NVERDICTS; verdict++) {
        cr_expect_gt(nverdicts[verdict], NROUNDS / 4, "%s: %u",
                     ki_verdict_text((enum ki_verdict)verdict), nverdicts[verdict]);
    }
    ki_hits_free(&hits);
    ki_hits_free(&own_hits);
    scene_free(&scene);
}
