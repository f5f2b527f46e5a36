/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KI_TOOLS_WORKER_TEXT_H
#define KI_TOOLS_WORKER_TEXT_H

/* Moves the program's code and constants into one huge page where the system gives one:
 * a forked process then has them at once, and not page by page. To be called first. */
void worker_text_to_huge_page(void);

#endif
