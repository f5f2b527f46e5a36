/* SPDX-License-Identifier: Apache-2.0 */
/* What hits, reasons and policies amount to. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "match/verdict.h"
#include "support/folder.h"
#include "support/hashes.h"
#include "support/lists.h"

/* A picture's hashes as the hasher would give them, all good. */
static struct ki_hashes good_hashes(const struct ki_pdq *pdq)
{
    struct ki_hashes hashes = {0};
    hashes.info.nframes = 1;
    hashes.info.format = KI_FORMAT_JPEG;
    hashes.digests = KI_ALL_DIGESTS;
    for (unsigned kind = 1; kind < KI_NKINDS; kind++) {
        hashes.digest[kind].kind = (enum ki_kind)kind;
        hashes.digest[kind].bytes[0] = (uint8_t)kind;
    }
    hashes.pdq[KI_MODE_PDQ].present = true;
    hashes.pdq[KI_MODE_PDQ].quality = 100;
    for (int t = 0; t < KI_NTRANSFORMS; t++) {
        hashes.pdq[KI_MODE_PDQ].hashes[t] = *pdq;
    }
    hashes.pdq[KI_MODE_PDQ].is_degenerate = ki_pdq_is_degenerate(pdq);
    return hashes;
}

/* A hash that the gate lets pass. */
static struct ki_pdq good_pdq(struct random_state *random)
{
    struct ki_pdq pdq = hash_uniform(random);
    while (ki_pdq_is_degenerate(&pdq)) {
        pdq = hash_uniform(random);
    }
    return pdq;
}

static struct ki_hash as_hash(const struct ki_pdq *pdq)
{
    struct ki_hash hash = {.kind = KI_KIND_PDQ};
    memcpy(hash.bytes, pdq->bytes, sizeof pdq->bytes);
    return hash;
}

static void add_entry(const char *folder, const struct ki_list_info *list,
                      const char *id, const struct ki_hash *hash)
{
    struct ki_catalog *catalog = catalog_open(folder, KI_CATALOG_WRITE);
    struct ki_txn *txn = txn_begin(catalog);
    struct ki_list_info info;
    cr_assert_eq(ki_txn_list_add(txn, list, true, NULL), KI_OK);
    cr_assert_eq(ki_txn_list_find(txn, list->name, &info, NULL), KI_OK);
    (void)entry_add(txn, info.id, id, hash);
    cr_assert_eq(ki_txn_commit(txn, NULL), KI_OK);
    uint64_t generation = 0;
    cr_assert_eq(ki_publish(catalog, &generation, NULL), KI_OK);
    ki_catalog_close(catalog);
}

/* The policy that all scenes are judged under; NULL: none. */
static struct ki_policy *policy;

struct judged {
    struct ki_result result;
    struct ki_hits hits;
    struct ki_index *index;
    struct ki_ruling *ruling;
};

static struct judged judge(const char *folder, const struct ki_hashes *hashes,
                           const struct ki_hash_options *options)
{
    struct judged judged = {0};
    struct ki_diag diag = {0};
    cr_assert_eq(ki_index_open(folder, &judged.index, &diag), KI_OK, "%s",
                 diag.message);
    cr_assert_eq(ki_ruling_make(policy, ki_index_list(judged.index, 0),
                                ki_index_nlists(judged.index), options, &judged.ruling,
                                &diag),
                 KI_OK);
    struct ki_match_request request = {judged.index, judged.ruling, options, 0};
    cr_assert_eq(ki_match(&request, hashes, 1, &judged.hits, &judged.result), KI_OK);
    return judged;
}

static void judged_free(struct judged *judged)
{
    ki_hits_free(&judged->hits);
    ki_ruling_free(judged->ruling);
    ki_index_close(judged->index);
}

struct scene {
    struct random_state random;
    struct folder folder;
    struct ki_pdq pdq;
    struct ki_hash hash;
    struct ki_hash_options options;
};

static struct scene scene_make(uint64_t seed)
{
    struct scene scene = {.random = random_begin(seed), .folder = folder_make()};
    scene.pdq = good_pdq(&scene.random);
    scene.hash = as_hash(&scene.pdq);
    scene.options = ki_hash_options_default();
    return scene;
}

