/* SPDX-License-Identifier: Apache-2.0 */
/* Scanning files and folders: what is visited, in which order, with which verdict. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <knownimage/list.h>
#include <knownimage/scan.h>

#include "support/folder.h"
#include "support/hashes.h"
#include "support/lists.h"

enum { NLISTED = 3 };
static const char *const listed[NLISTED] = {"photo-420-640x480.jpg",
                                            "scene-320x240.png", "text-640x480.png"};

struct scene {
    struct folder index_folder;
    struct folder files;
    struct ki_index *index;
};

static void vector_path(const char *name, char out[512])
{
    (void)snprintf(out, 512, "%s/images/%s", KI_TEST_VECTORS, name);
}

static struct scene scene_make(void)
{
    struct scene scene = {.index_folder = folder_make(), .files = folder_make()};
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_hasher *hasher = NULL;
    struct ki_hash hashes[NLISTED];
    memset(hashes, 0, sizeof hashes);
    cr_assert_eq(ki_hasher_create(&options, &hasher, NULL), KI_OK);
    for (int i = 0; i < NLISTED; i++) {
        char path[512];
        struct ki_hashes found;
        vector_path(listed[i], path);
        ki_hash_file(hasher, path, &found);
        cr_assert(found.pdq[0].present);
        memcpy(hashes[i].bytes, found.pdq[0].hashes[0].bytes, KI_PDQ_NBYTES);
    }
    ki_hasher_destroy(hasher);
    list_fill(scene.index_folder.path, "hotline", "e", hashes, NLISTED);
    cr_assert_eq(ki_index_open(scene.index_folder.path, &scene.index, NULL), KI_OK);
    return scene;
}

static void scene_free(struct scene *scene)
{
    ki_index_close(scene->index);
    folder_remove(&scene->index_folder);
    folder_remove(&scene->files);
}

static void copy_vector(const struct scene *scene, const char *name, const char *to)
{
    char command[1400];
    char from[512];
    vector_path(name, from);
    (void)snprintf(command, sizeof command, "cp '%s' '%s/%s'", from, scene->files.path,
                   to);
    cr_assert_eq(system(command), 0);
}

struct seen {
    const struct scene *scene;
    char text[65536];
    size_t nresults;
    size_t stop_after;
};

/* "name:verdict:reason " per result, in the order delivered. */
static void note(void *context, const char *path, const struct ki_result *result)
{
    struct seen *seen = context;
    size_t used = strlen(seen->text);
    const char *name = path + strlen(seen->scene->files.path);
    (void)snprintf(seen->text + used, sizeof seen->text - used, "%s:%s:%s ", name,
                   ki_verdict_text(result->verdict), ki_reason_text(result->reason));
    seen->nresults++;
    for (size_t i = 0; i < result->nhits; i++) {
        cr_expect_str_eq(result->hits[i].list->name, "hotline");
    }
}

static bool is_enough(void *context)
{
    struct seen *seen = context;
    return seen->stop_after > 0 && seen->nresults >= seen->stop_after;
}

static struct ki_scan_summary scan(const struct scene *scene, struct seen *seen,
                                   unsigned njobs)
{
    struct ki_scan_options options = ki_scan_options_default();
    struct ki_scan_handlers handlers = {note, is_enough, seen};
    struct ki_scan_summary summary;
    const char *paths[] = {scene->files.path};
    struct ki_diag diag = {0};
    options.njobs = njobs;
    options.ordered = true;
    seen->scene = scene;
    cr_assert_eq(
        ki_scan_paths(scene->index, &options, paths, 1, &handlers, &summary, &diag),
        KI_OK, "%s", diag.message);
    return summary;
}

