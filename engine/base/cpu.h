/* SPDX-License-Identifier: Apache-2.0 */
/* What the processor can do. */
#ifndef KI_BASE_CPU_H
#define KI_BASE_CPU_H

enum ki_cpu_feature {
    KI_CPU_AVX2 = 1u << 0,
    KI_CPU_AVX512_BITALG = 1u << 1, /* with F, BW, VL and VPOPCNTDQ */

    /* No ability: 512-bit registers cost more than they save, as all that runs between
     * and after is slower. A JPEG of 0.2 megapixels takes 8 % longer from file to hash
     * with them than with AVX2 on a Xeon with AMX; believed to be a lower clock, and so
     * taken for granted of all of Intel's. */
    KI_CPU_DEAR_512 = 1u << 2,
};

/* What this processor has and the operating system supports, less what the environment
 * variable KNOWNIMAGE_CPU forbids, the widest allowed: "scalar" or "avx2". "avx512"
 * allows everything and forgets KI_CPU_DEAR_512. Anything else is as if not set.
 * Thread-safe. */
unsigned ki_cpu_features(void);

#endif
