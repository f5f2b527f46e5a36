/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of options that several commands have. */
#ifndef KI_TOOLS_OPTION_GROUPS_H
#define KI_TOOLS_OPTION_GROUPS_H

#include "common/command.h"

enum { NHASH_OPTIONS = 4, NLIMIT_OPTIONS = 10, NINDEX_OPTIONS = 1 };

/* What to compute and within which limits; for a struct ki_hash_options. */
extern const struct option_spec hash_option_specs[NHASH_OPTIONS];
extern const struct option_spec limit_option_specs[NLIMIT_OPTIONS];

/* --index; for a const char *, NULL by default. */
extern const struct option_spec index_option_specs[NINDEX_OPTIONS];

/* The groups themselves; field is the offset of what they fill. */
#define HASH_OPTION_GROUP(field)                                                       \
    {                                                                                  \
        NULL, hash_option_specs, NHASH_OPTIONS, (field)                                \
    }
#define LIMIT_OPTION_GROUP(field)                                                      \
    {                                                                                  \
        "limits (an input over one is not examined)", limit_option_specs,              \
            NLIMIT_OPTIONS, (field)                                                    \
    }
#define INDEX_OPTION_GROUP(field)                                                      \
    {                                                                                  \
        "common", index_option_specs, NINDEX_OPTIONS, (field)                          \
    }

#endif
