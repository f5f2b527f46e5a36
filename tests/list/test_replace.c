/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that are replaced, imports that are too large to be taken unasked, and what is
 * known of an entry afterwards. */
#include <openssl/evp.h>

#include "list/imported.h"

struct wish {
    bool replaces;
    bool is_confirmed;
};

static enum ki_status import_as(const char *folder, const char *text, struct wish wish,
                                struct ki_import_result *result, struct ki_diag *diag)
{
    struct ki_import_options options = ki_import_options_default();
    options.format = "ndjson";
    options.replaces = wish.replaces;
    options.is_confirmed = wish.is_confirmed;
    int fd = text_fd(text, strlen(text));
    enum ki_status status = ki_list_import(folder, "l", fd, &options, result, diag);
    (void)close(fd);
    return status;
}

/* Entries e<first> … e<end - 1>, each with the MD5 <number + shift>. */
static char *numbered_list(unsigned first, unsigned end, unsigned shift)
{
    char *text = NULL;
    size_t nbytes = 0;
    FILE *out = open_memstream(&text, &nbytes);
    cr_assert_not_null(out);
    for (unsigned i = first; i < end; i++) {
        (void)fprintf(out, "{\"t\":\"md5\",\"h\":\"%032x\",\"id\":\"e%u\"}\n",
                      i + shift + 1, i);
    }
    (void)fclose(out);
    return text;
}

static void expect_import(const char *folder, const char *text, struct wish wish,
                          uint64_t nadded, uint64_t nupdated, uint64_t nremoved)
{
    struct ki_import_result result = {0};
    struct ki_diag diag = {0};
    cr_assert_eq(import_as(folder, text, wish, &result, &diag), KI_OK, "%s",
                 diag.message);
    cr_expect_eq(result.nadded, nadded, "%lu added", result.nadded);
    cr_expect_eq(result.nupdated, nupdated, "%lu updated", result.nupdated);
    cr_expect_eq(result.nremoved, nremoved, "%lu removed", result.nremoved);
    cr_expect_eq(result.number > 0, nadded + nupdated + nremoved > 0);
}

static uint64_t current_generation(const char *folder)
{
    struct ki_index_status state;
    cr_assert_eq(ki_index_status(folder, &state, NULL), KI_OK);
    return state.generation;
}

static size_t nrefusals(const char *folder, const char *part)
{
    struct ki_list_refusal *refusals = NULL;
    size_t count = 0;
    cr_assert_eq(ki_list_refusals(folder, &refusals, &count, NULL), KI_OK);
    if (count > 0) {
        cr_expect_str_eq(refusals[0].list, "l");
        cr_expect(strstr(refusals[0].reason, part), "%s", refusals[0].reason);
    }
    free(refusals);
    return count;
}

/* Refused, with nothing changed but the account of it. */
static void expect_refused(const char *folder, const char *text, struct wish wish,
                           const char *part)
{
    struct ki_import_result result = {0};
    struct ki_diag diag = {0};
    struct ki_list_info before = list_info(folder, "l");
    uint64_t generation = current_generation(folder);
    cr_expect_eq(import_as(folder, text, wish, &result, &diag), KI_ERR_REFUSED);
    cr_expect(strstr(diag.message, part), "%s", diag.message);
    struct ki_list_info after = list_info(folder, "l");
    cr_expect_eq(after.serial, before.serial);
    cr_expect_eq(after.nentries, before.nentries);
    cr_expect_eq(current_generation(folder), generation);
    cr_expect_eq(nrefusals(folder, part), 1);
    cr_expect_eq(ki_index_verify(folder, NULL, NULL, NULL), KI_OK);
}

Test(replace, a_list_becomes_what_the_file_says)
{
    struct folder folder = folder_make();
    const struct wish adding = {false, false};
    const struct wish replacing = {true, false};
    list_make(folder.path, "l");
    expect_import(folder.path,
                  "{\"t\":\"md5\",\"h\":\"00000000000000000000000000000001\",\"id\":"
                  "\"a\"}\n"
                  "{\"t\":\"md5\",\"h\":\"00000000000000000000000000000002\",\"id\":"
                  "\"a\"}\n"
                  "{\"t\":\"md5\",\"h\":\"00000000000000000000000000000003\",\"id\":"
                  "\"b\"}\n",
                  adding, 2, 1, 0);
    static const char next[] =
        "{\"t\":\"md5\",\"h\":\"00000000000000000000000000000002\",\"id\":\"a\"}\n"
        "{\"t\":\"md5\",\"h\":\"00000000000000000000000000000004\",\"id\":\"c\"}\n"
        "{\"t\":\"md5\",\"h\":\"00000000000000000000000000000005\",\"id\":\"c\"}\n";
    expect_import(folder.path, next, replacing, 1, 1, 1);
    struct ki_list_info info = list_info(folder.path, "l");
    cr_expect_eq(info.nentries, 2);
    cr_expect_eq(info.nhashes[KI_KIND_MD5], 3);
    uint64_t generation = current_generation(folder.path);
    expect_import(folder.path, next, replacing, 0, 0, 0);
    expect_import(folder.path, next, adding, 0, 0, 0);
    cr_expect_eq(current_generation(folder.path), generation, "nothing changed");
    cr_expect_eq(ki_index_verify(folder.path, NULL, NULL, NULL), KI_OK);
    folder_remove(&folder);
}

