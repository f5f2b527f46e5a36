/* SPDX-License-Identifier: Apache-2.0 */
#include "common/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "report/put.h"

enum { INTERVAL_US = 100000, WIDTH = 79 };

void progress_begin(struct progress *progress, bool is_wanted)
{
    uint64_t now_us = ki_clock_wall_us();
    *progress = (struct progress){
        .is_on = is_wanted && isatty(STDERR_FILENO),
        .start_us = now_us,
        .next_us = now_us + INTERVAL_US,
    };
}

bool progress_is_due(struct progress *progress)
{
    if (!progress->is_on) {
        return false;
    }
    uint64_t now_us = ki_clock_wall_us();
    if (now_us < progress->next_us) {
        return false;
    }
    progress->next_us = now_us + INTERVAL_US;
    return true;
}

void progress_show(struct progress *progress, const char *format, ...)
{
    char line[WIDTH + 1];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length >= 0) {
        ki_putf(stderr, "\r%s\x1b[K", line);
        (void)fflush(stderr);
        progress->is_shown = true;
    }
}

void progress_clear(struct progress *progress)
{
    if (progress->is_shown) {
        ki_put(stderr, "\r\x1b[K");
        (void)fflush(stderr);
        progress->is_shown = false;
    }
}

double progress_seconds(const struct progress *progress)
{
    uint64_t spent_us = ki_clock_wall_us() - progress->start_us;
    return (double)(spent_us > 0 ? spent_us : 1) / 1e6;
}
