/* SPDX-License-Identifier: Apache-2.0 */
/* malloc and its kin, out of an arena: they stand in memory.c and take the place of the
 * C library's in a program that links it. */
#ifndef KI_TOOLS_WORKER_MEMORY_H
#define KI_TOOLS_WORKER_MEMORY_H

#include "sandbox/arena.h"

/* The arena they use: a small one of the program until it is set up anew. What was
 * allocated before stays where it is. */
struct ki_arena *worker_arena(void);

#endif
