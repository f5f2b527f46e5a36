/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collects entries, from the catalog or from older segments, and writes them as a new
 * segment. What is collected lies in nameless files beside the new one, so that this
 * process needs little memory of its own: about 16 MiB and, per entry of an older
 * segment, 4 bytes while that one is added.
 */
#ifndef KI_INDEX_SEGMENT_BUILDER_H
#define KI_INDEX_SEGMENT_BUILDER_H

#include <stdbool.h>

#include "index/segment.h"

struct ki_segment_builder;

/* The folder is where temporary files may be made; it must outlive the builder. A delta
 * stands over older segments: it keeps a sorted order of its entries, with the removed
 * ones among them. */
enum ki_status ki_segment_builder_create(const char *folder, bool is_delta,
                                         struct ki_segment_builder **out,
                                         struct ki_diag *diag);

/* An entry without hashes is a removed one: kept in a delta, dropped otherwise. */
enum ki_status ki_segment_builder_add(struct ki_segment_builder *builder,
                                      uint32_t list_id, const struct ki_entry *entry,
                                      struct ki_diag *diag);

/* Adds those entries of a segment that are wanted. */
typedef enum ki_status (*ki_entry_filter)(void *context,
                                          const struct ki_segment_entry *entry,
                                          bool *is_wanted, struct ki_diag *diag);
enum ki_status ki_segment_builder_add_segment(struct ki_segment_builder *builder,
                                              const struct ki_segment *segment,
                                              ki_entry_filter filter, void *context,
                                              struct ki_diag *diag);

uint32_t ki_segment_builder_nentries(const struct ki_segment_builder *builder);

/* Writes and syncs a new file at path, overwriting what a killed writer left there;
 * fills nbytes and checksum of *name. The builder's entries are used up. */
enum ki_status ki_segment_builder_write(struct ki_segment_builder *builder,
                                        const char *path, struct ki_segment_name *name,
                                        struct ki_diag *diag);
void ki_segment_builder_destroy(struct ki_segment_builder *builder);

#endif
