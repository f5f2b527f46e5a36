/* SPDX-License-Identifier: Apache-2.0 */
/* One input through bytes → digests, decode → gray → PDQ. */
#include "hash/hasher.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "bytes/digest.h"
#include "bytes/sniff.h"
#include "bytes/source.h"
#include "decode/decode.h"
#include "gray/gray.h"
#include "hash/pdq.h"

/* Input buffers over this are given back after each picture. */
enum { KEEP_NBYTES = 8 * 1024 * 1024 };

struct ki_hasher {
    struct ki_hash_options options;
    struct ki_source source;
    struct ki_digester *digester;
    struct ki_decode_memory decode_memory;
    struct ki_gray gray;
    struct ki_pdq_tables tables;
    const struct ki_hash_memo *memo; /* or NULL */
};

struct ki_hash_options ki_hash_options_default(void)
{
    return (struct ki_hash_options){
        .limits = ki_limits_default(),
        .kinds = KI_ALL_KINDS,
        .modes = KI_BIT(KI_MODE_PDQ),
        .dihedral = false,
        .fidelity = KI_FIDELITY_HIGH,
    };
}

static enum ki_status check_options(const struct ki_hash_options *options,
                                    struct ki_diag *diag)
{
    if (options->kinds == 0 || (options->kinds & ~KI_ALL_KINDS)) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "no or unknown hash kinds asked for");
    }
    bool wants_pdq = options->kinds & KI_BIT(KI_KIND_PDQ);
    if (wants_pdq && (options->modes == 0 || options->modes >> KI_NMODES)) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "no or unknown PDQ modes asked for");
    }
    if ((unsigned)options->fidelity >= KI_NFIDELITIES) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "unknown fidelity");
    }
    return KI_OK;
}

enum ki_status ki_hasher_create(const struct ki_hash_options *options,
                                struct ki_hasher **out, struct ki_diag *diag)
{
    enum ki_status status = check_options(options, diag);
    if (status != KI_OK) {
        return status;
    }
    struct ki_hasher *hasher = calloc(1, sizeof *hasher);
    if (!hasher) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a hasher");
    }
    hasher->options = *options;
    ki_pdq_tables_init(&hasher->tables);
    status = ki_digester_create(options->kinds, &hasher->digester, diag);
    if (status != KI_OK) {
        ki_hasher_destroy(hasher);
        return status;
    }
    *out = hasher;
    return KI_OK;
}

void ki_hasher_destroy(struct ki_hasher *hasher)
{
    if (!hasher) {
        return;
    }
    ki_source_free(&hasher->source);
    ki_digester_destroy(hasher->digester);
    ki_gray_free(&hasher->gray);
    free(hasher->decode_memory.bytes);
    free(hasher);
}

void ki_hasher_set_memo(struct ki_hasher *hasher, const struct ki_hash_memo *memo)
{
    hasher->memo = memo;
}

static enum ki_reason sink_begin(void *context, const struct ki_row_shape *shape)
{
    struct ki_hasher *hasher = context;
    return ki_gray_begin(&hasher->gray, hasher->options.modes, shape)
               ? KI_REASON_NONE
               : KI_REASON_OUT_OF_MEMORY;
}

static enum ki_reason sink_rows(void *context, const uint8_t *samples,
                                size_t stride_nbytes, uint32_t count)
{
    struct ki_hasher *hasher = context;
    ki_gray_rows(&hasher->gray, samples, stride_nbytes, count);
    return KI_REASON_NONE;
}

static void hash_modes(struct ki_hasher *hasher, struct ki_hashes *out)
{
    bool is_small =
        out->info.width < KI_PDQ_MIN_SIDE || out->info.height < KI_PDQ_MIN_SIDE;
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        struct ki_pdq_result *result = &out->pdq[mode];
        const float *samples = ki_gray_result(&hasher->gray, (enum ki_mode)mode);
        result->present = samples != NULL;
        if (samples && !is_small) {
            bool is_good = ki_pdq_compute(&hasher->tables, hasher->gray.fold, samples,
                                          hasher->options.dihedral, result->hashes);
            result->is_degenerate =
                !is_good || ki_pdq_is_degenerate(&result->hashes[0]);
            result->quality = ki_pdq_quality(samples);
        }
    }
    if (is_small) {
        out->reason = KI_REASON_TOO_SMALL;
    }
}

