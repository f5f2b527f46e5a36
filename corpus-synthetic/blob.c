/* SPDX-License-Identifier: Apache-2.0 */
#include "blob.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ki_blob_destroy(struct ki_blob *blob)
{
    free(blob->data);
    *blob = (struct ki_blob){0};
}

enum ki_status ki_blob_append(struct ki_blob *blob, const void *data, size_t nbytes)
{
    if (nbytes > blob->capacity - blob->nbytes) {
        size_t capacity = 2 * blob->capacity + nbytes + 256;
        uint8_t *grown = realloc(blob->data, capacity);
        if (!grown) {
            return KI_ERR_NO_MEMORY;
        }
        blob->data = grown;
        blob->capacity = capacity;
    }
    if (nbytes > 0) {
        memcpy(blob->data + blob->nbytes, data, nbytes);
        blob->nbytes += nbytes;
    }
    return KI_OK;
}

enum ki_status ki_blob_printf(struct ki_blob *blob, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof line) {
        return KI_ERR_LIMIT;
    }
    return ki_blob_append(blob, line, (size_t)length);
}

enum ki_status ki_corpus_fail(struct ki_diag *diag, enum ki_status status,
                              const char *format, ...)
{
    if (diag && diag->status == KI_OK) {
        diag->status = status;
        va_list arguments;
        va_start(arguments, format);
        if (vsnprintf(diag->message, sizeof diag->message, format, arguments) < 0) {
            diag->message[0] = '\0';
        }
        va_end(arguments);
    }
    return status;
}