static void expect(const struct scene *scene, const struct ki_hashes *hashes,
                   enum ki_verdict verdict, enum ki_tier tier, enum ki_reason reason)
{
    struct judged judged = judge(scene->folder.path, hashes, &scene->options);
    cr_expect_eq(judged.result.verdict, verdict, "verdict %s",
                 ki_verdict_text(judged.result.verdict));
    cr_expect_eq(judged.result.tier, tier, "tier %s", ki_tier_text(judged.result.tier));
    cr_expect_eq(judged.result.reason, reason, "reason %s",
                 ki_reason_text(judged.result.reason));
    cr_expect_eq(judged.result.has_action, verdict == KI_VERDICT_MATCH);
    judged_free(&judged);
}

/* Of so few bits that it is doubted, and one near to it of just enough. */
static void make_light(struct scene *scene, struct ki_pdq *light, struct ki_pdq *near)
{
    static const struct ki_pdq zero;
    do {
        *light = hash_at_distance(&scene->random, &zero, 80);
        *near = *light;
        for (unsigned n = 0, bit = 0; n < 25 && bit < 256; bit++) {
            struct ki_pdq more = *near;
            hash_flip(&more, bit);
            if (ki_pdq_distance(&more, &zero) > ki_pdq_distance(near, &zero)) {
                *near = more;
                n++;
            }
        }
    } while (ki_pdq_doubts(light) != KI_DOUBT_WEIGHT || ki_pdq_doubts(near) != 0);
}

Test(verdict, a_picture_that_says_too_little_finds_what_was_released)
{
    struct scene scene = scene_make(96);
    struct ki_pdq light;
    struct ki_pdq near;
    make_light(&scene, &light, &near);
    struct ki_hashes hashes = good_hashes(&light);
    struct ki_hash light_hash = as_hash(&light);
    struct ki_hash near_hash = as_hash(&near);
    struct ki_list_info list = list_named("a");
    cr_assert(hashes.pdq[KI_MODE_PDQ].is_degenerate);
    add_entry(scene.folder.path, &list, "near", &near_hash);
    expect(&scene, &hashes, KI_VERDICT_NOT_EXAMINED, KI_TIER_NONE,
           KI_REASON_LOW_INFORMATION);
    add_entry(scene.folder.path, &list, "released", &light_hash);
    struct judged judged = judge(scene.folder.path, &hashes, &scene.options);
    cr_expect_eq(judged.result.verdict, KI_VERDICT_MATCH);
    cr_assert_eq(judged.hits.nhits, 1);
    cr_expect_str_eq(judged.hits.items[0].entry, "released");
    judged_free(&judged);
    folder_remove(&scene.folder);
}

Test(verdict, near_corroborated_exact)
{
    struct scene scene = scene_make(81);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_list_info list = list_named("a");
    struct ki_pdq near = hash_at_distance(&scene.random, &scene.pdq, 31);
    struct ki_hash near_hash = as_hash(&near);
    add_entry(scene.folder.path, &list, "near", &near_hash);
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_NEAR, KI_REASON_NONE);

    list = list_named("a2"); /* another list of the same source corroborates nothing */
    (void)snprintf(list.source, sizeof list.source, "a");
    add_entry(scene.folder.path, &list, "near", &near_hash);
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_NEAR, KI_REASON_NONE);

    list = list_named("b");
    add_entry(scene.folder.path, &list, "near", &near_hash);
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_CORROBORATED, KI_REASON_NONE);

    list = list_named("c");
    add_entry(scene.folder.path, &list, "same", &hashes.digest[KI_KIND_SHA1]);
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_EXACT, KI_REASON_NONE);
    folder_remove(&scene.folder);
}

Test(verdict, beyond_the_radius_is_no_match)
{
    struct scene scene = scene_make(82);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_list_info list = list_named("a");
    struct ki_pdq far = hash_at_distance(&scene.random, &scene.pdq, 32);
    struct ki_hash hash = as_hash(&far);
    add_entry(scene.folder.path, &list, "far", &hash);
    expect(&scene, &hashes, KI_VERDICT_NO_MATCH, KI_TIER_NONE, KI_REASON_NONE);
    folder_remove(&scene.folder);
}

