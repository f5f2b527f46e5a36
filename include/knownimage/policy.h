/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operator's policy: a file that says what hits may lead to. README.md explains its
 * sections and keys; what a file does not say is as each list's own values have it.
 *
 * A policy changes what counts as a hit (radius, quality, modes, transforms) and the
 * action of a match. It never makes a match of what is none, and whatever it demotes is
 * told in the result.
 *
 * Threads: a policy may be shared by any number of threads; the counters of its flood
 * guard, which all who use it feed, are locked.
 */
#ifndef KNOWNIMAGE_POLICY_H
#define KNOWNIMAGE_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include <knownimage/image.h>
#include <knownimage/index.h>
#include <knownimage/match.h>
#include <knownimage/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    KI_POLICY_MAX_NBYTES = 1 << 20, /* longest file */
    KI_POLICY_MAX_LISTS = 4096,     /* most [list NAME] sections */
    KI_POLICY_MAX_CODES = 4096,     /* most codes in [scheme NAME] sections */
    KI_FLOOD_ENTRY_NBYTES = 128     /* of an entry's id, with terminator, as told */
};

struct ki_policy;

/* Reads a policy file, or its text; name is what messages call it. Errors:
 * KI_ERR_FORMAT (the message begins with NAME:LINE), KI_ERR_NOT_FOUND (no such file),
 * KI_ERR_IO, KI_ERR_LIMIT (too long), KI_ERR_NO_MEMORY. */
KI_API KI_MUST_CHECK enum ki_status
ki_policy_load(const char *path, struct ki_policy **out, struct ki_diag *diag);
KI_API KI_MUST_CHECK enum ki_status ki_policy_parse(const char *name, const char *text,
                                                    size_t nbytes,
                                                    struct ki_policy **out,
                                                    struct ki_diag *diag);
/* Whoever borrowed it must be gone. NULL is allowed. */
KI_API void ki_policy_free(struct ki_policy *policy);

/* Half a SHA-256, in hex, of all that is in force: files that say the same have the
 * same version. "lists" for NULL. Valid as long as the policy. */
KI_API const char *ki_policy_version(const struct ki_policy *policy);

/* What is to be done about an input that was not examined; KI_HANDLING_NONE for NULL,
 * for KI_REASON_NONE, and if the policy has no section [reasons]. */
KI_API enum ki_handling ki_policy_handling(const struct ki_policy *policy,
                                           enum ki_reason reason);

/* Whether the policy fits these lists. Errors: KI_ERR_NOT_FOUND (it names a list that
 * does not exist), KI_ERR_FORMAT (it gives a list what its purpose forbids). */
KI_API KI_MUST_CHECK enum ki_status ki_policy_check(const struct ki_policy *policy,
                                                    const struct ki_list_info *lists,
                                                    size_t nlists,
                                                    struct ki_diag *diag);

/* An entry that hit more than its share of the pictures. */
struct ki_flood {
    char list[KI_LIST_NAME_NBYTES];
    char entry[KI_FLOOD_ENTRY_NBYTES]; /* cut off if longer */
    uint64_t npictures;                /* that hit it while it was flooding */
    uint64_t nhits_most;               /* most hits within a window */
};

/* Copies up to capacity of the floods since the policy was loaded, the first ones
 * first, and returns how many are kept: at most 64. policy may be NULL. */
KI_API size_t ki_policy_floods(const struct ki_policy *policy, struct ki_flood *out,
                               size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
