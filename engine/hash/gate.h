/* SPDX-License-Identifier: Apache-2.0 */
/* The gate on hashes that come without their picture: of lists and of lookups. */
#ifndef KI_HASH_GATE_H
#define KI_HASH_GATE_H

#include <stdbool.h>

#include <knownimage/hash.h>

/* True if the hash is no picture's, or that of stripes, checkers or a gradient, which
 * are near to all others of their sort. Narrower than ki_pdq_is_degenerate, which is
 * for pictures: what that catches beyond this may be an ordinary picture's hash as
 * another program computed it, or 256 bits from elsewhere, and a listed hash that is
 * refused is a picture that is not found. Of 10 million hashes of random bits it
 * catches none. */
bool ki_pdq_is_meaningless(const struct ki_pdq *pdq);

#endif
