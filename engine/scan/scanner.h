/* SPDX-License-Identifier: Apache-2.0 */
/* What the folder scan needs of a scanner beyond the public API. */
#ifndef KI_SCAN_SCANNER_H
#define KI_SCAN_SCANNER_H

#include <knownimage/scan.h>

#include "scan/repeats.h"

/* As ki_scan_file; without follow, a symbolic link is KI_REASON_NOT_A_FILE. */
enum ki_status ki_scanner_path(struct ki_scanner *scanner, const char *path,
                               bool follow, struct ki_result *out);

/* Files met before are recognised by it; NULL: none are. */
void ki_scanner_set_repeats(struct ki_scanner *scanner, struct ki_repeats *repeats);

#endif
