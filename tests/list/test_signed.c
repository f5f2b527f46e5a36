/* SPDX-License-Identifier: Apache-2.0 */
/* Lists with a key: what they take, what they remember of it, and what the words of a
 * trusted comment mean. What they refuse is in test_bad_updates.c. */
#include <sqlite3.h>

#include "list/signed_update.h"
#include "list/update.h"

static enum ki_status take(const struct folder *folder, const struct signer *signer,
                           const char *content, size_t nbytes, const char *comment,
                           struct ki_import_result *result)
{
    struct ki_diag diag = {0};
    struct signature_text signature = signature_of(signer, content, nbytes, comment);
    struct handed_in update = {.content = content,
                               .nbytes = nbytes,
                               .signature = signature.text,
                               .signature_nbytes = signature.nbytes,
                               .files_folder = folder->path,
                               .kind = -1};
    enum ki_status status = hand_in(folder->path, "l", &update, result, &diag);
    cr_expect(status == KI_OK || diag.message[0] != '\0');
    return status;
}

Test(signed, an_update_is_taken_once_and_remembered)
{
    struct folder folder = folder_make();
    struct signer signer = signer_make(&folder, "k");
    struct ki_import_result result = {0};
    size_t nbytes;
    char *text = md5_lines(0, 3, &nbytes);
    const char *comment = "by hand serial=7\t\texpires=" LATER " list=l  x=y";
    list_pin(folder.path, "l", &signer);
    cr_assert_eq(take(&folder, &signer, text, nbytes, comment, &result), KI_OK);
    cr_expect_eq(result.nadded, 3);
    cr_expect(!result.is_known);
    struct ki_list_info info = list_info(folder.path, "l");
    cr_expect(info.trust.is_signed);
    cr_expect_eq(info.trust.update, 7);
    cr_expect_eq(info.trust.expires, 4102358400);
    cr_expect_arr_eq(info.trust.update_sha256, result.sha256, 32);
    uint64_t generation = generation_of(folder.path);
    cr_assert_eq(take(&folder, &signer, text, nbytes, comment, &result), KI_OK);
    cr_expect(result.is_known);
    cr_expect_eq(result.nread, 0);
    cr_expect_eq(result.generation, generation);
    cr_expect_eq(generation_of(folder.path), generation);
    /* The same content as a newer update: nothing to add, but a later expiry. */
    cr_assert_eq(take(&folder, &signer, text, nbytes,
                      "list=l serial=8 expires=2100-01-01T00:00:00Z", &result),
                 KI_OK);
    cr_expect_eq(result.nadded, 0);
    cr_expect_eq(list_info(folder.path, "l").trust.update, 8);
    cr_expect_gt(generation_of(folder.path), generation);
    cr_expect_eq(ki_index_verify(folder.path, NULL, NULL, NULL), KI_OK);
    free(text);
    folder_remove(&folder);
}

Test(signed, another_key_begins_anew)
{
    struct folder folder = folder_make();
    struct signer first = signer_make(&folder, "a");
    struct signer second = signer_make(&folder, "b");
    struct ki_import_result result = {0};
    size_t nbytes;
    char *text = md5_lines(0, 3, &nbytes);
    list_pin(folder.path, "l", &first);
    cr_assert_eq(
        take(&folder, &first, text, nbytes, "list=l serial=9 expires=" LATER, &result),
        KI_OK);
    list_pin(folder.path, "l", &second);
    cr_expect(!list_info(folder.path, "l").trust.is_signed);
    cr_expect_eq(
        take(&folder, &first, text, nbytes, "list=l serial=10 expires=" LATER, &result),
        KI_ERR_REFUSED);
    cr_expect_eq(
        take(&folder, &second, text, nbytes, "list=l serial=1 expires=" LATER, &result),
        KI_OK);
    list_pin(folder.path, "l", NULL);
    cr_expect_eq(
        take(&folder, &second, text, nbytes, "list=l serial=2 expires=" LATER, &result),
        KI_ERR_REFUSED);
    free(text);
    folder_remove(&folder);
}

