/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are read before their turn: nothing changes but when they are read. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <knownimage/list.h>
#include <knownimage/scan.h>

#include "scan/queue.h"
#include "support/folder.h"
#include "support/lists.h"

enum { FILE_LIMIT = KI_READ_MOST_NBYTES + 4096 };

static void copy_vector(const struct folder *folder, const char *name, const char *to,
                        off_t nbytes)
{
    char command[1400];
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder->path, to);
    (void)snprintf(command, sizeof command, "cp '%s/images/%s' '%s'", KI_TEST_VECTORS,
                   name, path);
    cr_assert_eq(system(command), 0);
    if (nbytes >= 0) {
        cr_assert_eq(truncate(path, nbytes), 0);
    }
}

/* Pictures, damaged ones, empty files, and such that are just too large to be read
 * ahead or to be read. */
static void fill(const struct folder *folder)
{
    static const struct {
        const char *name;
        off_t nbytes;
    } files[] = {
        {"photo-420-640x480.jpg", -1},
        {"photo-420-640x480.jpg", 5000},
        {"scene-320x240.png", -1},
        {"tiny-5x5.png", 0},
        {"text-640x480.png", KI_READ_MOST_NBYTES},
        {"text-640x480.png", KI_READ_MOST_NBYTES + 1},
        {"text-640x480.png", FILE_LIMIT},
        {"text-640x480.png", FILE_LIMIT + 1},
        {"photo-444-640x480.jpg", -1},
    };
    enum { NFILES = sizeof files / sizeof *files, NCOPIES = 4 };
    for (int i = 0; i < NCOPIES * NFILES; i++) {
        char to[32];
        (void)snprintf(to, sizeof to, "%03d", i);
        copy_vector(folder, files[i % NFILES].name, to, files[i % NFILES].nbytes);
    }
}

struct seen {
    char text[65536];
    size_t skip;
};

static void note(void *context, const char *path, const struct ki_result *result)
{
    struct seen *seen = context;
    size_t used = strlen(seen->text);
    (void)snprintf(seen->text + used, sizeof seen->text - used, "%s %s %s %llu %u %u\n",
                   path + seen->skip, ki_verdict_text(result->verdict),
                   ki_reason_text(result->reason),
                   (unsigned long long)result->info.nbytes, result->info.width,
                   result->info.height);
}

Test(read_ahead, changes_no_result)
{
    static struct seen first;
    struct folder index_folder = folder_make();
    struct folder files = folder_make();
    const char *paths[] = {files.path};
    struct ki_hash none = {.kind = KI_KIND_PDQ, .bytes = {0x5a, 0x33}};
    struct ki_index *index = NULL;
    fill(&files);
    list_fill(index_folder.path, "hotline", "e", &none, 1);
    cr_assert_eq(ki_index_open(index_folder.path, &index, NULL), KI_OK);
    for (unsigned i = 0; i < 12; i++) {
        static const unsigned ahead[] = {0, 1, 4, 16};
        struct seen seen = {.skip = strlen(files.path)};
        struct ki_scan_options options = ki_scan_options_default();
        const struct ki_scan_handlers handlers = {.on_result = note, .context = &seen};
        struct ki_scan_summary summary;
        options.hash.limits.file_nbytes = FILE_LIMIT;
        options.read_ahead = ahead[i % 4];
        options.njobs = 1 + 2 * (i / 4);
        options.ordered = true;
        cr_assert_eq(
            ki_scan_paths(index, &options, paths, 1, &handlers, &summary, NULL), KI_OK);
        cr_expect_eq(summary.nreasons[KI_REASON_EMPTY], 4);
        cr_expect_eq(summary.nreasons[KI_REASON_LIMIT_FILE_SIZE], 4);
        first = i == 0 ? seen : first;
        cr_expect_str_eq(seen.text, first.text, "%u ahead, %u jobs", options.read_ahead,
                         options.njobs);
    }
    ki_index_close(index);
    folder_remove(&index_folder);
    folder_remove(&files);
}

/* A queue of three with a walker that has five, and how often its reader was asked. */
struct scene {
    struct ki_queue queue;
    atomic_uint nread;
    sem_t may_read;
    pthread_t walker;
};

static bool read_job(void *context, const struct ki_job *job, struct ki_read *out)
{
    struct scene *scene = context;
    (void)sem_wait(&scene->may_read);
    out->took_us = job->sequence;
    atomic_fetch_add(&scene->nread, 1);
    return job->sequence != 1; /* the second is somebody else's to read */
}

static void *walk(void *argument)
{
    struct scene *scene = argument;
    for (uint64_t i = 0; i < 5; i++) {
        struct ki_job job = {.sequence = i};
        (void)ki_queue_push(&scene->queue, &job);
    }
    return NULL;
}

static void pause_a_little(void)
{
    const struct timespec some_ms = {.tv_nsec = 5000000};
    (void)nanosleep(&some_ms, NULL);
}

static void scene_begin(struct scene *scene, unsigned nallowed)
{
    const struct ki_queue_reader reader = {read_job, scene};
    atomic_init(&scene->nread, 0);
    cr_assert_eq(sem_init(&scene->may_read, 0, nallowed), 0);
    cr_assert(ki_queue_begin(&scene->queue, 3, &reader, 1));
    cr_assert_eq(pthread_create(&scene->walker, NULL, walk, scene), 0);
}

static void scene_end(struct scene *scene)
{
    ki_queue_close(&scene->queue, true);
    (void)sem_post(&scene->may_read);
    cr_assert_eq(pthread_join(scene->walker, NULL), 0);
    ki_queue_end(&scene->queue);
    (void)sem_destroy(&scene->may_read);
}