Test(verdict, what_was_not_examined_is_never_no_match)
{
    struct scene scene = scene_make(83);
    struct ki_list_info list = list_named("a");
    struct ki_pdq other = good_pdq(&scene.random);
    struct ki_hash other_hash = as_hash(&other);
    add_entry(scene.folder.path, &list, "x", &other_hash);
    for (unsigned reason = 1; reason < KI_NREASONS; reason++) {
        struct ki_hashes hashes = good_hashes(&scene.pdq);
        hashes.reason = (enum ki_reason)reason;
        hashes.pdq[KI_MODE_PDQ].present = false;
        expect(&scene, &hashes, KI_VERDICT_NOT_EXAMINED, KI_TIER_NONE,
               (enum ki_reason)reason);
    }
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    hashes.info.nframes = 2;
    expect(&scene, &hashes, KI_VERDICT_NOT_EXAMINED, KI_TIER_NONE,
           KI_REASON_UNSUPPORTED_FRAMES);
    hashes = good_hashes(&scene.pdq);
    hashes.digests = 0;
    expect(&scene, &hashes, KI_VERDICT_NOT_EXAMINED, KI_TIER_NONE,
           KI_REASON_OUT_OF_MEMORY);
    hashes = good_hashes(&scene.pdq);
    hashes.pdq[KI_MODE_PDQ].quality = 49;
    expect(&scene, &hashes, KI_VERDICT_NOT_EXAMINED, KI_TIER_NONE,
           KI_REASON_LOW_INFORMATION);
    folder_remove(&scene.folder);
}

Test(verdict, a_damaged_file_that_is_listed_by_digest_matches)
{
    struct scene scene = scene_make(84);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_list_info list = list_named("a");
    hashes.reason = KI_REASON_TRUNCATED;
    hashes.pdq[KI_MODE_PDQ].present = false;
    add_entry(scene.folder.path, &list, "x", &hashes.digest[KI_KIND_MD5]);
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_EXACT, KI_REASON_NONE);
    folder_remove(&scene.folder);
}

Test(verdict, a_degenerate_picture_matches_no_other_and_is_not_examined)
{
    struct scene scene = scene_make(85);
    struct ki_hash flat;
    struct ki_pdq pdq;
    cr_assert(ki_hash_from_hex(
        KI_KIND_PDQ, "5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa",
        64, &flat));
    memcpy(pdq.bytes, flat.bytes, sizeof pdq.bytes);
    struct ki_hashes hashes = good_hashes(&pdq);
    struct ki_list_info list = list_named("a");
    add_entry(scene.folder.path, &list, "flat", &flat);
    expect(&scene, &hashes, KI_VERDICT_NOT_EXAMINED, KI_TIER_NONE,
           KI_REASON_LOW_INFORMATION);
    folder_remove(&scene.folder);
}

Test(verdict, quality_is_each_lists_own_matter)
{
    struct scene scene = scene_make(86);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    hashes.pdq[KI_MODE_PDQ].quality = 30;
    struct ki_list_info strict = list_named("strict");
    add_entry(scene.folder.path, &strict, "x", &scene.hash);
    expect(&scene, &hashes, KI_VERDICT_NOT_EXAMINED, KI_TIER_NONE,
           KI_REASON_LOW_INFORMATION);
    struct ki_list_info easy = list_named("easy");
    easy.min_quality = 20;
    add_entry(scene.folder.path, &easy, "x", &scene.hash);
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_NEAR, KI_REASON_NONE);
    folder_remove(&scene.folder);
}

Test(verdict, a_request_for_digests_needs_no_picture)
{
    struct scene scene = scene_make(87);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_list_info list = list_named("a");
    hashes.pdq[KI_MODE_PDQ].present = false;
    hashes.info.nframes = 7;
    scene.options.kinds = KI_ALL_DIGESTS;
    add_entry(scene.folder.path, &list, "x", &scene.hash);
    expect(&scene, &hashes, KI_VERDICT_NO_MATCH, KI_TIER_NONE, KI_REASON_NONE);
    folder_remove(&scene.folder);
}

