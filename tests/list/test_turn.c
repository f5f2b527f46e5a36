/* SPDX-License-Identifier: Apache-2.0 */
/* Who waits for whom: an import that waits for its input keeps nobody waiting, and one
 * that waits for its turn can be stopped. */
#include <pthread.h>
#include <sys/file.h>

#include "list/imported.h"

struct slow_import {
    const char *folder;
    int fd;
    enum ki_status status;
    struct ki_import_result result;
};

static void *import_slowly(void *argument)
{
    struct slow_import *slow = argument;
    struct ki_import_options options = ki_import_options_default();
    options.format = "hash-text";
    slow->status =
        ki_list_import(slow->folder, "l", slow->fd, &options, &slow->result, NULL);
    return NULL;
}

Test(turn, a_slow_pipe_keeps_nobody_waiting, .timeout = 60)
{
    static const char other[] = SHA1_A "  b\n";
    struct folder folder = folder_make();
    list_make(folder.path, "l");
    list_make(folder.path, "m");
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    /* More than is read ahead to see the format. */
    size_t ntoread = 0;
    struct slow_import slow = {.folder = folder.path, .fd = ends[0]};
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, import_slowly, &slow), 0);
    while (ntoread < 200000) {
        static const char line[] = MD5_A "  a\n";
        cr_assert_eq(write(ends[1], line, sizeof line - 1), (ssize_t)sizeof line - 1);
        ntoread += sizeof line - 1;
    }
    struct told told = {0};
    struct ki_import_result result = {0};
    cr_expect_eq(import_text(folder.path, "m", other, sizeof other - 1, &told,
                             "hash-text", &result, NULL),
                 KI_OK);
    cr_expect_eq(result.nadded, 1);
    (void)close(ends[1]);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    (void)close(ends[0]);
    cr_expect_eq(slow.status, KI_OK);
    cr_expect_eq(slow.result.nread, ntoread / (sizeof MD5_A + 3));
    cr_expect_eq(slow.result.nadded, 1);
    cr_expect_gt(slow.result.generation, result.generation);
    folder_remove(&folder);
}

static void on_wait(void *context)
{
    ((struct told *)context)->nwaits++;
}

Test(turn, waiting_for_another_writer_is_told_and_can_be_stopped, .timeout = 60)
{
    static const char text[] = MD5_A "  a\n";
    struct folder folder = folder_make();
    list_make(folder.path, "l");
    char path[256];
    (void)snprintf(path, sizeof path, "%s/writer.lock", folder.path);
    int lock = open(path, O_RDWR | O_CLOEXEC);
    cr_assert_geq(lock, 0);
    cr_assert_eq(flock(lock, LOCK_EX), 0);
    struct told told = {.stop_after = 5};
    struct ki_import_options options = ki_import_options_default();
    options.format = "hash-text";
    options.is_stopped = is_stopped;
    options.on_wait = on_wait;
    options.context = &told;
    int fd = text_fd(text, sizeof text - 1);
    struct ki_import_result result = {0};
    cr_expect_eq(ki_list_import(folder.path, "l", fd, &options, &result, NULL),
                 KI_ERR_INTERRUPTED);
    cr_expect_eq(told.nwaits, 1);
    (void)close(fd);
    (void)close(lock);
    told = (struct told){0};
    options.on_wait = NULL;
    fd = text_fd(text, sizeof text - 1);
    cr_expect_eq(ki_list_import(folder.path, "l", fd, &options, &result, NULL), KI_OK);
    cr_expect_eq(result.nadded, 1, "nothing had been changed");
    (void)close(fd);
    folder_remove(&folder);
}
