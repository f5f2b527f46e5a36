/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KI_BASE_TURNS_H
#define KI_BASE_TURNS_H

/* Has the scheduler give the calling thread its share of a processor in turns as short
 * as may be (0.1 ms, told apart by its clock's ticks), so that others wait for less at a
 * time: for work in the background of lookups. Linux 6.12 and later; nothing elsewhere. */
void ki_take_short_turns(void);

#endif
