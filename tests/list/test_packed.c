/* SPDX-License-Identifier: Apache-2.0 */
/* Packed files, with an unpacker that only takes the magic off: who is asked when, what
 * is kept of a file that is not whole, and what the digests are of. */
#include <openssl/evp.h>
#include <sqlite3.h>

#include "list/imported.h"

#define MAGIC "\x1f\x8b"
#define LINE "900150983cd24fb0d6963f7d28e17f72  a\n"

struct unpacker {
    unsigned ncalls;
    size_t piece;              /* bytes at a time; 0: all */
    enum ki_status fails_with; /* once all is given */
    const char *message;
    enum ki_status taken; /* what take returned at the end */
};

static enum ki_status give(struct unpacker *unpacker, const char *data, size_t nbytes,
                           ki_list_take take, void *context)
{
    size_t piece = unpacker->piece ? unpacker->piece : nbytes;
    enum ki_status status = take(context, NULL, 0);
    for (size_t i = 0; i < nbytes && status == KI_OK; i += piece) {
        status = take(context, data + i, nbytes - i < piece ? nbytes - i : piece);
    }
    return status;
}

static enum ki_status unpack(void *unpack_context, int fd, ki_list_take take,
                             void *context, struct ki_diag *diag)
{
    struct unpacker *unpacker = unpack_context;
    static char data[4 << 20];
    ssize_t nbytes = pread(fd, data, sizeof data, 0);
    unpacker->ncalls++;
    cr_assert_geq(nbytes, 2);
    cr_assert_eq(memcmp(data, MAGIC, 2), 0);
    unpacker->taken = give(unpacker, data + 2, (size_t)nbytes - 2, take, context);
    if (unpacker->taken != KI_OK || unpacker->fails_with == KI_OK) {
        return unpacker->taken;
    }
    diag->status = unpacker->fails_with;
    (void)snprintf(diag->message, sizeof diag->message, "%s", unpacker->message);
    return unpacker->fails_with;
}

struct attempt {
    enum ki_status status;
    struct ki_import_result result;
    struct ki_diag diag;
    struct told told;
};

static struct attempt import(const char *folder, const char *text, size_t nbytes,
                             const char *format, struct unpacker *unpacker,
                             unsigned stop_after)
{
    struct attempt attempt = {.told.stop_after = stop_after};
    struct ki_import_options options = ki_import_options_default();
    options.format = format;
    options.on_reject = on_reject;
    options.is_stopped = is_stopped;
    options.context = &attempt.told;
    options.unpack = unpacker ? unpack : NULL;
    options.unpack_context = unpacker;
    int fd = text_fd(text, nbytes);
    attempt.status =
        ki_list_import(folder, "l", fd, &options, &attempt.result, &attempt.diag);
    (void)close(fd);
    return attempt;
}

static struct folder folder;

static void begin(void)
{
    folder = folder_make();
    list_make(folder.path, "l");
}

static void end(void)
{
    folder_remove(&folder);
}

TestSuite(packed, .init = begin, .fini = end);

static void expect_refused(const char *reason)
{
    struct ki_list_refusal *refusals = NULL;
    size_t nrefusals = 0;
    cr_assert_eq(ki_list_refusals(folder.path, &refusals, &nrefusals, NULL), KI_OK);
    cr_assert_eq(nrefusals, reason ? 1 : 0);
    if (reason) {
        cr_expect(strstr(refusals[0].reason, reason), "%s", refusals[0].reason);
    }
    free(refusals);
    cr_expect_eq(list_info(folder.path, "l").nentries, 0);
}

Test(packed, is_read_as_what_is_in_it)
{
    static const char text[] = MAGIC LINE "x\n" LINE;
    for (size_t piece = 0; piece < 3; piece++) {
        struct unpacker unpacker = {.piece = piece};
        struct attempt got =
            import(folder.path, text, sizeof text - 1, NULL, &unpacker, 0);
        cr_assert_eq(got.status, KI_OK, "%s", got.diag.message);
        cr_expect_eq(unpacker.ncalls, 1);
        cr_expect_eq(got.result.nread, 3);
        cr_expect_eq(got.result.nadded, piece == 0);
        cr_expect_eq(got.told.nrejects, 1);
        cr_expect_eq(got.told.lines[0], 2);
        uint8_t sha256[32];
        cr_assert(EVP_Digest(text, sizeof text - 1, sha256, NULL, EVP_sha256(), NULL));
        cr_expect(got.result.has_sha256);
        cr_expect_arr_eq(got.result.sha256, sha256, 32);
    }
}

Test(packed, nothing_in_it)
{
    struct unpacker unpacker = {.piece = 1};
    struct attempt got = import(folder.path, MAGIC, 2, NULL, &unpacker, 0);
    cr_assert_eq(got.status, KI_OK, "%s", got.diag.message);
    cr_expect_eq(got.result.nread, 0);
}

