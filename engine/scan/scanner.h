/* SPDX-License-Identifier: Apache-2.0 */
/* What the folder scan needs of a scanner beyond the public API. */
#ifndef KI_SCAN_SCANNER_H
#define KI_SCAN_SCANNER_H

#include <knownimage/scan.h>

#include "hash/hasher.h"
#include "match/verdict.h"
#include "scan/read_ahead.h"
#include "scan/repeats.h"

/* Who hashes: makes the hasher of scanner number … of a scan, 0, 1, …; each number is
 * asked for once at a time. */
struct ki_hasher_maker {
    void *context;
    enum ki_status (*make)(void *context, unsigned number,
                           const struct ki_hash_options *options,
                           struct ki_hasher **out, struct ki_diag *diag);
    bool is_degraded; /* goes into every result */
    bool takes_bytes; /* hashes bytes where they stand: to read ahead is worth it */
};

/* As ki_scanner_create and ki_scan_paths, with the hashers of a maker. */
KI_MUST_CHECK enum ki_status ki_scanner_create_by(const struct ki_hasher_maker *maker,
                                                  unsigned number,
                                                  const struct ki_index *index,
                                                  const struct ki_scan_options *options,
                                                  struct ki_scanner **out,
                                                  struct ki_diag *diag);
KI_MUST_CHECK enum ki_status
ki_scan_paths_by(const struct ki_hasher_maker *maker, const struct ki_index *index,
                 const struct ki_scan_options *options, const char *const *paths,
                 size_t npaths, const struct ki_scan_handlers *handlers,
                 struct ki_scan_summary *summary, struct ki_diag *diag);

/* Threads of a scan if its options leave it open: processors this process may use. */
unsigned ki_scan_default_njobs(void);

/* What ki_scan_file does, in two parts, so that up to KI_SCANNER_MOST files are looked
 * up together. Without follow, a symbolic link is KI_REASON_NOT_A_FILE. Returns how
 * long it took. */
enum { KI_SCANNER_MOST = KI_MATCH_MOST };
uint64_t ki_scanner_hash_path(struct ki_scanner *scanner, const char *path,
                              bool follow);

/* The same of a file that was read. */
uint64_t ki_scanner_hash_read(struct ki_scanner *scanner, const struct ki_read *read);

/* The verdicts on what was hashed since the last, as many and in that order. Status and
 * hits as those of ki_scan_file. */
enum ki_status ki_scanner_judge(struct ki_scanner *scanner, struct ki_result *results);

/* Files met before are recognised by it; NULL: none are. */
void ki_scanner_set_repeats(struct ki_scanner *scanner, struct ki_repeats *repeats);

#endif
