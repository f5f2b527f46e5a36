/* SPDX-License-Identifier: Apache-2.0 */
/* A file's bytes in memory, growing at the end. Start from {0}. */
#ifndef KI_CORPUS_BLOB_H
#define KI_CORPUS_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include <knownimage/status.h>

struct ki_blob {
    uint8_t *data;
    size_t nbytes;
    size_t capacity;
};

void ki_blob_destroy(struct ki_blob *blob);
KI_MUST_CHECK enum ki_status ki_blob_append(struct ki_blob *blob, const void *data,
                                            size_t nbytes);

/* Appends text as printf writes it, without the terminator. */
KI_MUST_CHECK enum ki_status ki_blob_printf(struct ki_blob *blob, const char *format,
                                            ...) KI_PRINTF(2, 3);

/* Sets a message unless there is one already; returns status. diag may be NULL. */
enum ki_status ki_corpus_fail(struct ki_diag *diag, enum ki_status status,
                              const char *format, ...) KI_PRINTF(3, 4);

#endif
