/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log of an index: what was imported, changed and published, what
 * matched and under which policy, in lines that only ever are added. Its files are in
 * the folder INDEX/audit:
 *
 *     config.json         origin and key; the log is enabled if it is there
 *     N.ndjson            entries N, N + 1, …; N in 20 digits
 *     checkpoint          the last signed one
 *     base.json           what stood before the first entry that is still kept
 *     state.json          where the last writer stopped; only saves time
 *     lock                flock: one writer at a time
 *
 * An entry is one line {"seq":N,"prev":"…","time_us":T,"type":"…",…}. Its leaf hash is
 * SHA-256 of a zero byte and the line without its newline; prev is the leaf hash of the
 * entry before. Over the leaves stands the Merkle tree of RFC 6962; a checkpoint is its
 * size and root in the text format tlog-checkpoint of C2SP, signed as a note with
 * Ed25519. Whoever keeps a checkpoint elsewhere will notice any change of what it
 * covers.
 *
 * No entry tells a hash, digest or name of a picture.
 */
#ifndef KNOWNIMAGE_AUDIT_H
#define KNOWNIMAGE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <knownimage/list.h>
#include <knownimage/match.h>
#include <knownimage/scan.h>
#include <knownimage/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    KI_AUDIT_GROUP = 64,          /* entries that become durable at once, at most */
    KI_AUDIT_SCAN_ID_NBYTES = 17, /* with terminator */
    KI_AUDIT_CHECKPOINT_NBYTES = 4096
};

/* Enables the log of an index. key_path: an unencrypted secret key of minisign, which
 * is read each time the log is opened; NULL makes a pair, INDEX/audit/audit.key and
 * audit.pub. Errors: KI_ERR_EXISTS (is enabled), and those of reading the key. */
KI_API KI_MUST_CHECK enum ki_status
ki_audit_enable(const char *folder, const char *key_path, struct ki_diag *diag);

/* True also if that cannot be found out: opening then tells why. */
KI_API bool ki_audit_is_enabled(const char *folder);

/* A log to be written. One thread at a time; any number of processes. */
struct ki_audit;

/* Errors: KI_ERR_NOT_FOUND (not enabled), KI_ERR_DAMAGED (names file and entry). */
KI_API KI_MUST_CHECK enum ki_status
ki_audit_open(const char *folder, struct ki_audit **out, struct ki_diag *diag);

/* Makes durable what was added, and a checkpoint if anything was, and frees the log,
 * also after an error. NULL is allowed. */
KI_API KI_MUST_CHECK enum ki_status ki_audit_close(struct ki_audit *audit,
                                                   struct ki_diag *diag);

/* These only collect entries in memory; KI_ERR_NO_MEMORY. what is a word such as "add".
 *
 * A change is about to be made: to be committed before it is. list: NULL if it is of
 * none. */
KI_API KI_MUST_CHECK enum ki_status
ki_audit_add_begin(struct ki_audit *audit, const char *what, const char *list);
/* In the place of what a change that was begun would have told: it ended with an error,
 * and put nothing in force. A begin that neither follows was left by a crash: that change
 * may be in force. */
KI_API KI_MUST_CHECK enum ki_status
ki_audit_add_failed(struct ki_audit *audit, const char *what, const char *list);
KI_API KI_MUST_CHECK enum ki_status
ki_audit_add_import(struct ki_audit *audit, const char *list,
                    const struct ki_import_result *result);
KI_API KI_MUST_CHECK enum ki_status ki_audit_add_list(struct ki_audit *audit,
                                                      const char *what,
                                                      const struct ki_list_info *info,
                                                      uint64_t generation);
KI_API KI_MUST_CHECK enum ki_status ki_audit_add_removal(struct ki_audit *audit,
                                                         const char *list,
                                                         uint64_t nentries,
                                                         uint64_t generation);
/* Of entries from quarantine. */
KI_API KI_MUST_CHECK enum ki_status ki_audit_add_release(struct ki_audit *audit,
                                                         const char *list,
                                                         uint64_t nentries,
                                                         uint64_t generation);
/* Of entries into it, by a check of the list. */
KI_API KI_MUST_CHECK enum ki_status ki_audit_add_quarantine(struct ki_audit *audit,
                                                            const char *list,
                                                            uint64_t nentries,
                                                            uint64_t generation);
