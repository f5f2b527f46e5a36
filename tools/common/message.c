/* SPDX-License-Identifier: Apache-2.0 */
#include "common/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/escape.h"
#include "report/put.h"

const char *program_name = "knownimage";

static void put_line(const char *text)
{
    ki_put(stderr, program_name);
    ki_put(stderr, ": ");
    ki_escape(stderr, text, KI_ESCAPE_TEXT);
    ki_put_char(stderr, '\n');
}

void message(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        put_line("out of memory");
        return;
    }
    put_line(text);
    free(text);
}

void message_errno(const char *what, int error)
{
    char buffer[128];
    message("%s: %s", what, strerror_r(error, buffer, sizeof buffer));
}

void message_status(enum ki_status status, const struct ki_diag *diag)
{
    message("%s", diag->message[0] ? diag->message : ki_status_text(status));
}
