/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of an index are damaged in many ways, and every operation is tried on each
 * mutant, in a process of its own. It must end in an error that says something, or do
 * what it says; and whatever it does, every entry that is listed is found afterwards,
 * or the index refuses to be opened: no crash, no silent miss, nothing acknowledged
 * lost.
 *
 *   stress_damage [MUTANTS [FIRST [STRIDE]]]
 *
 * tries the mutants FIRST, FIRST + 1, …; with a STRIDE, on each one only every
 * STRIDE-th of the operations that write, in turns.
 */
#include <sys/time.h>
#include <sys/wait.h>

#include <knownimage/list.h>

#include "index/publish.h"
#include "stress/mutants.h"

enum {
    NPUBLISHED = 150,
    NREMOVED = 15,    /* the first ones */
    NCOMMITTED = 160, /* the last ones not published yet */
    FIRST_NEW = 200,
    NFEW = 203,
    NMANY = 420,
    LEAVING = 20, /* an entry that is removed */
    SECONDS = 20
};

static struct mutants mutants = {.nfiles = 0};
static char *good_export;
static size_t good_export_nbytes;

/* What an operation has promised by returning KI_OK. */
struct promise {
    bool is_published; /* what was committed is in force */
    uint64_t end_new;  /* FIRST_NEW to here were added, 0: none */
    bool is_removed;   /* LEAVING */
    bool is_whole;     /* the index can be used */
    bool is_any;       /* older entries were given up on demand */
};

enum outcome { REFUSED = 10, DONE, SILENT_MISS, NO_MESSAGE, UNTRUE, NOUTCOMES };

static void commit_some(uint64_t first, uint64_t end, bool is_removal, bool publishes)
{
    const struct ki_publish_policy policy = {.most_segments = 4};
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    uint64_t generation = 0;
    CHECK(ki_catalog_open(mutants.pristine, KI_CATALOG_WRITE, &catalog, NULL) == KI_OK);
    CHECK(ki_txn_begin(catalog, &txn, NULL) == KI_OK);
    uint32_t list = make_list(txn, "list");
    for (uint64_t n = first; n < end; n++) {
        if (is_removal) {
            remove_numbered(txn, list, n);
        } else {
            add_numbered(txn, list, n);
        }
    }
    if (publishes) {
        CHECK(ki_publish_txn(txn, &policy, &generation, NULL) == KI_OK);
        mutants_keep_old(&mutants);
    } else {
        CHECK(ki_txn_commit(txn, NULL) == KI_OK);
    }
    ki_catalog_close(catalog);
}

/* Whether the entry must be found (1), must not (0), or may be either (2). */
static int expected(const struct promise *promise, uint64_t n)
{
    if (promise->is_any) {
        return 2;
    }
    if (n < NREMOVED) {
        return 0;
    }
    if (n == LEAVING) {
        return promise->is_removed ? 0 : promise->is_published ? 1 : 2;
    }
    if (n < NPUBLISHED) {
        return 1;
    }
    if (n < NCOMMITTED) {
        return promise->is_published ? 1 : 2;
    }
    return n >= FIRST_NEW && n < promise->end_new ? 1 : 2;
}

static enum outcome look(const struct promise *promise)
{
    struct ki_index *index = NULL;
    struct ki_hits hits = {0};
    struct ki_diag diag = {0};
    bool is_right = true;
    enum ki_status status = ki_index_open(mutants.folder, &index, &diag);
    if (status != KI_OK) {
        return !diag.message[0] ? NO_MESSAGE : promise->is_whole ? UNTRUE : REFUSED;
    }
    for (uint64_t n = 0; n < NMANY; n++) {
        struct ki_hash query = numbered_hash(n);
        int wanted = expected(promise, n);
        bool is_found = finds_numbered(index, &query, n, &hits);
        is_right = is_right && (wanted == 2 || is_found == (wanted == 1));
    }
    ki_hits_free(&hits);
    ki_index_close(index);
    return is_right ? DONE : SILENT_MISS;
}

static enum ki_status verify(struct promise *promise, struct ki_diag *diag)
{
    promise->is_whole = true;
    return ki_index_verify(mutants.folder, NULL, NULL, diag);
}

/* Status is not the place for an error: it must tell of damage to the catalog, and be
 * right otherwise. */
static enum ki_status status_of(struct promise *promise, struct ki_diag *diag)
{
    struct ki_index_status found;
    (void)promise;
    enum ki_status status = ki_index_status(mutants.folder, &found, diag);
    if (status == KI_OK && !found.damage[0] && found.has_catalog &&
        found.nentries != NCOMMITTED - NREMOVED) {
        _exit(UNTRUE);
    }
    return status;
}

static enum ki_status show(struct promise *promise, struct ki_diag *diag)
{
    struct ki_list_info *lists = NULL;
    size_t nlists = 0;
    (void)promise;
    enum ki_status status = ki_list_all(mutants.folder, &lists, &nlists, diag);
    if (status == KI_OK && (nlists != 1 || lists[0].nentries != NCOMMITTED - NREMOVED ||
                            lists[0].radius != KI_RADIUS_DEFAULT)) {
        _exit(UNTRUE);
    }
    free(lists);
    return status;
}

