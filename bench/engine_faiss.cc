/* SPDX-License-Identifier: Apache-2.0 */
/* Debian's FAISS behind the table of engines. It is C++, so this file is too. */
#include <faiss/IndexBinaryFlat.h>
#include <faiss/IndexBinaryHash.h>
#include <faiss/impl/AuxIndexStructures.h>
#include <omp.h>

#include <memory>

extern "C" {
#include "bench/engines.h"
}

namespace
{

struct Engine {
    std::unique_ptr<faiss::IndexBinary> index;
    size_t nbytes;
};

bool always()
{
    return true;
}

void *fill(std::unique_ptr<faiss::IndexBinary> index, const ki_ring_hash *hashes,
           uint32_t n, size_t nbytes)
{
    omp_set_num_threads(1);
    index->add(n, reinterpret_cast<const uint8_t *>(hashes));
    return new Engine{std::move(index), nbytes};
}

void *make_flat(const ki_ring_hash *hashes, uint32_t n)
{
    return fill(std::make_unique<faiss::IndexBinaryFlat>(256), hashes, n, 0);
}

void *make_multihash(const ki_ring_hash *hashes, uint32_t n)
{
    auto index = std::make_unique<faiss::IndexBinaryMultiHash>(256, 16, 16);
    index->nflip = 1;
    return fill(std::move(index), hashes, n, 0);
}

void *make_hash(const ki_ring_hash *hashes, uint32_t n)
{
    auto index = std::make_unique<faiss::IndexBinaryHash>(256, 16);
    index->nflip = 2;
    return fill(std::move(index), hashes, n, 0);
}

void search(void *engine, const ki_ring_hash *query, unsigned radius,
            bench_answer *answer)
{
    faiss::RangeSearchResult result(1);
    static_cast<Engine *>(engine)->index->range_search(
        1, reinterpret_cast<const uint8_t *>(query), static_cast<int>(radius) + 1,
        &result);
    for (size_t i = result.lims[0]; i < result.lims[1]; i++) {
        bench_answer_add(answer, static_cast<uint32_t>(result.labels[i]),
                         static_cast<unsigned>(result.distances[i]));
    }
}

size_t nbytes(const void *engine)
{
    return static_cast<const Engine *>(engine)->nbytes;
}

void destroy(void *engine)
{
    delete static_cast<Engine *>(engine);
}

} // namespace

extern "C" {
extern const bench_engine engine_faiss_multihash = {"faiss-multihash",
                                                    false,
                                                    true,
                                                    always,
                                                    make_multihash,
                                                    search,
                                                    NULL,
                                                    nbytes,
                                                    destroy};
extern const bench_engine engine_faiss_hash = {
    "faiss-hash", false, true, always, make_hash, search, NULL, nbytes, destroy};
extern const bench_engine engine_faiss_flat = {
    "faiss-flat", false, true, always, make_flat, search, NULL, nbytes, destroy};
}
