/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An index that follows publications: lookups always use one whole generation, and move
 * to a new one within a fraction of a second after it was published. Opening and
 * verifying the new one and closing the old one happen in a thread of its own, so that
 * no lookup waits for it. If the new one cannot be opened, the old one stays in use.
 *
 *   const struct ki_index *index = ki_live_acquire(live);
 *   … any number of lookups …
 *   ki_live_release(live, index);
 *
 * Threads: all functions but open and close may be called from any thread at once.
 */
#ifndef KNOWNIMAGE_LIVE_H
#define KNOWNIMAGE_LIVE_H

#include <stdbool.h>

#include <knownimage/index.h>
#include <knownimage/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ki_live;

/* Opens the current generation and begins to follow. Errors: of ki_index_open. */
KI_API KI_MUST_CHECK enum ki_status
ki_live_open(const char *folder, struct ki_live **out, struct ki_diag *diag);

/* Ends following. Every index that was acquired must have been released. NULL is
 * allowed. */
KI_API void ki_live_close(struct ki_live *live);

/* The generation now in use; valid until it is released by the same live. Hold it for
 * one picture or one request, not longer: its files stay on disk meanwhile. */
KI_API const struct ki_index *ki_live_acquire(struct ki_live *live);
KI_API void ki_live_release(struct ki_live *live, const struct ki_index *index);

/* True, with the reason in *diag, if a newer generation was published but cannot be
 * opened. It is tried again with each new publication. */
KI_API bool ki_live_problem(struct ki_live *live, struct ki_diag *diag);

#ifdef __cplusplus
}
#endif
#endif