static enum ki_status export_to(const char *folder, char **text, size_t *nbytes,
                                struct ki_diag *diag)
{
    FILE *out = open_memstream(text, nbytes);
    CHECK(out);
    enum ki_status status = ki_list_export(folder, "list", "csv", out, diag);
    CHECK(fclose(out) == 0);
    return status;
}

static enum ki_status export(struct promise *promise, struct ki_diag *diag) {
    char *text = NULL; size_t nbytes = 0; (void)promise;
    enum ki_status status = export_to(mutants.folder, &text, &nbytes, diag);
    if (status == KI_OK && (nbytes != good_export_nbytes ||
                            memcmp(text, good_export, nbytes) != 0)){_exit(UNTRUE);}
free(text);
return status;
}

static enum ki_status publish(struct promise *promise, struct ki_diag *diag)
{
    uint64_t generation = 0;
    promise->is_published = true;
    return ki_index_publish(mutants.folder, false, &generation, diag);
}

static enum ki_status repair(struct promise *promise, struct ki_diag *diag)
{
    uint64_t generation = 0;
    promise->is_published = true;
    promise->is_whole = true;
    return ki_index_publish(mutants.folder, true, &generation, diag);
}

static enum ki_status accept(struct promise *promise, struct ki_diag *diag)
{
    uint64_t generation = 0;
    promise->is_any = mutants.has_old_catalog;
    promise->is_published = true;
    promise->is_whole = true;
    return ki_index_accept_catalog(mutants.folder, &generation, diag);
}

static enum ki_status merge(struct promise *promise, struct ki_diag *diag)
{
    uint64_t generation = 0;
    (void)promise;
    return ki_index_merge(mutants.folder, true, &generation, diag);
}

static enum ki_status prune(struct promise *promise, struct ki_diag *diag)
{
    uint64_t nremoved = 0;
    uint64_t nbytes = 0;
    (void)promise;
    return ki_index_prune(mutants.folder, &nremoved, &nbytes, diag);
}

static enum ki_status add(struct promise *promise, struct ki_diag *diag)
{
    struct ki_list_info info = ki_list_info_default();
    (void)strcpy(info.name, "other");
    enum ki_status status = ki_list_add(mutants.folder, &info, false, diag);
    return status == KI_OK ? publish(promise, diag) : status;
}

static enum ki_status remove_one(struct promise *promise, struct ki_diag *diag)
{
    char id[32];
    bool existed = false;
    numbered_id(LEAVING, id);
    enum ki_status status =
        ki_list_remove_entry(mutants.folder, "list", id, &existed, diag);
    if (status == KI_OK && !existed) {
        _exit(UNTRUE);
    }
    promise->is_removed = true;
    return status == KI_OK ? publish(promise, diag) : status;
}

static enum ki_status import(struct promise *promise, uint64_t end,
                             struct ki_diag *diag)
{
    struct ki_import_options options = ki_import_options_default();
    struct ki_import_result result;
    int ends[2];
    CHECK(pipe(ends) == 0);
    for (uint64_t n = FIRST_NEW; n < end; n++) {
        struct ki_hash hash = numbered_hash(n);
        char hex[2 * KI_HASH_MAX_NBYTES + 1];
        char id[32];
        numbered_id(n, id);
        ki_hash_to_hex(&hash, hex);
        CHECK(dprintf(ends[1], "%s,100,%s\n", hex, id) > 0);
    }
    (void)close(ends[1]);
    options.format = "pdq-text";
    options.is_confirmed = true; /* more than a fifth of what is there */
    promise->is_published = true;
    promise->end_new = end;
    return ki_list_import(mutants.folder, "list", ends[0], &options, &result, diag);
}

static enum ki_status import_few(struct promise *promise, struct ki_diag *diag)
{
    return import(promise, NFEW, diag);
}

static enum ki_status import_many(struct promise *promise, struct ki_diag *diag)
{
    return import(promise, NMANY, diag);
}

/* Opening and looking up. */
static enum ki_status nothing(struct promise *promise, struct ki_diag *diag)
{
    (void)promise;
    (void)diag;
    return KI_OK;
}

static const struct operation {
    const char *name;
    enum ki_status (*run)(struct promise *promise, struct ki_diag *diag);
    bool is_writing;
} operations[] = {
    {"lookup", nothing, false},
    {"verify", verify, false},
    {"status", status_of, false},
    {"list show", show, false},
    {"list export", export, false},
    {"index publish", repair, true},
    {"publish, no repair", publish, true},
    {"accept catalog", accept, true},
    {"merge", merge, true},
    {"prune", prune, true},
    {"list add", add, true},
    {"list remove", remove_one, true},
    {"import a few", import_few, true},
    {"import many", import_many, true},
};
enum { NOPERATIONS = sizeof operations / sizeof *operations };

