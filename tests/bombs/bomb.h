/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile files, made by code: one line of a table each. */
#ifndef KI_TESTS_BOMBS_BOMB_H
#define KI_TESTS_BOMBS_BOMB_H

#include <stdbool.h>

#include "blob.h"

struct bomb {
    const char *name; /* with its extension */
    /* The reasons, parted by |, for which a scan may not examine it. */
    const char *reasons;
    void (*make)(struct ki_blob *blob, unsigned number);
    unsigned number; /* what it is to make; files of one kind differ in it */
    bool is_costly;  /* megabytes, or seconds to examine: left out of the short form */
};

struct bomb_table {
    const struct bomb *bombs;
    unsigned nbombs;
};

extern const struct bomb_table jpeg_size_bombs;
extern const struct bomb_table jpeg_scan_bombs;
extern const struct bomb_table jpeg_marker_bombs;
extern const struct bomb_table png_header_bombs;
extern const struct bomb_table png_chunk_bombs;
extern const struct bomb_table png_stream_bombs;
extern const struct bomb_table other_bombs;

/* Appends or exits: there is nobody to tell. */
void put(struct ki_blob *blob, const void *data, size_t nbytes);
void put_byte(struct ki_blob *blob, unsigned byte, size_t count); /* so many times */
void put_u16(struct ki_blob *blob, unsigned value);
void put_u32(struct ki_blob *blob, uint32_t value);
void cut(struct ki_blob *blob, size_t nbytes);

#endif
