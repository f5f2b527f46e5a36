/* SPDX-License-Identifier: Apache-2.0 */
/* Hashing in this process. Only programs that call ki_hasher_create link codecs. */
#include <stdlib.h>

#include "base/diag.h"
#include "hash/hasher.h"
#include "hash/picture.h"

/* Input buffers over this are given back after each picture. */
enum { KEEP_NBYTES = 8 * 1024 * 1024 };

static void local_take(void *context, struct ki_source *source)
{
    (void)context;
    (void)source; /* has a buffer that grows with its inputs */
}

static void local_start(void *context, const uint8_t *data, size_t nbytes,
                        const struct ki_hash_options *options, struct ki_hashes *out)
{
    const struct ki_picture_wish wish = {.modes = options->modes,
                                         .dihedral = options->dihedral,
                                         .fidelity = options->fidelity,
                                         .limits = options->limits};
    ki_picture_hash(context, &wish, data, nbytes, NULL, out);
}

static void local_finish(void *context, struct ki_hashes *out)
{
    (void)context;
    (void)out;
}

static void local_release(void *context, struct ki_source *source)
{
    (void)context;
    ki_source_reset(source, KEEP_NBYTES);
}

static void local_destroy(void *context)
{
    ki_picture_free(context);
    free(context);
}

enum ki_status ki_hasher_create(const struct ki_hash_options *options,
                                struct ki_hasher **out, struct ki_diag *diag)
{
    struct ki_picture *picture = calloc(1, sizeof *picture);
    if (!picture) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a hasher");
    }
    ki_picture_init(picture);
    const struct ki_hash_backend backend = {
        .context = picture,
        .take = local_take,
        .start = local_start,
        .finish = local_finish,
        .release = local_release,
        .destroy = local_destroy,
    };
    return ki_hasher_create_on(&backend, options, out, diag);
}