/* Ids of all lengths, also those that are keys by their digest. */
Test(replace, it_holds_the_entries_of_the_file_and_no_others)
{
    struct random_state random = random_begin(83);
    struct folder folder = folder_make();
    list_make(folder.path, "l");
    for (int round = 0; round < 12; round++) {
        char *text = NULL;
        size_t nbytes = 0;
        uint64_t nentries = 0;
        FILE *out = open_memstream(&text, &nbytes);
        cr_assert_not_null(out);
        for (unsigned i = 0; i < 60; i++) {
            if (random_below(&random, 2) == 0) {
                continue;
            }
            nentries++;
            (void)fprintf(out, "{\"t\":\"md5\",\"h\":\"%032x\",\"id\":\"%0*u\"}\n",
                          1 + (unsigned)random_below(&random, 3), (int)(1 + i * 17), i);
        }
        (void)fclose(out);
        struct ki_import_result result = {0};
        const struct wish wish = {.replaces = true, .is_confirmed = true};
        cr_assert_eq(import_as(folder.path, text, wish, &result, NULL), KI_OK);
        struct ki_list_info info = list_info(folder.path, "l");
        cr_expect_eq(info.nentries, nentries);
        cr_expect_eq(info.nhashes[KI_KIND_MD5], nentries);
        cr_expect_eq(ki_index_verify(folder.path, NULL, NULL, NULL), KI_OK);
        free(text);
    }
    folder_remove(&folder);
}

Test(replace, what_cannot_be_read_whole_replaces_nothing)
{
    struct folder folder = folder_make();
    const struct wish replacing = {true, false};
    static const char bad[] =
        "{\"t\":\"md5\",\"h\":\"00000000000000000000000000000001\",\"id\":\"a\"}\n"
        "{\"t\":\"md5\",\"h\":\"no\",\"id\":\"b\"}\n";
    list_make(folder.path, "l");
    expect_import(folder.path, bad, replacing, 1, 0, 0);
    expect_refused(folder.path, bad, replacing, "1 records were refused");
    expect_refused(folder.path, "", replacing, "no records");
    expect_refused(folder.path, "# a day without news\n", replacing, "no records");
    expect_import(folder.path, bad, (struct wish){true, true}, 0, 0, 0);
    cr_expect_eq(nrefusals(folder.path, ""), 0, "an import that is taken ends it");
    folder_remove(&folder);
}

/* Many hashes of one id cost time in proportion, also when they are compared. */
Test(replace, an_entry_of_many_hashes, .timeout = 20)
{
    enum { NHASHES = 100000 };
    struct folder folder = folder_make();
    const struct wish replacing = {true, false};
    char *text = NULL;
    size_t nbytes = 0;
    FILE *out = open_memstream(&text, &nbytes);
    cr_assert_not_null(out);
    for (unsigned i = 0; i < NHASHES; i++) {
        (void)fprintf(out, "{\"t\":\"md5\",\"h\":\"%032x\",\"id\":\"e\"}\n", i + 1);
    }
    (void)fclose(out);
    list_make(folder.path, "l");
    expect_import(folder.path, text, replacing, 1, 0, 0);
    expect_import(folder.path, text, replacing, 0, 0, 0);
    cr_expect_eq(list_info(folder.path, "l").nhashes[KI_KIND_MD5], NHASHES);
    free(text);
    folder_remove(&folder);
}

