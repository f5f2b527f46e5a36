/* SPDX-License-Identifier: Apache-2.0 */
/* Making a generation from the catalog, and fewer segments of many. */
#ifndef KI_INDEX_PUBLISH_H
#define KI_INDEX_PUBLISH_H

#include "index/catalog.h"

/* How many segments there are and how large they get. */
struct ki_publish_policy {
    size_t most_segments; /* each costs every lookup a few microseconds */
    uint64_t tail_nbytes; /* a newest one up to this is written again, not added to */
};
extern const struct ki_publish_policy ki_publish_policy_default;

/* Publishes what the transaction holds and ends it, committed as a whole or, unless the
 * message says otherwise, undone as a whole. */
enum ki_status ki_publish_txn(struct ki_txn *txn,
                              const struct ki_publish_policy *policy,
                              uint64_t *generation, struct ki_diag *diag);

/* As ki_index_publish, within the writer's turn that the open catalog holds. */
enum ki_status ki_publish(struct ki_catalog *catalog, uint64_t *generation,
                          struct ki_diag *diag);
enum ki_status ki_publish_by(struct ki_catalog *catalog,
                             const struct ki_publish_policy *policy,
                             uint64_t *generation, struct ki_diag *diag);

/* As ki_index_merge. */
enum ki_status ki_merge_by(const char *folder, const struct ki_publish_policy *policy,
                           bool is_all, uint64_t *generation, struct ki_diag *diag);

#endif
