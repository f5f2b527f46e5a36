/* SPDX-License-Identifier: Apache-2.0 */
/* Hash lists: length, form, determinism, and the mix that "correlated" promises. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "lists.h"
#include "support/random.h"

enum { NHASHES = 3000 };

static char *write_list(const struct ki_list_shape *shape, uint64_t seed)
{
    char *text = NULL;
    size_t nbytes = 0;
    FILE *out = open_memstream(&text, &nbytes);
    cr_assert_not_null(out);
    cr_assert_eq(ki_list_write(out, shape, seed), KI_OK);
    cr_assert_eq(fclose(out), 0);
    return text;
}

static size_t count_lines(const char *text)
{
    size_t nlines = 0;
    for (; *text; text++) {
        nlines += *text == '\n';
    }
    return nlines;
}

Test(corpus_lists, same_seed_same_text)
{
    struct random_state random = random_begin(13);
    uint64_t seed = random_next(&random);
    struct ki_list_shape shape = {.nuniform = 50, .ncorrelated = 50};
    char *a = write_list(&shape, seed);
    char *b = write_list(&shape, seed);
    char *c = write_list(&shape, seed + 1);
    cr_expect_str_eq(a, b);
    cr_expect_str_neq(a, c);
    cr_expect_eq(count_lines(a), 100);
    cr_expect_eq(strlen(a), (size_t)100 * (KI_PDQ_NHEX + 1));
    free(a);
    free(b);
    free(c);
}

Test(corpus_lists, every_line_is_a_hash)
{
    struct ki_list_shape shape = {.nuniform = 20, .ncorrelated = 20, .named = true};
    char *text = write_list(&shape, 1);
    char *rest = text;
    for (int i = 0; i < 40; i++) {
        char *line = strsep(&rest, "\n");
        struct ki_hash hash;
        cr_assert(ki_hash_from_hex(KI_KIND_PDQ, line, KI_PDQ_NHEX, &hash), "%s", line);
        const char *name = i < 20 ? "uniform-" : "correlated-";
        cr_expect_not_null(strstr(line + KI_PDQ_NHEX, name), "%s", line);
    }
    cr_expect_str_empty(rest);
    free(text);
}

/* A longer list begins with the shorter one. */
Test(corpus_lists, length_changes_no_entry)
{
    struct ki_list_shape shape = {.ncorrelated = 30};
    char *few = write_list(&shape, 5);
    shape.ncorrelated = 60;
    char *many = write_list(&shape, 5);
    cr_expect_eq(strncmp(few, many, strlen(few)), 0);
    free(few);
    free(many);
}

Test(corpus_lists, correlated_hashes_have_near_duplicates_and_no_twins)
{
    struct random_state random = random_begin(14);
    struct ki_correlated *correlated = NULL;
    cr_assert_eq(ki_correlated_create(random_next(&random), &correlated), KI_OK);
    struct ki_pdq *pdqs = calloc(NHASHES, sizeof *pdqs);
    cr_assert_not_null(pdqs);
    size_t nnear = 0;
    for (size_t i = 0; i < NHASHES; i++) {
        unsigned quality = 0;
        cr_assert_eq(ki_correlated_next(correlated, &pdqs[i], &quality), KI_OK);
        cr_expect_geq(quality, KI_QUALITY_DEFAULT);
        unsigned least = 256;
        for (size_t k = 0; k < i; k++) {
            unsigned distance = ki_pdq_distance(&pdqs[i], &pdqs[k]);
            least = distance < least ? distance : least;
        }
        nnear += least <= KI_RADIUS_DEFAULT;
    }
    cr_expect_gt(nnear, NHASHES / 6);
    cr_expect_lt(nnear, NHASHES / 3);
    free(pdqs);
    ki_correlated_destroy(correlated);
}
