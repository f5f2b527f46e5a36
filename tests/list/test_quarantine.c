/* SPDX-License-Identifier: Apache-2.0 */
/* Entries whose PDQ hashes would match too much: not looked up until a person says so.
 */
#include "hash/gate.h"
#include "list/imported.h"

static unsigned nhits(const char *folder, const struct ki_hash *hash)
{
    struct ki_index *index = NULL;
    struct ki_hits hits = {0};
    cr_assert_eq(ki_index_open(folder, &index, NULL), KI_OK);
    cr_assert_eq(ki_index_lookup(index, hash, 0, &hits), KI_OK);
    unsigned n = (unsigned)hits.nhits;
    ki_hits_free(&hits);
    ki_index_close(index);
    return n;
}

static struct ki_hash as_hash(const struct ki_pdq *pdq)
{
    struct ki_hash hash = {.kind = KI_KIND_PDQ};
    memcpy(hash.bytes, pdq->bytes, sizeof pdq->bytes);
    return hash;
}

/* A hash of 128 bits that there is no doubt about. */
static struct ki_hash good_hash(struct random_state *random)
{
    static const struct ki_pdq zero;
    struct ki_pdq pdq;
    do {
        pdq = hash_at_distance(random, &zero, 128);
    } while (ki_pdq_doubts(&pdq) != 0);
    return as_hash(&pdq);
}

/* One of too few bits, but not refused. */
static struct ki_hash light_hash(struct random_state *random)
{
    static const struct ki_pdq zero;
    struct ki_pdq pdq;
    do {
        pdq = hash_at_distance(random, &zero, 80);
    } while (ki_pdq_doubts(&pdq) != KI_DOUBT_WEIGHT);
    return as_hash(&pdq);
}

/* One that equals its transposed, of 128 bits: 8 on the diagonal. */
static struct ki_hash symmetric_hash(struct random_state *random)
{
    struct ki_pdq pdq;
    do {
        memset(&pdq, 0, sizeof pdq);
        for (unsigned bit = 0; bit < 256; bit++) {
            unsigned row = bit / 16;
            unsigned column = bit % 16;
            if (row <= column && random_below(random, 2)) {
                hash_flip(&pdq, bit ^ 248);
                if (row < column) {
                    hash_flip(&pdq, (column * 16 + row) ^ 248);
                }
            }
        }
    } while (ki_pdq_doubts(&pdq) != KI_DOUBT_SYMMETRIC);
    return as_hash(&pdq);
}

/* One as of stripes: its bits change at a row and at a column and with the parity of
 * the row and the column, but for a few; about 128 are set. */
static struct ki_hash striped_hash(struct random_state *random)
{
    struct ki_pdq pdq;
    do {
        unsigned row = (unsigned)random_below(random, 16);
        unsigned left = 0xffffu >> random_below(random, 16);
        for (unsigned i = 0; i < 16; i++) {
            unsigned bits = left ^ (i < row ? 0u : 0xffffu) ^ (i % 2 ? 0x5555u : 0u);
            pdq.bytes[2 * i] = (uint8_t)(bits >> 8);
            pdq.bytes[2 * i + 1] = (uint8_t)bits;
        }
        pdq = hash_at_distance(random, &pdq, 8);
    } while (ki_pdq_doubts(&pdq) != KI_DOUBT_STRIPED);
    return as_hash(&pdq);
}

static void add_line(FILE *out, const struct ki_hash *hash, const char *id)
{
    char hex[2 * KI_HASH_MAX_NBYTES + 1];
    ki_hash_to_hex(hash, hex);
    (void)fprintf(out, "%s,%s,%s\n", id, ki_kind_text(hash->kind), hex);
}

/* Imports entries of one hash each as CSV. */
static struct ki_import_result import_hashes(const char *folder,
                                             const struct ki_hash *hashes,
                                             const char *const *ids, size_t n)
{
    char *text = NULL;
    size_t nbytes = 0;
    struct told told = {0};
    struct ki_import_result result = {0};
    FILE *out = open_memstream(&text, &nbytes);
    cr_assert_not_null(out);
    (void)fprintf(out, "entry,kind,hash\n");
    for (size_t i = 0; i < n; i++) {
        add_line(out, &hashes[i], ids[i]);
    }
    (void)fclose(out);
    cr_assert_eq(import_text(folder, "l", text, nbytes, &told, "csv", &result, NULL),
                 KI_OK);
    free(text);
    return result;
}

