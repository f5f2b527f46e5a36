/* SPDX-License-Identifier: Apache-2.0 */
/* A growing array in a nameless temporary file, so that what is collected for a segment
 * lies in the page cache and not in this process's own memory. */
#ifndef KI_INDEX_SPOOL_H
#define KI_INDEX_SPOOL_H

#include <stddef.h>
#include <stdint.h>

/* Zero-initialise but for the folder, which must outlive it; nothing is opened before
 * the first append. */
struct ki_spool {
    const char *folder;
    int fd_plus_1; /* 0: none */
    size_t nbytes;
    uint8_t *buffer; /* of what is not yet written */
    size_t nbuffered;
    void *map; /* once asked for */
    size_t map_nbytes;
};

/* Each returns 0 or an errno. */
int ki_spool_append(struct ki_spool *spool, const void *data, size_t nbytes);

/* All bytes so far, writable, valid until ki_spool_close; nothing may be appended
 * after. An empty spool gives a pointer that must not be followed. */
int ki_spool_map(struct ki_spool *spool, void **out);

/* Lets go of the memory that the map takes; what it holds stays in the file and comes
 * back when it is read. */
void ki_spool_rest(const struct ki_spool *spool);

/* Makes the spool nbytes long, zeros at its end; then it can be mapped. */
int ki_spool_reserve(struct ki_spool *spool, size_t nbytes);

/* The file itself, standing at its first byte and the spool's to close, for who reads
 * it from a descriptor. Nothing may be appended after. */
int ki_spool_rewind(struct ki_spool *spool, int *fd);

void ki_spool_close(struct ki_spool *spool);

#endif
