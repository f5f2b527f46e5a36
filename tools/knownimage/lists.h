/* SPDX-License-Identifier: Apache-2.0 */
/* What the list and index commands have in common. */
#ifndef KI_KNOWNIMAGE_LISTS_H
#define KI_KNOWNIMAGE_LISTS_H

#include <stdbool.h>
#include <stddef.h>

#include <knownimage/index.h>

#include "report/json.h"

/* "hashes":{"pdq":…,"md5":…,…} */
void put_nhashes(struct ki_json *json, const uint64_t nhashes[KI_NKINDS]);

/* "doubts":["coherent",…] of a mask of enum ki_doubt. */
void put_doubts(struct ki_json *json, unsigned doubts);

/* Key, and what the last update said. */
void put_trust(struct ki_json *json, const struct ki_list_trust *trust);

/* A message for each list whose last update has expired; its hits count all the same.
 */
void warn_expired(const struct ki_index *index);

/* The members of a list: name, policy and counts. */
void put_list(struct ki_json *json, const struct ki_list_info *info);

/* The list of that name in an array; NULL if it is not there. */
const struct ki_list_info *find_list(const struct ki_list_info *lists, size_t nlists,
                                     const char *name);

/* Reads what the catalog says of a list; *is_found tells if it knows it, *info is
 * untouched if not. */
enum ki_status read_list(const char *folder, const char *name,
                         struct ki_list_info *info, bool *is_found,
                         struct ki_diag *diag);

/* A change that is in the catalog, but could not be published. */
void explain_unpublished(enum ki_status status, const struct ki_diag *diag);

#endif
