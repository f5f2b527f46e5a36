/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of md5sum, sha1sum, sha256sum and their BSD relatives, taken apart. */
#ifndef KI_LIST_FORMATS_DIGEST_LINE_H
#define KI_LIST_FORMATS_DIGEST_LINE_H

#include <stdbool.h>

#include "list/formats/span.h"

struct ki_digest_line {
    bool is_escaped;     /* a backslash at the front: the name is escaped */
    struct ki_span tag;  /* BSD: what stands before the bracket; else empty */
    struct ki_span hash; /* not checked yet */
    struct ki_span name; /* empty if there is none */
};

/*   <hash>             <hash>  <name>             <hash> *<name>
 *   MD5 (<name>) = <hash>                         MD5(<name>)= <hash>
 *   and each but the first with a backslash in front of it; blanks before a line do
 *   not count, as in md5sum */
struct ki_digest_line ki_digest_line_split(struct ki_span text);

#endif
