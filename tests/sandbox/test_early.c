/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker that begins a picture before all of it is read gives what it gives of a file
 * that stands still, whatever happens while the file is read: it cannot be read on, it
 * ends early, it grew, it comes slowly, it turns out to be known, the worker dies.
 * Reading is ours: read, fstat and the pieces that are told go through here, see
 * CMakeLists.txt. usage: test_early WORKER
 */
#include <errno.h>
#include <png.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <knownimage/sandbox.h>

#include "hash/hasher.h"
#include "sandbox/slot.h"
#include "support/random.h"

enum {
    WIDTH = 730,
    HEIGHT = 540,
    LEAST_NBYTES = 700 << 10,
    AT_NBYTES = 270000,
    WALL_US = 200000,
    CPU_US = 400000,
    DROP_NBYTES = 256,
    NSHY = 32
};

static unsigned nfailures;

static void check(bool is_good, const char *what)
{
    printf("%s: %s\n", is_good ? "ok" : "not ok", what);
    nfailures += !is_good;
}

/* What is to happen to the file that is read next, AT_NBYTES on. */
enum event { NOTHING, FAIL, END, SLOW, TRICKLE, KILL };

static struct {
    size_t nbytes; /* read so far */
    bool is_over;
    enum event event;
    off_t unseen; /* bytes at the end that fstat does not tell of */
    unsigned narrivals;
} reading;

/* NOLINTBEGIN(bugprone-reserved-identifier): names that the linker gives */
ssize_t __real_read(int fd, void *data, size_t nbytes);
ssize_t __wrap_read(int fd, void *data, size_t nbytes);
int __real_fstat(int fd, struct stat *info);
int __wrap_fstat(int fd, struct stat *info);
void __real_ki_slot_arrive(struct ki_slot *slot, size_t narrived);
void __wrap_ki_slot_arrive(struct ki_slot *slot, size_t narrived);
/* NOLINTEND(bugprone-reserved-identifier) */

/* The children of a process; of those, of each. */
static void kill_workers(pid_t parent, unsigned depth)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", parent, parent);
    FILE *file = fopen(path, "re");
    char number[16];
    while (file && fscanf(file, "%15s", number) == 1) {
        pid_t child = (pid_t)strtol(number, NULL, 10);
        if (depth == 0) {
            (void)kill(child, SIGKILL);
        } else {
            kill_workers(child, depth - 1);
        }
    }
    if (file) {
        (void)fclose(file);
    }
}

static void rest_us(long us)
{
    const struct timespec time = {.tv_nsec = us * 1000};
    (void)nanosleep(&time, NULL);
}

static ssize_t read_on(int fd, void *data, size_t nbytes)
{
    ssize_t got = __real_read(fd, data, nbytes);
    reading.nbytes += got > 0 ? (size_t)got : 0;
    return got;
}

ssize_t __wrap_read(int fd, void *data, size_t nbytes)
{
    size_t left = AT_NBYTES - reading.nbytes;
    if (reading.event == NOTHING || reading.nbytes < AT_NBYTES) {
        return read_on(fd, data,
                       reading.event != NOTHING && nbytes > left ? left : nbytes);
    }
    if (reading.event == FAIL) {
        errno = EIO;
        return -1;
    }
    if (reading.event == TRICKLE) {
        rest_us(250);
        return read_on(fd, data, nbytes < DROP_NBYTES ? nbytes : DROP_NBYTES);
    }
    if (reading.event == KILL && !reading.is_over) {
        kill_workers(getpid(), 1);
    }
    if (!reading.is_over) {
        rest_us(reading.event == SLOW ? WALL_US + 100000 : 30000);
    }
    reading.is_over = true;
    return reading.event == END ? 0 : read_on(fd, data, nbytes);
}

int __wrap_fstat(int fd, struct stat *info)
{
    int result = __real_fstat(fd, info);
    info->st_size -= reading.unseen;
    return result;
}

void __wrap_ki_slot_arrive(struct ki_slot *slot, size_t narrived)
{
    reading.narrivals++;
    __real_ki_slot_arrive(slot, narrived);
}

