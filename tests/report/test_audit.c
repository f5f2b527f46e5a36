/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log: no change of what a checkpoint covers goes unnoticed, nothing
 * committed is lost, and proofs hold when checked by the algorithms of RFC 9162. The
 * long form of the first: KNOWNIMAGE_AUDIT_MUTANTS=100000 test_report_audit. */
#include <criterion/criterion.h>

#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <knownimage/audit.h>

#include "base/file.h"
#include "base/hex.h"
#include "report/audit_files.h"

#include "support/folder.h"
#include "support/random.h"

enum { NENTRIES = 40 };

static struct ki_audit *open_log(const char *folder)
{
    struct ki_audit *audit = NULL;
    struct ki_diag diag = {0};
    enum ki_status status = ki_audit_open(folder, &audit, &diag);
    cr_assert_eq(status, KI_OK, "%s", diag.message);
    return audit;
}

static void add_entries(const char *folder, unsigned n,
                        char checkpoint[KI_AUDIT_CHECKPOINT_NBYTES])
{
    struct ki_diag diag = {0};
    struct ki_audit *audit = open_log(folder);
    for (unsigned i = 0; i < n; i++) {
        cr_assert_eq(ki_audit_add_publication(audit, "test", i), KI_OK);
        if (i % 7 == 0) {
            cr_assert_eq(ki_audit_commit(audit, &diag), KI_OK, "%s", diag.message);
        }
    }
    cr_assert_eq(ki_audit_checkpoint(audit, checkpoint, &diag), KI_OK, "%s",
                 diag.message);
    cr_assert_eq(ki_audit_close(audit, &diag), KI_OK);
}

static struct ki_audit_report verify(const char *folder, const char *checkpoint)
{
    struct ki_audit_report report = {0};
    struct ki_diag diag = {0};
    enum ki_status status = ki_audit_verify(
        folder, NULL, &checkpoint, checkpoint ? 1 : 0, NULL, NULL, &report, &diag);
    cr_assert_eq(status, KI_OK, "%s", diag.message);
    return report;
}

struct log_text {
    char bytes[1 << 16];
    size_t nbytes;
};

static void log_path(const char *folder, char out[KI_PATH_NBYTES])
{
    (void)snprintf(out, KI_PATH_NBYTES, "%s/audit/%020d.ndjson", folder, 0);
}

static void read_log(const char *folder, struct log_text *out)
{
    char path[KI_PATH_NBYTES];
    char *text;
    log_path(folder, path);
    cr_assert_eq(ki_file_read(path, sizeof out->bytes, &text, &out->nbytes, NULL),
                 KI_OK);
    memcpy(out->bytes, text, out->nbytes);
    free(text);
}

static void write_log(const char *folder, const struct log_text *log)
{
    char path[KI_PATH_NBYTES];
    log_path(folder, path);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(log->bytes, 1, log->nbytes, file), log->nbytes);
    cr_assert_eq(fclose(file), 0);
}

static size_t line_begin(const struct log_text *log, unsigned line)
{
    size_t at = 0;
    while (line-- > 0) {
        at = (size_t)((const char *)memchr(log->bytes + at, '\n', log->nbytes - at) -
                      log->bytes) +
             1;
    }
    return at;
}

static void replace(struct log_text *log, size_t at, size_t nold, const char *text,
                    size_t ntext)
{
    memmove(log->bytes + at + ntext, log->bytes + at + nold, log->nbytes - at - nold);
    memcpy(log->bytes + at, text, ntext);
    log->nbytes = log->nbytes - nold + ntext;
}

/* Swaps two lines, doubles one or takes one away. */
static void mutate_lines(struct log_text *log, struct random_state *random,
                         uint32_t kind)
{
    static struct log_text old;
    unsigned a = random_below(random, NENTRIES - 1);
    unsigned b = a + 1 + random_below(random, NENTRIES - 1 - a);
    size_t a_begin = line_begin(log, a);
    size_t a_end = line_begin(log, a + 1);
    size_t b_begin = line_begin(log, b);
    size_t b_end = line_begin(log, b + 1);
    old = *log;
    if (kind == 0) {
        replace(log, b_begin, b_end - b_begin, old.bytes + a_begin, a_end - a_begin);
        replace(log, a_begin, a_end - a_begin, old.bytes + b_begin, b_end - b_begin);
    } else if (kind == 1) {
        replace(log, b_begin, 0, old.bytes + a_begin, a_end - a_begin);
    } else {
        replace(log, b_begin, b_end - b_begin, "", 0);
    }
}

