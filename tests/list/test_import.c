/* SPDX-License-Identifier: Apache-2.0 */
/* From a file to the catalog and back: all or nothing, and nothing is lost. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <knownimage/list.h>

#include "list/parsed.h"
#include "support/folder.h"
#include "support/hashes.h"
#include "support/lists.h"

struct told {
    unsigned nrejects;
    uint64_t lines[8];
    char reason[8][160];
    unsigned stop_after; /* questions; 0: never */
    unsigned nasked;
};

static void on_reject(void *context, const struct ki_list_reject *reject)
{
    struct told *told = context;
    if (told->nrejects < 8) {
        told->lines[told->nrejects] = reject->line;
        (void)snprintf(told->reason[told->nrejects], 160, "%s", reject->reason);
    }
    told->nrejects++;
}

static bool is_stopped(void *context)
{
    struct told *told = context;
    told->nasked++;
    return told->stop_after > 0 && told->nasked >= told->stop_after;
}

static int text_fd(const char *text, size_t nbytes)
{
    char path[] = "/tmp/knownimage-list-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    (void)unlink(path);
    cr_assert_eq(write(fd, text, nbytes), (ssize_t)nbytes);
    cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static enum ki_status import_text(const char *folder, const char *name,
                                  const char *text, size_t nbytes, struct told *told,
                                  const char *format, struct ki_import_result *result,
                                  struct ki_diag *diag)
{
    struct ki_import_options options = ki_import_options_default();
    options.format = format;
    options.on_reject = on_reject;
    options.is_stopped = is_stopped;
    options.context = told;
    int fd = text_fd(text, nbytes);
    enum ki_status status = ki_list_import(folder, name, fd, &options, result, diag);
    (void)close(fd);
    return status;
}

static void list_make(const char *folder, const char *name)
{
    struct ki_list_info info = list_named(name);
    cr_assert_eq(ki_list_add(folder, &info, false, NULL), KI_OK);
}

static struct ki_list_info list_info(const char *folder, const char *name)
{
    struct ki_list_info *lists = NULL;
    size_t nlists = 0;
    struct ki_list_info found = {0};
    cr_assert_eq(ki_list_all(folder, &lists, &nlists, NULL), KI_OK);
    for (size_t i = 0; i < nlists; i++) {
        if (strcmp(lists[i].name, name) == 0) {
            found = lists[i];
        }
    }
    free(lists);
    return found;
}

Test(import, bad_records_are_told_with_their_line_and_the_others_are_added)
{
    static const char text[] = MD5_A "  a\nrubbish\n" SHA1_A "  b\n" MD5_EMPTY "  c\n";
    struct folder folder = folder_make();
    struct told told = {0};
    struct ki_import_result result = {0};
    list_make(folder.path, "l");
    cr_assert_eq(import_text(folder.path, "l", text, sizeof text - 1, &told,
                             "hash-text", &result, NULL),
                 KI_OK);
    cr_expect_eq(result.nread, 4);
    cr_expect_eq(result.nadded, 2);
    cr_expect_eq(result.nrejected, 2);
    cr_expect_eq(told.nrejects, 2);
    cr_expect_eq(told.lines[0], 2);
    cr_expect_eq(told.lines[1], 4);
    cr_expect_str_eq(told.reason[1], "hash of the empty file");
    cr_expect_eq(list_info(folder.path, "l").nentries, 2);
    folder_remove(&folder);
}

Test(import, the_same_file_again_changes_nothing)
{
    static const char text[] = MD5_A "  a\n" SHA1_A "  a\n" MD5_A "  b\n";
    struct folder folder = folder_make();
    struct told told = {0};
    struct ki_import_result first = {0};
    struct ki_import_result again = {0};
    list_make(folder.path, "l");
    cr_assert_eq(
        import_text(folder.path, "l", text, sizeof text - 1, &told, NULL, &first, NULL),
        KI_OK);
    cr_expect_eq(first.nadded, 2);
    cr_expect_eq(first.nupdated, 1, "one file name twice keeps both hashes");
    cr_assert_eq(
        import_text(folder.path, "l", text, sizeof text - 1, &told, NULL, &again, NULL),
        KI_OK);
    cr_expect_eq(again.nadded + again.nupdated, 0);
    cr_expect_eq(again.nunchanged, 3);
    cr_expect_eq(again.generation, first.generation);
    folder_remove(&folder);
}

/* A list long enough to be asked in the middle whether to go on. */
static char *long_list(struct random_state *random, size_t *nbytes)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, nbytes);
    cr_assert_not_null(out);
    for (int i = 0; i < 5000; i++) {
        (void)fprintf(out, "%016llx%016llx  f%d\n",
                      (unsigned long long)random_next(random),
                      (unsigned long long)random_next(random), i);
    }
    (void)fclose(out);
    return text;
}