struct seen {
    unsigned n;
    char ids[8][32];
    unsigned doubts[8];
};

static bool see(void *context, const struct ki_quarantined *entry)
{
    struct seen *seen = context;
    cr_assert_lt(seen->n, 8);
    (void)snprintf(seen->ids[seen->n], 32, "%s", entry->entry);
    seen->doubts[seen->n++] = entry->doubts;
    return true;
}

static struct seen quarantine_of(const char *folder)
{
    struct seen seen = {0};
    cr_assert_eq(ki_list_quarantine(folder, "l", see, &seen, NULL), KI_OK);
    return seen;
}

Test(quarantine, doubtful_hashes_are_listed_but_not_looked_up)
{
    struct random_state random = random_begin(181);
    struct folder folder = folder_make();
    struct ki_hash hashes[5] = {good_hash(&random), light_hash(&random),
                                symmetric_hash(&random),
                                hash_of_kind(&random, KI_KIND_MD5), good_hash(&random)};
    static const char *const ids[] = {"good", "light", "symmetric", "light", "light"};
    list_make(folder.path, "l");
    struct ki_import_result result = import_hashes(folder.path, hashes, ids, 5);
    cr_expect_eq(result.nadded, 3);
    cr_expect_eq(result.nrejected, 0);
    cr_expect_eq(result.nquarantined, 2);
    cr_expect_eq(nhits(folder.path, &hashes[0]), 1);
    cr_expect_eq(nhits(folder.path, &hashes[1]), 0);
    cr_expect_eq(nhits(folder.path, &hashes[2]), 0);
    cr_expect_eq(nhits(folder.path, &hashes[3]), 1, "its digest is looked up");
    cr_expect_eq(nhits(folder.path, &hashes[4]), 0, "the entry as a whole is doubted");
    cr_expect_eq(list_info(folder.path, "l").nquarantined, 2);
    cr_expect_eq(list_info(folder.path, "l").nentries, 3);
    struct ki_index_status state;
    cr_assert_eq(ki_index_status(folder.path, &state, NULL), KI_OK);
    cr_expect_eq(state.nquarantined, 2);
    struct seen seen = quarantine_of(folder.path);
    cr_assert_eq(seen.n, 2);
    cr_expect_str_eq(seen.ids[0], "light");
    cr_expect_eq(seen.doubts[0], KI_DOUBT_WEIGHT);
    cr_expect_str_eq(seen.ids[1], "symmetric");
    cr_expect_eq(seen.doubts[1], KI_DOUBT_SYMMETRIC);
    result = import_hashes(folder.path, hashes, ids, 5);
    cr_expect_eq(result.nquarantined, 0, "not because of this import");
    folder_remove(&folder);
}

static void release(const char *folder, const char *entry, bool expected)
{
    bool was_quarantined = !expected;
    uint64_t generation = 0;
    cr_assert_eq(ki_list_release_entry(folder, "l", entry, &was_quarantined, NULL),
                 KI_OK);
    cr_expect_eq(was_quarantined, expected, "%s", entry);
    cr_assert_eq(ki_index_publish(folder, false, &generation, NULL), KI_OK);
}

Test(quarantine, a_release_lasts_until_a_new_doubtful_hash)
{
    struct random_state random = random_begin(182);
    struct folder folder = folder_make();
    struct ki_hash hashes[3] = {light_hash(&random), good_hash(&random),
                                light_hash(&random)};
    static const char *const ids[] = {"e", "e", "e"};
    list_make(folder.path, "l");
    (void)import_hashes(folder.path, hashes, ids, 1);
    release(folder.path, "nobody", false);
    release(folder.path, "e", true);
    release(folder.path, "e", false);
    cr_expect_eq(nhits(folder.path, &hashes[0]), 1);
    cr_expect_eq(list_info(folder.path, "l").nquarantined, 0);
    cr_expect_eq(import_hashes(folder.path, hashes, ids, 2).nquarantined, 0);
    cr_expect_eq(nhits(folder.path, &hashes[0]), 1, "what was said again stays out");
    cr_expect_eq(nhits(folder.path, &hashes[1]), 1);
    cr_expect_eq(import_hashes(folder.path, hashes + 2, ids, 1).nquarantined, 1);
    cr_expect_eq(nhits(folder.path, &hashes[0]), 0);
    cr_expect_eq(quarantine_of(folder.path).n, 1);
    folder_remove(&folder);
}

