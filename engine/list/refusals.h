/* SPDX-License-Identifier: Apache-2.0 */
/* Imports that were refused whole, for those who look after them. */
#ifndef KI_LIST_REFUSALS_H
#define KI_LIST_REFUSALS_H

/* Keeps the reason ("": forgets it) why an import of the list was refused, if that can
 * be done: the refusal itself has its own message. */
void ki_refusal_note(const char *folder, const char *list, const char *reason);

#endif