static struct {
    unsigned outcomes[NOPERATIONS][NOUTCOMES];
} counts;

/* In the child: the operation, what is found after it, and after a repair. */
static enum outcome try(const struct operation *operation)
{
    struct promise promise = {0};
    struct promise repaired = {0};
    const struct promise nothing_promised = {0};
    struct ki_diag diag = {0};
    enum ki_status status = operation->run(&promise, &diag);
    if (status != KI_OK && !diag.message[0]) {
        return NO_MESSAGE;
    }
    bool is_told_good =
        status == KI_OK && (promise.is_whole || operation == operations);
    if (!operation->is_writing && !is_told_good) {
        return status == KI_OK ? DONE : REFUSED;
    }
    enum outcome outcome = look(status == KI_OK ? &promise : &nothing_promised);
    if (outcome > DONE || !operation->is_writing) {
        return outcome;
    }
    if (status == KI_OK) {
        repaired = promise;
    }
    diag = (struct ki_diag){0};
    if (repair(&repaired, &diag) == KI_OK) {
        enum outcome after = look(&repaired);
        outcome = after > DONE ? after : outcome;
    }
    return status == KI_OK || outcome > DONE ? outcome : REFUSED;
}

static void fail(uint64_t number, const struct operation *operation, int status)
{
    static const char *const texts[NOUTCOMES] = {[SILENT_MISS] = "silent miss",
                                                 [NO_MESSAGE] = "no message",
                                                 [UNTRUE] = "said what is not so"};
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    const char *text = code > DONE && code < NOUTCOMES ? texts[code] : "crash";
    printf("not ok: mutant %llu, %s: %s\n", (unsigned long long)number, operation->name,
           text);
    for (size_t i = 0; i < mutants.nfiles; i++) {
        if (mutants.files[i].is_changed) {
            printf("  %s: %zu bytes\n", mutants.files[i].name,
                   mutants.files[i].now.nbytes);
        }
    }
    printf("  see %s\n", mutants.folder);
    exit(1);
}

/* Hanging is as bad as a crash. */
static void limit_time(void)
{
    const struct itimerval limit = {.it_value = {.tv_sec = SECONDS}};
    CHECK(setitimer(ITIMER_PROF, &limit, NULL) == 0);
}

static void try_mutant(uint64_t number, uint64_t stride)
{
    mutants_next(&mutants, number);
    for (size_t i = 0; i < NOPERATIONS; i++) {
        int status = 0;
        if (operations[i].is_writing && (i + number) % stride != 0) {
            continue;
        }
        if (i == 0 || operations[i].is_writing) {
            mutants_lay_out(&mutants);
        }
        (void)fflush(stdout);
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            limit_time();
            _exit(try(&operations[i]));
        }
        CHECK(waitpid(child, &status, 0) == child);
        int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        if (code != REFUSED && code != DONE) {
            mutants_lay_out(&mutants);
            fail(number, &operations[i], status);
        }
        counts.outcomes[i][code]++;
    }
}

static void make_index(void)
{
    CHECK(mkdtemp(mutants.folder) && mkdtemp(mutants.pristine));
    commit_some(0, NPUBLISHED / 3, false, true);
    commit_some(NPUBLISHED / 3, 2 * NPUBLISHED / 3, false, true);
    commit_some(2 * NPUBLISHED / 3, NPUBLISHED, false, true);
    commit_some(0, NREMOVED, true, true);
    commit_some(NPUBLISHED, NCOMMITTED, false, false);
    CHECK(export_to(mutants.pristine, &good_export, &good_export_nbytes, NULL) ==
          KI_OK);
    mutants_keep(&mutants);
}

int main(int argc, char **argv)
{
    uint64_t nmutants = argument(argc, argv, 1, 60);
    uint64_t first = argument(argc, argv, 2, 1);
    uint64_t stride = argument(argc, argv, 3, 1);
    const char *folder = getenv("TMPDIR");
    (void)snprintf(mutants.folder, sizeof mutants.folder, "%.30s/knownimage-dmg-XXXXXX",
                   folder ? folder : "/tmp");
    memcpy(mutants.pristine, mutants.folder, sizeof mutants.pristine);
    CHECK(stride > 0);
    make_index();
    mutants_lay_out(&mutants);
    for (size_t i = 0; i < NOPERATIONS; i++) {
        if (operations[i].is_writing) {
            mutants_lay_out(&mutants);
        }
        CHECK(try(&operations[i]) == DONE);
    }
    for (uint64_t i = 0; i < nmutants; i++) {
        try_mutant(first + i, stride);
    }
    for (size_t i = 0; i < NOPERATIONS; i++) {
        printf("%-20s %6u refused, %6u done\n", operations[i].name,
               counts.outcomes[i][REFUSED], counts.outcomes[i][DONE]);
    }
    remove_folder(mutants.folder);
    remove_folder(mutants.pristine);
    printf(
        "ok: %llu mutants of %zu files: 0 crashes, 0 silent misses, nothing untrue\n",
        (unsigned long long)nmutants, mutants.nfiles);
    return 0;
}
