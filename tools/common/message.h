/* SPDX-License-Identifier: Apache-2.0 */
/* Messages on stderr, one line each. */
#ifndef KI_TOOLS_MESSAGE_H
#define KI_TOOLS_MESSAGE_H

#include <knownimage/status.h>

enum {
    EXIT_DONE = 0,       /* also: nothing matched, everything was examined */
    EXIT_MATCHED = 1,    /* scan and lookup: something matched */
    EXIT_TROUBLE = 2,    /* something failed or was not examined */
    EXIT_USAGE = 64,     /* EX_USAGE of sysexits.h */
    EXIT_ON_SIGNAL = 128 /* plus the number of the signal */
};

/* What messages and help begin with. */
extern const char *program_name;

/* "knownimage: …"; what came from outside is escaped and stays on the line. */
void message(const char *format, ...) KI_PRINTF(1, 2);

/* "knownimage: WHAT: text of the errno". */
void message_errno(const char *what, int error);

/* The message of a failed call, or the text of its status if it left none. */
void message_status(enum ki_status status, const struct ki_diag *diag);

#endif