Test(verdict, purpose_and_action)
{
    struct scene scene = scene_make(88);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_list_info allow = list_named("allow");
    allow.purpose = KI_PURPOSE_ALLOW;
    allow.action = KI_ACTION_BLOCK;
    add_entry(scene.folder.path, &allow, "x", &scene.hash);
    struct judged judged = judge(scene.folder.path, &hashes, &scene.options);
    cr_expect_eq(judged.result.verdict, KI_VERDICT_NO_MATCH);
    cr_expect_eq(judged.result.nhits, 1, "counter-evidence is shown");
    judged_free(&judged);

    struct ki_list_info test = list_named("test");
    test.purpose = KI_PURPOSE_TEST;
    test.action = KI_ACTION_BLOCK;
    add_entry(scene.folder.path, &test, "x", &scene.hash);
    judged = judge(scene.folder.path, &hashes, &scene.options);
    cr_expect_eq(judged.result.verdict, KI_VERDICT_MATCH);
    cr_expect_eq(judged.result.action, KI_ACTION_OBSERVE, "a test list never acts");
    judged_free(&judged);

    struct ki_list_info block = list_named("block");
    block.action = KI_ACTION_BLOCK;
    add_entry(scene.folder.path, &block, "x", &scene.hash);
    judged = judge(scene.folder.path, &hashes, &scene.options);
    cr_expect_eq(judged.result.action, KI_ACTION_BLOCK);
    judged_free(&judged);
    folder_remove(&scene.folder);
}

Test(verdict, one_hit_an_entry_the_nearest_first)
{
    struct scene scene = scene_make(89);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_list_info list = list_named("a");
    struct ki_pdq near = hash_at_distance(&scene.random, &scene.pdq, 9);
    struct ki_hash near_hash = as_hash(&near);
    add_entry(scene.folder.path, &list, "far", &near_hash);
    add_entry(scene.folder.path, &list, "close", &scene.hash);
    scene.options.dihedral = true; /* eight equal hashes: eight lookups */
    struct judged judged = judge(scene.folder.path, &hashes, &scene.options);
    cr_assert_eq(judged.result.nhits, 2);
    cr_expect_str_eq(judged.result.hits[0].entry, "close");
    cr_expect_eq(judged.result.hits[0].transform, KI_TRANSFORM_ORIGINAL);
    cr_expect_eq(judged.result.hits[1].distance, 9);
    struct ki_match_request request = {judged.index, judged.ruling, &scene.options, 1};
    cr_assert_eq(ki_match(&request, &hashes, 1, &judged.hits, &judged.result), KI_OK);
    cr_expect_eq(judged.result.nhits, 1);
    cr_expect_eq(judged.result.nhits_total, 2);
    judged_free(&judged);
    folder_remove(&scene.folder);
}

Test(verdict, a_test_list_corroborates_nothing)
{
    struct scene scene = scene_make(90);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_list_info test = list_named("trial");
    test.purpose = KI_PURPOSE_TEST;
    add_entry(scene.folder.path, &test, "x", &scene.hash);
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_NEAR, KI_REASON_NONE);
    test = list_named("trial2");
    test.purpose = KI_PURPOSE_TEST;
    add_entry(scene.folder.path, &test, "x", &scene.hash);
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_NEAR, KI_REASON_NONE);
    struct ki_list_info list = list_named("a");
    add_entry(scene.folder.path, &list, "x", &scene.hash);
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_NEAR, KI_REASON_NONE);
    /* Nor does it make a near match exact. */
    add_entry(scene.folder.path, &test, "same", &hashes.digest[KI_KIND_SHA1]);
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_NEAR, KI_REASON_NONE);
    folder_remove(&scene.folder);
}

