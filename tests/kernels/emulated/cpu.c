/* SPDX-License-Identifier: Apache-2.0 */
/* In the place of the engine's: the emulation has it all. AVX2 is left to those kernels
 * that ask for it alone, and is run as it is. */
#include "base/cpu.h"

unsigned ki_cpu_features(void)
{
    unsigned features = KI_CPU_AVX512_BITALG;
    return features | (__builtin_cpu_supports("avx2") ? KI_CPU_AVX2 : 0);
}
