/* SPDX-License-Identifier: Apache-2.0 */
/* Options of commands that sign updates of lists. */
#ifndef KI_KNOWNIMAGE_UPDATE_OPTIONS_H
#define KI_KNOWNIMAGE_UPDATE_OPTIONS_H

#include "common/command.h"

extern const struct option_type option_list;    /* const char *, a list's name */
extern const struct option_type option_serial;  /* uint64_t, 1 … 2^53 - 1 */
extern const struct option_type option_expires; /* int64_t, seconds since 1970 */

#endif