static void expect(enum event event, off_t unseen)
{
    memset(&reading, 0, sizeof reading);
    reading.event = event;
    reading.unseen = unseen;
}

static void make_picture(const char *path, struct random_state *random)
{
    static uint8_t pixels[WIDTH * HEIGHT * 3];
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = WIDTH,
                       .height = HEIGHT,
                       .format = PNG_FORMAT_RGB};
    unsigned slope = 1 + random_below(random, 5);
    for (size_t i = 0; i < sizeof pixels; i++) {
        size_t y = i / (3 * WIDTH);
        size_t x = i / 3 % WIDTH;
        pixels[i] =
            (uint8_t)(x * slope / 20 + y * y / 3000 + random_below(random, 128));
    }
    struct stat info = {.st_size = 0};
    if (!png_image_write_to_file(&image, path, 0, pixels, 0, NULL) ||
        stat(path, &info) != 0 || info.st_size < LEAST_NBYTES) {
        printf("not ok: cannot make %s\n", path);
        exit(1);
    }
}

struct trial {
    unsigned npictures;
    bool has_pieces; /* processors enough for a worker to begin early */
    const char *path;
    struct ki_sandbox *sandbox;
    struct ki_hasher *confined;
    struct ki_hasher *local;
};

static bool start(struct trial *trial, const char *worker)
{
    struct ki_sandbox_options options = ki_sandbox_options_default();
    struct ki_hash_options hash = ki_hash_options_default();
    struct ki_diag diag = {0};
    options.worker = worker;
    options.njobs = 1;
    options.npictures = trial->npictures;
    options.limits.wall_us = WALL_US;
    options.limits.cpu_us = CPU_US;
    hash.limits = options.limits;
    bool is_good = ki_hasher_create(&hash, &trial->local, &diag) == KI_OK &&
                   ki_sandbox_start(&options, &trial->sandbox, &diag) == KI_OK &&
                   ki_hasher_create_confined(trial->sandbox, &hash, &trial->confined,
                                             &diag) == KI_OK;
    if (!is_good) {
        check(false, diag.message);
    }
    return is_good;
}

static void end(struct trial *trial)
{
    ki_hasher_destroy(trial->confined);
    ki_hasher_destroy(trial->local);
    ki_sandbox_stop(trial->sandbox);
}

static bool is_same_pdq(const struct ki_pdq_result *a, const struct ki_pdq_result *b)
{
    return a->present == b->present && a->quality == b->quality &&
           memcmp(a->hashes, b->hashes, sizeof a->hashes) == 0;
}

static bool is_same(const struct ki_hashes *a, const struct ki_hashes *b)
{
    return a->reason == b->reason && a->os_error == b->os_error &&
           a->info.nbytes == b->info.nbytes && a->info.width == b->info.width &&
           a->info.nwarnings == b->info.nwarnings && a->digests == b->digests &&
           is_same_pdq(&a->pdq[KI_MODE_PDQ], &b->pdq[KI_MODE_PDQ]);
}

/* As in this process, where the same happens while the file is read. */
static void compare(struct trial *trial, enum event event, off_t unseen,
                    const char *what)
{
    struct ki_hashes local;
    struct ki_hashes confined;
    expect(event == KILL || event == TRICKLE ? NOTHING : event, unseen);
    ki_hash_file(trial->local, trial->path, &local);
    expect(event, unseen);
    ki_hash_file(trial->confined, trial->path, &confined);
    check(is_same(&local, &confined), what);
    if (trial->has_pieces) {
        check(reading.narrivals > 0, "  begun before it was read");
    }
}

/* After one that was begun for nothing, so many are read first. */
static void be_bold_again(struct trial *trial)
{
    struct ki_hashes hashes;
    expect(NOTHING, 0);
    for (unsigned i = 0; i < NSHY; i++) {
        ki_hash_memory(trial->confined, "x", 1, &hashes);
    }
}

