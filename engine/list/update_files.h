/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manifest of an update that comes in several files. It is signed in their place
 * and begins with its version:
 *
 *     {"knownimage_list":1,"list":"NAME","serial":N,"expires":"2026-12-31T00:00:00Z",
 *      "files":[{"name":"a.xml","nbytes":N,"sha256":"…"},…]}
 *
 * All members must be there and no others, once each. Files are read from the folder
 * that the manifest is in, in this order.
 */
#ifndef KI_LIST_UPDATE_FILES_H
#define KI_LIST_UPDATE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "list/update.h"

enum {
    KI_UPDATE_FILES_MAX = 256, /* each takes a descriptor while they are checked */
    KI_UPDATE_MANIFEST_MAX_NBYTES = 1 << 20,
    KI_UPDATE_NAME_NBYTES = 256 /* with terminator */
};

struct ki_update_file {
    char name[KI_UPDATE_NAME_NBYTES]; /* of a file: no '/', no control characters */
    uint64_t nbytes;
    uint8_t sha256[KI_LIST_DIGEST_NBYTES];
};

struct ki_update_files {
    struct ki_update update;
    struct ki_update_file *files;
    size_t nfiles; /* at least 1 */
};

/* Whether the bytes, if they are JSON, are meant to be a manifest. */
bool ki_update_files_are(const char *data, size_t nbytes);

/* KI_ERR_REFUSED with what is wrong; on success the caller frees the parts with
 * ki_update_files_free. */
enum ki_status ki_update_files_read(const char *data, size_t nbytes,
                                    struct ki_update_files *out, struct ki_diag *diag);
void ki_update_files_free(struct ki_update_files *files);

/* Whether a file of that name may stand in a manifest. */
bool ki_update_name_is_good(const char *name);

#endif
