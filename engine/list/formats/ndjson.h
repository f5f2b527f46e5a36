/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own list format, one JSON object a line, one hash an object; lines of one id add
 * up. Lines that begin with # are comments. Keys that are not listed are passed over.
 *
 *   {"t":"pdq","h":"<hex>","q":87,"id":"…","src":"NCMEC/42",
 *    "cls":{"scheme":"ncmec","code":"A1"},"ts":1700000000,
 *    "votes":{"for":3,"against":0},"op":"add"}
 *   {"op":"del","id":"…"}
 *
 * t: a name of signal.h; q: the quality of the hash's picture, 0…100, checked only;
 * src: the member; ts: seconds since 1970; op: "add" if not given. What is not UTF-8
 * goes by its bytes in hex: id_hex, src_hex, scheme_hex, code_hex.
 */
#ifndef KI_LIST_FORMATS_NDJSON_H
#define KI_LIST_FORMATS_NDJSON_H

#include <stdbool.h>
#include <stdio.h>

#include "index/catalog.h"
#include "list/formats/span.h"

/* Whether the text begins with a line that the format can read. is_whole: the text is
 * the whole file, so that its last line is one without a line end. */
bool ki_ndjson_is(struct ki_span text, bool is_whole);

/* Writes one line. False if there was no memory; write errors stay in the stream. */
bool ki_ndjson_write(FILE *out, const struct ki_entry *entry,
                     const struct ki_hash *hash);

#endif