Test(scan, verdicts_of_a_folder_in_order)
{
    struct scene scene = scene_make();
    char path[160];
    copy_vector(&scene, "photo-420-640x480.jpg", "b-listed.png"); /* wrong extension */
    copy_vector(&scene, "photo-444-640x480.jpg", "a-other.jpg");
    copy_vector(&scene, "large-2400x1800.jpg", "c-large.jpg");
    copy_vector(&scene, "flat-256x256.png", "d-flat.png");
    copy_vector(&scene, "checker-256x256.png", "e-checker.png");
    copy_vector(&scene, "tiny-4x200.png", "f-tiny.png");
    (void)snprintf(path, sizeof path, "%s/g-empty.jpg", scene.files.path);
    (void)close(open(path, O_CREAT | O_WRONLY, 0600));
    (void)snprintf(path, sizeof path, "%s/h-folder", scene.files.path);
    cr_assert_eq(mkdir(path, 0700), 0);
    copy_vector(&scene, "scene-320x240.png", "h-folder/deep");
    (void)snprintf(path, sizeof path, "%s/i-link", scene.files.path);
    cr_assert_eq(symlink("b-listed.png", path), 0);
    (void)snprintf(path, sizeof path, "%s/j-pipe", scene.files.path);
    cr_assert_eq(mkfifo(path, 0600), 0);

    static struct seen seen;
    struct ki_scan_summary summary = scan(&scene, &seen, 4);
    cr_expect_str_eq(seen.text, "/a-other.jpg:no_match: "
                                "/b-listed.png:match: "
                                "/c-large.jpg:no_match: "
                                "/d-flat.png:not_examined:low-information "
                                "/e-checker.png:not_examined:low-information "
                                "/f-tiny.png:not_examined:too-small "
                                "/g-empty.jpg:not_examined:empty "
                                "/h-folder/deep:match: ");
    cr_expect_eq(summary.nfiles, 8);
    cr_expect_eq(summary.nverdicts[KI_VERDICT_MATCH], 2);
    cr_expect_eq(summary.nreasons[KI_REASON_LOW_INFORMATION], 2);
    cr_expect_eq(summary.nlinks_skipped, 1);
    cr_expect_eq(summary.nspecials_skipped, 1);
    cr_expect(!summary.stopped);
    scene_free(&scene);
}

Test(scan, order_is_the_same_for_any_number_of_jobs)
{
    struct scene scene = scene_make();
    static struct seen one;
    static struct seen many;
    for (int i = 0; i < 120; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%03d", i);
        copy_vector(&scene, i % 9 ? "tiny-5x5.png" : "large-2400x1800.jpg", name);
    }
    (void)scan(&scene, &one, 1);
    (void)scan(&scene, &many, 7);
    cr_expect_eq(one.nresults, 120);
    cr_expect_str_eq(one.text, many.text);
    scene_free(&scene);
}

/* A file met again gets its verdict without being decoded again; one that differs in a
 * byte does not. */
Test(scan, repeated_files_are_recognised)
{
    static const char *const names[] = {"photo-420-640x480.jpg",
                                        "photo-444-640x480.jpg", "tiny-4x200.png"};
    static struct seen seen;
    struct scene scene = scene_make();
    char command[400];
    for (int i = 0; i < 30; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%02d", i);
        copy_vector(&scene, names[i % 3], name);
    }
    (void)snprintf(command, sizeof command, "printf x >>'%s/27'", scene.files.path);
    cr_assert_eq(system(command), 0);
    struct ki_scan_summary summary = scan(&scene, &seen, 1);
    cr_expect_eq(summary.nfiles, 30);
    cr_expect_eq(summary.nrepeated, 26);
    cr_expect_eq(summary.nverdicts[KI_VERDICT_MATCH], 10);
    cr_expect_eq(summary.nverdicts[KI_VERDICT_NO_MATCH], 10);
    cr_expect_eq(summary.nreasons[KI_REASON_TOO_SMALL], 10);
    scene_free(&scene);
}

Test(scan, stops_when_asked_to)
{
    struct scene scene = scene_make();
    static struct seen seen = {.stop_after = 5};
    for (int i = 0; i < 200; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%03d", i);
        copy_vector(&scene, "tiny-5x5.png", name);
    }
    struct ki_scan_summary summary = scan(&scene, &seen, 3);
    cr_expect(summary.stopped);
    cr_expect_lt(seen.nresults, 60);
    scene_free(&scene);
}