/* More than the reader holds, so that the file was not read whole when it is told. */
Test(packed, larger_than_a_buffer)
{
    enum { NLINES = 40000 };
    char *text = malloc(NLINES * 48 + 3);
    size_t nbytes = 2;
    cr_assert_not_null(text);
    memcpy(text, MAGIC, 2);
    for (unsigned i = 0; i < NLINES; i++) {
        nbytes += (size_t)sprintf(text + nbytes, "%032x  e%u\n", i + 1, i);
    }
    struct unpacker unpacker = {.piece = 60000};
    struct attempt got = import(folder.path, text, nbytes, NULL, &unpacker, 0);
    cr_assert_eq(got.status, KI_OK, "%s", got.diag.message);
    cr_expect_eq(got.result.nadded, NLINES);
    free(text);
}

Test(packed, plain_files_are_not_unpacked)
{
    struct unpacker unpacker = {.piece = 0};
    struct attempt got = import(folder.path, LINE, strlen(LINE), NULL, &unpacker, 0);
    cr_expect_eq(got.status, KI_OK);
    got = import(folder.path, "\x1f", 1, NULL, &unpacker, 0);
    cr_expect_eq(got.status, KI_ERR_FORMAT);
    got = import(folder.path, "", 0, NULL, &unpacker, 0);
    cr_expect_eq(got.status, KI_OK);
    cr_expect_eq(unpacker.ncalls, 0);
}

Test(packed, nobody_unpacks)
{
    struct attempt got =
        import(folder.path, MAGIC LINE, strlen(MAGIC LINE), NULL, NULL, 0);
    cr_expect_eq(got.status, KI_ERR_FORMAT);
    cr_expect(strstr(got.diag.message, "zcat FILE | knownimage list import NAME -"));
    got = import(folder.path, MAGIC LINE, strlen(MAGIC LINE), "hash-text", NULL, 0);
    cr_expect_eq(got.status, KI_ERR_FORMAT);
    expect_refused("zcat FILE");
}

Test(packed, what_is_not_whole_imports_nothing)
{
    struct unpacker unpacker = {.fails_with = KI_ERR_FORMAT, .message = "is cut off"};
    struct attempt got =
        import(folder.path, MAGIC LINE, strlen(MAGIC LINE), NULL, &unpacker, 0);
    cr_expect_eq(got.status, KI_ERR_FORMAT);
    cr_expect_str_eq(got.diag.message, "is cut off");
    expect_refused("is cut off");
    unpacker.fails_with = KI_ERR_REFUSED;
    unpacker.message = "is a bomb";
    got = import(folder.path, MAGIC LINE, strlen(MAGIC LINE), NULL, &unpacker, 0);
    cr_expect_eq(got.status, KI_ERR_REFUSED);
    expect_refused("is a bomb");
}

Test(packed, an_interruption_reaches_the_unpacker)
{
    struct unpacker unpacker = {.piece = 1};
    struct attempt got =
        import(folder.path, MAGIC LINE, strlen(MAGIC LINE), NULL, &unpacker, 15);
    cr_expect_eq(got.status, KI_ERR_INTERRUPTED);
    cr_expect_eq(unpacker.taken, KI_ERR_INTERRUPTED);
    expect_refused(NULL);
}

Test(packed, once_only)
{
    struct unpacker unpacker = {.piece = 0};
    struct attempt got = import(folder.path, MAGIC MAGIC LINE, strlen(MAGIC MAGIC LINE),
                                NULL, &unpacker, 0);
    cr_expect_eq(got.status, KI_ERR_FORMAT);
    cr_expect(strstr(got.diag.message, "gzip within gzip"), "%s", got.diag.message);
    cr_expect_eq(unpacker.ncalls, 1);
    expect_refused("gzip within gzip");
}

/* SQLite wants a file to open. */
Test(packed, a_database)
{
    char path[128];
    static char data[1 << 20] = MAGIC;
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof path, "%s/db", folder.path);
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db,
                              "CREATE TABLE db_properties(name,value);CREATE TABLE "
                              "hashes(id INTEGER PRIMARY KEY,md5 BINARY(16) UNIQUE,"
                              "sha1 BINARY(20),sha2_256 BINARY(32));"
                              "INSERT INTO hashes(md5) VALUES"
                              "(x'900150983cd24fb0d6963f7d28e17f72');",
                              NULL, NULL, NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_close(db), SQLITE_OK);
    FILE *file = fopen(path, "rbe");
    cr_assert_not_null(file);
    size_t nbytes = 2 + fread(data + 2, 1, sizeof data - 2, file);
    (void)fclose(file);
    struct unpacker unpacker = {.piece = 1000};
    struct attempt got = import(folder.path, data, nbytes, NULL, &unpacker, 0);
    cr_assert_eq(got.status, KI_OK, "%s", got.diag.message);
    cr_expect_str_eq(got.result.format, "tsk-kdb");
    cr_expect_eq(got.result.nadded, 1);
}
