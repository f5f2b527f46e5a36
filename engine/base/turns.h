/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KI_BASE_TURNS_H
#define KI_BASE_TURNS_H

/* Asks that the calling thread get its share of a processor in turns of 0.1 ms, so that
 * others wait for less at a time: for work in the background of lookups. A scheduler
 * that ends turns by its clock gives one tick at least, which is 4 ms at 250 Hz. Nice
 * and policy stay. Threads and processes made later inherit it. Linux 6.12 and later;
 * nothing elsewhere, or where it is not allowed. */
void ki_take_short_turns(void);

#endif