static bool is_stopped_at_once(void *context)
{
    ++*(unsigned *)context;
    return true;
}

static void note_nothing(void *context, const char *path,
                         const struct ki_result *result)
{
    (void)context;
    (void)path;
    (void)result;
}

Test(scan, stops_among_folders_without_files)
{
    struct scene scene = scene_make();
    unsigned nquestions = 0;
    for (int i = 0; i < 40; i++) {
        char path[300];
        (void)snprintf(path, sizeof path, "%s/%02d", scene.files.path, i);
        cr_assert_eq(mkdir(path, 0700), 0);
    }
    struct ki_scan_options options = ki_scan_options_default();
    struct ki_scan_handlers handlers = {note_nothing, is_stopped_at_once, &nquestions};
    struct ki_scan_summary summary;
    const char *paths[] = {scene.files.path};
    cr_assert_eq(
        ki_scan_paths(scene.index, &options, paths, 1, &handlers, &summary, NULL),
        KI_OK);
    cr_expect(summary.stopped);
    cr_expect_lt(nquestions, 5);
    scene_free(&scene);
}

/* Its result stands between those of files that are looked up together. */
Test(scan, a_folder_that_cannot_be_read_takes_its_place_among_files)
{
    struct scene scene = scene_make();
    char path[160];
    copy_vector(&scene, "photo-420-640x480.jpg", "a");
    copy_vector(&scene, "photo-444-640x480.jpg", "b");
    (void)snprintf(path, sizeof path, "%s/c", scene.files.path);
    cr_assert_eq(mkdir(path, 0), 0);
    copy_vector(&scene, "scene-320x240.png", "d");
    copy_vector(&scene, "tiny-4x200.png", "e");
    cr_assert_eq(chmod(scene.files.path, 0755), 0);
    const bool is_root = geteuid() == 0;
    cr_assert(!is_root || seteuid(65534) == 0);
    static struct seen seen;
    struct ki_scan_summary summary = scan(&scene, &seen, 1);
    cr_assert(!is_root || seteuid(0) == 0);
    cr_expect_str_eq(seen.text, "/a:match: "
                                "/b:no_match: "
                                "/c:not_examined:unreadable "
                                "/d:match: "
                                "/e:not_examined:too-small ");
    cr_expect_eq(summary.nfolders_failed, 1);
    scene_free(&scene);
}

Test(scan, paths_that_are_not_there_are_results)
{
    struct scene scene = scene_make();
    struct ki_scan_options options = ki_scan_options_default();
    struct ki_scanner *scanner = NULL;
    struct ki_result result;
    cr_assert_eq(ki_scanner_create(scene.index, &options, &scanner, NULL), KI_OK);
    cr_expect_eq(ki_scan_file(scanner, "/nowhere/at/all", &result), KI_OK);
    cr_expect_eq(result.verdict, KI_VERDICT_NOT_EXAMINED);
    cr_expect_eq(result.reason, KI_REASON_UNREADABLE);
    cr_expect_eq(result.os_error, ENOENT);
    cr_expect_eq(ki_scan_file(scanner, "/dev/null", &result), KI_OK);
    cr_expect_eq(result.reason, KI_REASON_NOT_A_FILE);
    ki_scanner_destroy(scanner);
    scene_free(&scene);
}

