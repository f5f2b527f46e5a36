/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KI_BENCH_ENGINES_H
#define KI_BENCH_ENGINES_H

#include "bench/bench.h"

/* Ours, in huge-page memory, with each kernel; and served from a segment file. */
extern const struct bench_engine engine_ring16_avx512;
extern const struct bench_engine engine_ring16_avx512vl;
extern const struct bench_engine engine_ring16_avx2;
extern const struct bench_engine engine_ring16_scalar;
extern const struct bench_engine engine_lined16_avx512;
extern const struct bench_engine engine_lined16_avx512vl;
extern const struct bench_engine engine_lined16_avx2;
extern const struct bench_engine engine_lined16_scalar;
extern const struct bench_engine engine_ring12_avx512;
extern const struct bench_engine engine_ring12_avx512vl;
extern const struct bench_engine engine_ring12_avx2;
extern const struct bench_engine engine_ring12_scalar;
extern const struct bench_engine engine_segment;

/* Comparing with every hash: the limit of not indexing. */
extern const struct bench_engine engine_linear_avx512;
extern const struct bench_engine engine_linear_avx2;
extern const struct bench_engine engine_linear_scalar;

/* FAISS: IndexBinaryMultiHash(256, 16, 16) with nflip 1, IndexBinaryHash(256, 16) with
 * nflip 2, IndexBinaryFlat. Only Flat is exact. */
extern const struct bench_engine engine_faiss_multihash;
extern const struct bench_engine engine_faiss_hash;
extern const struct bench_engine engine_faiss_flat;

/* The kernel of that name, and whether it runs here. */
const struct ki_kernel *bench_kernel(const char *name);
bool bench_kernel_runs(const char *name);

#endif
