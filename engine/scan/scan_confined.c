/* SPDX-License-Identifier: Apache-2.0 */
/* Scanning with pictures decoded in a sandbox. */
#include <knownimage/sandbox.h>

#include "scan/scanner.h"

static enum ki_status make_confined(void *context, unsigned number,
                                    const struct ki_hash_options *options,
                                    struct ki_hasher **out, struct ki_diag *diag)
{
    (void)number;
    return ki_hasher_create_confined(context, options, out, diag);
}

static struct ki_hasher_maker maker_of(struct ki_sandbox *sandbox)
{
    return (struct ki_hasher_maker){.context = sandbox,
                                    .make = make_confined,
                                    .is_degraded = ki_sandbox_missing(sandbox) != NULL};
}

enum ki_status ki_scanner_create_confined(struct ki_sandbox *sandbox,
                                          const struct ki_index *index,
                                          const struct ki_scan_options *options,
                                          struct ki_scanner **out, struct ki_diag *diag)
{
    const struct ki_hasher_maker maker = maker_of(sandbox);
    return ki_scanner_create_by(&maker, 0, index, options, out, diag);
}

enum ki_status
ki_scan_paths_confined(struct ki_sandbox *sandbox, const struct ki_index *index,
                       const struct ki_scan_options *options, const char *const *paths,
                       size_t npaths, const struct ki_scan_handlers *handlers,
                       struct ki_scan_summary *summary, struct ki_diag *diag)
{
    const struct ki_hasher_maker maker = maker_of(sandbox);
    return ki_scan_paths_by(&maker, index, options, paths, npaths, handlers, summary,
                            diag);
}
