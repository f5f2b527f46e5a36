/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parent and the arena enforce, each with its own reason: time by the clock,
 * memory, the size of a file; and what happens when a zygote is killed.
 * usage: test_limits WORKER HOSTILE_WORKER FOLDER
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <knownimage/sandbox.h>

#include "base/clock.h"
#include "hostile.h"
#include "sandbox/slot.h"

static unsigned nfailures;

static void check(bool is_good, const char *what)
{
    printf("%s: %s\n", is_good ? "ok" : "not ok", what);
    nfailures += !is_good;
}

struct place {
    struct ki_sandbox *sandbox;
    struct ki_hasher *hasher;
};

static bool start(struct place *place, const char *worker, unsigned npictures,
                  const struct ki_limits *limits)
{
    struct ki_sandbox_options options = ki_sandbox_options_default();
    struct ki_hash_options hash = ki_hash_options_default();
    struct ki_diag diag = {0};
    options.worker = worker;
    options.njobs = 1;
    options.npictures = npictures;
    options.limits = *limits;
    hash.limits = *limits;
    bool is_good = ki_sandbox_start(&options, &place->sandbox, &diag) == KI_OK &&
                   ki_hasher_create_confined(place->sandbox, &hash, &place->hasher,
                                             &diag) == KI_OK;
    if (!is_good) {
        check(false, diag.message);
    }
    return is_good;
}

static void end(struct place *place)
{
    ki_hasher_destroy(place->hasher);
    ki_sandbox_stop(place->sandbox);
}

static enum ki_reason order(struct place *place, enum hostile_way way,
                            struct ki_hashes *hashes)
{
    const struct hostile_order order = {.magic = HOSTILE_MAGIC, .way = way, .seed = 1};
    ki_hash_memory(place->hasher, &order, sizeof order, hashes);
    return hashes->reason;
}

static void test_wall(const char *hostile)
{
    struct ki_limits limits = ki_limits_default();
    struct ki_hashes hashes;
    struct place place;
    limits.wall_us = 300000;
    if (!start(&place, hostile, 1, &limits)) {
        return;
    }
    uint64_t begin_us = ki_clock_wall_us();
    enum ki_reason reason = order(&place, HOSTILE_NEVER, &hashes);
    uint64_t used_us = ki_clock_wall_us() - begin_us;
    check(reason == KI_REASON_LIMIT_TIME, "no answer in time: limit:time");
    check(used_us >= limits.wall_us && used_us < limits.wall_us + 50000,
          "at most 50 ms after the limit");
    check(hashes.digests == KI_ALL_DIGESTS, "its digests are there all the same");
    check(order(&place, HOSTILE_HONEST, &hashes) == KI_REASON_NONE, "the next is good");
    end(&place);
}

static void test_memory(const char *hostile)
{
    struct ki_limits limits = ki_limits_default();
    struct ki_hashes hashes;
    struct place place;
    limits.memory_nbytes = 250 << 20;
    if (!start(&place, hostile, 1, &limits)) {
        return;
    }
    check(order(&place, HOSTILE_GREEDY, &hashes) == KI_REASON_LIMIT_MEMORY,
          "memory exhausted: limit:memory");
    check(hashes.info.nwarnings == 2, "no more than the arena was to be had");
    end(&place);
}

/* The arena of a real worker, smaller than what a codec asks for within its limit. */
static void test_codec_memory(const char *worker, const char *folder)
{
    struct ki_limits limits = ki_limits_default();
    struct ki_hashes hashes;
    struct place place;
    char path[4096];
    limits.memory_nbytes = 20000;
    (void)snprintf(path, sizeof path, "%s/progressive-1024x768.jpg", folder);
    if (!start(&place, worker, 1, &limits)) {
        return;
    }
    ki_hash_file(place.hasher, path, &hashes);
    check(hashes.reason == KI_REASON_LIMIT_MEMORY, "a codec's limit: limit:memory");
    end(&place);
}

