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

struct quarantine {
    char ids[8][32];
    unsigned doubts[8];
    size_t count;
};

static bool note_quarantined(void *context, const struct ki_quarantined *quarantined)
{
    struct quarantine *quarantine = context;
    cr_assert_lt(quarantine->count, 8);
    (void)snprintf(quarantine->ids[quarantine->count], 32, "%s", quarantined->entry);
    quarantine->doubts[quarantine->count++] = quarantined->doubts;
    return true;
}

static void expect_quarantine(const char *folder, const char *list,
                              const struct quarantine *wanted)
{
    struct quarantine got = {0};
    cr_assert_eq(ki_list_quarantine(folder, list, note_quarantined, &got, NULL), KI_OK);
    cr_assert_eq(got.count, wanted->count, "%s: %zu in quarantine", list, got.count);
    for (size_t i = 0; i < got.count; i++) {
        cr_expect_str_eq(got.ids[i], wanted->ids[i]);
        cr_expect_eq(got.doubts[i], wanted->doubts[i], "%s: %u", got.ids[i],
                     got.doubts[i]);
    }
}

/* One entry in quarantine by its bits, one by a check, one released, one good. */
static void fill_with_doubts(struct random_state *random, const char *folder)
{
    static const struct {
        const char *id;
        unsigned doubts;
    } entries[] = {{"checked", KI_DOUBT_NEIGHBOURS | KI_DOUBT_BENIGN},
                   {"good", 0},
                   {"released", KI_DOUBT_BENIGN | KI_DOUBT_RELEASED},
                   {"symmetric", KI_DOUBT_SYMMETRIC}};
    struct ki_catalog *catalog = catalog_open(folder, KI_CATALOG_WRITE);
    struct ki_txn *txn = txn_begin(catalog);
    struct ki_list_info info = list_named("from");
    cr_assert_eq(ki_txn_list_add(txn, &info, false, NULL), KI_OK);
    cr_assert_eq(ki_txn_list_find(txn, "from", &info, NULL), KI_OK);
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        struct ki_pdq pdq = hash_uniform(random);
        struct ki_hash hashes[2] = {{.kind = KI_KIND_PDQ}, {.kind = KI_KIND_MD5}};
        memcpy(hashes[0].bytes, pdq.bytes, sizeof pdq.bytes);
        memcpy(hashes[1].bytes, pdq.bytes, 16);
        struct ki_entry entry = {.id = entries[i].id,
                                 .id_nbytes = strlen(entries[i].id),
                                 .category_scheme = "",
                                 .category_code = "",
                                 .hashes = hashes,
                                 .nhashes = 2,
                                 .doubts = entries[i].doubts};
        enum ki_entry_change change;
        cr_assert_eq(ki_txn_entry_add(txn, info.id, &entry, &change, NULL), KI_OK);
    }
    cr_assert_eq(ki_txn_commit(txn, NULL), KI_OK);
    ki_catalog_close(catalog);
}

static void import_export(const char *folder, const char *list, const char *text,
                          size_t nbytes, bool keeps_releases, bool replaces)
{
    struct ki_import_options options = ki_import_options_default();
    struct ki_import_result result = {0};
    struct ki_diag diag = {0};
    FILE *file = tmpfile();
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(text, 1, nbytes, file), nbytes);
    rewind(file);
    options.keeps_releases = keeps_releases;
    options.replaces = replaces;
    list_make(folder, list);
    cr_assert_eq(ki_list_import(folder, list, fileno(file), &options, &result, &diag),
                 KI_OK, "%s", diag.message);
    cr_expect_eq(result.nrejected, 0);
    (void)fclose(file);
}

Test(export, quarantine_comes_back_and_releases_if_they_are_wanted)
{
    struct random_state random = random_begin(84);
    struct folder folder = folder_make();
    const struct quarantine kept = {
        {"checked", "symmetric"},
        {KI_DOUBT_NEIGHBOURS | KI_DOUBT_BENIGN, KI_DOUBT_SYMMETRIC},
        2};
    const struct quarantine all = {
        {"checked", "released", "symmetric"},
        {KI_DOUBT_NEIGHBOURS | KI_DOUBT_BENIGN, KI_DOUBT_BENIGN, KI_DOUBT_SYMMETRIC},
        3};
    size_t nbytes = 0;
    fill_with_doubts(&random, folder.path);
    char *text = export_text(folder.path, "from", "ndjson", &nbytes);
    expect_quarantine(folder.path, "from", &kept);
    import_export(folder.path, "trusted", text, nbytes, true, false);
    expect_quarantine(folder.path, "trusted", &kept);
    import_export(folder.path, "replaced", text, nbytes, true, true);
    expect_quarantine(folder.path, "replaced", &kept);
    import_export(folder.path, "other", text, nbytes, false, false);
    expect_quarantine(folder.path, "other", &all);
    size_t nagain = 0;
    char *again = export_text(folder.path, "trusted", "ndjson", &nagain);
    cr_expect_str_eq(again, text);
    free(again);
    free(text);
    folder_remove(&folder);
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
