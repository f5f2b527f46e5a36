/* SPDX-License-Identifier: Apache-2.0 */
/* Removing files that no generation on disk names. */
#ifndef KI_INDEX_PRUNE_H
#define KI_INDEX_PRUNE_H

#include <stdint.h>

#include <knownimage/status.h>

/* As ki_index_prune, within the writer's turn. */
enum ki_status ki_prune(const char *folder, uint64_t *nremoved,
                        uint64_t *removed_nbytes, struct ki_diag *diag);

#endif
