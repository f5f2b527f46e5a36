/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer imports, removes, publishes, merges and prunes until it is killed, again and
 * again. Whatever it had acknowledged must be found afterwards, by opening the index as
 * it lies there.
 *
 *   stress_kill [KILLS [SEED]]
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "index/publish.h"
#include "stress/check.h"

enum { MOST_ENTRIES = 400 };

/* What is told through the pipe after each step. */
struct note {
    uint32_t is_begun; /* the step is about to change n; else it is acknowledged */
    uint32_t is_removal;
    uint64_t n;
};

enum state { ABSENT, PRESENT, UNSURE };

static struct {
    char folder[64];
    uint64_t random;
    enum state states[MOST_ENTRIES];
    unsigned nacknowledged;
    struct ki_publish_policy policy;
} run;

static uint64_t next_number(void)
{
    return mix_number(run.random += 0x9e3779b97f4a7c15u);
}

static void tell(int out, struct note note)
{
    CHECK(write(out, &note, sizeof note) == (ssize_t)sizeof note);
}

/* One change, committed and published. */
static void change(int out, uint64_t n, bool is_removal)
{
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    uint64_t generation = 0;
    tell(out, (struct note){1, is_removal, n});
    CHECK(ki_catalog_open(run.folder, KI_CATALOG_WRITE, &catalog, NULL) == KI_OK);
    CHECK(ki_txn_begin(catalog, &txn, NULL) == KI_OK);
    uint32_t list = make_list(txn, "list");
    if (is_removal) {
        remove_numbered(txn, list, n);
    } else {
        add_numbered(txn, list, n);
    }
    CHECK(ki_txn_commit(txn, NULL) == KI_OK);
    CHECK(ki_publish_by(catalog, &run.policy, &generation, NULL) == KI_OK);
    ki_catalog_close(catalog);
    tell(out, (struct note){0, is_removal, n});
}

/* The first step is a change, as there may be no index to merge or prune before it. */
static void write_for_ever(int out)
{
    for (unsigned nsteps = 0;; nsteps++) {
        uint64_t what = nsteps == 0 ? 0 : next_number() % 16;
        uint64_t generation = 0;
        uint64_t nremoved = 0;
        uint64_t nbytes = 0;
        if (what < 13) {
            change(out, next_number() % MOST_ENTRIES, next_number() % 3 == 0);
        } else if (what < 15) {
            CHECK(ki_merge_by(run.folder, &run.policy, what == 13, &generation, NULL) ==
                  KI_OK);
        } else {
            CHECK(ki_index_prune(run.folder, &nremoved, &nbytes, NULL) == KI_OK);
        }
    }
}

/* Follows the writer's notes until it has acknowledged so much, or the pipe ends. */
static void read_notes(int in, unsigned nacknowledged)
{
    struct note note;
    unsigned until = run.nacknowledged + nacknowledged;
    while (run.nacknowledged != until &&
           read(in, &note, sizeof note) == (ssize_t)sizeof note) {
        CHECK(note.n < MOST_ENTRIES);
        if (note.is_begun) {
            run.states[note.n] = UNSURE;
        } else {
            run.states[note.n] = note.is_removal ? ABSENT : PRESENT;
            run.nacknowledged++;
        }
    }
}

static void kill_one_writer(void)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    pid_t writer = fork();
    CHECK(writer >= 0);
    if (writer == 0) {
        (void)close(ends[0]);
        write_for_ever(ends[1]);
    }
    (void)close(ends[1]);
    /* On a slow machine too, some changes are done before. */
    read_notes(ends[0], (unsigned)(next_number() % 4));
    (void)usleep((useconds_t)(next_number() % 15000));
    CHECK(kill(writer, SIGKILL) == 0);
    read_notes(ends[0], UINT_MAX / 2);
    (void)close(ends[0]);
    int status = 0;
    CHECK(waitpid(writer, &status, 0) == writer);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* An entry whose change was under way may be either; then it is what it is. */
static void expect_acknowledged(void)
{
    struct ki_index *index = NULL;
    struct ki_hits hits = {0};
    struct ki_diag diag = {0};
    enum ki_status status = ki_index_open(run.folder, &index, &diag);
    if (status == KI_ERR_NOT_FOUND && run.nacknowledged == 0) {
        return;
    }
    if (status != KI_OK) {
        printf("%s\n", diag.message);
    }
    CHECK(status == KI_OK);
    for (uint64_t n = 0; n < MOST_ENTRIES; n++) {
        struct ki_hash query = numbered_hash(n);
        bool is_found = finds_numbered(index, &query, n, &hits);
        CHECK(run.states[n] == UNSURE || is_found == (run.states[n] == PRESENT));
    }
    ki_hits_free(&hits);
    ki_index_close(index);
}

/* What was committed but not published counts from the next publication on. */
static void settle(void)
{
    struct ki_index *index = NULL;
    struct ki_hits hits = {0};
    uint64_t generation = 0;
    enum ki_status status = ki_index_publish(run.folder, false, &generation, NULL);
    CHECK(status == KI_OK || status == KI_ERR_NOT_FOUND);
    if (status != KI_OK) {
        return;
    }
    CHECK(ki_index_verify(run.folder, NULL, NULL, NULL) == KI_OK);
    CHECK(ki_index_open(run.folder, &index, NULL) == KI_OK);
    for (uint64_t n = 0; n < MOST_ENTRIES; n++) {
        struct ki_hash query = numbered_hash(n);
        bool is_found = finds_numbered(index, &query, n, &hits);
        CHECK(run.states[n] == UNSURE || is_found == (run.states[n] == PRESENT));
        run.states[n] = is_found ? PRESENT : ABSENT;
    }
    ki_hits_free(&hits);
    ki_index_close(index);
}

int main(int argc, char **argv)
{
    uint64_t nkills = argument(argc, argv, 1, 60);
    run.random = argument(argc, argv, 2, 1);
    run.policy = (struct ki_publish_policy){.most_segments = 4, .tail_nbytes = 100000};
    (void)strcpy(run.folder, "/tmp/knownimage-kill-XXXXXX");
    CHECK(mkdtemp(run.folder));
    printf("seed %llu\n", (unsigned long long)run.random);
    for (uint64_t i = 0; i < nkills; i++) {
        kill_one_writer();
        expect_acknowledged();
        if (next_number() % 2) {
            settle();
        }
    }
    settle();
    remove_folder(run.folder);
    printf("ok: %llu kills, %u changes acknowledged, none lost\n",
           (unsigned long long)nkills, run.nacknowledged);
    return 0;
}
