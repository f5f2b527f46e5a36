/* SPDX-License-Identifier: Apache-2.0 */
/* The search tables of ring8 or ring16 over hashes in memory: for hashes that no
 * generation holds. */
#ifndef KI_INDEX_RING_TABLES_H
#define KI_INDEX_RING_TABLES_H

#include "index/ring16.h"

struct ki_ring_tables;

/* The hashes are borrowed until ki_ring_tables_destroy. Tables take 96 bytes a hash,
 * and 4.2 MB if there are more than KI_SEGMENT_RING8_MOST; up to that many, 192 bytes a
 * hash. Errors: KI_ERR_NO_MEMORY, KI_ERR_LIMIT (more than KI_RING16_MOST). */
KI_MUST_CHECK enum ki_status ki_ring_tables_create(const struct ki_ring_hash *hashes,
                                                   size_t nhashes,
                                                   struct ki_ring_tables **out);
void ki_ring_tables_destroy(struct ki_ring_tables *tables); /* NULL is allowed */

/* As ki_ring16_search and ki_ring16_search_many. */
bool ki_ring_tables_search(const struct ki_ring_tables *tables,
                           const struct ki_ring_hash *query, unsigned radius,
                           ki_ring_report report, void *context);
bool ki_ring_tables_search_many(const struct ki_ring_tables *tables,
                                const struct ki_ring_job *jobs, size_t njobs,
                                unsigned radius, ki_ring_report report);

#endif