KI_API KI_MUST_CHECK enum ki_status
ki_audit_add_publication(struct ki_audit *audit, const char *what, uint64_t generation);
/* What the matches of one scan have in common; they name it by its id, which is made
 * here. */
KI_API KI_MUST_CHECK enum ki_status
ki_audit_add_scan(struct ki_audit *audit, const struct ki_index *index,
                  const struct ki_scan_options *options,
                  char id[KI_AUDIT_SCAN_ID_NBYTES]);
/* Before the first verdict under a policy: appends an entry "policy" with the version
 * before and this one, durably, unless it is the version that the log told last. A log
 * that told none yet takes "lists" for it. version: of ki_policy_version. Errors as
 * ki_audit_commit. */
KI_API KI_MUST_CHECK enum ki_status
ki_audit_note_policy(struct ki_audit *audit, const char *version, struct ki_diag *diag);
/* At most 16 hits are told, and how many there are. */
KI_API KI_MUST_CHECK enum ki_status ki_audit_add_match(struct ki_audit *audit,
                                                       const char *scan_id,
                                                       const struct ki_result *result);

KI_API size_t ki_audit_npending(const struct ki_audit *audit);

/* Writes what was added and makes it durable. What a crash left of a line that nobody
 * was told of is cut off first, and an entry "recovered" tells it. Every 1000 entries
 * it signs a checkpoint. On an error all stays pending. Errors: KI_ERR_IO,
 * KI_ERR_DAMAGED (the log does not hold what it should; nothing is added to it). */
KI_API KI_MUST_CHECK enum ki_status ki_audit_commit(struct ki_audit *audit,
                                                    struct ki_diag *diag);

/* Signs a checkpoint of all that is durable, keeps it and copies it to text. */
KI_API KI_MUST_CHECK enum ki_status
ki_audit_checkpoint(struct ki_audit *audit, char text[KI_AUDIT_CHECKPOINT_NBYTES],
                    struct ki_diag *diag);

/* Drops whole files whose entries are all older than that, records it, and keeps the
 * tree's state before what is left. *nentries: dropped. */
KI_API KI_MUST_CHECK enum ki_status ki_audit_prune(struct ki_audit *audit,
                                                   uint64_t before_us,
                                                   uint64_t *nentries,
                                                   struct ki_diag *diag);

struct ki_audit_report {
    uint64_t first;        /* the first entry that is kept */
    uint64_t size;         /* entries, dropped ones included */
    uint64_t ncheckpoints; /* that were compared */
    uint64_t covered;      /* entries under the largest of them */
    uint64_t torn_nbytes;  /* after the last line; a problem too */
    uint64_t nproblems;
    uint8_t root[32];
};

/* Reads the log whole, without a lock: an entry being written may be told as torn.
 * checkpoints: texts of signed checkpoints from elsewhere, besides the kept one.
 * public_key_path: NULL for INDEX/audit/audit.pub or the configured key. on_problem is
 * called with each problem. KI_OK even if there are some (nproblems); errors: it cannot
 * be verified, as when a checkpoint is older than what was dropped (KI_ERR_LIMIT), or
 * is none (KI_ERR_FORMAT). */
KI_API KI_MUST_CHECK enum ki_status
ki_audit_verify(const char *folder, const char *public_key_path,
                const char *const *checkpoints, size_t ncheckpoints,
                void (*on_problem)(void *context, const char *text), void *context,
                struct ki_audit_report *out, struct ki_diag *diag);

/* Writes, as one line of JSON, the proof that entry seq stands in the tree of the first
 * size entries (0: all), or that the tree of from entries is the beginning of that of
 * size: RFC 6962, 2.1.1 and 2.1.2. Errors: KI_ERR_NOT_FOUND, KI_ERR_LIMIT (needs what
 * was dropped), KI_ERR_DAMAGED. */
KI_API KI_MUST_CHECK enum ki_status ki_audit_prove_entry(const char *folder,
                                                         uint64_t seq, uint64_t size,
                                                         FILE *out,
                                                         struct ki_diag *diag);
KI_API KI_MUST_CHECK enum ki_status ki_audit_prove_growth(const char *folder,
                                                          uint64_t from, uint64_t size,
                                                          FILE *out,
                                                          struct ki_diag *diag);

#ifdef __cplusplus
}
#endif
#endif
