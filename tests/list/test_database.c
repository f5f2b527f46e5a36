/* SPDX-License-Identifier: Apache-2.0 */
/* Hash databases: rows, and databases that are damaged, strange or meant to harm. */
#define PARSED_IS_BRIEF 1

#include <sqlite3.h>

#include "list/imported.h"
#include "support/folder.h"

#define KDB                                                                            \
    "CREATE TABLE db_properties(name,value);CREATE TABLE hashes(id INTEGER PRIMARY "   \
    "KEY,md5 BINARY(16) UNIQUE,sha1 BINARY(20),sha2_256 BINARY(32));"
#define RDS                                                                            \
    "CREATE TABLE FILE(sha256,sha1,md5,crc32,file_name,file_size INTEGER,package_id);" \
    "CREATE VIEW DISTINCT_HASH AS SELECT DISTINCT sha256,sha1,md5,crc32 FROM FILE;"
#define ROW "INSERT INTO hashes(md5,sha1,sha2_256) VALUES"

/* One for each test, which Criterion runs in a process of its own. */
static struct folder databases;

static void begin(void)
{
    databases = folder_make();
}

static void end(void)
{
    folder_remove(&databases);
}

TestSuite(database, .init = begin, .fini = end);

static int database_fd(const char *sql)
{
    char path[128];
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof path, "%s/db", databases.path);
    (void)unlink(path);
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
                 sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_close(db), SQLITE_OK);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    return fd;
}

static char *parse_database(const char *format, int fd, int purpose)
{
    struct ki_list_parser *parser = malloc(sizeof *parser);
    struct parsed parsed = {0};
    parsed.out = open_memstream(&parsed.text, &parsed.nbytes);
    cr_assert(parser && parsed.out);
    ki_parser_begin(parser, ki_list_format_find(format), -1);
    parser->fd = fd;
    parser->purpose = purpose;
    enum ki_step step = KI_STEP_SKIP;
    while (step != KI_STEP_END && step != KI_STEP_BAD) {
        size_t consumed = 0;
        step = ki_list_parse(parser, "", 0, false, &consumed);
        cr_assert_eq(consumed, 0);
        if (step != KI_STEP_SKIP && step != KI_STEP_END) {
            parsed_record(parsed.out, step, &parser->record);
        }
    }
    (void)fclose(parsed.out);
    ki_parser_end(parser);
    free(parser);
    return parsed.text;
}

static void expect_database(const char *format, const char *sql, const char *expected)
{
    int fd = database_fd(sql);
    char *got = parse_database(format, fd, -1);
    cr_expect_str_eq(got, expected, "%s\ngives\n%s", sql, got);
    free(got);
    (void)close(fd);
}

Test(database, a_kdb_has_blobs)
{
    expect_database("tsk-kdb",
                    KDB ROW "(x'" MD5_A "',NULL,NULL),(NULL,x'" SHA1_A "',x'" SHA256_A
                            "');",
                    "0 " MD5_A " md5:900150\n0 " SHA1_A " sha1:a9993e sha256:ba7816\n");
}

Test(database, the_nsrl_has_hex)
{
    expect_database("nsrl-sqlite",
                    RDS "INSERT INTO FILE VALUES('" SHA256_A "','" SHA1_A "','" MD5_A
                        "','0','n',1,2),('','" SHA1_A "',NULL,'','',0,0);",
                    "0 " MD5_A " sha256:ba7816 sha1:a9993e md5:900150\n"
                    "0 " SHA1_A " sha1:a9993e\n");
}

#define NO_TABLE                                                                       \
    "BAD SQLite file is damaged, or has not the table and columns of this format\n"

