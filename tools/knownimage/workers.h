/* SPDX-License-Identifier: Apache-2.0 */
/* The processes that decode for a command. */
#ifndef KI_TOOLS_WORKERS_H
#define KI_TOOLS_WORKERS_H

#include <stdbool.h>

#include <knownimage/sandbox.h>

#include "common/command.h"

struct workers_arguments {
    unsigned npictures; /* that one process decodes */
    bool is_unsafe;
};

struct workers_arguments workers_arguments_default(void);

enum { NWORKERS_OPTIONS = 2 };
extern const struct option_spec workers_option_specs[NWORKERS_OPTIONS];

/* field is the offset of a struct workers_arguments. */
#define WORKERS_OPTION_GROUP(field)                                                    \
    {                                                                                  \
        "decoding", workers_option_specs, NWORKERS_OPTIONS, (field)                    \
    }

/* Starts them; to be called before anything is opened that they should not inherit. On
 * false a message was printed. */
bool workers_start(const struct workers_arguments *arguments, unsigned njobs,
                   const struct ki_limits *limits, struct ki_sandbox **out);

#endif
