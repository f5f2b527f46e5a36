/* SPDX-License-Identifier: Apache-2.0 */
/* What the formats of hotlines, exchanges and case tools have in common: records of
 * several hashes, some of them unusable or missing. */
#ifndef KI_LIST_FORMATS_FOREIGN_H
#define KI_LIST_FORMATS_FOREIGN_H

#include "list/formats/format.h"

/* Adds a hash by the name of its type. A type that this version cannot look up and an
 * empty text are passed over; a bad hash leaves its reason, which is a warning if
 * another one is good. The same hash twice is one. */
void ki_record_offer_typed(struct ki_list_record *record, struct ki_span type,
                           struct ki_span text);

/* RECORD if there is a hash, or if the entry is withdrawn and has an id; else REJECT.
 */
enum ki_step ki_record_conclude(struct ki_list_record *record, bool has_id);

/* For files whose own ids mean nothing outside them: the id is the first hash of the
 * lowest of the kinds md5, sha1, sha256, pdq, photodna, as hex. False without a hash.
 */
bool ki_record_id_from_hash(struct ki_list_record *record);

/* Truncated to what there is room for, without control characters: who said so is a
 * remark, not worth losing the record. */
void ki_record_keep_member(struct ki_list_record *record, struct ki_span member);

#endif
