/* SPDX-License-Identifier: Apache-2.0 */
/* Stopping cleanly on SIGINT and SIGTERM: the first one raises a flag, a second one
 * ends the process at once. */
#ifndef KI_TOOLS_STOP_H
#define KI_TOOLS_STOP_H

#include <stdbool.h>

/* To be called before the work starts, by commands that ask stop_is_requested. */
void stop_install(void);

/* The signals end the process at once again: for reads that cannot be told to stop and
 * have nothing to lose. */
void stop_uninstall(void);

bool stop_is_requested(void);

/* The same, as a callback of the library. */
bool stop_is_requested_by(void *context);

/* 130 or 143 if a stop was requested, else status. */
int stop_exit_status(int status);

#endif