Test(import, what_is_stopped_or_fails_leaves_nothing)
{
    struct random_state random = random_begin(81);
    struct folder folder = folder_make();
    size_t nbytes = 0;
    char *text = long_list(&random, &nbytes);
    list_make(folder.path, "l");
    uint64_t before = 0;
    cr_assert_eq(ki_index_publish(folder.path, false, &before, NULL), KI_OK);
    for (unsigned stop = 1; stop <= 5; stop++) {
        struct told told = {.stop_after = stop};
        struct ki_import_result result = {0};
        cr_expect_eq(
            import_text(folder.path, "l", text, nbytes, &told, NULL, &result, NULL),
            KI_ERR_INTERRUPTED);
        cr_expect_eq(list_info(folder.path, "l").nentries, 0);
        struct ki_index_status state;
        cr_assert_eq(ki_index_status(folder.path, &state, NULL), KI_OK);
        cr_expect_eq(state.generation, before);
        cr_expect_eq(state.catalog_serial, state.published_serial);
    }
    free(text);
    folder_remove(&folder);
}

Test(import, mistakes_are_named)
{
    struct folder folder = folder_make();
    struct told told = {0};
    struct ki_import_result result = {0};
    struct ki_diag diag = {0};
    static const char text[] = "?";
    cr_expect_eq(import_text(folder.path, "l", text, 1, &told, NULL, &result, &diag),
                 KI_ERR_NOT_FOUND);
    list_make(folder.path, "other");
    diag = (struct ki_diag){0};
    cr_expect_eq(import_text(folder.path, "l", text, 1, &told, NULL, &result, &diag),
                 KI_ERR_NOT_FOUND, "the list comes before the file: %s", diag.message);
    cr_expect(strstr(diag.message, "no list l"), "%s", diag.message);
    diag = (struct ki_diag){0};
    cr_expect_eq(
        import_text(folder.path, "other", text, 1, &told, "xyz", &result, &diag),
        KI_ERR_FORMAT);
    cr_expect(strstr(diag.message, "xyz"), "%s", diag.message);
    struct ki_import_options options = ki_import_options_default();
    options.format = "pdq-text";
    options.kind = KI_KIND_MD5;
    cr_expect_eq(ki_list_import(folder.path, "other", 0, &options, &result, &diag),
                 KI_ERR_ARGUMENT);
    options = ki_import_options_default();
    options.format = "hash-text";
    int fd = open("/", O_RDONLY);
    cr_expect_eq(ki_list_import(folder.path, "other", fd, &options, &result, &diag),
                 KI_ERR_IO);
    (void)close(fd);
    folder_remove(&folder);
}

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
    static const char letters[] = "ab,;\"' \\x=";
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
            hashes[h] = (struct ki_hash){.kind = (enum ki_kind)random_below(random, 4)};
            memcpy(hashes[h].bytes, pdq.bytes, ki_kind_nbytes(hashes[h].kind));
        }
        struct ki_entry entry = {
            id,     (size_t)nchars, i % 3 ? "" : "sch,eme", i % 2 ? "" : "c\"1",
            hashes, nhashes};
        enum ki_entry_change change;
        cr_assert_eq(ki_txn_entry_add(txn, info.id, &entry, &change, NULL), KI_OK);
    }
    cr_assert_eq(ki_txn_commit(txn, NULL), KI_OK);
    ki_catalog_close(catalog);
}

