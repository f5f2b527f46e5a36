/* SPDX-License-Identifier: Apache-2.0 */
/* What the processor can do. */
#ifndef KI_BASE_CPU_H
#define KI_BASE_CPU_H

enum ki_cpu_feature {
    KI_CPU_AVX2 = 1u << 0,
    KI_CPU_AVX512_BITALG = 1u << 1, /* with F, BW, VL and VPOPCNTDQ */
};

/* The features of this processor that the operating system supports, less those that
 * the environment variable KNOWNIMAGE_CPU forbids: "scalar", "avx2", or "avx512"
 * (the widest allowed; anything else forbids nothing). Thread-safe. */
unsigned ki_cpu_features(void);

#endif
