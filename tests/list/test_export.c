/* SPDX-License-Identifier: Apache-2.0 */
/* From the catalog to a file and back: nothing is lost. */
#include "list/imported.h"

static char *export_text(const char *folder, const char *name, const char *format,
                         size_t *nbytes)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, nbytes);
    struct ki_diag diag = {0};
    cr_assert_not_null(out);
    cr_assert_eq(ki_list_export(folder, name, format, out, &diag), KI_OK, "%s",
                 diag.message);
    (void)fclose(out);
    return text;
}

/* Entries with ids and categories that need quoting, and up to 20 hashes. */
static void fill_with_oddities(struct random_state *random, const char *folder)
{
    static const char letters[] = "ab,;\"' \\x=\xe9";
    struct ki_catalog *catalog = catalog_open(folder, KI_CATALOG_WRITE);
    struct ki_txn *txn = txn_begin(catalog);
    struct ki_list_info info = list_named("from");
    cr_assert_eq(ki_txn_list_add(txn, &info, false, NULL), KI_OK);
    cr_assert_eq(ki_txn_list_find(txn, "from", &info, NULL), KI_OK);
    for (int i = 0; i < 300; i++) {
        struct ki_hash hashes[20];
        char id[32];
        int nchars = snprintf(id, sizeof id, "%d", i);
        for (uint32_t n = random_below(random, 12); n > 0; n--) {
            id[nchars++] = letters[random_below(random, sizeof letters - 1)];
        }
        id[nchars++] = 'z';
        size_t nhashes = 1 + random_below(random, 20);
        for (size_t h = 0; h < nhashes; h++) {
            struct ki_pdq pdq = hash_uniform(random);
            enum ki_kind kind = (enum ki_kind)random_below(random, KI_NKINDS);
            size_t nbytes = ki_kind_nbytes(kind);
            hashes[h] = (struct ki_hash){.kind = kind};
            memcpy(hashes[h].bytes, pdq.bytes,
                   nbytes < sizeof pdq.bytes ? nbytes : sizeof pdq.bytes);
        }
        struct ki_entry entry = {
            .id = id,
            .id_nbytes = (size_t)nchars,
            .category_scheme = i % 3 ? "" : "sch,eme",
            .category_code = i % 2 ? "" : "c\"1",
            .hashes = hashes,
            .nhashes = nhashes,
        };
        enum ki_entry_change change;
        cr_assert_eq(ki_txn_entry_add(txn, info.id, &entry, &change, NULL), KI_OK);
    }
    cr_assert_eq(ki_txn_commit(txn, NULL), KI_OK);
    ki_catalog_close(catalog);
}

static void expect_same_again(const char *format)
{
    struct random_state random = random_begin(82);
    struct folder folder = folder_make();
    struct told told = {0};
    struct ki_import_result result = {0};
    struct ki_diag diag = {0};
    size_t nbytes = 0;
    size_t nagain = 0;
    fill_with_oddities(&random, folder.path);
    list_make(folder.path, "to");
    char *text = export_text(folder.path, "from", format, &nbytes);
    cr_assert_eq(
        import_text(folder.path, "to", text, nbytes, &told, NULL, &result, &diag),
        KI_OK, "%s", diag.message);
    cr_expect_eq(result.nrejected, 0, "%s", told.reason[0]);
    char *again = export_text(folder.path, "to", format, &nagain);
    cr_expect_str_eq(again, text);
    struct ki_list_info from = list_info(folder.path, "from");
    struct ki_list_info to = list_info(folder.path, "to");
    cr_expect_eq(from.nentries, to.nentries);
    cr_expect_eq(memcmp(from.nhashes, to.nhashes, sizeof from.nhashes), 0);
    free(again);
    free(text);
    folder_remove(&folder);
}

Test(export, csv_comes_back_the_same)
{
    expect_same_again("csv");
}

Test(export, ndjson_comes_back_the_same)
{
    expect_same_again("ndjson");
}

Test(export, pdq_text_comes_back_with_every_pdq_hash)
{
    struct random_state random = random_begin(83);
    struct folder folder = folder_make();
    struct told told = {0};
    struct ki_import_result result = {0};
    size_t nbytes = 0;
    fill_with_oddities(&random, folder.path);
    list_make(folder.path, "to");
    char *text = export_text(folder.path, "from", "pdq-text", &nbytes);
    cr_assert_eq(
        import_text(folder.path, "to", text, nbytes, &told, "pdq-text", &result, NULL),
        KI_OK);
    cr_expect_eq(list_info(folder.path, "to").nhashes[KI_KIND_PDQ],
                 list_info(folder.path, "from").nhashes[KI_KIND_PDQ]);
    free(text);
    folder_remove(&folder);
}

Test(export, an_unknown_export_format_is_refused)
{
    struct folder folder = folder_make();
    struct ki_diag diag = {0};
    list_make(folder.path, "l");
    cr_expect_eq(ki_list_export(folder.path, "l", "xml", stdout, &diag),
                 KI_ERR_ARGUMENT);
    cr_expect_eq(ki_list_export(folder.path, "m", "csv", stdout, &diag),
                 KI_ERR_NOT_FOUND);
    folder_remove(&folder);
}