Test(import, what_was_exported_comes_back_the_same)
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
    char *text = export_text(folder.path, "from", "csv", &nbytes);
    cr_assert_eq(
        import_text(folder.path, "to", text, nbytes, &told, NULL, &result, &diag),
        KI_OK, "%s", diag.message);
    cr_expect_eq(result.nrejected, 0, "%s", told.reason[0]);
    char *again = export_text(folder.path, "to", "csv", &nagain);
    cr_expect_str_eq(again, text);
    struct ki_list_info from = list_info(folder.path, "from");
    struct ki_list_info to = list_info(folder.path, "to");
    cr_expect_eq(from.nentries, to.nentries);
    cr_expect_eq(memcmp(from.nhashes, to.nhashes, sizeof from.nhashes), 0);
    free(again);
    free(text);
    folder_remove(&folder);
}

Test(import, pdq_text_comes_back_with_every_pdq_hash)
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

Test(import, an_unknown_export_format_is_refused)
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

/* The tools that write such lists, over files with awkward names; what they wrote must
 * be found by digests computed here. */
static const char *const commands[] = {
    "md5sum *",       "sha1sum -- *",      "sha256sum *",
    "md5sum --tag *", "sha256sum --tag *", "openssl dgst -sha256 -r *",
};
static const char *const names[] = {"plain.jpg", "with space.jpg", "back\\slash.jpg",
                                    "new\nline.jpg", "(round).jpg"};

static void digest_of(const char *text, const char *kind, struct ki_hash *out)
{
    unsigned nbytes = 0;
    uint8_t digest[EVP_MAX_MD_SIZE];
    cr_assert_eq(EVP_Digest(text, strlen(text), digest, &nbytes,
                            EVP_get_digestbyname(kind), NULL),
                 1);
    memset(out, 0, sizeof *out);
    memcpy(out->bytes, digest, nbytes);
    out->kind = nbytes == 16   ? KI_KIND_MD5
                : nbytes == 20 ? KI_KIND_SHA1
                               : KI_KIND_SHA256;
}

static void check_command(const char *pictures, const char *command, const char *kind)
{
    char line[512];
    char text[65536];
    struct folder folder = folder_make();
    struct told told = {0};
    struct ki_import_result result = {0};
    struct ki_diag diag = {0};
    struct ki_index *index = NULL;
    (void)snprintf(line, sizeof line, "cd '%s' && %s 2>/dev/null", pictures, command);
    FILE *pipe = popen(line, "r");
    cr_assert_not_null(pipe);
    size_t nbytes = fread(text, 1, sizeof text, pipe);
    cr_assert_eq(pclose(pipe), 0, "%s", command);
    list_make(folder.path, "l");
    cr_assert_eq(
        import_text(folder.path, "l", text, nbytes, &told, "hash-text", &result, &diag),
        KI_OK, "%s: %s", command, diag.message);
    cr_expect_eq(result.nrejected, 0, "%s: %s", command, told.reason[0]);
    cr_assert_eq(ki_index_open(folder.path, &index, &diag), KI_OK, "%s", diag.message);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct ki_hash hash;
        struct ki_hits hits = {0};
        digest_of(names[i], kind, &hash); /* each file holds its own name */
        cr_assert_eq(ki_index_lookup(index, &hash, 0, &hits), KI_OK);
        cr_expect_eq(hits.nhits, 1, "%s: %s", command, names[i]);
        bool is_id_plain = !strchr(names[i], '\n') && !strstr(command, "openssl");
        cr_expect(hits.nhits != 1 || !is_id_plain ||
                      strcmp(hits.items[0].entry, names[i]) == 0,
                  "%s: %s", command, hits.items[0].entry);
        ki_hits_free(&hits);
    }
    ki_index_close(index);
    folder_remove(&folder);
}

Test(import, what_real_tools_write_is_read)
{
    struct folder pictures = folder_make();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", pictures.path, names[i]);
        FILE *file = fopen(path, "w");
        cr_assert_not_null(file);
        (void)fputs(names[i], file);
        (void)fclose(file);
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *kind = strstr(commands[i], "sha256") ? "sha256"
                           : strstr(commands[i], "sha1") ? "sha1"
                                                         : "md5";
        check_command(pictures.path, commands[i], kind);
    }
    folder_remove(&pictures);
}