Test(verdict, a_digest_on_a_test_list_alone_is_exact)
{
    struct scene scene = scene_make(91);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_list_info test = list_named("trial");
    test.purpose = KI_PURPOSE_TEST;
    add_entry(scene.folder.path, &test, "same", &hashes.digest[KI_KIND_SHA1]);
    add_entry(scene.folder.path, &test, "near", &scene.hash);
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_EXACT, KI_REASON_NONE);
    folder_remove(&scene.folder);
}

/* What an allow or a test list asks of a picture says nothing about whether the lists
 * that count were searched. */
Test(verdict, only_match_lists_say_what_quality_no_match_needs)
{
    struct scene scene = scene_make(92);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    hashes.pdq[KI_MODE_PDQ].quality = 60;
    struct ki_pdq other = good_pdq(&scene.random);
    struct ki_hash other_hash = as_hash(&other);
    struct ki_list_info list = list_named("a");
    add_entry(scene.folder.path, &list, "x", &other_hash);
    struct ki_list_info allow = list_named("allow");
    allow.purpose = KI_PURPOSE_ALLOW;
    allow.min_quality = 90;
    add_entry(scene.folder.path, &allow, "x", &other_hash);
    struct ki_list_info test = list_named("trial");
    test.purpose = KI_PURPOSE_TEST;
    test.min_quality = 90;
    add_entry(scene.folder.path, &test, "x", &other_hash);
    expect(&scene, &hashes, KI_VERDICT_NO_MATCH, KI_TIER_NONE, KI_REASON_NONE);

    struct ki_list_info strict = list_named("strict");
    strict.min_quality = 61;
    add_entry(scene.folder.path, &strict, "x", &other_hash);
    expect(&scene, &hashes, KI_VERDICT_NOT_EXAMINED, KI_TIER_NONE,
           KI_REASON_LOW_INFORMATION);
    folder_remove(&scene.folder);
}

Test(verdict, lists_that_do_not_count_ask_for_the_default_quality_between_them)
{
    struct scene scene = scene_make(93);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_pdq other = good_pdq(&scene.random);
    struct ki_hash other_hash = as_hash(&other);
    struct ki_list_info allow = list_named("allow");
    allow.purpose = KI_PURPOSE_ALLOW;
    allow.min_quality = 0;
    add_entry(scene.folder.path, &allow, "x", &other_hash);
    hashes.pdq[KI_MODE_PDQ].quality = KI_QUALITY_DEFAULT - 1;
    expect(&scene, &hashes, KI_VERDICT_NOT_EXAMINED, KI_TIER_NONE,
           KI_REASON_LOW_INFORMATION);
    folder_remove(&scene.folder);
}

Test(verdict, the_limit_keeps_the_hits_that_decided)
{
    struct scene scene = scene_make(94);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_list_info allow = list_named("allow");
    allow.purpose = KI_PURPOSE_ALLOW;
    add_entry(scene.folder.path, &allow, "same", &hashes.digest[KI_KIND_SHA1]);
    struct ki_list_info test = list_named("trial");
    test.purpose = KI_PURPOSE_TEST;
    add_entry(scene.folder.path, &test, "close", &scene.hash);
    struct ki_pdq near = hash_at_distance(&scene.random, &scene.pdq, 4);
    struct ki_hash near_hash = as_hash(&near);
    struct ki_list_info block = list_named("block");
    block.action = KI_ACTION_BLOCK;
    add_entry(scene.folder.path, &block, "near", &near_hash);

    struct judged judged = judge(scene.folder.path, &hashes, &scene.options);
    cr_assert_eq(judged.result.nhits, 3);
    cr_expect_str_eq(judged.result.hits[0].list->name, "block");
    cr_expect_str_eq(judged.result.hits[1].list->name, "trial");
    cr_expect_str_eq(judged.result.hits[2].list->name, "allow");
    struct ki_match_request request = {judged.index, judged.ruling, &scene.options, 1};
    cr_assert_eq(ki_match(&request, &hashes, 1, &judged.hits, &judged.result), KI_OK);
    cr_expect_eq(judged.result.verdict, KI_VERDICT_MATCH);
    cr_expect_eq(judged.result.action, KI_ACTION_BLOCK);
    cr_assert_eq(judged.result.nhits, 1);
    cr_expect_str_eq(judged.result.hits[0].entry, "near");
    cr_expect_eq(judged.result.nhits_total, 3);
    judged_free(&judged);
    folder_remove(&scene.folder);
}

