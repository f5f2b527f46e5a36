/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which ring16 and the lined rings go about several queries. */
#ifndef KI_INDEX_RING_STAGES_H
#define KI_INDEX_RING_STAGES_H

#include <stdbool.h>
#include <stddef.h>

enum { KI_RING_NSTAGES = 6 };

/* A stage of the search of a job; false ends all. */
typedef bool (*ki_ring_stage)(void *context, size_t job, size_t stage);

/* Each stage works on another query, one step behind the stage before, so that what a
 * stage has asked for comes while the others work. KI_RING_NSTAGES searches are under
 * way at once: that of a job can stand at its number modulo it. */
static inline bool ki_ring_run_stages(size_t njobs, ki_ring_stage run, void *context)
{
    for (size_t step = 0; step < njobs + KI_RING_NSTAGES - 1; step++) {
        for (size_t stage = 0; stage < KI_RING_NSTAGES && stage <= step; stage++) {
            size_t job = step - stage;
            if (job < njobs && !run(context, job, stage)) {
                return false;
            }
        }
    }
    return true;
}

#endif
