/* SPDX-License-Identifier: Apache-2.0 */
#include "common/stop.h"

#include <signal.h>

#include "common/message.h"

static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
    stop_signal = number;
}

/* Sets what the signals do, except those that whoever started this process ignores. */
static void set_handler(const struct sigaction *action)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction old;
        bool is_ignored =
            sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN;
        if (!is_ignored && sigaction(numbers[i], action, NULL) != 0) {
            message("cannot handle signal %d", numbers[i]);
        }
    }
}

void stop_install(void)
{
    /* No SA_RESTART: a read that waits for a slow pipe must return. */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    set_handler(&action);
}

void stop_uninstall(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    set_handler(&action);
}

bool stop_is_requested(void)
{
    return stop_signal != 0;
}

bool stop_is_requested_by(void *context)
{
    (void)context;
    return stop_is_requested();
}

int stop_exit_status(int status)
{
    return stop_signal ? EXIT_ON_SIGNAL + (int)stop_signal : status;
}
