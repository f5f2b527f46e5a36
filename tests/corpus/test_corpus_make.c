/* SPDX-License-Identifier: Apache-2.0 */
/* Whole corpora on disk: the same twice, complete, and never over another. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "alter.h"
#include "corpus.h"
#include "damage.h"
#include "low.h"
#include "support/folder.h"
#include "support/random.h"

static struct ki_corpus_options small_corpus(const char *path, uint64_t seed)
{
    struct ki_corpus_options options;
    ki_corpus_options_init(&options);
    options.path = path;
    options.seed = seed;
    options.noriginals = 3;
    options.nstrangers = 4;
    options.nuniform = 10;
    options.ncorrelated = 10;
    options.width = 320;
    options.height = 240;
    return options;
}

static void make(const struct folder *folder, uint64_t seed)
{
    struct ki_corpus_options options = small_corpus(folder->path, seed);
    struct ki_diag diag = {0};
    cr_assert_eq(ki_corpus_make(&options, &diag), KI_OK, "%s", diag.message);
}

static int compare(const struct folder *a, const struct folder *b)
{
    char command[512];
    (void)snprintf(command, sizeof command, "diff -rq %s %s >/dev/null", a->path,
                   b->path);
    return system(command);
}

static int compare_counts(const struct folder *folder)
{
    char command[512];
    (void)snprintf(command, sizeof command,
                   "cd %s && test $(find pictures -type f | wc -l) = "
                   "$(wc -l < manifest.ndjson)",
                   folder->path);
    return system(command);
}

static size_t count(const char *path, const char *name)
{
    char full[512];
    size_t nlines = 0;
    (void)snprintf(full, sizeof full, "%s/%s", path, name);
    FILE *file = fopen(full, "re");
    cr_assert_not_null(file, "%s", full);
    for (int c = getc(file); c != EOF; c = getc(file)) {
        nlines += c == '\n';
    }
    cr_expect_eq(fclose(file), 0);
    return nlines;
}

Test(corpus_make, same_seed_same_files)
{
    struct random_state random = random_begin(15);
    uint64_t seed = random_next(&random);
    struct folder a = folder_make();
    struct folder b = folder_make();
    struct folder c = folder_make();
    make(&a, seed);
    make(&b, seed);
    make(&c, seed + 1);
    cr_expect_eq(compare(&a, &b), 0);
    cr_expect_neq(compare(&a, &c), 0);
    folder_remove(&a);
    folder_remove(&b);
    folder_remove(&c);
}

Test(corpus_make, manifest_and_lists_are_complete)
{
    struct folder folder = folder_make();
    size_t nalterations = 0;
    size_t nothers = 4;
    make(&folder, 16);
    while (ki_alteration_at(nalterations)) {
        nalterations++;
    }
    for (size_t i = 0; ki_low_at(i); i++) {
        nothers++;
    }
    for (size_t i = 0; ki_damage_at(i); i++) {
        nothers++;
    }
    cr_expect_eq(count(folder.path, "manifest.ndjson"),
                 3 * (1 + nalterations) + nothers);
    cr_expect_eq(count(folder.path, "lists/hotline-a.txt"), 2 + 20);
    cr_expect_eq(count(folder.path, "lists/hotline-b.md5"), 2);
    cr_expect_eq(compare_counts(&folder), 0);
    folder_remove(&folder);
}

Test(corpus_make, refuses_a_folder_in_use)
{
    struct folder folder = folder_make();
    make(&folder, 17);
    struct ki_corpus_options options = small_corpus(folder.path, 17);
    struct ki_diag diag = {0};
    cr_expect_eq(ki_corpus_make(&options, &diag), KI_ERR_EXISTS);
    cr_expect_not_null(strstr(diag.message, folder.path));
    options.force = true;
    cr_expect_eq(ki_corpus_make(&options, NULL), KI_OK);
    folder_remove(&folder);
}

Test(corpus_make, bad_requests)
{
    struct folder folder = folder_make();
    struct ki_corpus_options options = small_corpus(folder.path, 18);
    struct ki_diag diag = {0};
    options.kind = "no-such-kind";
    cr_expect_eq(ki_corpus_make(&options, &diag), KI_ERR_ARGUMENT);
    options.kind = NULL;
    options.path = "/dev/null/corpus";
    cr_expect_eq(ki_corpus_make(&options, NULL), KI_ERR_IO);
    folder_remove(&folder);
}
