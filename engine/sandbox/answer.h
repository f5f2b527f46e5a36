/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker says, in doubt. */
#ifndef KI_SANDBOX_ANSWER_H
#define KI_SANDBOX_ANSWER_H

#include <stdbool.h>

#include "sandbox/wire.h"

/* Checks each field of a result, a copy that nobody else can write to, against what a
 * sound worker can say to the wish, and fills out's reason, pdq and info with it.
 * False, and *out untouched, if it is none of that. What passes may still be a lie
 * about this picture, as a decoder that was taken over may tell. */
bool ki_answer_take(const struct ki_wire_result *result,
                    const struct ki_picture_wish *wish, struct ki_hashes *out);

#endif
