/* SPDX-License-Identifier: Apache-2.0 */
/* Hash databases of The Sleuth Kit and Autopsy (.kdb): the table hashes with its blobs.
 * Names and comments of files are not read. */
#include "list/formats/database.h"

static const char *const types[] = {"md5", "sha1", "sha256"};

static const struct ki_database_table tables[] = {
    {"hashes", "md5, sha1, sha2_256", types, 3, true},
};

static enum ki_step step(struct ki_list_parser *parser, const char *data, size_t nbytes,
                         bool is_last, size_t *consumed)
{
    (void)data;
    (void)nbytes;
    (void)is_last;
    *consumed = 0;
    return ki_database_step(parser, tables, sizeof tables / sizeof *tables);
}

const struct ki_list_format ki_list_tsk_kdb = {
    .name = "tsk-kdb",
    .step = step,
    .end = ki_database_end,
};