static void set_policy(const char *text)
{
    struct ki_diag diag = {0};
    ki_policy_free(policy);
    policy = NULL;
    cr_assert_eq(ki_policy_parse("p", text, strlen(text), &policy, &diag), KI_OK, "%s",
                 diag.message);
}

Test(policy, a_radius_of_its_own)
{
    struct scene scene = scene_make(101);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_list_info list = list_named("a");
    struct ki_pdq far = hash_at_distance(&scene.random, &scene.pdq, 40);
    struct ki_hash hash = as_hash(&far);
    list.radius = 10;
    add_entry(scene.folder.path, &list, "far", &hash);
    expect(&scene, &hashes, KI_VERDICT_NO_MATCH, KI_TIER_NONE, KI_REASON_NONE);
    set_policy("[list a]\nradius = 40\n");
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_NEAR, KI_REASON_NONE);
    set_policy("[list a]\nradius = 39\n");
    expect(&scene, &hashes, KI_VERDICT_NO_MATCH, KI_TIER_NONE, KI_REASON_NONE);
    struct ki_list_info other = list_named("b"); /* its radius is for it alone */
    add_entry(scene.folder.path, &other, "far", &hash);
    set_policy("[list a]\nradius = 39\n[list b]\nradius = 40\n");
    struct judged judged = judge(scene.folder.path, &hashes, &scene.options);
    cr_assert_eq(judged.result.nhits, 1);
    cr_expect_str_eq(judged.result.hits[0].list->name, "b");
    cr_expect_str_eq(judged.result.policy, ki_policy_version(policy));
    judged_free(&judged);
    ki_policy_free(policy);
    folder_remove(&scene.folder);
}

Test(policy, quality_and_what_no_match_needs)
{
    struct scene scene = scene_make(102);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_list_info list = list_named("a");
    add_entry(scene.folder.path, &list, "x", &scene.hash);
    hashes.pdq[KI_MODE_PDQ].quality = 60;
    set_policy("[default]\nmin-quality = 61\n[reasons]\nprofile = triage\n");
    expect(&scene, &hashes, KI_VERDICT_NOT_EXAMINED, KI_TIER_NONE,
           KI_REASON_LOW_INFORMATION);
    struct judged judged = judge(scene.folder.path, &hashes, &scene.options);
    cr_expect_eq(judged.result.handling, KI_HANDLING_HOLD);
    judged_free(&judged);
    set_policy("[default]\nmin-quality = 60\n[reasons]\nprofile = triage\n");
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_NEAR, KI_REASON_NONE);
    judged = judge(scene.folder.path, &hashes, &scene.options);
    cr_expect_eq(judged.result.handling, KI_HANDLING_NONE, "it was examined");
    judged_free(&judged);
    ki_policy_free(policy);
    folder_remove(&scene.folder);
}

Test(policy, modes_and_transforms_that_a_list_wants)
{
    struct scene scene = scene_make(103);
    struct ki_pdq other = good_pdq(&scene.random);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_list_info list = list_named("a");
    hashes.pdq[KI_MODE_PDQ_NN512] = hashes.pdq[KI_MODE_PDQ];
    for (unsigned t = 0; t < KI_NTRANSFORMS; t++) {
        hashes.pdq[KI_MODE_PDQ].hashes[t] = other;
        hashes.pdq[KI_MODE_PDQ_NN512].hashes[t] = t == 3 ? scene.pdq : other;
    }
    scene.options.modes = KI_BIT(KI_MODE_PDQ) | KI_BIT(KI_MODE_PDQ_NN512);
    scene.options.dihedral = true;
    add_entry(scene.folder.path, &list, "x", &scene.hash);
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_NEAR, KI_REASON_NONE);
    set_policy("[list a]\nmodes = pdq\n");
    expect(&scene, &hashes, KI_VERDICT_NO_MATCH, KI_TIER_NONE, KI_REASON_NONE);
    set_policy("[list a]\nmodes = pdq-nn512\n");
    expect(&scene, &hashes, KI_VERDICT_MATCH, KI_TIER_NEAR, KI_REASON_NONE);
    set_policy("[list a]\nmodes = pdq-nn512\ndihedral = no\n");
    expect(&scene, &hashes, KI_VERDICT_NO_MATCH, KI_TIER_NONE, KI_REASON_NONE);
    ki_policy_free(policy);
    folder_remove(&scene.folder);
}