static void mutate(struct log_text *log, struct random_state *random)
{
    size_t at = random_below(random, (uint32_t)log->nbytes);
    char byte = (char)random_below(random, 256);
    uint32_t kind = random_below(random, 7);
    if (kind < 3) {
        mutate_lines(log, random, kind);
    } else if (kind == 3) {
        log->bytes[at] = (char)(log->bytes[at] ^ 1 << random_below(random, 8));
    } else if (kind == 4) {
        replace(log, at, 0, &byte, 1);
    } else if (kind == 5) {
        replace(log, at, 1, "", 0);
    } else {
        log->nbytes = random_below(random, 2) ? at : line_begin(log, at % NENTRIES);
    }
}

Test(audit, every_mutated_log_is_found, .timeout = 0)
{
    static struct log_text good;
    static struct log_text bad;
    char checkpoint[KI_AUDIT_CHECKPOINT_NBYTES];
    const char *given = getenv("KNOWNIMAGE_AUDIT_MUTANTS");
    unsigned long nmutants = given ? strtoul(given, NULL, 10) : 2000;
    struct random_state random = random_begin(20);
    struct folder folder = folder_make();
    cr_assert_eq(ki_audit_enable(folder.path, NULL, NULL), KI_OK);
    add_entries(folder.path, NENTRIES, checkpoint);
    struct ki_audit_report report = verify(folder.path, checkpoint);
    cr_assert_eq(report.nproblems, 0);
    cr_assert_eq(report.size, NENTRIES);
    cr_assert_eq(report.covered, NENTRIES);
    read_log(folder.path, &good);
    for (unsigned long i = 0; i < nmutants; i++) {
        bad = good;
        mutate(&bad, &random);
        if (bad.nbytes == good.nbytes &&
            memcmp(bad.bytes, good.bytes, bad.nbytes) == 0) {
            continue; /* a byte put beside its like */
        }
        write_log(folder.path, &bad);
        cr_assert_gt(verify(folder.path, checkpoint).nproblems, 0, "mutant %lu", i);
    }
    write_log(folder.path, &good);
    cr_expect_eq(verify(folder.path, checkpoint).nproblems, 0);
    folder_remove(&folder);
}

Test(audit, a_torn_end_is_cut_and_told)
{
    static struct log_text log;
    char checkpoint[KI_AUDIT_CHECKPOINT_NBYTES];
    struct folder folder = folder_make();
    cr_assert_eq(ki_audit_enable(folder.path, NULL, NULL), KI_OK);
    add_entries(folder.path, 3, checkpoint);
    read_log(folder.path, &log);
    replace(&log, log.nbytes, 0, "{\"seq\":3,\"pr", 12);
    write_log(folder.path, &log);
    cr_expect_eq(verify(folder.path, checkpoint).torn_nbytes, 12);
    add_entries(folder.path, 1, checkpoint);
    struct ki_audit_report report = verify(folder.path, checkpoint);
    cr_expect_eq(report.nproblems, 0);
    cr_expect_eq(report.size, 5);
    read_log(folder.path, &log);
    log.bytes[log.nbytes] = '\0';
    cr_expect_not_null(strstr(log.bytes, "\"type\":\"recovered\",\"cut_bytes\":12}"));
    folder_remove(&folder);
}

/* The child tells each committed entry through a pipe, until it is killed. */
static void append_until_killed(const char *folder, int told)
{
    struct ki_audit *audit = open_log(folder);
    for (;;) {
        if (ki_audit_add_publication(audit, "test", 1) != KI_OK ||
            ki_audit_commit(audit, NULL) != KI_OK || write(told, "x", 1) != 1) {
            _exit(1);
        }
    }
}

Test(audit, kill_loses_nothing_committed)
{
    struct folder folder = folder_make();
    char bytes[4096];
    uint64_t ntold = 0;
    cr_assert_eq(ki_audit_enable(folder.path, NULL, NULL), KI_OK);
    for (int round = 0; round < 10; round++) {
        int ends[2];
        cr_assert_eq(pipe(ends), 0);
        pid_t children[2];
        for (int i = 0; i < 2; i++) {
            children[i] = fork();
            if (children[i] == 0) {
                append_until_killed(folder.path, ends[1]);
            }
        }
        (void)close(ends[1]);
        cr_assert_eq(read(ends[0], bytes, 1), 1);
        ntold++;
        (void)usleep(2000u * (unsigned)round);
        for (int i = 0; i < 2; i++) {
            (void)kill(children[i], SIGKILL);
            (void)waitpid(children[i], NULL, 0);
        }
        for (ssize_t got; (got = read(ends[0], bytes, sizeof bytes)) > 0;) {
            ntold += (uint64_t)got;
        }
        (void)close(ends[0]);
    }
    char checkpoint[KI_AUDIT_CHECKPOINT_NBYTES];
    add_entries(folder.path, 1, checkpoint);
    struct ki_audit_report report = verify(folder.path, checkpoint);
    cr_expect_eq(report.nproblems, 0);
    cr_expect_geq(report.size, ntold + 1);
    folder_remove(&folder);
}

