/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels that need certain processors; each file is compiled for its own. */
#ifndef KI_INDEX_KERNEL_ISA_H
#define KI_INDEX_KERNEL_ISA_H

#include "index/kernel.h"

#if defined(__x86_64__)
extern const struct ki_kernel ki_kernel_avx2;
extern const struct ki_kernel ki_kernel_avx512vl;
extern const struct ki_kernel ki_kernel_avx512;
#endif

#endif