Test(policy, counter_evidence_demotes_and_shows)
{
    struct scene scene = scene_make(104);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_list_info block = list_named("block");
    block.action = KI_ACTION_BLOCK;
    add_entry(scene.folder.path, &block, "x", &scene.hash);
    struct ki_list_info allow = list_named("allow");
    struct ki_pdq near = hash_at_distance(&scene.random, &scene.pdq, 12);
    struct ki_hash hash = as_hash(&near);
    allow.purpose = KI_PURPOSE_ALLOW;
    add_entry(scene.folder.path, &allow, "y", &hash);
    struct judged judged = judge(scene.folder.path, &hashes, &scene.options);
    cr_expect_eq(judged.result.action, KI_ACTION_BLOCK, "no policy, no demotion");
    cr_expect_eq(judged.result.demoted, 0);
    cr_expect_str_eq(judged.result.policy, "lists");
    judged_free(&judged);
    set_policy("[allow]\nradius = 12\n");
    judged = judge(scene.folder.path, &hashes, &scene.options);
    cr_expect_eq(judged.result.verdict, KI_VERDICT_MATCH);
    cr_expect_eq(judged.result.action, KI_ACTION_REVIEW);
    cr_expect_eq(judged.result.demoted, KI_BIT(KI_DEMOTION_COUNTER_EVIDENCE));
    cr_expect_eq(judged.result.nhits, 2);
    judged_free(&judged);
    set_policy("[allow]\nradius = 11\n");
    judged = judge(scene.folder.path, &hashes, &scene.options);
    cr_expect_eq(judged.result.action, KI_ACTION_BLOCK);
    cr_expect_eq(judged.result.nhits, 1);
    judged_free(&judged);
    ki_policy_free(policy);
    folder_remove(&scene.folder);
}

/* A picture that was not examined is no traffic; one that hits floods in its turn. */
Test(policy, a_flood_is_demoted)
{
    struct scene scene = scene_make(105);
    struct ki_hashes hashes = good_hashes(&scene.pdq);
    struct ki_pdq other = good_pdq(&scene.random);
    struct ki_hashes others = good_hashes(&other);
    struct ki_hashes damaged = others;
    struct ki_list_info block = list_named("block");
    damaged.reason = KI_REASON_CORRUPT;
    damaged.pdq[KI_MODE_PDQ].present = false;
    block.action = KI_ACTION_BLOCK;
    add_entry(scene.folder.path, &block, "x", &scene.hash);
    set_policy("[flood]\nshare = 30%\nwindow = 100\nminimum = 4\n");
    for (unsigned i = 0; i < 60; i++) {
        bool hits = i % 2 == 1 && i < 20;
        const struct ki_hashes *these = i % 3 == 2 ? &damaged : &others;
        struct judged judged =
            judge(scene.folder.path, hits ? &hashes : these, &scene.options);
        bool is_demoted = judged.result.demoted == KI_BIT(KI_DEMOTION_FLOOD);
        cr_expect_eq(is_demoted, hits && i >= 7, "picture %u", i);
        cr_expect_eq(judged.result.action, !hits        ? KI_ACTION_OBSERVE
                                           : is_demoted ? KI_ACTION_REVIEW
                                                        : KI_ACTION_BLOCK);
        judged_free(&judged);
    }
    /* 11 hits among 51 pictures: the share is no longer too large. */
    struct judged judged = judge(scene.folder.path, &hashes, &scene.options);
    cr_expect_eq(judged.result.action, KI_ACTION_BLOCK);
    judged_free(&judged);
    ki_policy_free(policy);
    folder_remove(&scene.folder);
}
