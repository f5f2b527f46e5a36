/* SPDX-License-Identifier: Apache-2.0 */
/* Filling a struct ki_diag: the first message of a call chain wins. */
#ifndef KI_BASE_DIAG_H
#define KI_BASE_DIAG_H

#include <knownimage/status.h>

/* Returns status, so that a failing function can end with `return ki_diag_set(…)`.
 * diag may be NULL. Never put the content of a picture or a hash into a message. */
enum ki_status ki_diag_set(struct ki_diag *diag, enum ki_status status,
                           const char *format, ...) KI_PRINTF(3, 4);

/* The same for KI_ERR_IO and KI_ERR_NO_MEMORY, with the text of an errno after the
 * message: "cannot open x: No such file or directory". */
enum ki_status ki_diag_errno(struct ki_diag *diag, int error, const char *format, ...)
    KI_PRINTF(3, 4);

#endif