static void hash_picture(struct ki_hasher *hasher, const uint8_t *data, size_t nbytes,
                         struct ki_hashes *out)
{
    struct ki_decode_request request = {
        .data = data,
        .nbytes = nbytes,
        .limits = &hasher->options.limits,
        .fidelity = hasher->options.fidelity,
        .needs_pixels = hasher->options.modes != KI_BIT(KI_MODE_PDQ),
        .memory = &hasher->decode_memory,
        .sink = {.context = hasher, .begin = sink_begin, .rows = sink_rows},
    };
    out->reason = ki_decode(&request, &out->info);
    if (out->reason == KI_REASON_NONE) {
        hash_modes(hasher, out);
    }
}

static void hashes_begin(struct ki_hashes *out)
{
    memset(out, 0, sizeof *out);
    out->info.nframes = 1;
    out->info.scale = 1;
}

static void compute(struct ki_hasher *hasher, const uint8_t *data, size_t nbytes,
                    struct ki_hashes *out)
{
    out->info.nbytes = nbytes;
    out->info.format = ki_sniff(data, nbytes);
    out->digests = ki_digester_compute(hasher->digester, data, nbytes, out->digest);
    if (hasher->options.kinds & KI_BIT(KI_KIND_PDQ)) {
        hash_picture(hasher, data, nbytes, out);
    }
}

static void hash_bytes(struct ki_hasher *hasher, const uint8_t *data, size_t nbytes,
                       struct ki_hashes *out)
{
    const struct ki_hash_memo *memo = hasher->memo;
    if (memo && memo->find(memo->context, data, nbytes, out)) {
        return;
    }
    compute(hasher, data, nbytes, out);
    if (memo) {
        memo->keep(memo->context, data, nbytes, out);
    }
}

void ki_hash_memory(struct ki_hasher *hasher, const void *data, size_t nbytes,
                    struct ki_hashes *out)
{
    hashes_begin(out);
    out->info.nbytes = nbytes;
    if (nbytes == 0) {
        out->reason = KI_REASON_EMPTY;
    } else if (nbytes > hasher->options.limits.file_nbytes) {
        out->reason = KI_REASON_LIMIT_FILE_SIZE;
    } else {
        hash_bytes(hasher, data, nbytes, out);
    }
}

/* Hashes what was read, or tells why it was not. */
static void hash_source(struct ki_hasher *hasher, enum ki_reason reason,
                        struct ki_hashes *out)
{
    struct ki_source *source = &hasher->source;
    if (reason == KI_REASON_NONE) {
        hash_bytes(hasher, source->data, source->nbytes, out);
    } else {
        out->reason = reason;
        out->os_error = source->os_error;
        out->info.nbytes = source->file_nbytes;
    }
    ki_source_reset(source, KEEP_NBYTES);
}

void ki_hasher_path(struct ki_hasher *hasher, const char *path, bool follow,
                    struct ki_hashes *out)
{
    hashes_begin(out);
    uint64_t limit = hasher->options.limits.file_nbytes;
    hash_source(hasher, ki_source_read_file(&hasher->source, path, follow, limit), out);
}

void ki_hash_file(struct ki_hasher *hasher, const char *path, struct ki_hashes *out)
{
    ki_hasher_path(hasher, path, true, out);
}

void ki_hash_fd(struct ki_hasher *hasher, int fd, struct ki_hashes *out)
{
    hashes_begin(out);
    uint64_t limit = hasher->options.limits.file_nbytes;
    hash_source(hasher, ki_source_read_fd(&hasher->source, fd, limit), out);
}