static void test_reading(struct trial *trial)
{
    /* First, while it is not known how long to wait without a look at the clock. */
    compare(trial, SLOW, 0, "comes after a while: the limit is on decoding alone");
    compare(trial, NOTHING, 0, "a file that stands still");
    compare(trial, NOTHING, 0, "again");
    compare(trial, FAIL, 0, "cannot be read on");
    be_bold_again(trial);
    compare(trial, END, 0, "ends early");
    be_bold_again(trial);
    compare(trial, NOTHING, 100000, "grew after it was opened");
    be_bold_again(trial);
    compare(trial, NOTHING, 0, "the one after");
    compare(trial, TRICKLE, 0, "comes in drops: to wait is no work");
}

static void test_death(struct trial *trial)
{
    struct ki_hashes local;
    struct ki_hashes confined;
    if (trial->npictures > 1) {
        compare(trial, KILL, 0, "the worker dies: a fresh one decodes it");
        return;
    }
    expect(KILL, 0);
    ki_hash_file(trial->confined, trial->path, &confined);
    check(!trial->has_pieces || confined.reason == KI_REASON_DECODER_CRASHED,
          "the worker dies: crashed");
    expect(NOTHING, 0);
    ki_hash_file(trial->confined, trial->path, &confined);
    ki_hash_file(trial->local, trial->path, &local);
    check(is_same(&local, &confined), "the one after");
}

static struct ki_memo_key no_key(const void *context, const void *data, size_t nbytes)
{
    (void)context;
    (void)data;
    (void)nbytes;
    return (struct ki_memo_key){0, 0};
}

static bool know_all(void *context, const struct ki_memo_key *key, size_t nbytes,
                     struct ki_hashes *out)
{
    (void)context;
    (void)key;
    (void)nbytes;
    out->reason = KI_REASON_TOO_SMALL;
    return true;
}

static void test_known(struct trial *trial)
{
    const struct ki_hash_memo memo = {NULL, no_key, know_all, NULL};
    struct ki_hashes hashes;
    unsigned nearly = 0;
    bool is_good = true;
    ki_hasher_set_memo(trial->confined, &memo);
    for (unsigned i = 0; i <= NSHY; i++) {
        expect(NOTHING, 0);
        ki_hash_file(trial->confined, trial->path, &hashes);
        is_good = is_good && hashes.reason == KI_REASON_TOO_SMALL;
        nearly += reading.narrivals > 0;
    }
    check(is_good, "what is known already is not hashed");
    check(nearly <= 1, "and then not begun early");
    ki_hasher_set_memo(trial->confined, NULL);
    be_bold_again(trial);
    compare(trial, NOTHING, 0, "the one after");
}

static void damage(const char *path, struct random_state *random)
{
    FILE *file = fopen(path, "r+be");
    long at = 1000 + (long)random_below(random, LEAST_NBYTES - 1000);
    if (!file || fseek(file, at, SEEK_SET) != 0 || fputs("damage", file) < 0 ||
        fclose(file) != 0) {
        printf("not ok: cannot damage %s\n", path);
        exit(1);
    }
}

static void run(struct trial *trial, const char *worker, struct random_state *random)
{
    printf("%u pictures a worker\n", trial->npictures);
    make_picture(trial->path, random);
    if (start(trial, worker)) {
        test_reading(trial);
        test_death(trial);
        be_bold_again(trial);
        test_known(trial);
        damage(trial->path, random);
        compare(trial, NOTHING, 0, "damaged");
        end(trial);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        return 1;
    }
    struct random_state random = random_begin(401);
    char path[] = "/tmp/knownimage-test-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0) {
        return 1;
    }
    (void)close(fd);
    cpu_set_t processors;
    bool has_pieces = sched_getaffinity(0, sizeof processors, &processors) == 0 &&
                      CPU_COUNT(&processors) >= 2;
    struct trial single = {.npictures = 1, .has_pieces = has_pieces, .path = path};
    struct trial several = {.npictures = 50, .has_pieces = has_pieces, .path = path};
    run(&single, argv[1], &random);
    run(&several, argv[1], &random);
    (void)unlink(path);
    return nfailures > 0;
}
