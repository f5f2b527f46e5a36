/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks, in microseconds from an arbitrary start. */
#ifndef KI_BASE_CLOCK_H
#define KI_BASE_CLOCK_H

#include <stdint.h>

uint64_t ki_clock_wall_us(void);       /* monotonic */
uint64_t ki_clock_thread_cpu_us(void); /* processor time of the calling thread */

#endif
