/* SPDX-License-Identifier: Apache-2.0 */
/* Where knownimage-worker is. */
#ifndef KI_SANDBOX_PROGRAM_H
#define KI_SANDBOX_PROGRAM_H

#include <knownimage/status.h>

enum { KI_PROGRAM_NBYTES = 4096 };

/* named, if it is not NULL; else $KNOWNIMAGE_WORKER; else beside the running program,
 * in
 * ../libexec/knownimage from there, or where it was installed. Errors:
 * KI_ERR_NOT_FOUND.
 */
KI_MUST_CHECK enum ki_status
ki_program_find(const char *named, char path[KI_PROGRAM_NBYTES], struct ki_diag *diag);

#endif
