/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formats of list files, as a table. A format of lines is two pure functions: one
 * finds where a record ends, the other reads it. JSON, XML and binary formats take
 * their steps themselves. ki_list_parse drives them over whatever bytes are at hand, so
 * that the memory needed does not depend on the file.
 */
#ifndef KI_LIST_FORMATS_FORMAT_H
#define KI_LIST_FORMATS_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "list/formats/columns.h"
#include "list/formats/json_walk.h"
#include "list/formats/record.h"

/* The longest record, without its line end. A longer one is refused, and reading goes
 * on after the next line end. */
enum { KI_RECORD_MAX_NBYTES = 65536, KI_TABLE_MOST_COLUMNS = 8 };

enum ki_step {
    KI_STEP_MORE,   /* no whole record yet: come again with more bytes; with is_last:
                       the end, nothing is left */
    KI_STEP_SKIP,   /* something that is no record: blank, comment, header */
    KI_STEP_RECORD, /* parser->record is good */
    KI_STEP_REJECT, /* parser->record.reason says why not; line and byte are set */
    KI_STEP_NOTE,   /* no record, but parser->record.reason has something to tell: the
                       file is one page of several, or does not hold what it says */
    KI_STEP_END,    /* all records are read; the file's other bytes do not matter */
    KI_STEP_BAD     /* the whole file cannot be read; parser->record.reason says why */
};

enum ki_frame_state {
    KI_FRAME_MORE,
    KI_FRAME_WHOLE,
    KI_FRAME_TOO_LONG, /* no line end within KI_RECORD_MAX_NBYTES + 1 bytes */
    KI_FRAME_UNCLOSED  /* an open quote swallows what follows: only the first line of
                          it is given up */
};

/* The extent of the record that the data begin with. */
struct ki_frame {
    enum ki_frame_state state;
    size_t nbytes;   /* of the record, line end left out */
    size_t consumed; /* of the data, line end included */
};

struct ki_list_parser;
struct ki_json_records;

struct ki_list_format {
    const char *name;
    /* A record is all there is of its entry, so that it takes the place of what was
     * known before; else its hashes are added to those. */
    bool replaces_entry;
    struct ki_frame (*frame)(const struct ki_list_parser *parser, const char *data,
                             size_t nbytes, bool is_last);
    /* Reads one record without NUL bytes into parser->record, which was begun. Returns
     * SKIP, RECORD, REJECT or BAD. */
    enum ki_step (*parse)(struct ki_list_parser *parser, struct ki_span text);
    /* Or instead of both: what ki_list_parse does after the byte order mark. It is also
     * called without bytes. parser->line and byte are kept by ki_list_parse. */
    enum ki_step (*step)(struct ki_list_parser *parser, const char *data, size_t nbytes,
                         bool is_last, size_t *consumed);
    void (*end)(struct ki_list_parser *parser); /* frees parser->state */
    /* Or instead of all: JSON, whose steps json_records.h takes. */
    const struct ki_json_records *json;
};

/* What a file said of itself, for formats that take their own steps. */
struct ki_list_facts {
    char scheme[KI_CATEGORY_NBYTES]; /* of its categories */
    bool has_context;
    bool has_records; /* the array or element that holds them was seen */
    bool is_partial;  /* it says that more follows */
    bool is_finished; /* the end was told */
    int64_t count;    /* of records, as stated; -1 if not */
    uint64_t nrecords;
};

struct ki_list_parser {
    const struct ki_list_format *format;
    int kind;          /* an enum ki_kind for what does not say, or -1 */
    bool is_64_sha256; /* hash-text: 64 bare hex digits are a SHA-256 */
    int fd;            /* the file, for databases: a regular one, or -1 */
    int purpose;       /* enum ki_purpose of the list, or -1 if it does not matter */
    bool is_stated;    /* the format was named, not told from the content */
    uint64_t line;     /* where the next byte stands */
    uint64_t byte;
    bool is_in_long_line; /* the rest of a refused line is still to come */
    bool has_magic;       /* hashdeep: the first line was seen */
    bool has_header;      /* the columns are known */
    char delimiter;       /* csv; 0 until the header is known */
    struct ki_list_columns columns;
    struct ki_list_record record;
    char unquoted[3][KI_ENTRY_ID_NBYTES + 2]; /* csv: cells that had "" inside */
    int places[KI_TABLE_MOST_COLUMNS];        /* table.h */
    struct ki_json_walk walk;
    struct ki_list_facts facts;
    void *state; /* of the format; NULL at first */
};

/* kind: as in struct ki_list_parser. ki_parser_end frees what the format allocated. */
void ki_parser_end(struct ki_list_parser *parser);
void ki_parser_begin(struct ki_list_parser *parser, const struct ki_list_format *format,
                     int kind);

/* Takes one step at the head of the data; *consumed says how many bytes it took. With
 * more than KI_RECORD_MAX_NBYTES + 1 bytes, or with is_last, some are always taken.
 * The sequence of records does not depend on how the file is cut into calls. */
enum ki_step ki_list_parse(struct ki_list_parser *parser, const char *data,
                           size_t nbytes, bool is_last, size_t *consumed);

/* For formats of one line a record. */
struct ki_frame ki_frame_line(const struct ki_list_parser *parser, const char *data,
                              size_t nbytes, bool is_last);

/* Refuses the file, for `return ki_parser_bad(…)`. */
enum ki_step ki_parser_bad(struct ki_list_parser *parser, const char *reason);

/* NULL if there is no such format. */
const struct ki_list_format *ki_list_format_find(const char *name);

extern const struct ki_list_format ki_list_pdq_text;
extern const struct ki_list_format ki_list_signal_text;
extern const struct ki_list_format ki_list_hash_text;
extern const struct ki_list_format ki_list_hashdeep;
extern const struct ki_list_format ki_list_csv;
extern const struct ki_list_format ki_list_vics_json;
extern const struct ki_list_format ki_list_ncmec_xml;
extern const struct ki_list_format ki_list_stopncii_json;
extern const struct ki_list_format ki_list_threatexchange_json;
extern const struct ki_list_format ki_list_threatexchange_csv;
extern const struct ki_list_format ki_list_icse_csv;
extern const struct ki_list_format ki_list_arachnid_base64;
extern const struct ki_list_format ki_list_nsrl_csv;
extern const struct ki_list_format ki_list_encase_hash;
extern const struct ki_list_format ki_list_tsk_kdb;
extern const struct ki_list_format ki_list_nsrl_sqlite;
extern const struct ki_list_format ki_list_vpdq_text;
extern const struct ki_list_format ki_list_ndjson;

#endif
