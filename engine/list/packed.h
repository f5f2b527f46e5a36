/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files packed with gzip. They are copied as they came, unless they are a copy already
 * because they are signed, and digested meanwhile; whoever imports gives the function
 * that unpacks the copy; what comes of it goes into a nameless file of the index folder
 * and is read, once it is whole, as if it had been the file. No decompressor is linked
 * here.
 */
#ifndef KI_LIST_PACKED_H
#define KI_LIST_PACKED_H

#include <stdbool.h>

#include "index/spool.h"

struct ki_import;

struct ki_packed {
    bool is_packed; /* the last file that was opened */
    struct ki_spool input;
    struct ki_spool output;
};

void ki_packed_begin(struct ki_packed *packed, const char *folder);

/* Looks at the first bytes that import->reader has to read. If they are packed, it is
 * turned to the unpacked file; of what is not signed, import->result has the SHA-256
 * then. Errors: of ki_list_unpack; KI_ERR_FORMAT too if nobody is there to unpack. */
enum ki_status ki_packed_open(struct ki_import *import);

void ki_packed_close(struct ki_packed *packed);

#endif
