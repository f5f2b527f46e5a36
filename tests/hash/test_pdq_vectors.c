/* SPDX-License-Identifier: Apache-2.0 */
/* Conformance with the published PDQ reference, over tests/vectors. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <knownimage/hash.h>

enum {
    COLUMN_FILE = 0,
    COLUMN_WIDTH,
    COLUMN_HEIGHT,
    COLUMN_CHANNELS,
    COLUMN_PDQ,
    COLUMN_QUALITY,
    COLUMN_NN512,
    COLUMN_NN512_QUALITY,
    COLUMN_DIHEDRAL,
    NCOLUMNS = COLUMN_DIHEDRAL + KI_NTRANSFORMS
};

struct row {
    char text[2048];
    char *column[NCOLUMNS];
};

static bool row_read(FILE *file, struct row *row)
{
    if (!fgets(row->text, sizeof row->text, file)) {
        return false;
    }
    row->text[strcspn(row->text, "\r\n")] = '\0';
    char *rest = row->text;
    for (int i = 0; i < NCOLUMNS; i++) {
        row->column[i] = strsep(&rest, ",");
        cr_assert_not_null(row->column[i], "vectors.csv: too few columns");
    }
    return true;
}

static void hash_all(const char *name, struct ki_hashes *out)
{
    char path[512];
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_hasher *hasher = NULL;
    options.modes = KI_BIT(KI_MODE_PDQ) | KI_BIT(KI_MODE_PDQ_NN512);
    options.dihedral = true;
    options.fidelity = KI_FIDELITY_EXACT;
    cr_assert_eq(ki_hasher_create(&options, &hasher, NULL), KI_OK);
    (void)snprintf(path, sizeof path, "%s/images/%s", KI_TEST_VECTORS, name);
    ki_hash_file(hasher, path, out);
    ki_hasher_destroy(hasher);
}

static void expect_hash(const struct row *row, int column, const struct ki_pdq *pdq)
{
    struct ki_hash hash = {.kind = KI_KIND_PDQ};
    char hex[2 * KI_HASH_MAX_NBYTES + 1];
    memcpy(hash.bytes, pdq->bytes, sizeof pdq->bytes);
    ki_hash_to_hex(&hash, hex);
    cr_expect_str_eq(hex, row->column[column],
                     "%s column %d:\n  got      %s\n  expected %s",
                     row->column[COLUMN_FILE], column, hex, row->column[column]);
}

/* The checkerboard is filtered to rounding noise and is exempt by the vectors' own
 * rule, as are pictures of a quality under 50. */
static bool is_exact(const struct row *row, int quality_column)
{
    return strtol(row->column[quality_column], NULL, 10) >= KI_QUALITY_DEFAULT &&
           strncmp(row->column[COLUMN_FILE], "checker", 7) != 0;
}

static void expect_quality(const struct row *row, int column, unsigned quality)
{
    unsigned expected = (unsigned)strtoul(row->column[column], NULL, 10);
    cr_expect_eq(quality, expected, "%s: quality %u, expected %u",
                 row->column[COLUMN_FILE], quality, expected);
}

static void check_row(const struct row *row)
{
    struct ki_hashes hashes;
    hash_all(row->column[COLUMN_FILE], &hashes);
    const struct ki_pdq_result *full = &hashes.pdq[KI_MODE_PDQ];
    const struct ki_pdq_result *nn512 = &hashes.pdq[KI_MODE_PDQ_NN512];
    cr_expect(full->present && nn512->present, "%s: reason %s",
              row->column[COLUMN_FILE], ki_reason_text(hashes.reason));
    cr_expect_eq(hashes.info.width, strtoul(row->column[COLUMN_WIDTH], NULL, 10));
    cr_expect_eq(hashes.info.height, strtoul(row->column[COLUMN_HEIGHT], NULL, 10));
    if (is_exact(row, COLUMN_QUALITY)) {
        expect_quality(row, COLUMN_QUALITY, full->quality);
        expect_hash(row, COLUMN_PDQ, &full->hashes[0]);
        for (int t = 0; t < KI_NTRANSFORMS; t++) {
            expect_hash(row, COLUMN_DIHEDRAL + t, &full->hashes[t]);
        }
    }
    if (is_exact(row, COLUMN_NN512_QUALITY)) {
        expect_quality(row, COLUMN_NN512_QUALITY, nn512->quality);
        expect_hash(row, COLUMN_NN512, &nn512->hashes[0]);
    }
}

Test(vectors, every_row_agrees_with_the_reference)
{
    FILE *file = fopen(KI_TEST_VECTORS "/vectors.csv", "r");
    cr_assert_not_null(file);
    struct row row;
    int nrows = 0;
    cr_assert(row_read(file, &row), "vectors.csv has no header");
    while (row_read(file, &row)) {
        check_row(&row);
        nrows++;
    }
    (void)fclose(file);
    cr_assert_gt(nrows, 38);
    printf("vectors: %d rows\n", nrows);
}

static void expect_degenerate(const char *name)
{
    struct ki_hashes hashes;
    hash_all(name, &hashes);
    const struct ki_pdq_result *pdq = &hashes.pdq[KI_MODE_PDQ];
    cr_expect(pdq->quality < KI_QUALITY_DEFAULT ||
                  ki_pdq_is_degenerate(&pdq->hashes[0]),
              "%s passes both gates", name);
}

Test(vectors, flat_and_periodic_pictures_are_degenerate)
{
    expect_degenerate("flat-256x256.png");
    expect_degenerate("near-flat-256x256.png");
    expect_degenerate("checker-256x256.png");
    expect_degenerate("gradient-400x300.png");
}

/* The checkerboard has quality 100: only its hash gives it away. */
Test(vectors, the_gate_on_the_hash_knows_flat_and_checker)
{
    static const char *const names[] = {"flat-256x256.png", "checker-256x256.png"};
    for (int i = 0; i < 2; i++) {
        struct ki_hashes hashes;
        hash_all(names[i], &hashes);
        cr_expect(ki_pdq_is_degenerate(&hashes.pdq[0].hashes[0]), "%s", names[i]);
    }
}

Test(vectors, pictures_under_five_pixels_have_no_hash)
{
    static const char *const names[] = {"tiny-4x200.png", "tiny-1x1.png"};
    for (int i = 0; i < 2; i++) {
        struct ki_hashes hashes;
        static const struct ki_pdq zero;
        hash_all(names[i], &hashes);
        cr_expect_eq(hashes.reason, KI_REASON_TOO_SMALL);
        cr_expect(hashes.pdq[0].present);
        cr_expect_eq(hashes.pdq[0].quality, 0);
        cr_expect_eq(ki_pdq_distance(&hashes.pdq[0].hashes[0], &zero), 0);
    }
}

Test(vectors, cmyk_decodes_and_hashes)
{
    struct ki_hashes hashes;
    hash_all("cmyk-640x480.jpg", &hashes);
    cr_expect_eq(hashes.reason, KI_REASON_NONE);
    cr_expect_eq(hashes.info.nchannels, 4);
    cr_expect_geq(hashes.pdq[0].quality, KI_QUALITY_DEFAULT);
}
