/* SPDX-License-Identifier: Apache-2.0 */
/* The engine, given the lists of a corpus, says of every file what the manifest says.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <knownimage/list.h>
#include <knownimage/scan.h>

#include "corpus.h"
#include "support/folder.h"
#include "support/random.h"

static void make_corpus(const struct folder *folder)
{
    struct random_state random = random_begin(19);
    struct ki_corpus_options options;
    struct ki_diag diag = {0};
    ki_corpus_options_init(&options);
    options.path = folder->path;
    options.seed = random_next(&random);
    options.noriginals = 7;
    options.nstrangers = 14;
    options.nuniform = 1000;
    options.ncorrelated = 1000;
    cr_assert_eq(ki_corpus_make(&options, &diag), KI_OK, "%s", diag.message);
}

static void import(const struct folder *index, const struct folder *corpus,
                   const char *name, const char *file)
{
    char path[256];
    struct ki_diag diag = {0};
    struct ki_list_info info = ki_list_info_default();
    struct ki_import_options options = ki_import_options_default();
    struct ki_import_result result;
    (void)snprintf(info.name, sizeof info.name, "%s", name);
    (void)snprintf(path, sizeof path, "%s/lists/%s", corpus->path, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(ki_list_add(index->path, &info, true, &diag), KI_OK, "%s",
                 diag.message);
    cr_assert_eq(ki_list_import(index->path, name, fd, &options, &result, &diag), KI_OK,
                 "%s", diag.message);
    cr_expect_eq(result.nrejected, 0, "%s", file);
    (void)close(fd);
}

static const char *text(const json_t *entry, const char *key)
{
    const char *value = json_string_value(json_object_get(entry, key));
    return value ? value : "";
}

static void check(struct ki_scanner *scanner, const struct folder *corpus,
                  const json_t *entry)
{
    char path[512];
    struct ki_result result;
    const char *expected = text(entry, "expected");
    (void)snprintf(path, sizeof path, "%s/%s", corpus->path, text(entry, "path"));
    cr_assert_eq(ki_scan_file(scanner, path, &result), KI_OK);
    if (strcmp(expected, "any") != 0) {
        cr_expect_str_eq(ki_verdict_text(result.verdict), expected, "%s: %s %s", path,
                         ki_verdict_text(result.verdict),
                         ki_reason_text(result.reason));
    }
    if (strcmp(expected, "not_examined") == 0) {
        cr_expect_str_eq(ki_reason_text(result.reason), text(entry, "reason"), "%s: %s",
                         path, ki_reason_text(result.reason));
    }
}

static void check_all(struct ki_scanner *scanner, const struct folder *corpus)
{
    char line[2048];
    size_t nlines = 0;
    (void)snprintf(line, sizeof line, "%s/manifest.ndjson", corpus->path);
    FILE *manifest = fopen(line, "re");
    cr_assert_not_null(manifest);
    while (fgets(line, sizeof line, manifest)) {
        json_t *entry = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        cr_assert_not_null(entry, "%s", line);
        check(scanner, corpus, entry);
        json_decref(entry);
        nlines++;
    }
    cr_expect_eq(fclose(manifest), 0);
    cr_expect_gt(nlines, 250);
}

Test(corpus_verdicts, the_engine_agrees_with_the_manifest)
{
    struct folder corpus = folder_make();
    struct folder index_folder = folder_make();
    struct ki_index *index = NULL;
    struct ki_scanner *scanner = NULL;
    struct ki_scan_options options = ki_scan_options_default();
    struct ki_diag diag = {0};
    make_corpus(&corpus);
    import(&index_folder, &corpus, "hotline-a", "hotline-a.txt");
    import(&index_folder, &corpus, "hotline-b", "hotline-b.md5");
    cr_assert_eq(ki_index_open(index_folder.path, &index, &diag), KI_OK, "%s",
                 diag.message);
    cr_assert_eq(ki_scanner_create(index, &options, &scanner, &diag), KI_OK);
    check_all(scanner, &corpus);
    ki_scanner_destroy(scanner);
    ki_index_close(index);
    folder_remove(&corpus);
    folder_remove(&index_folder);
}
