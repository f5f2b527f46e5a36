/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes of harmless pictures to compare a list with. */
#ifndef KI_KNOWNIMAGE_BENIGN_H
#define KI_KNOWNIMAGE_BENIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/hash.h>

#include "knownimage/workers.h"

struct benign {
    struct ki_pdq *items; /* both modes, all transforms */
    size_t nitems;
    size_t capacity;
    uint64_t nfiles;
    uint64_t
        nunhashed; /* of them: no picture, or one whose hash says too little, or: */
    uint64_t nunreadable;
    bool is_degraded; /* the sandbox was */
};

/* Hashes a file, or the files of a folder, in confined processes. Those whose quality
 * is below min_quality are left out, as they match nothing. What cannot be read is
 * told and counted. False after a message, also if nothing could be read, or if the
 * command was stopped. */
bool benign_read(const char *path, const struct workers_arguments *workers,
                 const struct ki_limits *limits, unsigned min_quality,
                 struct benign *out);
void benign_free(struct benign *benign);

#endif