Test(quarantine, striped_hashes_wait_for_a_person)
{
    struct random_state random = random_begin(186);
    struct folder folder = folder_make();
    struct ki_hash hash = striped_hash(&random);
    static const char *const ids[] = {"stripes"};
    struct ki_check_options options = ki_check_options_default();
    struct ki_check_result found = {0};
    list_make(folder.path, "l");
    struct ki_import_result result = import_hashes(folder.path, &hash, ids, 1);
    cr_expect_eq(result.nrejected, 0);
    cr_expect_eq(result.nquarantined, 1);
    cr_expect_eq(nhits(folder.path, &hash), 0);
    struct seen seen = quarantine_of(folder.path);
    cr_assert_eq(seen.n, 1);
    cr_expect_eq(seen.doubts[0], KI_DOUBT_STRIPED);
    cr_assert_eq(ki_list_check(folder.path, "l", &options, &found, NULL), KI_OK);
    cr_expect_eq(found.ndoubted[5], 1);
    cr_expect_eq(found.ndoubted[0], 0);
    uint64_t nfew = 0;
    for (unsigned n = 0; n <= 54; n++) {
        nfew += found.broken_squares[n];
    }
    cr_expect_eq(nfew, 1);
    release(folder.path, "stripes", true);
    cr_expect_eq(nhits(folder.path, &hash), 1);
    options.quarantine = true;
    cr_assert_eq(ki_list_check(folder.path, "l", &options, &found, NULL), KI_OK);
    cr_expect_eq(found.nquarantined, 0);
    cr_expect_eq(nhits(folder.path, &hash), 1, "what was released stays so");
    folder_remove(&folder);
}

Test(quarantine, mistakes_are_named)
{
    struct folder folder = folder_make();
    struct seen seen = {0};
    bool was_quarantined = true;
    list_make(folder.path, "l");
    cr_expect_eq(ki_list_quarantine(folder.path, "m", see, &seen, NULL),
                 KI_ERR_NOT_FOUND);
    cr_expect_eq(ki_list_release_entry(folder.path, "m", "e", &was_quarantined, NULL),
                 KI_ERR_NOT_FOUND);
    cr_expect(!was_quarantined);
    folder_remove(&folder);
}

struct found {
    unsigned nsuspects;
    char ids[64][32];
    struct ki_suspect suspects[64];
    unsigned nasked;
    unsigned stop_after;
};

static void note_suspect(void *context, const struct ki_suspect *suspect)
{
    struct found *found = context;
    cr_assert_lt(found->nsuspects, 64);
    (void)snprintf(found->ids[found->nsuspects], 32, "%s", suspect->entry);
    found->suspects[found->nsuspects++] = *suspect;
}

static bool is_check_stopped(void *context)
{
    struct found *found = context;
    return found->stop_after > 0 && ++found->nasked >= found->stop_after;
}

static struct ki_check_options options_for(struct found *found)
{
    struct ki_check_options options = ki_check_options_default();
    options.on_suspect = note_suspect;
    options.is_stopped = is_check_stopped;
    options.context = found;
    return options;
}

/* Twelve entries within 31 bits of each other, one near to something harmless, and one
 * far from all. */
static void make_crowd(const char *folder, struct random_state *random,
                       struct ki_hash hashes[14])
{
    static const char *const ids[] = {"c0", "c1", "c2", "c3",  "c4",  "c5",     "c6",
                                      "c7", "c8", "c9", "c10", "c11", "benign", "far"};
    struct ki_hash centre = good_hash(random);
    for (int i = 0; i < 12; i++) {
        hashes[i] = centre;
        hashes[i].bytes[i] ^= 1;
    }
    hashes[12] = good_hash(random);
    hashes[13] = good_hash(random);
    list_make(folder, "l");
    cr_assert_eq(import_hashes(folder, hashes, ids, 14).nquarantined, 0);
}

