/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "base/hex.h"
#include "list/formats/foreign.h"

enum { MOST_VALUE_NBYTES = 65536, MOST_SQL_NBYTES = 1000 };

struct database {
    sqlite3 *db;
    sqlite3_stmt *rows;
    const struct ki_database_table *table;
    uint64_t row;
    void *map; /* of a file without a name */
    size_t map_nbytes;
};

void ki_database_end(struct ki_list_parser *parser)
{
    struct database *database = parser->state;
    (void)sqlite3_finalize(database->rows);
    (void)sqlite3_close(database->db);
    if (database->map) {
        (void)munmap(database->map, database->map_nbytes);
    }
    free(database);
    parser->state = NULL;
}

static void confine(sqlite3 *db)
{
    (void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, MOST_VALUE_NBYTES);
    (void)sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, MOST_VALUE_NBYTES);
    (void)sqlite3_limit(db, SQLITE_LIMIT_COLUMN, 100);
    (void)sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 20);
    (void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    (void)sqlite3_exec(db,
                       "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;"
                       "PRAGMA query_only=ON; PRAGMA cache_size=-2000;",
                       NULL, NULL, NULL);
}

/* Not a view, and not one of the virtual tables, which run code. */
static bool is_ordinary(sqlite3 *db, const char *table)
{
    static const char sql[] = "SELECT 1 FROM sqlite_schema WHERE type='table' AND "
                              "lower(name)=lower(?1) AND sql LIKE 'CREATE TABLE%'";
    sqlite3_stmt *statement = NULL;
    bool is_there =
        sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW;
    (void)sqlite3_finalize(statement);
    return is_there;
}

static enum ki_step open_table(struct ki_list_parser *parser,
                               const struct ki_database_table *tables, size_t ntables)
{
    struct database *database = parser->state;
    for (size_t i = 0; i < ntables; i++) {
        char sql[MOST_SQL_NBYTES];
        if (!is_ordinary(database->db, tables[i].table)) {
            continue;
        }
        (void)snprintf(sql, sizeof sql, "SELECT %s FROM main.%s", tables[i].columns,
                       tables[i].table);
        if (sqlite3_prepare_v2(database->db, sql, -1, &database->rows, NULL) ==
            SQLITE_OK) {
            database->table = &tables[i];
            return KI_STEP_SKIP;
        }
    }
    return ki_parser_bad(parser, "SQLite file is damaged, or has not the table and "
                                 "columns of this format");
}

static bool open_named(struct database *database, int fd)
{
    char uri[64];
    (void)snprintf(uri, sizeof uri, "file:/proc/self/fd/%d?immutable=1", fd);
    return sqlite3_open_v2(uri, &database->db,
                           SQLITE_OPEN_READONLY | SQLITE_OPEN_URI |
                               SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
                           NULL) == SQLITE_OK;
}

/* SQLite looks for the name of what it opens. A file that has none is our own copy,
 * which nobody else can cut off while it is mapped. */
static bool open_nameless(struct database *database, int fd, size_t nbytes)
{
    void *map = mmap(NULL, nbytes, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
        return false;
    }
    database->map = map;
    database->map_nbytes = nbytes;
    return sqlite3_open_v2(":memory:", &database->db,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                               SQLITE_OPEN_PRIVATECACHE,
                           NULL) == SQLITE_OK &&
           sqlite3_deserialize(database->db, "main", map, (sqlite3_int64)nbytes,
                               (sqlite3_int64)nbytes,
                               SQLITE_DESERIALIZE_READONLY) == SQLITE_OK;
}

static enum ki_step open_file(struct ki_list_parser *parser,
                              const struct ki_database_table *tables, size_t ntables)
{
    struct stat stat;
    if (parser->fd < 0 || fstat(parser->fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
        return ki_parser_bad(parser, "an SQLite database is read from a file that is "
                                     "neither packed nor a pipe");
    }
    struct database *database = calloc(1, sizeof *database);
    if (!database) {
        return ki_parser_bad(parser, "no memory to read the database");
    }
    parser->state = database;
    bool is_open = stat.st_nlink > 0
                       ? open_named(database, parser->fd)
                       : open_nameless(database, parser->fd, (size_t)stat.st_size);
    if (!is_open) {
        return ki_parser_bad(parser, "cannot open the SQLite database");
    }
    confine(database->db);
    return open_table(parser, tables, ntables);
}

static void offer_column(struct ki_list_record *record, const struct database *database,
                         int column)
{
    enum { MOST_BLOB_NBYTES = 64 };
    struct ki_span type = ki_span_of(database->table->types[column]);
    int nbytes = sqlite3_column_bytes(database->rows, column);
    if (nbytes == 0 || sqlite3_column_type(database->rows, column) == SQLITE_NULL) {
        return;
    }
    if (!database->table->is_binary) {
        const unsigned char *text = sqlite3_column_text(database->rows, column);
        nbytes = sqlite3_column_bytes(database->rows, column);
        if (text) {
            ki_record_offer_typed(record, type,
                                  (struct ki_span){(const char *)text, (size_t)nbytes});
        }
        return;
    }
    const void *blob = sqlite3_column_blob(database->rows, column);
    char hex[2 * MOST_BLOB_NBYTES + 1];
    if (!blob || nbytes > MOST_BLOB_NBYTES) {
        (void)ki_record_refuse(record, "hash is longer than %d bytes",
                               MOST_BLOB_NBYTES);
        return;
    }
    ki_hex_encode(blob, (size_t)nbytes, hex);
    ki_record_offer_typed(record, type, ki_span_of(hex));
}

static enum ki_step read_row(struct ki_list_parser *parser)
{
    struct database *database = parser->state;
    struct ki_list_record *record = &parser->record;
    database->row++;
    for (size_t i = 0; i < database->table->ncolumns; i++) {
        offer_column(record, database, (int)i);
    }
    if (record->nhashes > 0 && ki_record_id_from_hash(record)) {
        return KI_STEP_RECORD;
    }
    char reason[KI_REASON_NBYTES];
    (void)ki_record_conclude(record, false);
    (void)snprintf(reason, sizeof reason, "row %llu: %.*s",
                   (unsigned long long)database->row, KI_REASON_NBYTES - 32,
                   record->reason);
    memcpy(record->reason, reason, sizeof reason);
    return KI_STEP_REJECT;
}

enum ki_step ki_database_step(struct ki_list_parser *parser,
                              const struct ki_database_table *tables, size_t ntables)
{
    ki_record_begin(&parser->record, 0, 0);
    struct database *database = parser->state;
    if (!database) {
        return open_file(parser, tables, ntables);
    }
    switch (sqlite3_step(database->rows)) {
    case SQLITE_ROW:
        return read_row(parser);
    case SQLITE_DONE:
        return KI_STEP_END;
    default:
        return ki_parser_bad(parser, "SQLite database is damaged");
    }
}