static void get_hash(const json_t *value, uint8_t out[KI_SHA256_NBYTES])
{
    const char *text = json_string_value(value);
    cr_assert(text && ki_hex_decode(text, strlen(text), out, KI_SHA256_NBYTES));
}

/* left becomes SHA-256(1, left, right). */
static void join(struct ki_sha256 *hasher, const uint8_t *left, const uint8_t *right,
                 uint8_t out[KI_SHA256_NBYTES])
{
    uint8_t pair[2 * KI_SHA256_NBYTES];
    memcpy(pair, left, KI_SHA256_NBYTES);
    memcpy(pair + KI_SHA256_NBYTES, right, KI_SHA256_NBYTES);
    ki_sha256_begin(hasher);
    ki_sha256_add(hasher, "\1", 1);
    ki_sha256_add(hasher, pair, sizeof pair);
    ki_sha256_end(hasher, out);
}

/* RFC 9162, 2.1.3.2 */
static bool entry_is_proved(struct ki_sha256 *hasher, const json_t *proof)
{
    uint64_t fn = (uint64_t)json_integer_value(json_object_get(proof, "seq"));
    uint64_t sn = (uint64_t)json_integer_value(json_object_get(proof, "size")) - 1;
    const json_t *path = json_object_get(proof, "proof");
    uint8_t hash[KI_SHA256_NBYTES];
    uint8_t other[KI_SHA256_NBYTES];
    uint8_t root[KI_SHA256_NBYTES];
    get_hash(json_object_get(proof, "leaf"), hash);
    get_hash(json_object_get(proof, "root"), root);
    for (size_t i = 0; i < json_array_size(path); i++) {
        get_hash(json_array_get(path, i), other);
        if (sn == 0) {
            return false;
        }
        if (fn & 1 || fn == sn) {
            join(hasher, other, hash, hash);
            while (fn != 0 && !(fn & 1)) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            join(hasher, hash, other, hash);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && memcmp(hash, root, sizeof root) == 0;
}

/* RFC 9162, 2.1.4.2 */
static bool growth_is_proved(struct ki_sha256 *hasher, const json_t *proof)
{
    uint64_t from = (uint64_t)json_integer_value(json_object_get(proof, "from_size"));
    uint64_t sn = (uint64_t)json_integer_value(json_object_get(proof, "size")) - 1;
    uint64_t fn = from - 1;
    const json_t *path = json_object_get(proof, "proof");
    size_t i = 0;
    uint8_t old[KI_SHA256_NBYTES];
    uint8_t new[KI_SHA256_NBYTES];
    uint8_t other[KI_SHA256_NBYTES];
    uint8_t old_root[KI_SHA256_NBYTES];
    uint8_t root[KI_SHA256_NBYTES];
    get_hash(json_object_get(proof, "from_root"), old_root);
    get_hash(json_object_get(proof, "root"), root);
    if ((from & (from - 1)) == 0) {
        memcpy(old, old_root, sizeof old);
    } else {
        get_hash(json_array_get(path, i++), old);
    }
    memcpy(new, old, sizeof new);
    for (; fn & 1; fn >>= 1) {
        sn >>= 1;
    }
    for (; i < json_array_size(path); i++) {
        get_hash(json_array_get(path, i), other);
        if (sn == 0) {
            return false;
        }
        if (fn & 1 || fn == sn) {
            join(hasher, other, old, old);
            join(hasher, other, new, new);
            while (fn != 0 && !(fn & 1)) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            join(hasher, new, other, new);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && memcmp(old, old_root, sizeof old) == 0 &&
           memcmp(new, root, sizeof new) == 0;
}

static json_t *prove(const char *folder, bool is_growth, uint64_t a, uint64_t size)
{
    char *text = NULL;
    size_t nbytes = 0;
    struct ki_diag diag = {0};
    FILE *out = open_memstream(&text, &nbytes);
    cr_assert_not_null(out);
    enum ki_status status = is_growth
                                ? ki_audit_prove_growth(folder, a, size, out, &diag)
                                : ki_audit_prove_entry(folder, a, size, out, &diag);
    cr_assert_eq(fclose(out), 0);
    cr_assert_eq(status, KI_OK, "%s", diag.message);
    json_t *proof = json_loadb(text, nbytes, 0, NULL);
    free(text);
    return proof;
}

Test(audit, proofs_hold)
{
    char checkpoint[KI_AUDIT_CHECKPOINT_NBYTES];
    struct folder folder = folder_make();
    struct ki_sha256 *hasher;
    cr_assert_eq(ki_sha256_create(&hasher, NULL), KI_OK);
    cr_assert_eq(ki_audit_enable(folder.path, NULL, NULL), KI_OK);
    add_entries(folder.path, 20, checkpoint);
    for (uint64_t size = 1; size <= 20; size++) {
        for (uint64_t a = 0; a < size; a++) {
            json_t *proof = prove(folder.path, false, a, size);
            cr_expect(entry_is_proved(hasher, proof), "entry %d of %d", (int)a,
                      (int)size);
            json_decref(proof);
        }
        for (uint64_t a = 1; a < size; a++) {
            json_t *proof = prove(folder.path, true, a, size);
            cr_expect(growth_is_proved(hasher, proof), "%d to %d", (int)a, (int)size);
            json_decref(proof);
        }
    }
    ki_sha256_destroy(hasher);
    folder_remove(&folder);
}

/* Enough entries for two files. */
Test(audit, what_is_kept_verifies_after_pruning, .timeout = 0)
{
    enum { NFIRST = 120000 };
    char checkpoint[KI_AUDIT_CHECKPOINT_NBYTES];
    struct folder folder = folder_make();
    struct ki_diag diag = {0};
    struct ki_sha256 *hasher;
    uint64_t ndropped = 0;
    cr_assert_eq(ki_sha256_create(&hasher, NULL), KI_OK);
    cr_assert_eq(ki_audit_enable(folder.path, NULL, NULL), KI_OK);
    struct ki_audit *audit = open_log(folder.path);
    for (unsigned i = 0; i < NFIRST; i++) {
        cr_assert_eq(ki_audit_add_publication(audit, "test", i), KI_OK);
    }
    cr_assert_eq(ki_audit_close(audit, &diag), KI_OK, "%s", diag.message);
    add_entries(folder.path, 5, checkpoint);
    audit = open_log(folder.path);
    cr_assert_eq(ki_audit_prune(audit, 1, &ndropped, &diag), KI_OK, "%s", diag.message);
    cr_expect_eq(ndropped, 0, "nothing is as old as that");
    cr_assert_eq(ki_audit_prune(audit, UINT64_MAX, &ndropped, &diag), KI_OK, "%s",
                 diag.message);
    cr_expect_eq(ndropped, NFIRST);
    cr_assert_eq(ki_audit_close(audit, &diag), KI_OK, "%s", diag.message);
    struct ki_audit_report report = verify(folder.path, checkpoint);
    cr_expect_eq(report.nproblems, 0);
    cr_expect_eq(report.first, NFIRST);
    cr_expect_eq(report.size, NFIRST + 6);
    for (uint64_t i = NFIRST; i < NFIRST + 6; i++) {
        json_t *proof = prove(folder.path, false, i, 0);
        cr_expect(entry_is_proved(hasher, proof));
        json_decref(proof);
    }
    cr_expect_eq(ki_audit_prove_entry(folder.path, 1, 0, stdout, NULL), KI_ERR_LIMIT);
    ki_sha256_destroy(hasher);
    folder_remove(&folder);
}

static void note_policy(const char *folder, const char *version)
{
    struct ki_diag diag = {0};
    struct ki_audit *audit = open_log(folder);
    cr_assert_eq(ki_audit_note_policy(audit, version, &diag), KI_OK, "%s",
                 diag.message);
    cr_assert_eq(ki_audit_close(audit, &diag), KI_OK, "%s", diag.message);
}

/* Whoever takes state.json away makes the log be read anew: the same must come of it.
 */
Test(audit, a_change_of_policy_is_told_once)
{
    static struct log_text log;
    char checkpoint[KI_AUDIT_CHECKPOINT_NBYTES];
    char path[KI_PATH_NBYTES];
    struct folder folder = folder_make();
    cr_assert_eq(ki_audit_enable(folder.path, NULL, NULL), KI_OK);
    note_policy(folder.path, "lists");
    note_policy(folder.path, "0123456789abcdef0123456789abcdef");
    note_policy(folder.path, "0123456789abcdef0123456789abcdef");
    (void)snprintf(path, sizeof path, "%s/audit/state.json", folder.path);
    cr_assert_eq(unlink(path), 0);
    note_policy(folder.path, "0123456789abcdef0123456789abcdef");
    note_policy(folder.path, "lists");
    add_entries(folder.path, 1, checkpoint);
    struct ki_audit_report report = verify(folder.path, checkpoint);
    cr_expect_eq(report.nproblems, 0);
    cr_assert_eq(report.size, 3);
    read_log(folder.path, &log);
    log.bytes[log.nbytes] = '\0';
    cr_expect_not_null(strstr(log.bytes,
                              "\"type\":\"policy\",\"old\":\"lists\",\"new\":"
                              "\"0123456789abcdef0123456789abcdef\"}\n"));
    cr_expect_not_null(strstr(log.bytes, "\"type\":\"policy\",\"old\":"
                                         "\"0123456789abcdef0123456789abcdef\",\"new\":"
                                         "\"lists\"}\n"));
    folder_remove(&folder);
}
