/* SPDX-License-Identifier: Apache-2.0 */
/* Making a generation from the catalog. */
#ifndef KI_INDEX_PUBLISH_H
#define KI_INDEX_PUBLISH_H

#include "index/catalog.h"

/* As ki_index_publish, within the writer's turn that the open catalog holds. */
enum ki_status ki_publish(struct ki_catalog *catalog, uint64_t *generation,
                          struct ki_diag *diag);

#endif
