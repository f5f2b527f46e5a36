/* SPDX-License-Identifier: Apache-2.0 */
/* One line on stderr that is overwritten, only if stderr is a terminal. */
#ifndef KI_TOOLS_PROGRESS_H
#define KI_TOOLS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include <knownimage/status.h>

struct progress {
    bool is_on;
    bool is_shown; /* there is something to clear */
    uint64_t start_us;
    uint64_t next_us; /* the line is due again at this time */
};

/* Off if not wanted or stderr is no terminal. */
void progress_begin(struct progress *progress, bool is_wanted);

/* True ten times a second at most: then call progress_show. */
bool progress_is_due(struct progress *progress);
void progress_show(struct progress *progress, const char *format, ...) KI_PRINTF(2, 3);

/* To be called before anything else is written to the terminal, and at the end. */
void progress_clear(struct progress *progress);

/* Seconds since the beginning, more than 0. */
double progress_seconds(const struct progress *progress);

#endif
