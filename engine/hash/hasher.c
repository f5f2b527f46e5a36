/* SPDX-License-Identifier: Apache-2.0 */
/* One input: its bytes to digests here, and to PDQ through a backend. */
#include "hash/hasher.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "bytes/digest.h"
#include "bytes/sniff.h"

struct ki_hasher {
    struct ki_hash_options options;
    struct ki_hash_backend backend;
    struct ki_source source;
    struct ki_digester *digester;
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

static enum ki_status create(const struct ki_hash_backend *backend,
                             const struct ki_hash_options *options,
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
    status = ki_digester_create(options->kinds, &hasher->digester, diag);
    if (status != KI_OK) {
        free(hasher);
        return status;
    }
    hasher->options = *options;
    hasher->backend = *backend;
    *out = hasher;
    return KI_OK;
}

enum ki_status ki_hasher_create_on(const struct ki_hash_backend *backend,
                                   const struct ki_hash_options *options,
                                   struct ki_hasher **out, struct ki_diag *diag)
{
    enum ki_status status = create(backend, options, out, diag);
    if (status != KI_OK) {
        backend->destroy(backend->context);
    }
    return status;
}

void ki_hasher_destroy(struct ki_hasher *hasher)
{
    if (!hasher) {
        return;
    }
    hasher->backend.destroy(hasher->backend.context);
    ki_source_free(&hasher->source);
    ki_digester_destroy(hasher->digester);
    free(hasher);
}

void ki_hasher_set_memo(struct ki_hasher *hasher, const struct ki_hash_memo *memo)
{
    hasher->memo = memo;
}

static void hashes_begin(struct ki_hashes *out)
{
    memset(out, 0, sizeof *out);
    out->info.nframes = 1;
    out->info.scale = 1;
}

/* The digests are computed between start and finish: a confined worker decodes
 * meanwhile. */
static void compute(struct ki_hasher *hasher, const uint8_t *data, size_t nbytes,
                    struct ki_hashes *out)
{
    const struct ki_hash_backend *backend = &hasher->backend;
    bool wants_pdq = hasher->options.kinds & KI_BIT(KI_KIND_PDQ);
    out->info.nbytes = nbytes;
    out->info.format = ki_sniff(data, nbytes);
    if (wants_pdq) {
        backend->start(backend->context, data, nbytes, &hasher->options, out);
    }
    out->digests = ki_digester_compute(hasher->digester, data, nbytes, out->digest);
    if (wants_pdq) {
        backend->finish(backend->context, out);
    }
}

static void hash_bytes(struct ki_hasher *hasher, const uint8_t *data, size_t nbytes,
                       const struct ki_memo_key *known, struct ki_hashes *out)
{
    const struct ki_hash_memo *memo = hasher->memo;
    if (!memo) {
        compute(hasher, data, nbytes, out);
        return;
    }
    const struct ki_memo_key key =
        known ? *known : memo->key(memo->context, data, nbytes);
    if (!memo->find(memo->context, &key, nbytes, out)) {
        compute(hasher, data, nbytes, out);
        memo->keep(memo->context, &key, out);
    }
}

void ki_hash_memory(struct ki_hasher *hasher, const void *data, size_t nbytes,
                    struct ki_hashes *out)
{
    ki_hasher_bytes(hasher, data, nbytes, NULL, out);
}

void ki_hasher_bytes(struct ki_hasher *hasher, const void *data, size_t nbytes,
                     const struct ki_memo_key *key, struct ki_hashes *out)
{
    const struct ki_hash_backend *backend = &hasher->backend;
    struct ki_source *source = &hasher->source;
    hashes_begin(out);
    out->info.nbytes = nbytes;
    if (nbytes == 0) {
        out->reason = KI_REASON_EMPTY;
        return;
    }
    if (nbytes > hasher->options.limits.file_nbytes) {
        out->reason = KI_REASON_LIMIT_FILE_SIZE;
        return;
    }
    backend->take(backend->context, source);
    if (source->is_lent) {
        memcpy(source->data, data, nbytes);
        source->nbytes = nbytes;
        data = source->data;
    }
    hash_bytes(hasher, data, nbytes, key, out);
    backend->release(backend->context, source);
}

/* Hashes what was read, or tells why it was not. */
static void hash_source(struct ki_hasher *hasher, enum ki_reason reason,
                        struct ki_hashes *out)
{
    struct ki_source *source = &hasher->source;
    if (reason == KI_REASON_NONE) {
        hash_bytes(hasher, source->data, source->nbytes, NULL, out);
    } else {
        out->reason = reason;
        out->os_error = source->os_error;
        out->info.nbytes = source->file_nbytes;
    }
    hasher->backend.release(hasher->backend.context, source);
}

void ki_hasher_path(struct ki_hasher *hasher, const char *path, bool follow,
                    struct ki_hashes *out)
{
    hashes_begin(out);
    uint64_t limit = hasher->options.limits.file_nbytes;
    hasher->backend.take(hasher->backend.context, &hasher->source);
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
    hasher->backend.take(hasher->backend.context, &hasher->source);
    hash_source(hasher, ki_source_read_fd(&hasher->source, fd, limit), out);
}
