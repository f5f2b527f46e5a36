/* SPDX-License-Identifier: Apache-2.0 */
/* The names of signal types in ThreatExchange's tools and in our own exports. */
#ifndef KI_LIST_FORMATS_SIGNAL_H
#define KI_LIST_FORMATS_SIGNAL_H

#include <stdbool.h>

#include <knownimage/hash.h>

#include "list/formats/span.h"

enum ki_signal {
    KI_SIGNAL_USABLE,
    KI_SIGNAL_UNSUPPORTED, /* a known type that this version cannot look up */
    KI_SIGNAL_UNKNOWN
};

/* Case does not matter. *kind is set only for USABLE. */
enum ki_signal ki_signal_find(struct ki_span name, enum ki_kind *kind);

#endif
