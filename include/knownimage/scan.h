/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From bytes to verdicts: one input at a time, or files and folders in parallel.
 */
#ifndef KNOWNIMAGE_SCAN_H
#define KNOWNIMAGE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/hash.h>
#include <knownimage/index.h>
#include <knownimage/match.h>
#include <knownimage/policy.h>
#include <knownimage/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ki_scan_options {
    struct ki_hash_options hash; /* what to compute; dihedral on by default */
    size_t max_hits;             /* hits kept per result; 0: all; default 256 */
    /* Borrowed; NULL, the default: the lists' own values. Modes and transforms that it
     * asks for are computed besides those above. */
    const struct ki_policy *policy;
    /* The rest is for ki_scan_paths only. */
    unsigned njobs;      /* worker threads; 0: one per processor */
    bool ordered;        /* results in the order of the walk, not of completion */
    unsigned read_ahead; /* files per thread that the kernel is told of before their
                            turn; two per thread, of up to 4 MiB, are read when they are
                            in memory and who walks has nothing else to do. At most 64;
                            default 4; 0: none. ki_scan_paths_confined only tells the
                            kernel */
};

/* All kinds, mode pdq, dihedral, default limits, 256 hits, unordered, 4 read ahead. */
KI_API struct ki_scan_options ki_scan_options_default(void);

/* Hasher, lookups and verdict for one thread. It borrows the index and the policy,
 * which must outlive it; different scanners may share them. KI_ERR_NOT_FOUND,
 * KI_ERR_FORMAT: the policy does not fit the lists of this generation
 * (ki_policy_check), as when a list that it names was removed. */
struct ki_scanner;
KI_API KI_MUST_CHECK enum ki_status
ki_scanner_create(const struct ki_index *index, const struct ki_scan_options *options,
                  struct ki_scanner **out, struct ki_diag *diag);
KI_API void ki_scanner_destroy(struct ki_scanner *scanner); /* NULL is allowed */

/* The verdict on one input. What is wrong with the input is told in the result; the
 * status is KI_ERR_NO_MEMORY if hits could not be kept, and the result is then not
 * examined unless what was kept is a match. out->hits belongs to the scanner until its
 * next call. */
KI_API KI_MUST_CHECK enum ki_status ki_scan_memory(struct ki_scanner *scanner,
                                                   const void *data, size_t nbytes,
                                                   struct ki_result *out);
KI_API KI_MUST_CHECK enum ki_status
ki_scan_file(struct ki_scanner *scanner, const char *path, struct ki_result *out);
KI_API KI_MUST_CHECK enum ki_status ki_scan_fd(struct ki_scanner *scanner, int fd,
                                               struct ki_result *out);

/* What a scan of files and folders calls. on_result is never called twice at once; it
 * may be called from any worker thread. The result is valid during the call. Up to
 * eight files of a thread are looked up together: of those no result comes before the
 * last is hashed, which happens when they have taken 50 ms, or no other file is
 * waiting. */
struct ki_scan_handlers {
    void (*on_result)(void *context, const char *path, const struct ki_result *result);
    bool (*is_stopped)(void *context); /* optional; true ends the scan early */
    void *context;
};

struct ki_scan_summary {
    uint64_t nfiles; /* results delivered */
    uint64_t nbytes;
    uint64_t nverdicts[KI_NVERDICTS];
    uint64_t nreasons[KI_NREASONS];
    uint64_t ndemoted[KI_NDEMOTIONS];   /* matches weakened, by each cause */
    uint64_t nhandlings[KI_NHANDLINGS]; /* of what was not examined */
    uint64_t nrepeated;         /* of these, byte for byte the same as one before, and
                                   not decoded again */
    uint64_t nlinks_skipped;    /* symbolic links met in folders */
    uint64_t nspecials_skipped; /* devices, sockets and pipes met in folders */
    uint64_t nfolders_failed;   /* folders that could not be read whole; each is a
                                   result too */
    uint64_t elapsed_us;
    bool stopped; /* is_stopped ended it */
};

/* Walks the paths: a file is scanned (a symbolic link named here is followed), a folder
 * is walked recursively in order of name; inside it, symbolic links and special files
 * are counted, not followed, and a folder that cannot be read gives one result of
 * KI_REASON_UNREADABLE under its own path. Memory is bounded by njobs and the
 * largest folder, not by the number of files. Errors: KI_ERR_ARGUMENT,
 * KI_ERR_NO_MEMORY, and those of ki_policy_check. */
KI_API KI_MUST_CHECK enum ki_status
ki_scan_paths(const struct ki_index *index, const struct ki_scan_options *options,
              const char *const *paths, size_t npaths,
              const struct ki_scan_handlers *handlers, struct ki_scan_summary *summary,
              struct ki_diag *diag);

#ifdef __cplusplus
}
#endif
#endif
