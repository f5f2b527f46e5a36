/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for a word in memory that processes share. */
#ifndef KI_SANDBOX_FUTEX_H
#define KI_SANDBOX_FUTEX_H

#include <stdatomic.h>
#include <stdint.h>

/* Sleeps while the word is value, at most timeout_us (UINT64_MAX: any time). May return
 * early; the caller looks again. */
void ki_futex_wait(const _Atomic uint32_t *word, uint32_t value, uint64_t timeout_us);
void ki_futex_wake(const _Atomic uint32_t *word);

/* Looks at the word for spin_us at most while it is value. Returns what it is. */
uint32_t ki_futex_spin(const _Atomic uint32_t *word, uint32_t value, uint32_t spin_us);

#endif
