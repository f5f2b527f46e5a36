/* SPDX-License-Identifier: Apache-2.0 */
/* NIST's reference set of known files, RDS version 3. Its table FILE names each hash
 * many times; the rows of one become one entry. DISTINCT_HASH is a view there, and only
 * read where somebody made it a table. */
#include "list/formats/database.h"
#include "list/formats/nsrl.h"

static const char *const types[] = {"sha256", "sha1", "md5"};

static const struct ki_database_table tables[] = {
    {"FILE", "sha256, sha1, md5", types, 3, false},
    {"DISTINCT_HASH", "sha256, sha1, md5", types, 3, false},
};

static enum ki_step step(struct ki_list_parser *parser, const char *data, size_t nbytes,
                         bool is_last, size_t *consumed)
{
    (void)data;
    (void)nbytes;
    (void)is_last;
    *consumed = 0;
    if (!parser->state) {
        ki_record_begin(&parser->record, 0, 0);
        if (!ki_nsrl_is_welcome(parser)) {
            return KI_STEP_BAD;
        }
    }
    return ki_database_step(parser, tables, sizeof tables / sizeof *tables);
}

const struct ki_list_format ki_list_nsrl_sqlite = {
    .name = "nsrl-sqlite",
    .step = step,
    .end = ki_database_end,
};