static const struct parse_case malformed[] = {
    {KDB, ""},
    {"CREATE TABLE a(b);", NO_TABLE},
    {"CREATE TABLE hashes(id);", NO_TABLE},
    {"CREATE TABLE hashes(md5,sha1);", NO_TABLE},
    {"CREATE TABLE x(md5,sha1,sha2_256);CREATE VIEW hashes AS SELECT * FROM x;",
     NO_TABLE},
    {"CREATE VIEW hashes AS WITH RECURSIVE c(md5) AS (SELECT 1 UNION ALL SELECT md5+1 "
     "FROM c) SELECT md5,md5 sha1,md5 sha2_256 FROM c;",
     NO_TABLE},
    {"CREATE VIRTUAL TABLE hashes USING fts4(md5,sha1,sha2_256);", NO_TABLE},
    {KDB ROW "(NULL,NULL,NULL);", "0 !row 1: record has no hash\n"},
    {KDB ROW "(x'',x'',x'');", "0 !row 1: record has no hash\n"},
    {KDB ROW "('',NULL,NULL);", "0 !row 1: record has no hash\n"},
    {KDB ROW "(x'00',NULL,NULL);",
     "0 !row 1: md5: hash has 2 hex digits, expected 32\n"},
    {KDB ROW "('" MD5_A "',NULL,NULL);",
     "0 !row 1: md5: hash has 64 hex digits, expected 32\n"},
    {KDB ROW "(7,NULL,NULL);", "0 !row 1: md5: hash has 2 hex digits, expected 32\n"},
    {KDB ROW "(1.5,NULL,NULL);", "0 !row 1: md5: hash has 6 hex digits, expected 32\n"},
    {KDB ROW "(x'" ZERO32 "',NULL,NULL);", "0 !row 1: md5: hash is all zero\n"},
    {KDB ROW "(x'" MD5_EMPTY "',NULL,NULL);",
     "0 !row 1: md5: hash of the empty file\n"},
    {KDB ROW "(NULL,x'" SHA1_EMPTY "',NULL);",
     "0 !row 1: sha1: hash of the empty file\n"},
    {KDB ROW "(NULL,NULL,x'" SHA256_EMPTY "');",
     "0 !row 1: sha256: hash of the empty file\n"},
    {KDB ROW "(NULL,x'" MD5_A "',NULL);",
     "0 !row 1: sha1: hash has 32 hex digits, expected 40\n"},
    {KDB ROW "(zeroblob(60000),NULL,NULL);",
     "0 !row 1: hash is longer than 64 bytes\n"},
    {KDB ROW "(x'" MD5_A "',NULL,NULL),(x'',NULL,NULL);",
     "0 " MD5_A " md5:900150\n0 !row 2: record has no hash\n"},
    {KDB ROW "(zeroblob(100000),NULL,NULL);", "BAD SQLite database is damaged\n"},
};

Test(database, malformed_rows_and_schemas)
{
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        expect_database("tsk-kdb", malformed[i].input, malformed[i].expected);
    }
}

static const struct parse_case nsrl_malformed[] = {
    {RDS, ""},
    {KDB, NO_TABLE},
    {"CREATE TABLE FILE(sha1);", NO_TABLE},
    {"CREATE TABLE FILE(sha1,md5);", NO_TABLE},
    {"CREATE TABLE PKG(package_id);", NO_TABLE},
    {"CREATE VIEW DISTINCT_HASH AS SELECT 1 sha256,2 sha1,3 md5;", NO_TABLE},
    {"CREATE VIEW FILE AS SELECT 1 sha256,2 sha1,3 md5;", NO_TABLE},
};

#define FILE_ROW(sha256, sha1, md5)                                                    \
    RDS "INSERT INTO FILE(sha256,sha1,md5) VALUES(" sha256 "," sha1 "," md5 ");"

