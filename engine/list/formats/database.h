/* SPDX-License-Identifier: Apache-2.0 */
/*
 * List files that are SQLite databases. They are opened read-only from parser->fd and
 * trusted with nothing: views and triggers are off, only ordinary tables are read, with
 * one fixed statement, and no value over 64 KiB. A database cannot be read from a pipe.
 */
#ifndef KI_LIST_FORMATS_DATABASE_H
#define KI_LIST_FORMATS_DATABASE_H

#include "list/formats/format.h"

struct ki_database_table {
    const char *table;   /* must be an ordinary table of the file */
    const char *columns; /* of hashes, for SELECT; as many as types */
    const char *const *types;
    size_t ncolumns;
    bool is_binary; /* the hashes are blobs, not hex */
};

/* Takes one step: opens the database at the first, then a row each, END at last. The
 * tables are tried in turn until ntables; the id of an entry is its hash. */
enum ki_step ki_database_step(struct ki_list_parser *parser,
                              const struct ki_database_table *tables, size_t ntables);

void ki_database_end(struct ki_list_parser *parser);

#endif
