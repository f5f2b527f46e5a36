/* SPDX-License-Identifier: Apache-2.0 */
/* stdout and stderr as a whole. */
#ifndef KI_TOOLS_OUTPUT_H
#define KI_TOOLS_OUTPUT_H

#include <stdbool.h>

/* First thing in main: makes sure that descriptors 0 to 2 are taken, so that no file of
 * the index can become one of them; a closed pipe is an error of the write, not a
 * signal. Messages, and on a terminal results, leave line by line. */
void output_init(void);

/* Before the first result of a command whose reader may wait for each: they leave line
 * by line to files and pipes too. */
void output_by_line(void);

/* False once anything written to stdout was lost. */
bool output_is_good(void);

/* Last thing in main: writes out what is left. Returns status, or EXIT_TROUBLE after a
 * message if anything was lost. */
int output_finish(int status);

#endif
