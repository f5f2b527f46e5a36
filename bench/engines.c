/* SPDX-License-Identifier: Apache-2.0 */
/* The table of engines. */
#include "bench/engines.h"

#include <string.h>

#include "base/cpu.h"

enum { MOST_ENGINES = 19 };

static const struct bench_engine *const engines[MOST_ENGINES + 1] = {
    &engine_ring16_avx512,   &engine_ring16_avx512vl, &engine_ring16_avx2,
    &engine_ring16_scalar,   &engine_lined16_avx512,  &engine_lined16_avx512vl,
    &engine_lined16_avx2,    &engine_lined16_scalar,  &engine_ring12_avx512,
    &engine_ring12_avx512vl, &engine_ring12_avx2,     &engine_ring12_scalar,
    &engine_segment,         &engine_linear_avx512,   &engine_linear_avx2,
    &engine_linear_scalar,
#ifdef WITH_FAISS
    &engine_faiss_multihash, &engine_faiss_hash,      &engine_faiss_flat,
#endif
};

const struct bench_engine *bench_engine_at(size_t i)
{
    return i < MOST_ENGINES ? engines[i] : NULL;
}

bool bench_engine_is_chosen(const struct bench_engine *engine, const char *chosen)
{
    if (!chosen || strcmp(chosen, "all") == 0) {
        return engine->can_run();
    }
    size_t length = strlen(engine->name);
    for (const char *at = strstr(chosen, engine->name); at;
         at = strstr(at + 1, engine->name)) {
        if ((at == chosen || at[-1] == ',') &&
            (at[length] == ',' || at[length] == '\0')) {
            return engine->can_run();
        }
    }
    return false;
}

const struct ki_kernel *bench_kernel(const char *name)
{
    for (size_t i = 0; ki_kernel_at(i); i++) {
        if (strcmp(ki_kernel_at(i)->name, name) == 0) {
            return ki_kernel_at(i);
        }
    }
    return NULL;
}

bool bench_kernel_runs(const char *name)
{
    const struct ki_kernel *kernel = bench_kernel(name);
    return kernel && (kernel->cpu_needs & ~ki_cpu_features()) == 0;
}