Test(signed, files_of_a_manifest_are_one_import)
{
    struct folder folder = folder_make();
    struct signer signer = signer_make(&folder, "k");
    struct ki_import_result result = {0};
    char manifest[2048];
    char path[128];
    size_t na;
    size_t nb;
    char *a = md5_lines(0, 2, &na);
    char *b = md5_lines(1, 4, &nb);
    file_write(folder.path, "a", a, na);
    file_write(folder.path, "b", b, nb);
    file_write(folder.path, "none", "", 0);
    (void)snprintf(
        manifest, sizeof manifest,
        " {\n\"knownimage_list\":1,\"list\":\"l\",\"serial\":3,\"expires\":\"" LATER
        "\",\"files\":[%s,%s,%s]}\n",
        file_json("none", "", 0), file_json("a", a, na), file_json("b", b, nb));
    list_pin(folder.path, "l", &signer);
    size_t nbytes = strlen(manifest);
    uint64_t generation = generation_of(folder.path);
    cr_assert_eq(take(&folder, &signer, manifest, nbytes, "serial=3", &result), KI_OK);
    cr_expect_eq(result.nread, 5);
    cr_expect_eq(result.nadded, 4);
    cr_expect_eq(result.number, 1);
    cr_expect_str_eq(result.format, "hash-text");
    cr_expect_eq(generation_of(folder.path), generation + 1);
    cr_expect_eq(nfound(folder.path, 3), 1);
    (void)snprintf(path, sizeof path, "%s/a", folder.path);
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(take(&folder, &signer, manifest, nbytes, "serial=3", &result), KI_OK);
    cr_expect(result.is_known, "the files need not be there any more");
    free(a);
    free(b);
    folder_remove(&folder);
}

/* SQLite, which wants a name, reads a copy that has none. */
Test(signed, a_database_may_be_signed_too)
{
    struct folder folder = folder_make();
    struct signer signer = signer_make(&folder, "k");
    struct ki_import_result result = {0};
    char path[128];
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof path, "%s/db", folder.path);
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(
        sqlite3_exec(
            db,
            "CREATE TABLE db_properties(name,value);CREATE TABLE hashes(id "
            "INTEGER PRIMARY KEY,md5 BINARY(16) UNIQUE,sha1 BINARY(20),sha2_256 "
            "BINARY(32));INSERT INTO hashes(md5) VALUES"
            "(x'00000000000000000000000000000005');",
            NULL, NULL, NULL),
        SQLITE_OK);
    cr_assert_eq(sqlite3_close(db), SQLITE_OK);
    FILE *in = fopen(path, "rb");
    cr_assert_not_null(in);
    static char data[65536];
    size_t nbytes = fread(data, 1, sizeof data, in);
    (void)fclose(in);
    list_pin(folder.path, "l", &signer);
    cr_assert_eq(
        take(&folder, &signer, data, nbytes, "list=l serial=1 expires=" LATER, &result),
        KI_OK);
    cr_expect_str_eq(result.format, "tsk-kdb");
    cr_expect_eq(result.nadded, 1);
    cr_expect_eq(nfound(folder.path, 4), 1);
    folder_remove(&folder);
}

/* While an update is read: another key, or a newer update. */
struct meanwhile {
    const struct folder *folder;
    const struct signer *signer; /* of the newer update, or NULL */
    const struct signer *other;  /* whose key is pinned, if there is no newer update */
    bool is_done;
};

static bool do_meanwhile(void *context)
{
    struct meanwhile *meanwhile = context;
    struct ki_import_result result;
    if (meanwhile->is_done) {
        return false;
    }
    meanwhile->is_done = true;
    if (meanwhile->signer) {
        cr_expect_eq(take(meanwhile->folder, meanwhile->signer, "", 0,
                          "list=l serial=8 expires=" LATER, &result),
                     KI_OK);
    } else {
        list_pin(meanwhile->folder->path, "l", meanwhile->other);
    }
    return false;
}

static void expect_overtaken(const struct signer *signer, struct meanwhile *meanwhile,
                             const char *told)
{
    struct ki_import_options options = ki_import_options_default();
    struct ki_import_result result;
    struct ki_diag diag = {0};
    size_t nbytes;
    char *text = md5_lines(0, 3, &nbytes);
    struct signature_text signature =
        signature_of(signer, text, nbytes, "list=l serial=7 expires=" LATER);
    options.signature = signature.text;
    options.signature_nbytes = signature.nbytes;
    options.is_stopped = do_meanwhile;
    options.context = meanwhile;
    int fd = text_fd(text, nbytes);
    cr_expect_eq(
        ki_list_import(meanwhile->folder->path, "l", fd, &options, &result, &diag),
        KI_ERR_REFUSED);
    cr_expect(meanwhile->is_done);
    cr_expect(strstr(diag.message, told), "%s", diag.message);
    cr_expect_eq(list_info(meanwhile->folder->path, "l").nentries, 0);
    (void)close(fd);
    free(text);
}

