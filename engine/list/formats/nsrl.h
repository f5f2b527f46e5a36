/* SPDX-License-Identifier: Apache-2.0 */
/* What both forms of NIST's reference set of known files share. */
#ifndef KI_LIST_FORMATS_NSRL_H
#define KI_LIST_FORMATS_NSRL_H

#include "list/formats/format.h"

/* These files are known, not illegal: false, with the reason in the record, if the list
 * is one that matches. */
bool ki_nsrl_is_welcome(struct ki_list_parser *parser);

#endif
