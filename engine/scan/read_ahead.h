/* SPDX-License-Identifier: Apache-2.0 */
/* Has the kernel read a file before its turn comes. */
#ifndef KI_SCAN_READ_AHEAD_H
#define KI_SCAN_READ_AHEAD_H

#include <stdint.h>

/* Starts reading the first most_nbytes of a regular file into the page cache, without
 * waiting. Whatever fails will be told when the file is opened for good. */
void ki_read_ahead(const char *path, uint64_t most_nbytes);

#endif