Test(signed, what_changes_meanwhile_is_seen)
{
    struct folder folder = folder_make();
    struct signer signer = signer_make(&folder, "a");
    struct signer other = signer_make(&folder, "b");
    list_pin(folder.path, "l", &signer);
    struct meanwhile meanwhile = {.folder = &folder, .signer = &signer};
    expect_overtaken(&signer, &meanwhile, "older (serial 7) than what the list holds");
    meanwhile = (struct meanwhile){.folder = &folder, .other = &other};
    list_pin(folder.path, "l", NULL);
    list_pin(folder.path, "l", &signer);
    expect_overtaken(&signer, &meanwhile, "the key of list l was changed meanwhile");
    meanwhile = (struct meanwhile){.folder = &folder};
    list_pin(folder.path, "l", &signer);
    expect_overtaken(&signer, &meanwhile, "the key of list l was changed meanwhile");
    folder_remove(&folder);
}

struct comment_case {
    const char *comment;
    const char *list; /* NULL: refused */
    uint64_t serial;
    int64_t expires;
};

Test(update, words_of_a_comment)
{
    static const struct comment_case cases[] = {
        {"", "", 0, 0},
        {" \t ", "", 0, 0},
        {"list=a", "a", 0, 0},
        {"serial=9007199254740991", "", 9007199254740991, 0},
        {"expires=1970-01-01T00:00:01Z", "", 0, 1},
        {"expires=2024-02-29T23:59:59Z\tlist=x.y-z_1 serial=5", "x.y-z_1", 5,
         1709251199},
        {"xlist=1 lists=2 serial:3 LIST=4", "", 0, 0},
        {"list= serial=1", NULL, 0, 0},
        {"list=a list=a", NULL, 0, 0},
        {"serial=1 serial=1", NULL, 0, 0},
        {"serial=9007199254740992", NULL, 0, 0},
        {"serial=18446744073709551617", NULL, 0, 0},
        {"serial=01", NULL, 0, 0},
        {"serial=1.", NULL, 0, 0},
        {"expires=2026-12-31T00:00:00", NULL, 0, 0},
        {"expires=2026-12-31T00:00:00z", NULL, 0, 0},
        {"expires=2026-02-29T00:00:00Z", NULL, 0, 0},
        {"expires=2026-12-31T24:00:00Z", NULL, 0, 0},
        {"expires=2026-12-31T00:00:60Z", NULL, 0, 0},
        {"expires=2026-12-31 00:00:00Z", NULL, 0, 0},
        {"expires=1970-01-01T00:00:00Z", NULL, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ki_update update = {.list = "?"};
        enum ki_status status = ki_update_read(cases[i].comment, &update, NULL);
        cr_expect_eq(status, cases[i].list ? KI_OK : KI_ERR_REFUSED, "%s",
                     cases[i].comment);
        if (status == KI_OK) {
            cr_expect_str_eq(update.list, cases[i].list);
            cr_expect_eq(update.serial, cases[i].serial, "%s", cases[i].comment);
            cr_expect_eq(update.expires, cases[i].expires, "%s", cases[i].comment);
        }
    }
}

Test(update, what_is_written_is_read)
{
    char text[KI_UPDATE_TEXT_NBYTES];
    struct ki_update update = {
        "a-list-with-a-name-of-sixty-three-characters-which-is-the-m",
        KI_UPDATE_SERIAL_MAX, 253402300799};
    struct ki_update again;
    ki_update_write(&update, text);
    cr_assert_eq(ki_update_read(text, &again, NULL), KI_OK);
    cr_expect_str_eq(again.list, update.list);
    cr_expect_eq(again.serial, update.serial);
    cr_expect_eq(again.expires, update.expires);
}

Test(update, a_clock_that_cannot_be_right_takes_nothing)
{
    const struct ki_update update = {"l", 1, KI_UPDATE_CLOCK_MIN + 10};
    struct ki_list_info list = list_named("l");
    const uint8_t sha256[32] = {0};
    struct ki_diag diag = {0};
    bool is_known;
    cr_expect_eq(ki_update_check(&update, &list, sha256, KI_UPDATE_CLOCK_MIN + 9,
                                 &is_known, NULL),
                 KI_OK);
    cr_expect_eq(ki_update_check(&update, &list, sha256, KI_UPDATE_CLOCK_MIN + 10,
                                 &is_known, NULL),
                 KI_ERR_REFUSED);
    cr_expect_eq(ki_update_check(&update, &list, sha256, KI_UPDATE_CLOCK_MIN - 1,
                                 &is_known, &diag),
                 KI_ERR_REFUSED);
    cr_expect(strstr(diag.message, "clock"), "%s", diag.message);
}
