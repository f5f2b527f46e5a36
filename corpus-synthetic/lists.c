/* SPDX-License-Identifier: Apache-2.0 */
#include "lists.h"

#include <inttypes.h>

#include "prng.h"

enum { MAX_NAME = 64 };

void ki_list_put(FILE *out, const struct ki_pdq *pdq, unsigned quality,
                 const char *name)
{
    static const char digits[] = "0123456789abcdef";
    char hex[KI_PDQ_NHEX + 1];
    for (int i = 0; i < KI_PDQ_NBYTES; i++) {
        char *pair = hex + (size_t)i * 2;
        pair[0] = digits[pdq->bytes[i] >> 4];
        pair[1] = digits[pdq->bytes[i] & 15];
    }
    hex[KI_PDQ_NHEX] = '\0';
    if (name) {
        (void)fprintf(out, "%s,%u,%s\n", hex, quality, name);
    } else {
        (void)fprintf(out, "%s\n", hex);
    }
}

static void put_numbered(FILE *out, const struct ki_pdq *pdq, unsigned quality,
                         const struct ki_list_shape *shape, const char *kind,
                         uint64_t number)
{
    char name[MAX_NAME];
    (void)snprintf(name, sizeof name, "%s-%08" PRIu64, kind, number);
    ki_list_put(out, pdq, quality, shape->named ? name : NULL);
}

static void write_uniform(FILE *out, const struct ki_list_shape *shape, uint64_t seed)
{
    struct ki_prng prng;
    ki_prng_seed(&prng, seed, 0x756e69); /* its own stream */
    for (uint64_t i = 0; i < shape->nuniform; i++) {
        struct ki_pdq pdq;
        ki_prng_fill(&prng, pdq.bytes, sizeof pdq.bytes);
        put_numbered(out, &pdq, KI_QUALITY_MAX, shape, "uniform", i);
    }
}

static enum ki_status write_correlated(FILE *out, const struct ki_list_shape *shape,
                                       uint64_t seed)
{
    struct ki_correlated *correlated = NULL;
    enum ki_status status = ki_correlated_create(seed, &correlated);
    for (uint64_t i = 0; i < shape->ncorrelated && status == KI_OK; i++) {
        struct ki_pdq pdq;
        unsigned quality = 0;
        status = ki_correlated_next(correlated, &pdq, &quality);
        if (status == KI_OK) {
            put_numbered(out, &pdq, quality, shape, "correlated", i);
        }
    }
    ki_correlated_destroy(correlated);
    return status;
}

enum ki_status ki_list_write(FILE *out, const struct ki_list_shape *shape,
                             uint64_t seed)
{
    write_uniform(out, shape, seed);
    enum ki_status status = KI_OK;
    if (shape->ncorrelated > 0) {
        status = write_correlated(out, shape, seed);
    }
    if (status == KI_OK && (fflush(out) != 0 || ferror(out))) {
        status = KI_ERR_IO;
    }
    return status;
}
