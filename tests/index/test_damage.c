/* SPDX-License-Identifier: Apache-2.0 */
/* Damaged, cut, exchanged and missing files: a clear error that names the file. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/folder.h"
#include "support/hashes.h"
#include "support/lists.h"

static void make_index(struct random_state *random, const char *folder)
{
    struct ki_hash hashes[200];
    memset(hashes, 0, sizeof hashes);
    for (int i = 0; i < 200; i++) {
        hashes[i] = hash_of_kind(random, (enum ki_kind)(i % KI_NKINDS));
    }
    list_fill(folder, "list", "e", hashes, 200);
}

static void path_of(const char *folder, const char *name, char out[128])
{
    (void)snprintf(out, 128, "%s/%s", folder, name);
}

static void expect_damaged(const char *folder, const char *file, const char *what)
{
    struct ki_index *index = NULL;
    struct ki_diag diag = {0};
    enum ki_status status = ki_index_open(folder, &index, &diag);
    cr_expect_eq(status, KI_ERR_DAMAGED, "%s: %s", what, ki_status_text(status));
    cr_expect(strstr(diag.message, file), "%s: the message does not name %s: %s", what,
              file, diag.message);
    ki_index_close(status == KI_OK ? index : NULL);
}

static void expect_whole(const char *folder)
{
    struct ki_index *index = NULL;
    struct ki_diag diag = {0};
    cr_assert_eq(ki_index_open(folder, &index, &diag), KI_OK, "%s", diag.message);
    ki_index_close(index);
}

static void flip_byte(const char *path, off_t at)
{
    uint8_t byte = 0;
    (void)chmod(path, 0600);
    int fd = open(path, O_RDWR);
    cr_assert_geq(fd, 0);
    cr_assert_eq(pread(fd, &byte, 1, at), 1);
    byte ^= 0x10;
    cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
    (void)close(fd);
}

static off_t size_of(const char *path)
{
    struct stat info;
    cr_assert_eq(stat(path, &info), 0);
    return info.st_size;
}

Test(damage, any_flipped_byte_of_a_file_is_noticed)
{
    static const char *const names[] = {"segments/1.mdb", "MANIFEST"};
    struct random_state random = random_begin(41);
    struct folder folder = folder_make();
    make_index(&random, folder.path);
    for (int f = 0; f < 2; f++) {
        char path[128];
        path_of(folder.path, names[f], path);
        off_t size = size_of(path);
        for (int i = 0; i < 60; i++) {
            off_t at = (off_t)random_below(&random, (uint32_t)size);
            flip_byte(path, at);
            expect_damaged(folder.path, names[f], "a flipped byte");
            flip_byte(path, at);
        }
        expect_whole(folder.path);
    }
    folder_remove(&folder);
}

Test(damage, cut_and_missing_files_are_noticed)
{
    static const char *const names[] = {"segments/1.mdb", "MANIFEST"};
    for (int f = 0; f < 2; f++) {
        struct random_state random = random_begin(42);
        struct folder folder = folder_make();
        char path[128];
        make_index(&random, folder.path);
        path_of(folder.path, names[f], path);
        (void)chmod(path, 0600);
        off_t size = size_of(path);
        cr_assert_eq(truncate(path, size - 1), 0);
        expect_damaged(folder.path, names[f], "one byte less");
        cr_assert_eq(truncate(path, size + 1), 0);
        expect_damaged(folder.path, names[f], "one byte more");
        cr_assert_eq(truncate(path, 0), 0);
        expect_damaged(folder.path, names[f], "no byte left");
        folder_remove(&folder);
    }
}

Test(damage, an_exchanged_segment_is_noticed_and_made_anew)
{
    struct random_state random = random_begin(43);
    struct folder folder = folder_make();
    struct folder other = folder_make();
    char path[128];
    char foreign[128];
    make_index(&random, folder.path);
    make_index(&random, other.path);
    path_of(folder.path, "segments/1.mdb", path);
    path_of(other.path, "segments/1.mdb", foreign);
    cr_assert_eq(rename(foreign, path), 0);
    expect_damaged(folder.path, "segments/1.mdb", "a segment of another index");
    cr_assert_eq(unlink(path), 0);
    expect_damaged(folder.path, "segments/1.mdb", "no segment");

    uint64_t generation = 0;
    cr_expect_eq(ki_index_publish(folder.path, true, &generation, NULL), KI_OK);
    cr_expect_eq(generation, 2);
    expect_whole(folder.path);
    cr_expect_eq(ki_index_verify(folder.path, NULL, NULL, NULL), KI_OK);
    folder_remove(&folder);
    folder_remove(&other);
}

static void count_problem(void *context, const char *text)
{
    cr_expect_gt(strlen(text), 10);
    ++*(int *)context;
}

Test(damage, verify_tells_of_damage)
{
    struct random_state random = random_begin(44);
    struct folder folder = folder_make();
    char path[128];
    int nproblems = 0;
    make_index(&random, folder.path);
    path_of(folder.path, "segments/1.mdb", path);
    flip_byte(path, size_of(path) / 2);
    cr_expect_eq(ki_index_verify(folder.path, count_problem, &nproblems, NULL),
                 KI_ERR_DAMAGED);
    cr_expect_eq(nproblems, 1);
    folder_remove(&folder);
}

Test(damage, a_damaged_manifest_is_replaced_under_a_new_number)
{
    struct random_state random = random_begin(45);
    struct folder folder = folder_make();
    char path[128];
    make_index(&random, folder.path);
    path_of(folder.path, "MANIFEST", path);
    flip_byte(path, 40);
    uint64_t generation = 0;
    cr_expect_eq(ki_index_publish(folder.path, true, &generation, NULL), KI_OK);
    cr_expect_eq(generation, 2);
    expect_whole(folder.path);
    folder_remove(&folder);
}

static void keep_copy(const char *from, const char *to)
{
    char command[300];
    (void)snprintf(command, sizeof command, "cp -p '%s' '%s'", from, to);
    cr_assert_eq(system(command), 0);
}

Test(damage, an_older_manifest_is_refused_and_made_anew)
{
    struct random_state random = random_begin(47);
    struct folder folder = folder_make();
    char path[128];
    char kept[128];
    uint64_t generation = 0;
    make_index(&random, folder.path);
    path_of(folder.path, "MANIFEST", path);
    path_of(folder.path, "kept", kept);
    keep_copy(path, kept);
    make_index(&random, folder.path);
    make_index(&random, folder.path);
    keep_copy(kept, path);
    expect_damaged(folder.path, "MANIFEST", "an older MANIFEST");
    cr_expect_eq(ki_index_verify(folder.path, NULL, NULL, NULL), KI_ERR_DAMAGED);
    cr_expect_eq(ki_index_publish(folder.path, true, &generation, NULL), KI_OK);
    cr_expect_eq(generation, 4);
    cr_expect_eq(ki_index_verify(folder.path, NULL, NULL, NULL), KI_OK);
    expect_whole(folder.path);
    folder_remove(&folder);
}

Test(damage, prune_removes_what_nobody_names_and_nothing_else)
{
    struct random_state random = random_begin(46);
    struct folder folder = folder_make();
    static const char *const strays[] = {"segments/99.mdb", "segments/building.new"};
    make_index(&random, folder.path);
    for (int i = 0; i < 2; i++) {
        char path[128];
        path_of(folder.path, strays[i], path);
        int fd = open(path, O_CREAT | O_WRONLY, 0600);
        cr_assert_eq(write(fd, "12345", 5), 5);
        (void)close(fd);
    }
    uint64_t nremoved = 0;
    uint64_t nbytes = 0;
    cr_expect_eq(ki_index_prune(folder.path, &nremoved, &nbytes, NULL), KI_OK);
    cr_expect_eq(nremoved, 2);
    cr_expect_eq(nbytes, 10);
    expect_whole(folder.path);
    folder_remove(&folder);
}
