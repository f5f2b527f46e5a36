/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const status_texts[KI_NSTATUS] = {
    [KI_OK] = "success",
    [KI_ERR_ARGUMENT] = "invalid argument",
    [KI_ERR_NO_MEMORY] = "out of memory",
    [KI_ERR_IO] = "input/output error",
    [KI_ERR_NOT_FOUND] = "not found",
    [KI_ERR_EXISTS] = "exists already",
    [KI_ERR_REFUSED] = "refused by a rule of the list",
    [KI_ERR_FORMAT] = "not in a known format",
    [KI_ERR_DAMAGED] = "damaged file",
    [KI_ERR_BUSY] = "in use by another process",
    [KI_ERR_INTERRUPTED] = "interrupted",
    [KI_ERR_LIMIT] = "limit reached",
    [KI_ERR_UNSUPPORTED] = "not supported",
};

const char *ki_status_text(enum ki_status status)
{
    if ((unsigned)status >= KI_NSTATUS) {
        return "unknown status";
    }
    return status_texts[status];
}

const char *ki_version(void)
{
    return KI_VERSION;
}

static void diag_write(struct ki_diag *diag, enum ki_status status, const char *format,
                       va_list arguments) KI_PRINTF(3, 0);

static void diag_write(struct ki_diag *diag, enum ki_status status, const char *format,
                       va_list arguments)
{
    diag->status = status;
    int written = vsnprintf(diag->message, sizeof diag->message, format, arguments);
    if (written < 0) {
        diag->message[0] = '\0';
    }
}

enum ki_status ki_diag_set(struct ki_diag *diag, enum ki_status status,
                           const char *format, ...)
{
    if (diag && diag->status == KI_OK) {
        va_list arguments;
        va_start(arguments, format);
        diag_write(diag, status, format, arguments);
        va_end(arguments);
    }
    return status;
}

enum ki_status ki_diag_errno(struct ki_diag *diag, int error, const char *format, ...)
{
    enum ki_status status = error == ENOMEM ? KI_ERR_NO_MEMORY : KI_ERR_IO;
    if (!diag || diag->status != KI_OK) {
        return status;
    }
    va_list arguments;
    va_start(arguments, format);
    diag_write(diag, status, format, arguments);
    va_end(arguments);

    char text[128];
    const char *reason = strerror_r(error, text, sizeof text);
    size_t used = strlen(diag->message);
    (void)snprintf(diag->message + used, sizeof diag->message - used, ": %s", reason);
    return status;
}
