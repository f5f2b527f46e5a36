/* SPDX-License-Identifier: Apache-2.0 */
/* The types of options that several commands have. A command adds its own by a struct
 * option_type with its own bounds or its own read function. */
#ifndef KI_TOOLS_OPTION_TYPES_H
#define KI_TOOLS_OPTION_TYPES_H

#include <stdbool.h>

#include "common/command.h"

extern const struct option_type option_true;  /* bool, no argument */
extern const struct option_type option_false; /* bool, no argument */
extern const struct option_type option_text;  /* const char *, borrows argv */

extern const struct option_type option_kinds; /* unsigned, mask of enum ki_kind */
extern const struct option_type option_modes; /* unsigned, mask of enum ki_mode */
extern const struct option_type option_kind;  /* int, enum ki_kind */

extern const struct option_type option_fidelity; /* enum ki_fidelity */
extern const struct option_type option_exact;    /* likewise, no argument */

extern const struct option_type option_size;    /* uint64_t, bytes, at least 1 */
extern const struct option_type option_count64; /* uint64_t, at least 1 */
extern const struct option_type option_count32; /* uint32_t, at least 1 */
extern const struct option_type option_seconds; /* uint64_t, microseconds, not 0 */

/* Reads a number from type->min to type->max into an int. */
bool option_read_int(const struct option_type *type, const char *text, void *field);

/* Reads one word of type->choice: its number into an int, or itself (static storage)
 * into a const char *. */
bool option_read_choice(const struct option_type *type, const char *text, void *field);
bool option_read_word(const struct option_type *type, const char *text, void *field);

/* Reads any number from type->min to type->max into a uint64_t. */
bool option_read_u64(const struct option_type *type, const char *text, void *field);

#endif
