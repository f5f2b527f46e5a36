/* SPDX-License-Identifier: Apache-2.0 */
/* A file that comes while it is decoded: of what was not awaited, every byte is wrong.
 */
#ifndef KI_TESTS_SUPPORT_COMING_H
#define KI_TESTS_SUPPORT_COMING_H

#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"

struct coming {
    const uint8_t *file;
    uint8_t *data;
    size_t nbytes;
    size_t narrived;
};

/* Aborts without memory. Free with coming_end. */
static inline struct coming coming_begin(const uint8_t *file, size_t nbytes)
{
    struct coming coming = {.file = file, .data = malloc(nbytes + 1), .nbytes = nbytes};
    if (!coming.data) {
        abort();
    }
    for (size_t i = 0; i < nbytes; i++) {
        coming.data[i] = file[i] ^ 0x5a;
    }
    return coming;
}

static inline void coming_end(struct coming *coming)
{
    free(coming->data);
}

/* For ki_arrival. */
static inline void coming_await(void *context, size_t nbytes)
{
    struct coming *coming = context;
    if (nbytes > coming->nbytes) {
        abort();
    }
    if (nbytes > coming->narrived) {
        memcpy(coming->data + coming->narrived, coming->file + coming->narrived,
               nbytes - coming->narrived);
        coming->narrived = nbytes;
    }
}

#endif