static void wait_for_reads(struct scene *scene, unsigned n)
{
    for (int i = 0; i < 2000 && atomic_load(&scene->nread) < n; i++) {
        pause_a_little();
    }
    cr_assert_eq(atomic_load(&scene->nread), n);
}

static void wait_for_reading(struct scene *scene)
{
    bool is_reading = false;
    for (int i = 0; i < 2000 && !is_reading; i++) {
        pause_a_little();
        (void)pthread_mutex_lock(&scene->queue.mutex);
        is_reading = scene->queue.jobs[0].state == KI_JOB_IN_READING;
        (void)pthread_mutex_unlock(&scene->queue.mutex);
    }
    cr_assert(is_reading);
}

static void pop(struct scene *scene, struct ki_job *job, uint64_t expected)
{
    cr_assert(ki_queue_pop(&scene->queue, job, true));
    cr_assert_eq(job->sequence, expected);
}

/* The first and the third have the two buffers; the fourth gets one that is given back,
 * while the fifth waits for room. */
Test(read_ahead, who_walks_reads_what_comes_next_while_there_are_buffers)
{
    static struct scene scene;
    struct ki_job jobs[5] = {{.sequence = 99}};
    scene_begin(&scene, 100);
    wait_for_reads(&scene, 3);
    pop(&scene, &jobs[0], 0);
    cr_assert_not_null(jobs[0].read);
    const struct ki_read *first = jobs[0].read;
    pause_a_little();
    cr_expect_eq(atomic_load(&scene.nread), 3, "no buffer");
    ki_queue_release(&scene.queue, &jobs[0]);
    cr_expect_null(jobs[0].read);
    wait_for_reads(&scene, 4);
    for (size_t i = 1; i < 4; i++) {
        pop(&scene, &jobs[i], i);
    }
    cr_expect_null(jobs[1].read);
    cr_assert_not_null(jobs[2].read);
    cr_expect_neq(jobs[2].read, first);
    cr_expect_eq(jobs[2].read->took_us, 2);
    cr_expect_eq(jobs[3].read, first);
    cr_expect_eq(jobs[3].read->took_us, 3);
    pop(&scene, &jobs[4], 4);
    for (size_t i = 1; i < 5; i++) {
        ki_queue_release(&scene.queue, &jobs[i]);
    }
    scene_end(&scene);
}

/* Two threads are about to take the first two. */
Test(read_ahead, what_several_threads_take_next_is_left_to_them)
{
    static struct scene scene;
    const struct ki_queue_reader reader = {read_job, &scene};
    atomic_init(&scene.nread, 0);
    cr_assert_eq(sem_init(&scene.may_read, 0, 100), 0);
    cr_assert(ki_queue_begin(&scene.queue, 3, &reader, 2));
    cr_assert_eq(pthread_create(&scene.walker, NULL, walk, &scene), 0);
    wait_for_reads(&scene, 1);
    for (uint64_t i = 0; i < 3; i++) {
        struct ki_job job = {.sequence = 99};
        pop(&scene, &job, i);
        cr_expect_eq(job.read != NULL, i == 2);
        ki_queue_release(&scene.queue, &job);
    }
    scene_end(&scene);
}

/* nbytes 0: it is not read. Some file systems cannot tell what is in memory. */
static void read_bytes(const struct folder *folder, const char *name, size_t nbytes)
{
    struct ki_read read = {0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder->path, name);
    bool is_read = ki_read_file(&read, path, true, FILE_LIMIT, NULL);
    bool can_tell = is_read || read.source.os_error != EOPNOTSUPP;
    cr_expect(!can_tell || is_read == (nbytes > 0), "%s", name);
    cr_expect(!is_read || read.source.nbytes == nbytes, "%s", name);
    ki_read_free(&read);
}

Test(read_ahead, a_file_is_read_whole_or_left)
{
    struct folder folder = folder_make();
    copy_vector(&folder, "scene-320x240.png", "most", KI_READ_MOST_NBYTES);
    copy_vector(&folder, "scene-320x240.png", "more", KI_READ_MOST_NBYTES + 1);
    copy_vector(&folder, "scene-320x240.png", "empty", 0);
    copy_vector(&folder, "scene-320x240.png", "small", 12345);
    read_bytes(&folder, "small", 12345);
    read_bytes(&folder, "most", KI_READ_MOST_NBYTES);
    read_bytes(&folder, "more", 0);
    read_bytes(&folder, "empty", 0);
    read_bytes(&folder, "missing", 0);
    folder_remove(&folder);
}

static void *pop_one(void *argument)
{
    struct scene *scene = argument;
    struct ki_job job = {.sequence = 99};
    bool has_job = ki_queue_pop(&scene->queue, &job, false);
    bool was_read = has_job && job.read != NULL;
    ki_queue_release(&scene->queue, &job);
    return was_read ? argument : NULL;
}

Test(read_ahead, a_file_that_is_being_read_is_waited_for)
{
    static struct scene scene;
    pthread_t popper;
    void *was_read = NULL;
    scene_begin(&scene, 0);
    wait_for_reading(&scene);
    cr_assert_eq(pthread_create(&popper, NULL, pop_one, &scene), 0);
    pause_a_little();
    (void)sem_post(&scene.may_read);
    (void)sem_post(&scene.may_read);
    (void)sem_post(&scene.may_read);
    cr_assert_eq(pthread_join(popper, &was_read), 0);
    cr_expect_not_null(was_read);
    scene_end(&scene);
}

Test(read_ahead, a_scan_may_end_while_a_file_is_being_read)
{
    static struct scene scene;
    struct ki_job job = {.sequence = 99};
    scene_begin(&scene, 0);
    wait_for_reading(&scene);
    ki_queue_close(&scene.queue, true);
    cr_expect(!ki_queue_pop(&scene.queue, &job, true));
    scene_end(&scene);
}
