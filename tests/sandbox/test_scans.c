/* SPDX-License-Identifier: Apache-2.0 */
/* Whole scans in the sandbox say what scans in this process say, line by line; and what
 * the sandbox refuses. KNOWNIMAGE_WORKER names the worker. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <knownimage/sandbox.h>

#include "report/report.h"
#include "support/folder.h"
#include "support/lists.h"

static struct ki_index *open_index(const struct folder *folder)
{
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_hasher *hasher = NULL;
    struct ki_hashes found;
    struct ki_hash hash = {.kind = KI_KIND_PDQ};
    struct ki_index *index = NULL;
    cr_assert_eq(ki_hasher_create(&options, &hasher, NULL), KI_OK);
    ki_hash_file(hasher, KI_TEST_VECTORS "/images/photo-420-640x480.jpg", &found);
    memcpy(hash.bytes, found.pdq[0].hashes[0].bytes, KI_PDQ_NBYTES);
    ki_hasher_destroy(hasher);
    list_fill(folder->path, "hotline", "e", &hash, 1);
    cr_assert_eq(ki_index_open(folder->path, &index, NULL), KI_OK);
    return index;
}

static void write_line(void *context, const char *path, const struct ki_result *result)
{
    struct ki_result timeless = *result;
    timeless.elapsed_us = 0;
    ki_report_ndjson.result(context, path, &timeless);
}

struct outcome {
    char *text;
    size_t nbytes;
    struct ki_scan_summary summary;
};

/* In this process without a sandbox. */
static struct outcome scan(struct ki_sandbox *sandbox, const struct ki_index *index,
                           const struct ki_scan_options *options)
{
    static const char *const paths[] = {KI_TEST_VECTORS "/images", "/nowhere",
                                        "/dev/null", KI_TEST_VECTORS "/images"};
    const size_t npaths = sizeof paths / sizeof paths[0];
    struct outcome outcome = {0};
    FILE *out = open_memstream(&outcome.text, &outcome.nbytes);
    const struct ki_scan_handlers handlers = {.on_result = write_line, .context = out};
    enum ki_status status =
        sandbox ? ki_scan_paths_confined(sandbox, index, options, paths, npaths,
                                         &handlers, &outcome.summary, NULL)
                : ki_scan_paths(index, options, paths, npaths, &handlers,
                                &outcome.summary, NULL);
    cr_assert_eq(status, KI_OK);
    cr_assert_eq(fclose(out), 0);
    return outcome;
}

static void compare(const struct ki_index *index, unsigned njobs, unsigned npictures)
{
    struct ki_scan_options options = ki_scan_options_default();
    struct ki_sandbox_options wanted = ki_sandbox_options_default();
    struct ki_sandbox *sandbox = NULL;
    struct ki_diag diag = {0};
    options.njobs = njobs;
    options.ordered = true;
    options.hash.modes = KI_BIT(KI_NMODES) - 1u;
    wanted.njobs = njobs;
    wanted.npictures = npictures;
    cr_assert_eq(ki_sandbox_start(&wanted, &sandbox, &diag), KI_OK, "%s", diag.message);
    cr_assert_null(ki_sandbox_missing(sandbox));
    struct outcome local = scan(NULL, index, &options);
    struct outcome confined = scan(sandbox, index, &options);
    cr_assert_str_eq(confined.text, local.text);
    cr_assert_eq(confined.summary.nfiles, local.summary.nfiles);
    cr_assert_eq(confined.summary.nbytes, local.summary.nbytes);
    cr_assert_gt(confined.summary.nrepeated, 0);
    free(local.text);
    free(confined.text);
    ki_sandbox_stop(sandbox);
}

Test(scans, say_the_same_in_the_sandbox)
{
    struct folder folder = folder_make();
    struct ki_index *index = open_index(&folder);
    compare(index, 1, KI_WORKER_SINGLE_USE);
    compare(index, 3, KI_WORKER_SINGLE_USE);
    compare(index, 2, KI_WORKER_PERSISTENT);
    compare(index, 1, 3);
    ki_index_close(index);
    folder_remove(&folder);
}

Test(sandbox, refuses_what_it_cannot_give)
{
    struct ki_sandbox_options options = ki_sandbox_options_default();
    struct ki_hash_options hash = ki_hash_options_default();
    struct ki_sandbox *sandbox = NULL;
    struct ki_hasher *first = NULL;
    struct ki_hasher *second = NULL;
    struct ki_diag diag = {0};
    options.npictures = 0;
    cr_assert_eq(ki_sandbox_start(&options, &sandbox, &diag), KI_ERR_ARGUMENT);
    options.npictures = 1;
    options.njobs = 1;
    options.limits.file_nbytes = 1000;
    cr_assert_eq(ki_sandbox_start(&options, &sandbox, NULL), KI_OK);
    cr_assert_eq(ki_hasher_create_confined(sandbox, &hash, &first, NULL),
                 KI_ERR_ARGUMENT, "a larger file than the slot has room for");
    hash.limits.file_nbytes = 1000;
    cr_assert_eq(ki_hasher_create_confined(sandbox, &hash, &first, NULL), KI_OK);
    cr_assert_eq(ki_hasher_create_confined(sandbox, &hash, &second, NULL), KI_ERR_BUSY);
    ki_hasher_destroy(first);
    hash.kinds = 0;
    cr_assert_eq(ki_hasher_create_confined(sandbox, &hash, &first, NULL),
                 KI_ERR_ARGUMENT);
    hash.kinds = KI_ALL_KINDS;
    cr_assert_eq(ki_hasher_create_confined(sandbox, &hash, &second, NULL), KI_OK,
                 "a refused one gave its place back");
    ki_hasher_destroy(second);
    ki_sandbox_stop(sandbox);
}

Test(sandbox, needs_its_worker)
{
    struct ki_sandbox_options options = ki_sandbox_options_default();
    struct ki_sandbox *sandbox = NULL;
    struct ki_diag diag = {0};
    options.worker = "/nowhere/knownimage-worker";
    cr_assert_eq(ki_sandbox_start(&options, &sandbox, &diag), KI_ERR_IO);
    diag = (struct ki_diag){0};
    options.worker = "/bin/true";
    cr_assert_eq(ki_sandbox_start(&options, &sandbox, &diag), KI_ERR_UNSUPPORTED);
    cr_assert(strstr(diag.message, "did not report"));
}
