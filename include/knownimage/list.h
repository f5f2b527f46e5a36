/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hash lists: naming them, importing files into them, writing them out again.
 *
 * All functions take the index folder, which is made if it does not exist (by those
 * that write). They may be called from any thread or process; writers wait for each
 * other. A change is durable when the function returns KI_OK.
 */
#ifndef KNOWNIMAGE_LIST_H
#define KNOWNIMAGE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <knownimage/index.h>
#include <knownimage/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Adds a list. Of info, name, source, purpose, action, radius and min_quality count. An
 * empty source becomes the name. With update, a list of that name gets the new policy
 * instead of KI_ERR_EXISTS. Publishing is up to the caller (ki_index_publish).
 * Errors: KI_ERR_ARGUMENT (a bad name or range), KI_ERR_EXISTS, KI_ERR_IO. */
KI_API KI_MUST_CHECK enum ki_status ki_list_add(const char *folder,
                                                const struct ki_list_info *info,
                                                bool update, struct ki_diag *diag);

/* Removes one entry, named by its id, with all its hashes; *existed tells whether there
 * was one. Like all changes here it is in effect once published. */
KI_API KI_MUST_CHECK enum ki_status
ki_list_remove_entry(const char *folder, const char *name, const char *entry,
                     bool *existed, struct ki_diag *diag);

/* Removes a list with all its entries. *nentries tells how many. */
KI_API KI_MUST_CHECK enum ki_status ki_list_remove(const char *folder, const char *name,
                                                   uint64_t *nentries,
                                                   struct ki_diag *diag);

/* The lists of the catalog in order of name, as a new array that the caller frees with
 * free(); *lists is NULL if there is none. */
KI_API KI_MUST_CHECK enum ki_status ki_list_all(const char *folder,
                                                struct ki_list_info **lists,
                                                size_t *nlists, struct ki_diag *diag);

/* A record of a list file that was refused; the others are imported. Pointers are valid
 * during the call only. */
struct ki_list_reject {
    uint64_t line;      /* 1-based; 0 if the format has no lines */
    uint64_t byte;      /* offset of the record in the file */
    const char *reason; /* one line of English, without the record's content */
};

struct ki_import_options {
    const char *format; /* a name of ki_list_format_name, or NULL or "auto" */
    int kind;           /* an enum ki_kind for files that do not say, or -1 */
    bool wants_sha256;  /* of the bytes read; default: no */
    bool publish;       /* publish a generation afterwards */
    /* Optional; called with context. */
    void (*on_reject)(void *context, const struct ki_list_reject *reject);
    void (*on_progress)(void *context, uint64_t nbytes_done);
    bool (*is_stopped)(void *context); /* true: undo everything, KI_ERR_INTERRUPTED */
    void (*on_wait)(void *context);    /* another writer has the turn; once */
    void *context;
};

/* Format auto, no kind, publishing, no callbacks. */
KI_API struct ki_import_options ki_import_options_default(void);

struct ki_import_result {
    const char *format;  /* the format that was used; static storage; NULL if it was
                            to be told and the file held nothing */
    uint64_t nread;      /* records read */
    uint64_t nadded;     /* entries new to the list */
    uint64_t nupdated;   /* entries that gained, lost or changed a hash */
    uint64_t nunchanged; /* records that said nothing new, withdrew what was not there,
                            or were made void by a later record of the file */
    uint64_t nremoved;   /* entries withdrawn */
    uint64_t nrejected;  /* records refused */
    uint64_t generation; /* the current generation after the import */
    bool has_sha256;     /* if it was wanted, and the file is no database, which is not
                            read in order */
    uint8_t sha256[32];  /* of the very bytes that were read, from where fd stood to the
                            end */
};

/* Imports everything that can be read from fd until its end, in one transaction: all
 * good records or, on any error, none. Bad records are told to on_reject and counted.
 * What is no regular file is read to its end, into a nameless file in the folder,
 * before other writers are kept waiting. Errors: KI_ERR_NOT_FOUND (no such list),
 * KI_ERR_FORMAT (unknown or ambiguous format; the message says what was seen),
 * KI_ERR_IO, KI_ERR_INTERRUPTED. */
KI_API KI_MUST_CHECK enum ki_status
ki_list_import(const char *folder, const char *name, int fd,
               const struct ki_import_options *options, struct ki_import_result *result,
               struct ki_diag *diag);

/* Names of the import formats: i = 0, 1, … until NULL. Static storage. */
KI_API const char *ki_list_format_name(size_t i);

/* Writes the entries of a list: "csv" (header entry,kind,hash,category_scheme,
 * category_code; one hash a line), "pdq-text" (only the PDQ hashes) or "ndjson" (one
 * hash a line, all ids whole). All can be imported again. Errors: KI_ERR_NOT_FOUND,
 * KI_ERR_ARGUMENT (format), KI_ERR_IO. */
KI_API KI_MUST_CHECK enum ki_status ki_list_export(const char *folder, const char *name,
                                                   const char *format, FILE *out,
                                                   struct ki_diag *diag);

#ifdef __cplusplus
}
#endif
#endif