static void test_file_size(const char *worker, const char *folder)
{
    struct ki_limits limits = ki_limits_default();
    struct ki_hashes hashes;
    struct place place;
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/cmyk-640x480.jpg", folder);
    limits.file_nbytes = 58685;
    if (!start(&place, worker, 3, &limits)) {
        return;
    }
    ki_hash_file(place.hasher, path, &hashes);
    check(hashes.reason == KI_REASON_NONE, "a file as large as the limit is hashed");
    end(&place);
    limits.file_nbytes--;
    if (!start(&place, worker, 3, &limits)) {
        return;
    }
    ki_hash_file(place.hasher, path, &hashes);
    check(hashes.reason == KI_REASON_LIMIT_FILE_SIZE, "a larger one: limit:file-size");
    end(&place);
}

static void test_deaths(const char *hostile)
{
    struct ki_limits limits = ki_limits_default();
    struct ki_hashes hashes;
    struct place place;
    if (!start(&place, hostile, 100, &limits)) {
        return;
    }
    check(order(&place, HOSTILE_CRASH, &hashes) == KI_REASON_DECODER_CRASHED,
          "a crash: decoder-crashed");
    check(order(&place, HOSTILE_CALL, &hashes) == KI_REASON_DECODER_CRASHED,
          "a system call: decoder-crashed");
    check(order(&place, HOSTILE_EXIT, &hashes) == KI_REASON_DECODER_MISBEHAVED,
          "an end without a word: decoder-misbehaved");
    check(order(&place, HOSTILE_HUGE, &hashes) == KI_REASON_DECODER_MISBEHAVED,
          "figures beyond all bounds: decoder-misbehaved");
    check(order(&place, HOSTILE_OTHER, &hashes) == KI_REASON_DECODER_MISBEHAVED,
          "an answer to no question: decoder-misbehaved");
    check(order(&place, HOSTILE_HONEST, &hashes) == KI_REASON_NONE, "the next is good");
    end(&place);
}

/* Somebody kills the zygote: the slot starts another one. */
static void test_zygote(const char *hostile)
{
    const struct ki_slot_options options = {.worker = hostile,
                                            .file_nbytes = 4096,
                                            .memory_nbytes = 1 << 20,
                                            .cpu_us = 3000000,
                                            .npictures = 100};
    const struct ki_picture_wish wish = {.modes = 1, .limits = ki_limits_default()};
    const struct hostile_order honest = {.magic = HOSTILE_MAGIC, .way = HOSTILE_HONEST};
    struct ki_slot slot;
    struct ki_wire_result result;
    struct ki_diag diag = {0};
    if (ki_slot_begin(&slot, &options, &diag) != KI_OK ||
        ki_slot_greet(&slot, &diag) != KI_OK) {
        check(false, diag.message);
        return;
    }
    memcpy(slot.bytes, &honest, sizeof honest);
    bool is_good = ki_slot_post(&slot, &wish, KI_FORMAT_JPEG, sizeof honest, sizeof honest) &&
                   ki_slot_wait(&slot, 5000000, &result) == KI_REASON_NONE;
    check(is_good, "a picture before");
    siginfo_t death;
    (void)kill(slot.zygote, SIGKILL); /* which is also sent to its worker */
    (void)waitid(P_PID, (id_t)slot.zygote, &death, WEXITED | WNOWAIT);
    is_good = ki_slot_post(&slot, &wish, KI_FORMAT_JPEG, sizeof honest, sizeof honest) &&
              ki_slot_wait(&slot, 5000000, &result) == KI_REASON_DECODER_CRASHED;
    check(is_good, "zygote killed: decoder-crashed");
    is_good = ki_slot_post(&slot, &wish, KI_FORMAT_JPEG, sizeof honest, sizeof honest) &&
              ki_slot_wait(&slot, 5000000, &result) == KI_REASON_NONE;
    check(is_good, "the next picture gets a new one");
    ki_slot_end(&slot);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        return 1;
    }
    test_wall(argv[2]);
    test_memory(argv[2]);
    test_codec_memory(argv[1], argv[3]);
    test_file_size(argv[1], argv[3]);
    test_deaths(argv[2]);
    test_zygote(argv[2]);
    return nfailures > 0;
}
