/* SPDX-License-Identifier: Apache-2.0 */
/* The policy that is in force. */
#ifndef KI_KNOWNIMAGE_POLICIES_H
#define KI_KNOWNIMAGE_POLICIES_H

#include <stdbool.h>

#include <knownimage/policy.h>

#include "common/command.h"
#include "common/index_folder.h"

/* Reads the file of option --policy if it was given (not NULL), else policy.conf of the
 * index folder; without either *policy is NULL. False after a message. */
bool policy_read(const char *option, const struct index_folder *folder,
                 struct ki_policy **policy);

/* Tells on stderr which entries flooded; as many as few lines hold. */
void policy_tell_floods(const struct ki_policy *policy);

/* --policy; for a const char *, NULL by default. */
extern const struct option_spec policy_option_specs[1];
#define POLICY_OPTION_GROUP(field)                                                     \
    {                                                                                  \
        NULL, policy_option_specs, 1, (field)                                          \
    }

#endif
