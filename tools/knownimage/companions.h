/* SPDX-License-Identifier: Apache-2.0 */
/* What comes with a file that is imported: its signature, and its neighbours. */
#ifndef KI_KNOWNIMAGE_COMPANIONS_H
#define KI_KNOWNIMAGE_COMPANIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/file.h"
#include "common/index_folder.h"

struct companions {
    char *signature; /* text; NULL: there is none */
    size_t signature_nbytes;
    char folder[KI_PATH_NBYTES]; /* that the file is in; "": it is standard input */
};

/* signature: the file that was named, or NULL: then FILE.minisig is read, if the list
 * has a key. If that is missing, it is told; the import will be refused. False after a
 * message. Freed in any case by companions_free. */
bool companions_find(const struct index_folder *index, const char *list,
                     const char *file, const char *signature, struct companions *out);
void companions_free(struct companions *companions);

#endif
