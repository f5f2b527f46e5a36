/* SPDX-License-Identifier: Apache-2.0 */
/* One import, between import.c, which reads the file, and apply.c, which puts what was
 * read into the catalog. */
#ifndef KI_LIST_IMPORT_H
#define KI_LIST_IMPORT_H

#include <knownimage/list.h>

#include "index/catalog.h"
#include "keys/keys.h"
#include "list/formats/format.h"
#include "list/packed.h"
#include "list/reader.h"
#include "list/signed.h"
#include "list/staging.h"

/* How many records between two questions whether to go on. */
enum { KI_RECORDS_PER_POLL = 1000 };

struct ki_import {
    const struct ki_import_options *options;
    struct ki_diag *diag;
    struct ki_txn *txn;
    struct ki_list_info list; /* when the file was begun; then as the writer found it */
    bool had_refusal;         /* an import before this one was refused */
    bool is_partial;          /* the file says that it is not all of it */
    struct ki_import_result result;
    struct ki_signed origin;             /* of a list with a key */
    const struct ki_list_format *format; /* of all files; NULL: they hold nothing */
    const char *file;                    /* that is read, of several; or NULL */
    struct ki_staging staging;
    uint64_t nentries;        /* of those staged, applied */
    struct ki_sha256 *hasher; /* of the file that was given */
    struct ki_packed packed;
    struct ki_list_reader reader;
    struct ki_list_parser parser;
};

/* Progress, and whether the caller wants to go on. */
enum ki_status ki_import_poll(const struct ki_import *import);

/* Copies what the reader gives, up to a limit, beyond which one piece is still taken.
 * prehash: NULL if it is not wanted. */
enum ki_status ki_import_copy(struct ki_import *import, struct ki_spool *out,
                              uint64_t limit_nbytes, struct ki_prehash *prehash);

/* Has import->reader read a spool from its beginning. */
enum ki_status ki_import_turn_to(struct ki_import *import, struct ki_spool *spool);

enum ki_status ki_import_spool_failed(struct ki_import *import, int error);

/* Has the parser read what the reader is to read in the format that it has, once it is
 * unpacked. */
enum ki_status ki_import_choose_format(struct ki_import *import);

/* Applies what was staged in the transaction import->txn, and ends that in any case:
 * with a commit and, if it is wanted, a publication, or undoing all. */
enum ki_status ki_import_apply(struct ki_import *import, const char *name);

#endif
