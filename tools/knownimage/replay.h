/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts once more: lines that told matches, against the index and policy at hand. */
#ifndef KI_KNOWNIMAGE_REPLAY_H
#define KI_KNOWNIMAGE_REPLAY_H

#include <stdio.h>

#include <knownimage/sandbox.h>

#include "common/index_folder.h"

struct replay_request {
    const struct index_folder *folder;
    const struct ki_policy *policy; /* or NULL */
    const char *name;               /* of what is read, for messages */
    FILE *in;
    const char *picture;        /* or NULL */
    struct ki_sandbox *sandbox; /* for the picture */
};

/* Prints one line for each match; returns the exit status. */
int replay(const struct replay_request *request);

#endif
