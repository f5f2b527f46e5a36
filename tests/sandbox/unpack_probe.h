/* SPDX-License-Identifier: Apache-2.0 */
/* What unpack_probe_worker finds in the place of a packed file. */
#ifndef KI_TESTS_SANDBOX_UNPACK_PROBE_H
#define KI_TESTS_SANDBOX_UNPACK_PROBE_H

#include "probe.h"

enum unpack_way {
    UNPACK_CALL,    /* makes the call, and gives one byte if it survives that */
    UNPACK_LAYERS,  /* without the filter: are the other layers there? */
    UNPACK_FILES,   /* without the limit on descriptors too: Landlock */
    UNPACK_SILENT,  /* ends before it reports */
    UNPACK_STOPPED, /* stops before it reports */
    UNPACK_SPIN,    /* gives nothing for ever */
    UNPACK_FLOOD,   /* gives something for ever */
    UNPACK_CRASH,
    UNPACK_STATUS, /* ends with a status that is none */
};

struct unpack_probe {
    enum unpack_way way;
    struct probe call;
};

#endif
