/* SPDX-License-Identifier: Apache-2.0 */
/* What the named columns of a table mean to us. */
#ifndef KI_LIST_FORMATS_COLUMNS_H
#define KI_LIST_FORMATS_COLUMNS_H

#include <stdbool.h>

#include <knownimage/hash.h>

#include "list/formats/record.h"

/* The first KI_NKINDS are the columns of hashes, by kind. */
enum ki_role {
    KI_ROLE_KIND = KI_NKINDS, /* the kind of the hash in … */
    KI_ROLE_HASH,             /* … this column */
    KI_ROLE_ID,
    KI_ROLE_SCHEME,
    KI_ROLE_CODE,
    KI_NROLES
};

struct ki_list_columns {
    int index[KI_NROLES];     /* of the column, from 0; -1 if there is none */
    unsigned rank[KI_NROLES]; /* of the name that was found: the lowest wins */
    int ncolumns;
    bool has_twice; /* two columns of hashes that mean the same */
};

void ki_columns_clear(struct ki_list_columns *columns);

/* Adds the next column, by its name in the header. */
void ki_columns_add(struct ki_list_columns *columns, struct ki_span name);

/* The table names a column of hashes for a kind. */
bool ki_columns_have_kinds(const struct ki_list_columns *columns);

/* The table has the columns kind and hash, or only hash and the kind is known. */
bool ki_columns_have_pair(const struct ki_list_columns *columns, int kind);

/* Hashes would be left out: of two columns of one kind, or of a column hash beside
 * those that name their kind. */
#define KI_COLUMNS_LOSE_HASHES "columns of hashes cannot be told apart"
bool ki_columns_lose_hashes(const struct ki_list_columns *columns);

/* The enum ki_kind or enum ki_role of a column; -1 if it means nothing to us. */
int ki_columns_role(const struct ki_list_columns *columns, int column);

/* Fills the record from one row; a column that is not there has an empty cell. One good
 * hash is enough: a bad one beside it only leaves its reason. */
bool ki_columns_fill(const struct ki_list_columns *columns, int kind,
                     const struct ki_span cells[KI_NROLES],
                     struct ki_list_record *record);

#endif
