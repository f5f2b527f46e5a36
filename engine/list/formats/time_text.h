/* SPDX-License-Identifier: Apache-2.0 */
/* Points in time as list files write them. */
#ifndef KI_LIST_FORMATS_TIME_TEXT_H
#define KI_LIST_FORMATS_TIME_TEXT_H

#include <stdint.h>

#include "list/formats/span.h"

/* Seconds since 1970, or 0 for what is none. Reads ISO 8601 with or without fraction
 * and zone (UTC without), with a blank for the T; a date alone; .NET's /Date(ms)/; the
 * American m/d/Y with or without time; seconds since 1970. */
int64_t ki_time_read(struct ki_span text);

#endif
