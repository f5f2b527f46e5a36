/* SPDX-License-Identifier: Apache-2.0 */
#include "list/packed.h"

#include <string.h>

#include "base/diag.h"
#include "list/import.h"

static const char magic[] = {'\x1f', '\x8b'};

void ki_packed_begin(struct ki_packed *packed, const char *folder)
{
    *packed = (struct ki_packed){.input.folder = folder, .output.folder = folder};
}

void ki_packed_close(struct ki_packed *packed)
{
    ki_spool_close(&packed->input);
    ki_spool_close(&packed->output);
}

static enum ki_status copy_input(struct ki_import *import)
{
    struct ki_import_result *result = &import->result;
    struct ki_spool *input = &import->packed.input;
    enum ki_status status = ki_import_copy(import, input, UINT64_MAX, NULL);
    if (status == KI_OK) {
        ki_sha256_end(import->hasher, result->sha256);
        result->has_sha256 = ki_sha256_is_good(import->hasher);
        status = ki_import_turn_to(import, input);
    }
    return status;
}

static enum ki_status take(void *context, const void *data, size_t nbytes)
{
    struct ki_import *import = context;
    int error = nbytes > 0 ? ki_spool_append(&import->packed.output, data, nbytes) : 0;
    return error ? ki_import_spool_failed(import, error) : ki_import_poll(import);
}

static enum ki_status unpack(struct ki_import *import)
{
    const struct ki_import_options *options = import->options;
    enum ki_status status = KI_OK;
    if (!import->origin.is_signed) {
        status = copy_input(import);
    }
    if (status == KI_OK) {
        status = options->unpack(options->unpack_context, import->reader.fd, take,
                                 import, import->diag);
    }
    import->reader.hasher = NULL; /* of what was given, not of what comes of it */
    return status == KI_OK ? ki_import_turn_to(import, &import->packed.output) : status;
}

enum ki_status ki_packed_open(struct ki_import *import)
{
    const struct ki_list_reader *reader = &import->reader;
    ki_spool_close(&import->packed.output);
    enum ki_status status = ki_reader_fill(&import->reader, sizeof magic, import->diag);
    import->packed.is_packed =
        status == KI_OK && reader->end - reader->first >= sizeof magic &&
        memcmp(reader->data + reader->first, magic, sizeof magic) == 0;
    if (!import->packed.is_packed) {
        return status;
    }
    if (!import->options->unpack) {
        return ki_diag_set(import->diag, KI_ERR_FORMAT,
                           "is packed with gzip, which is not unpacked here: zcat FILE "
                           "| knownimage list import NAME -");
    }
    return unpack(import);
}