Test(gates, too_much_at_once_is_refused)
{
    struct folder folder = folder_make();
    const struct wish adding = {false, false};
    const struct wish replacing = {true, false};
    list_make(folder.path, "l");
    char *first = numbered_list(0, 100, 0);
    char *fifth = numbered_list(100, 120, 0);
    char *more = numbered_list(120, 145, 0);
    char *fewer = numbered_list(0, 113, 0);
    char *enough = numbered_list(0, 114, 0);
    expect_import(folder.path, first, adding, 100, 0, 0);
    expect_import(folder.path, fifth, adding, 20, 0, 0);
    expect_refused(folder.path, more, adding, "add 25 entries in a list of 120");
    expect_refused(folder.path, fewer, replacing, "remove 7 entries");
    expect_import(folder.path, enough, replacing, 0, 0, 6);
    cr_expect_eq(nrefusals(folder.path, ""), 0);
    expect_import(folder.path, more, (struct wish){false, true}, 25, 0, 0);
    free(first);
    free(fifth);
    free(more);
    free(fewer);
    free(enough);
    folder_remove(&folder);
}

struct seen {
    char text[512];
    struct ki_import_note added;
    struct ki_import_note changed;
};

static void see(void *context, const struct ki_entry_info *entry)
{
    struct seen *seen = context;
    (void)snprintf(seen->text, sizeof seen->text, "%s %s/%s %s %lld %u:%u %zu %s",
                   entry->id, entry->category_scheme, entry->category_code,
                   entry->from.member, (long long)entry->from.updated,
                   entry->from.nvotes_for, entry->from.nvotes_against, entry->nhashes,
                   entry->list->name);
    seen->added = entry->added ? *entry->added : (struct ki_import_note){0};
    seen->changed = entry->changed ? *entry->changed : (struct ki_import_note){0};
}

Test(provenance, an_entry_tells_where_it_comes_from)
{
    struct folder folder = folder_make();
    const struct wish adding = {false, false};
    static const char first[] =
        "{\"t\":\"md5\",\"h\":\"00000000000000000000000000000001\",\"id\":\"a\","
        "\"src\":\"hotline 7\",\"ts\":1700000000,\"votes\":{\"for\":3,\"against\":1},"
        "\"cls\":{\"scheme\":\"s\",\"code\":\"A\"}}\n";
    static const char second[] =
        "{\"t\":\"sha1\",\"h\":\"0000000000000000000000000000000000000002\",\"id\":"
        "\"a\"}\n";
    list_make(folder.path, "l");
    expect_import(folder.path, first, adding, 1, 0, 0);
    expect_import(folder.path, first, adding, 0, 0, 0);
    expect_import(folder.path, second, adding, 0, 1, 0);
    struct seen seen = {.text = ""};
    cr_assert_eq(ki_list_entry(folder.path, "l", "a", 1, see, &seen, NULL), KI_OK);
    cr_expect_str_eq(seen.text, "a s/A hotline 7 1700000000 3:1 2 l");
    cr_expect_eq(seen.added.number, 1);
    cr_expect_eq(seen.changed.number, 2, "an import that changes nothing has none");
    cr_expect_str_eq(seen.added.format, "ndjson");
    cr_expect_str_eq(seen.added.version, ki_version());
    cr_expect_eq(seen.changed.nupdated, 1);
    uint8_t digest[32];
    cr_assert(EVP_Digest(first, strlen(first), digest, NULL, EVP_sha256(), NULL));
    cr_expect_arr_eq(seen.added.sha256, digest, sizeof digest);
    cr_expect_eq(ki_list_entry(folder.path, "l", "b", 1, see, &seen, NULL),
                 KI_ERR_NOT_FOUND);
    folder_remove(&folder);
}

Test(provenance, a_hit_tells_it_too)
{
    struct folder folder = folder_make();
    static const char text[] =
        "{\"t\":\"md5\",\"h\":\"00000000000000000000000000000001\",\"id\":\"a\","
        "\"src\":\"hotline 7\",\"votes\":{\"for\":0,\"against\":9}}\n";
    list_make(folder.path, "l");
    expect_import(folder.path, text, (struct wish){false, false}, 1, 0, 0);
    struct ki_index *index = NULL;
    struct ki_hits hits = {0};
    struct ki_hash query = {.kind = KI_KIND_MD5, .bytes = {[15] = 1}};
    cr_assert_eq(ki_index_open(folder.path, &index, NULL), KI_OK);
    cr_assert_eq(ki_index_lookup(index, &query, 0, &hits), KI_OK);
    cr_assert_eq(hits.nhits, 1);
    cr_expect_str_eq(hits.items[0].member, "hotline 7");
    cr_expect_eq(hits.items[0].nvotes_for, 0);
    cr_expect_eq(hits.items[0].nvotes_against, 9);
    ki_hits_free(&hits);
    ki_index_close(index);
    folder_remove(&folder);
}
