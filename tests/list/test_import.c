/* SPDX-License-Identifier: Apache-2.0 */
/* From a file to the catalog: what is read, and what is told. */
#include <sys/wait.h>

#include "base/file.h"
#include "bytes/sha256.h"
#include "list/imported.h"

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

/* Longer than the reader's buffer, and from a pipe, which cannot be read twice. */
Test(import, tells_the_digest_of_what_was_read)
{
    enum { NLINES = 40000 };
    static const char line[] = "0123456789abcdef0123456789abcdef01234567\n";
    struct folder folder = folder_make();
    struct ki_import_options options = ki_import_options_default();
    struct ki_import_result result = {0};
    uint8_t expected[KI_SHA256_NBYTES];
    size_t nbytes = NLINES * (sizeof line - 1);
    char *text = malloc(nbytes + 1);
    int ends[2];
    cr_assert_not_null(text);
    for (size_t i = 0; i < NLINES; i++) {
        memcpy(text + i * (sizeof line - 1), line, sizeof line);
    }
    cr_assert(ki_sha256(text, nbytes, expected));
    list_make(folder.path, "l");
    options.format = "hash-text";
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        _exit(ki_write_all(ends[1], text, nbytes) == 0 ? 0 : 1);
    }
    (void)close(ends[1]);
    cr_assert_eq(ki_list_import(folder.path, "l", ends[0], &options, &result, NULL),
                 KI_OK);
    (void)close(ends[0]);
    (void)waitpid(child, NULL, 0);
    cr_expect(result.has_sha256);
    cr_expect_eq(memcmp(result.sha256, expected, sizeof expected), 0);
    free(text);
    folder_remove(&folder);
}