static const struct parse_case nsrl_rows[] = {
    {FILE_ROW("NULL", "NULL", "NULL"), "0 !row 1: record has no hash\n"},
    {FILE_ROW("''", "''", "''"), "0 !row 1: record has no hash\n"},
    {FILE_ROW("''", "'x'", "''"),
     "0 !row 1: sha1: hash has a character that is not a hex digit\n"},
    {FILE_ROW("''", "'abc'", "''"),
     "0 !row 1: sha1: hash has 3 hex digits, expected 40\n"},
    {FILE_ROW("''", "'" MD5_A "'", "''"),
     "0 !row 1: sha1: hash has 32 hex digits, expected 40\n"},
    {FILE_ROW("''", "''", "'" SHA1_A "'"),
     "0 !row 1: md5: hash has 40 hex digits, expected 32\n"},
    {FILE_ROW("'" MD5_A "'", "''", "''"),
     "0 !row 1: sha256: hash has 32 hex digits, expected 64\n"},
    {FILE_ROW("''", "''", "'" MD5_EMPTY "'"),
     "0 !row 1: md5: hash of the empty file\n"},
    {FILE_ROW("''", "'" SHA1_EMPTY "'", "''"),
     "0 !row 1: sha1: hash of the empty file\n"},
    {FILE_ROW("'" SHA256_EMPTY "'", "''", "''"),
     "0 !row 1: sha256: hash of the empty file\n"},
    {FILE_ROW("''", "''", "'" ZERO32 "'"), "0 !row 1: md5: hash is all zero\n"},
    {FILE_ROW("7", "7", "7"), "0 !row 1: sha256: hash has 1 hex digits, expected 64\n"},
    {FILE_ROW("x'00'", "''", "''"),
     "0 !row 1: sha256: hash has a character that is not a hex digit\n"},
    {FILE_ROW("''", "x'" ZERO32 "'", "''"),
     "0 !row 1: sha1: hash has a character that is not a hex digit\n"},
    {FILE_ROW("''", "1.5", "''"),
     "0 !row 1: sha1: hash has a character that is not a hex digit\n"},
    {FILE_ROW("'x'", "'" SHA1_A "'", "'y'"), "0 " SHA1_A " sha1:a9993e\n"},
};

Test(database, malformed_nsrl)
{
    for (size_t i = 0; i < sizeof nsrl_malformed / sizeof *nsrl_malformed; i++) {
        expect_database("nsrl-sqlite", nsrl_malformed[i].input,
                        nsrl_malformed[i].expected);
    }
    for (size_t i = 0; i < sizeof nsrl_rows / sizeof *nsrl_rows; i++) {
        expect_database("nsrl-sqlite", nsrl_rows[i].input, nsrl_rows[i].expected);
    }
}

/* Bytes changed at random: an end in any case, and no sanitizer's word. */
Test(database, damaged_files_end)
{
    struct random_state random = random_begin(76);
    for (int i = 0; i < 300; i++) {
        int fd =
            database_fd(KDB ROW "(x'" MD5_A "',NULL,NULL),(NULL,x'" SHA1_A "',NULL);");
        off_t nbytes = lseek(fd, 0, SEEK_END);
        for (int n = 0; n < 8; n++) {
            char byte = (char)random_below(&random, 256);
            off_t at = (off_t)random_below(&random, n % 2 ? 200 : (uint32_t)nbytes);
            cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
        }
        free(parse_database("tsk-kdb", fd, -1));
        (void)close(fd);
    }
}

Test(database, what_is_no_plain_file_or_no_database_is_refused)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    char *got = parse_database("tsk-kdb", ends[0], -1);
    cr_expect_str_eq(got, "BAD an SQLite database is read from a file that is neither "
                          "packed nor a pipe\n");
    free(got);
    got = parse_database("tsk-kdb", -1, -1);
    cr_expect_str_eq(got, "BAD an SQLite database is read from a file that is neither "
                          "packed nor a pipe\n");
    free(got);
    (void)close(ends[0]);
    (void)close(ends[1]);
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    got = parse_database("tsk-kdb", fd, -1);
    cr_expect_eq(strncmp(got, "BAD ", 4), 0, "%s", got);
    free(got);
    (void)close(fd);
}

Test(database, imports_and_tells_the_format_by_content)
{
    struct folder folder = folder_make();
    struct ki_import_options options = ki_import_options_default();
    struct ki_import_result result = {0};
    struct ki_diag diag = {0};
    list_make(folder.path, "l");
    int fd = database_fd(KDB ROW "(x'" MD5_A "',NULL,NULL),(x'',NULL,NULL);");
    cr_assert_eq(ki_list_import(folder.path, "l", fd, &options, &result, &diag), KI_OK,
                 "%s", diag.message);
    cr_expect_str_eq(result.format, "tsk-kdb");
    cr_expect(result.nread == 2 && result.nadded == 1 && result.nrejected == 1);
    cr_expect(result.has_sha256);
    (void)close(fd);
    fd = database_fd(RDS);
    cr_expect_eq(ki_list_import(folder.path, "l", fd, &options, &result, &diag),
                 KI_ERR_FORMAT);
    cr_expect(strstr(diag.message, "purpose allow"), "%s", diag.message);
    (void)close(fd);
    folder_remove(&folder);
}