Test(scan, memory_file_and_descriptor_agree)
{
    struct scene scene = scene_make();
    struct ki_scan_options options = ki_scan_options_default();
    struct ki_scanner *scanner = NULL;
    struct ki_result results[3];
    char path[512];
    static uint8_t data[1 << 20];
    vector_path(listed[0], path);
    int fd = open(path, O_RDONLY);
    ssize_t nbytes = read(fd, data, sizeof data);
    cr_assert_gt(nbytes, 0);
    cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
    cr_assert_eq(ki_scanner_create(scene.index, &options, &scanner, NULL), KI_OK);
    cr_expect_eq(ki_scan_memory(scanner, data, (size_t)nbytes, &results[0]), KI_OK);
    cr_expect_eq(ki_scan_file(scanner, path, &results[1]), KI_OK);
    cr_expect_eq(ki_scan_fd(scanner, fd, &results[2]), KI_OK);
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(results[i].verdict, KI_VERDICT_MATCH);
        cr_expect_eq(results[i].nhits, 1);
        cr_expect_eq(results[i].info.nbytes, (uint64_t)nbytes);
        cr_expect_eq(results[i].info.width, 640);
        cr_expect_eq(results[i].quality, results[0].quality);
    }
    cr_expect_eq(ki_scan_memory(scanner, data, 0, &results[0]), KI_OK);
    cr_expect_eq(results[0].reason, KI_REASON_EMPTY);
    (void)close(fd);
    ki_scanner_destroy(scanner);
    scene_free(&scene);
}

Test(scan, every_prefix_of_a_listed_file_is_not_examined)
{
    struct scene scene = scene_make();
    struct ki_scan_options options = ki_scan_options_default();
    struct ki_scanner *scanner = NULL;
    char path[512];
    static uint8_t data[1 << 20];
    vector_path(listed[0], path);
    int fd = open(path, O_RDONLY);
    ssize_t nbytes = read(fd, data, sizeof data);
    (void)close(fd);
    cr_assert_gt(nbytes, 0);
    cr_assert_eq(ki_scanner_create(scene.index, &options, &scanner, NULL), KI_OK);
    for (size_t n = 1; n < (size_t)nbytes; n += 97) {
        struct ki_result result;
        cr_expect_eq(ki_scan_memory(scanner, data, n, &result), KI_OK);
        cr_expect_eq(result.verdict, KI_VERDICT_NOT_EXAMINED, "prefix of %zu bytes", n);
    }
    ki_scanner_destroy(scanner);
    scene_free(&scene);
}

/* A generation in which a list that the policy names is gone is not scanned with. */
Test(scan, a_policy_that_no_longer_fits_is_an_error)
{
    struct scene scene = scene_make();
    struct ki_scan_options options = ki_scan_options_default();
    struct ki_scanner *scanner = NULL;
    struct ki_policy *policy = NULL;
    struct ki_diag diag = {0};
    static const char text[] = "[default]\n[list hotline]\nblock-needs = exact\n";
    cr_assert_eq(ki_policy_parse("p.conf", text, strlen(text), &policy, &diag), KI_OK);
    options.policy = policy;
    cr_assert_eq(ki_scanner_create(scene.index, &options, &scanner, &diag), KI_OK, "%s",
                 diag.message);
    ki_scanner_destroy(scanner);
    scanner = NULL;

    uint64_t n = 0;
    struct ki_index *next = NULL;
    cr_assert_eq(ki_list_remove(scene.index_folder.path, "hotline", &n, &diag), KI_OK);
    cr_assert_eq(ki_index_publish(scene.index_folder.path, false, &n, &diag), KI_OK);
    cr_assert_eq(ki_index_open(scene.index_folder.path, &next, &diag), KI_OK);
    cr_expect_eq(ki_scanner_create(next, &options, &scanner, &diag), KI_ERR_NOT_FOUND);
    cr_expect_null(scanner);
    cr_expect_str_eq(diag.message, "p.conf:2: there is no list 'hotline'");
    struct seen seen = {.scene = &scene};
    struct ki_scan_handlers handlers = {note, NULL, &seen};
    struct ki_scan_summary summary;
    const char *paths[] = {scene.files.path};
    cr_expect_eq(ki_scan_paths(next, &options, paths, 1, &handlers, &summary, NULL),
                 KI_ERR_NOT_FOUND);
    cr_expect_eq(seen.nresults, 0);

    /* The generation before is as good as it was. */
    cr_assert_eq(ki_scanner_create(scene.index, &options, &scanner, NULL), KI_OK);
    ki_scanner_destroy(scanner);
    ki_index_close(next);
    ki_policy_free(policy);
    scene_free(&scene);
}