Test(quarantine, a_check_finds_crowds_and_what_is_near_to_the_harmless)
{
    struct random_state random = random_begin(183);
    struct folder folder = folder_make();
    struct ki_hash hashes[14];
    struct found found = {0};
    struct ki_check_options options = options_for(&found);
    struct ki_check_result result = {0};
    struct ki_pdq benign;
    make_crowd(folder.path, &random, hashes);
    memcpy(benign.bytes, hashes[12].bytes, sizeof benign.bytes);
    benign = hash_at_distance(&random, &benign, 31);
    options.most_neighbours = 10;
    options.benign = &benign;
    options.nbenign = 1;
    cr_assert_eq(ki_list_check(folder.path, "l", &options, &result, NULL), KI_OK);
    cr_expect_eq(result.nentries, 14);
    cr_expect_eq(result.ndoubted[3], 12);
    cr_expect_eq(result.ndoubted[4], 1);
    cr_expect_eq(result.nearest[2], 12);
    cr_expect_eq(result.nearest[KI_CHECK_NNEAREST - 1], 2);
    cr_expect_eq(result.neighbours[4], 12, "8 to 15 neighbours");
    cr_expect_eq(result.neighbours[0], 2);
    cr_expect_eq(result.weights[127] + result.weights[128] + result.weights[129], 14);
    cr_expect_eq(result.generation, 0);
    cr_assert_eq(found.nsuspects, 13);
    for (unsigned i = 0; i < 13; i++) {
        bool is_benign = strcmp(found.ids[i], "benign") == 0;
        cr_expect_eq(found.suspects[i].doubts,
                     is_benign ? KI_DOUBT_BENIGN : KI_DOUBT_NEIGHBOURS);
        cr_expect_eq(found.suspects[i].nneighbours, is_benign ? 0 : 11);
        cr_expect_eq(found.suspects[i].is_benign, is_benign);
        cr_expect_eq(found.suspects[i].distance, is_benign ? 31 : 0);
    }
    cr_expect_eq(nhits(folder.path, &hashes[0]), 1, "nothing was changed");
    cr_expect_eq(list_info(folder.path, "l").nquarantined, 0);
    options.most_neighbours = 11;
    cr_assert_eq(ki_list_check(folder.path, "l", &options, &result, NULL), KI_OK);
    cr_expect_eq(result.ndoubted[3], 0, "11 are not more than 11");
    folder_remove(&folder);
}

Test(quarantine, a_check_puts_them_into_quarantine)
{
    struct random_state random = random_begin(184);
    struct folder folder = folder_make();
    struct ki_hash hashes[14];
    struct found found = {.stop_after = 1};
    struct ki_check_options options = options_for(&found);
    struct ki_check_result result = {0};
    make_crowd(folder.path, &random, hashes);
    options.most_neighbours = 10;
    options.quarantine = true;
    cr_expect_eq(ki_list_check(folder.path, "l", &options, &result, NULL),
                 KI_ERR_INTERRUPTED);
    cr_expect_eq(list_info(folder.path, "l").nquarantined, 0);
    found = (struct found){0};
    options.benign_list = "other";
    cr_expect_eq(ki_list_check(folder.path, "l", &options, &result, NULL),
                 KI_ERR_NOT_FOUND);
    options.benign_list = NULL;
    cr_assert_eq(ki_list_check(folder.path, "l", &options, &result, NULL), KI_OK);
    cr_expect_eq(result.nadded, 12);
    cr_expect_eq(result.nquarantined, 12);
    cr_expect_gt(result.generation, 0);
    cr_expect_eq(nhits(folder.path, &hashes[0]), 0, "in effect at once");
    cr_expect_eq(nhits(folder.path, &hashes[13]), 1);
    release(folder.path, "c0", true);
    cr_expect_eq(nhits(folder.path, &hashes[0]), 1);
    cr_assert_eq(ki_list_check(folder.path, "l", &options, &result, NULL), KI_OK);
    cr_expect_eq(result.ndoubted[3], 12, "it is still in a crowd");
    cr_expect_eq(result.nreleased, 1);
    cr_expect_eq(result.nadded, 0);
    cr_expect_eq(nhits(folder.path, &hashes[0]), 1, "what was released stays so");
    folder_remove(&folder);
}
