/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/columns.h"

#include "list/formats/signal.h"

/* Of several columns with one role, the one whose name stands first here counts. */
static const struct {
    const char *name;
    int role;
} names[] = {
    {"pdq", KI_KIND_PDQ},
    {"md5", KI_KIND_MD5},
    {"sha1", KI_KIND_SHA1},
    {"sha-1", KI_KIND_SHA1},
    {"sha256", KI_KIND_SHA256},
    {"sha-256", KI_KIND_SHA256},
    {"sha2_256", KI_KIND_SHA256},
    {"photodna", KI_KIND_PHOTODNA},
    {"kind", KI_ROLE_KIND},
    {"type", KI_ROLE_KIND},
    {"signal_type", KI_ROLE_KIND},
    {"hash", KI_ROLE_HASH},
    {"hash_value", KI_ROLE_HASH},
    {"value", KI_ROLE_HASH},
    {"signal", KI_ROLE_HASH},
    {"entry", KI_ROLE_ID},
    {"id", KI_ROLE_ID},
    {"entry_id", KI_ROLE_ID},
    {"filename", KI_ROLE_ID},
    {"file_name", KI_ROLE_ID},
    {"name", KI_ROLE_ID},
    {"path", KI_ROLE_ID},
    {"category_scheme", KI_ROLE_SCHEME},
    {"scheme", KI_ROLE_SCHEME},
    {"category_code", KI_ROLE_CODE},
    {"category", KI_ROLE_CODE},
    {"code", KI_ROLE_CODE},
    {"classification", KI_ROLE_CODE},
};

enum { NNAMES = sizeof names / sizeof *names };

void ki_columns_clear(struct ki_list_columns *columns)
{
    for (int role = 0; role < KI_NROLES; role++) {
        columns->index[role] = -1;
        columns->rank[role] = NNAMES;
    }
    columns->ncolumns = 0;
    columns->has_twice = false;
}

static void take_column(struct ki_list_columns *columns, int column, unsigned rank)
{
    int role = names[rank].role;
    bool is_of_hashes = role < KI_NKINDS || role == KI_ROLE_HASH;
    columns->has_twice =
        columns->has_twice || (is_of_hashes && columns->index[role] >= 0);
    if (rank < columns->rank[role]) {
        columns->rank[role] = rank;
        columns->index[role] = column;
    }
}

void ki_columns_add(struct ki_list_columns *columns, struct ki_span name)
{
    int column = columns->ncolumns++;
    name = ki_span_trim(name);
    for (unsigned i = 0; i < NNAMES; i++) {
        if (ki_span_equals_nocase(name, names[i].name)) {
            take_column(columns, column, i);
            return;
        }
    }
}

bool ki_columns_have_kinds(const struct ki_list_columns *columns)
{
    for (int kind = 0; kind < KI_NKINDS; kind++) {
        if (columns->index[kind] >= 0) {
            return true;
        }
    }
    return false;
}

bool ki_columns_lose_hashes(const struct ki_list_columns *columns)
{
    return columns->has_twice ||
           (ki_columns_have_kinds(columns) && columns->index[KI_ROLE_HASH] >= 0);
}

bool ki_columns_have_pair(const struct ki_list_columns *columns, int kind)
{
    return columns->index[KI_ROLE_HASH] >= 0 &&
           (columns->index[KI_ROLE_KIND] >= 0 || kind >= 0);
}

int ki_columns_role(const struct ki_list_columns *columns, int column)
{
    for (int role = 0; role < KI_NROLES; role++) {
        if (columns->index[role] == column) {
            return role;
        }
    }
    return -1;
}

static bool add_pair(const struct ki_list_columns *columns, int kind,
                     const struct ki_span cells[KI_NROLES],
                     struct ki_list_record *record)
{
    enum ki_kind named = KI_KIND_PDQ;
    if (columns->index[KI_ROLE_KIND] < 0) {
        return ki_record_add_hash(record, (enum ki_kind)kind, cells[KI_ROLE_HASH]);
    }
    switch (ki_signal_find(ki_span_trim(cells[KI_ROLE_KIND]), &named)) {
    case KI_SIGNAL_USABLE:
        return ki_record_add_hash(record, named, cells[KI_ROLE_HASH]);
    case KI_SIGNAL_UNSUPPORTED:
        return ki_record_refuse(record, "signal type not supported");
    case KI_SIGNAL_UNKNOWN:
    default:
        return ki_record_refuse(record, "signal type not known");
    }
}

static bool add_hashes(const struct ki_list_columns *columns, int kind,
                       const struct ki_span cells[KI_NROLES],
                       struct ki_list_record *record)
{
    if (!ki_columns_have_kinds(columns)) {
        return add_pair(columns, kind, cells, record);
    }
    for (int i = 0; i < KI_NKINDS; i++) {
        ki_record_offer_hash(record, (enum ki_kind)i, cells[i]);
    }
    return record->nhashes > 0 || ki_record_refuse(record, "record has no hash");
}

bool ki_columns_fill(const struct ki_list_columns *columns, int kind,
                     const struct ki_span cells[KI_NROLES],
                     struct ki_list_record *record)
{
    return add_hashes(columns, kind, cells, record) &&
           ki_record_set_id(record, cells[KI_ROLE_ID]) &&
           ki_record_set_category(record, cells[KI_ROLE_SCHEME], cells[KI_ROLE_CODE]);
}
