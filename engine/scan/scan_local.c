/* SPDX-License-Identifier: Apache-2.0 */
/* Scanning with all stages in this process. Only programs that call these functions
 * link codecs. */
#include "scan/scanner.h"

static enum ki_status make_local(void *context, unsigned number,
                                 const struct ki_hash_options *options,
                                 struct ki_hasher **out, struct ki_diag *diag)
{
    (void)context;
    (void)number;
    return ki_hasher_create(options, out, diag);
}

static const struct ki_hasher_maker local = {.make = make_local, .takes_bytes = true};

enum ki_status ki_scanner_create(const struct ki_index *index,
                                 const struct ki_scan_options *options,
                                 struct ki_scanner **out, struct ki_diag *diag)
{
    return ki_scanner_create_by(&local, 0, index, options, out, diag);
}

enum ki_status ki_scan_paths(const struct ki_index *index,
                             const struct ki_scan_options *options,
                             const char *const *paths, size_t npaths,
                             const struct ki_scan_handlers *handlers,
                             struct ki_scan_summary *summary, struct ki_diag *diag)
{
    return ki_scan_paths_by(&local, index, options, paths, npaths, handlers, summary,
                            diag);
}
