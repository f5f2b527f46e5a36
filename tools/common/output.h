/* SPDX-License-Identifier: Apache-2.0 */
/* stdout and stderr as a whole. */
#ifndef KI_TOOLS_OUTPUT_H
#define KI_TOOLS_OUTPUT_H

#include <stdbool.h>

/* First thing in main: makes sure that descriptors 0 to 2 are taken, so that no file of
 * the index can become one of them; lines leave as soon as they are complete; a closed
 * pipe is an error of the write, not a signal. */
void output_init(void);

/* False once anything written to stdout was lost. */
bool output_is_good(void);

/* Last thing in main: writes out what is left. Returns status, or EXIT_TROUBLE after a
 * message if anything was lost. */
int output_finish(int status);

#endif
