/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpu.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
static unsigned detect(void)
{
    unsigned features = 0;
    __builtin_cpu_init(); /* looks at CPUID and at XCR0 */
    if (__builtin_cpu_supports("avx2")) {
        features |= KI_CPU_AVX2;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bitalg") &&
        __builtin_cpu_supports("avx512vpopcntdq")) {
        features |= KI_CPU_AVX512_BITALG;
        features |= __builtin_cpu_is("intel") ? KI_CPU_DEAR_512 : 0u;
    }
    return features;
}
#else
static unsigned detect(void)
{
    return 0;
}
#endif

unsigned ki_cpu_features(void)
{
    unsigned features = detect();
    const char *allowed = getenv("KNOWNIMAGE_CPU");
    if (allowed && strcmp(allowed, "scalar") == 0) {
        return 0;
    }
    if (allowed && strcmp(allowed, "avx2") == 0) {
        return features & KI_CPU_AVX2;
    }
    if (allowed && strcmp(allowed, "avx512") == 0) {
        return features & ~(unsigned)KI_CPU_DEAR_512;
    }
    return features;
}
