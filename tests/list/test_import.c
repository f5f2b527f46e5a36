/* SPDX-License-Identifier: Apache-2.0 */
/* From a file to the catalog: what is read, and what is told. */
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
