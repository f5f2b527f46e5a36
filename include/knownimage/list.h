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

/* Adds a list. Of info, name, source, purpose, action, radius, min_quality and, of
 * trust, the key count. An empty source becomes the name. With update, a list of that
 * name gets the new policy and key instead of KI_ERR_EXISTS; with another key, or none,
 * it forgets the updates taken before. Publishing is up to the caller
 * (ki_index_publish). Errors: KI_ERR_ARGUMENT (a bad name or range), KI_ERR_EXISTS,
 * KI_ERR_IO. */
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

/* All that is known of an entry. Pointers are valid during the call only. */
struct ki_entry_info {
    const char *id; /* terminated; bytes as imported */
    size_t id_nbytes;
    const char *category_scheme; /* "" if none */
    const char *category_code;
    const struct ki_hash *hashes;
    size_t nhashes;
    struct ki_provenance from;
    unsigned doubts;                      /* enum ki_doubt */
    const struct ki_list_info *list;      /* that it stands in */
    const struct ki_import_note *added;   /* the import that brought it; NULL: none */
    const struct ki_import_note *changed; /* the last one that changed it */
};

/* Calls visit with the entry of that id in the catalog. KI_ERR_NOT_FOUND if there is no
 * such list or entry. */
KI_API KI_MUST_CHECK enum ki_status
ki_list_entry(const char *folder, const char *list, const char *id, size_t id_nbytes,
              void (*visit)(void *context, const struct ki_entry_info *entry),
              void *context, struct ki_diag *diag);

/* A record of a list file that was refused; the others are imported. Pointers are valid
 * during the call only. */
struct ki_list_reject {
    uint64_t line;      /* 1-based; 0 if the format has no lines */
    uint64_t byte;      /* offset of the record in the file */
    const char *reason; /* one line of English, without the record's content */
    const char *file;   /* of several files: the name of this one; else NULL */
};

/*
 * Signed lists. A list with a key (trust of struct ki_list_info, has_key) takes nothing
 * but what comes with a minisign signature of that key, prehashed, whose trusted
 * comment says
 *
 *     list=NAME serial=N expires=2026-12-31T00:00:00Z
 *
 * among other words, each once: NAME is the name of the list here; N, from 1 to
 * 2^53 - 1, is greater than that of any update taken with this key; the time, UTC, is
 * to come. The very update that was taken last changes nothing and is no error. All
 * else is KI_ERR_REFUSED, also if it is confirmed, before a byte is parsed; and so is
 * an update of which every record was refused. A signature for a list without a key is
 * refused too: it would not be checked.
 *
 * What is signed may be a manifest, JSON of at most 1 MiB, of 1 to 256 files, which are
 * imported in its order in one transaction:
 *
 *     {"knownimage_list":1,"list":"NAME","serial":N,"expires":"2026-12-31T00:00:00Z",
 *      "files":[{"name":"a.xml","nbytes":N,"sha256":"…"},…]}
 *
 * Then the comment may leave out what stands there, but not contradict it. All files
 * are checked before the first is parsed. They have one format.
 */

/* Takes the next unpacked bytes, which are valid during the call only; with none of
 * them it is only asked whether to go on. Anything but KI_OK ends the unpacking. */
typedef enum ki_status (*ki_list_take)(void *context, const void *data, size_t nbytes);

/*
 * Unpacks a file packed with gzip, all its members, for an import. Whoever writes one
 * has to keep in mind that the bytes are a stranger's.
 *
 * fd is a regular file, lent for the call; it is read from its first byte, wherever it
 * stands. take is called on the calling thread, with all bytes in their order, and
 * while none come several times a second without; what it returns, if not KI_OK, is
 * returned at once, without a message of one's own. Nothing that was begun is left when
 * the function returns. KI_OK says that the file is whole; up to then what was taken is
 * worth nothing. Errors, with a message: KI_ERR_FORMAT (damaged or cut off),
 * KI_ERR_REFUSED (too much comes of it), KI_ERR_UNSUPPORTED (not possible here),
 * KI_ERR_IO, KI_ERR_NO_MEMORY.
 */
typedef enum ki_status (*ki_list_unpack)(void *unpack_context, int fd,
                                         ki_list_take take, void *context,
                                         struct ki_diag *diag);

struct ki_import_options {
    const char *format;  /* a name of ki_list_format_name, or NULL or "auto" */
    int kind;            /* an enum ki_kind for files that do not say, or -1 */
    bool publish;        /* publish a generation afterwards */
    bool replaces;       /* the file is the whole list: what it does not hold goes, and
                            an entry becomes what the file says of it */
    bool is_confirmed;   /* takes what is refused otherwise, see KI_GATE_… */
    bool keeps_releases; /* what the file says was released from quarantine by a person
                            is here too; otherwise a doubt about it counts as any. Only
                            NDJSON of an export says such a thing. */
    const char *signature; /* the text of a signature file; NULL: there is none */
    size_t signature_nbytes;
    const char *files_folder; /* where the files of a manifest are; NULL: nowhere */
    /* For files packed with gzip, such as ki_list_unpack_confined of sandbox.h; NULL:
     * they are refused. */
    ki_list_unpack unpack;
    void *unpack_context;
    /* Optional; called with context. */
    void (*on_reject)(void *context, const struct ki_list_reject *reject);
    void (*on_progress)(void *context, uint64_t nbytes_done);
    bool (*is_stopped)(void *context); /* true: undo everything, KI_ERR_INTERRUPTED */
    void (*on_wait)(void *context);    /* another writer has the turn; once */
    void *context;
};

/* Of a list that holds at least KI_GATE_NENTRIES, one import adds at most so many
 * percent of its entries, and removes at most so many, unless it is confirmed. Nor does
 * a file replace a list, unless it is confirmed, if a record of it was refused or it is
 * only a part: what could not be read would be removed. */
enum {
    KI_GATE_NENTRIES = 100,
    KI_GATE_GROWTH_PERCENT = 20,
    KI_GATE_REMOVAL_PERCENT = 5
};

/* Format auto, no kind, publishing, adding, not confirmed, no releases, not signed, no
 * callbacks. */
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
    uint64_t nquarantined; /* entries that stand in quarantine because of this import:
                              of those counted above */
    uint64_t generation;   /* the current generation after the import */
    uint32_t number;       /* of the import, if it changed anything; else 0 */
    bool has_sha256;       /* of the bytes that were read from fd */
    uint8_t sha256[32];
    bool is_known;           /* signed, and what the list took last: nothing was done */
    bool needs_confirmation; /* set also after KI_ERR_REFUSED: is_confirmed takes it */
};

/* Imports everything that can be read from fd until its end, in one transaction: all
 * good records or, on any error, none. Bad records are told to on_reject and counted.
 * What is no regular file is read to its end, into a nameless file in the folder,
 * before other writers are kept waiting. What begins with gzip's magic is unpacked by
 * options->unpack into another one, and read from there once it is whole. Errors:
 * KI_ERR_NOT_FOUND (no such list), KI_ERR_FORMAT (unknown or ambiguous format; the
 * message says what was seen; damaged, or packed without options->unpack),
 * KI_ERR_REFUSED (see KI_GATE_… and signed lists), KI_ERR_IO, KI_ERR_INTERRUPTED. Of
 * FORMAT and REFUSED the index keeps the reason, see ki_list_refusals. */
KI_API KI_MUST_CHECK enum ki_status
ki_list_import(const char *folder, const char *name, int fd,
               const struct ki_import_options *options, struct ki_import_result *result,
               struct ki_diag *diag);

/* The last import of a list that was refused whole, if none has succeeded since. */
struct ki_list_refusal {
    char list[KI_LIST_NAME_NBYTES];
    int64_t time; /* seconds since 1970 */
    char reason[KI_DIAG_NBYTES];
};
/* All of them in order of list name; *refusals is NULL if there is none, else freed by
 * the caller with free(). */
KI_API KI_MUST_CHECK enum ki_status ki_list_refusals(const char *folder,
                                                     struct ki_list_refusal **refusals,
                                                     size_t *nrefusals,
                                                     struct ki_diag *diag);

/* Names of the import formats: i = 0, 1, … until NULL. Static storage. */
KI_API const char *ki_list_format_name(size_t i);

/* Writes the entries of a list: "csv" (header entry,kind,hash,category_scheme,
 * category_code; one hash a line), "pdq-text" (only the PDQ hashes) or "ndjson" (one
 * hash a line, all ids whole, with what put an entry into quarantine or released it).
 * All can be imported again. Errors: KI_ERR_NOT_FOUND, KI_ERR_ARGUMENT (format),
 * KI_ERR_IO. */
KI_API KI_MUST_CHECK enum ki_status ki_list_export(const char *folder, const char *name,
                                                   const char *format, FILE *out,
                                                   struct ki_diag *diag);

/* An entry in quarantine: its PDQ hashes are not looked up, its digests are. Pointers
 * are valid during the call only. */
struct ki_quarantined {
    const char *entry; /* its id, terminated; bytes as imported */
    unsigned doubts;   /* mask of enum ki_doubt, without KI_DOUBT_RELEASED */
    const struct ki_hash *hashes;
    size_t nhashes;
};

/* Visits the entries of a list that stand in quarantine, in one state of the catalog;
 * false from visit ends the walk. Errors: KI_ERR_NOT_FOUND, KI_ERR_IO. */
typedef bool (*ki_quarantine_visit)(void *context, const struct ki_quarantined *entry);
KI_API KI_MUST_CHECK enum ki_status
ki_list_quarantine(const char *folder, const char *name, ki_quarantine_visit visit,
                   void *context, struct ki_diag *diag);

/* Releases one entry, named by its id, for good: it stays out of quarantine until it
 * gets a new PDQ hash that there is a doubt about. *was_quarantined is false, and
 * nothing changed, if it was not in quarantine or there is none of that id. In effect
 * once published. */
KI_API KI_MUST_CHECK enum ki_status
ki_list_release_entry(const char *folder, const char *name, const char *entry,
                      bool *was_quarantined, struct ki_diag *diag);

/* An entry with too many neighbours, or near to something harmless. Pointers are valid
 * during the call only. */
struct ki_suspect {
    const char *entry;    /* its id, terminated; bytes as imported */
    unsigned doubts;      /* mask of enum ki_doubt: what this check found; and
                             KI_DOUBT_RELEASED if a person released it */
    uint32_t nneighbours; /* of its hash that has the most, counted up to
                             KI_CHECK_MOST_COUNTED */
    bool is_benign;       /* near to something harmless, */
    unsigned distance;    /* this far, else 0 */
};

/* What a check looks for, and what it does about it. */
struct ki_check_options {
    uint32_t most_neighbours; /* more of them are a doubt */
    /* Hashes of harmless pictures, and a list of them; NULL, 0 and NULL: none. */
    const struct ki_pdq *benign;
    size_t nbenign;
    const char *benign_list;
    bool quarantine; /* note what was found of the entries, and publish */
    /* Optional; called with context. done goes from 0 to 1. */
    void (*on_suspect)(void *context, const struct ki_suspect *suspect);
    void (*on_progress)(void *context, double done);
    bool (*is_stopped)(void *context); /* true: change nothing, KI_ERR_INTERRUPTED */
    void *context;
};

/* 100 neighbours, nothing benign, changing nothing, no callbacks. */
KI_API struct ki_check_options ki_check_options_default(void);

enum {
    KI_CHECK_NDOUBTS = 6,           /* bits of KI_DOUBTS */
    KI_CHECK_COHERENCE_STEP = 20,   /* width of a place of the histogram */
    KI_CHECK_NCOHERENCES = 49,      /* 0…960 */
    KI_CHECK_NASYMMETRIES = 129,    /* 0…128 */
    KI_CHECK_NWEIGHTS = 257,        /* 0…256 */
    KI_CHECK_NBROKEN_SQUARES = 197, /* 0…196 */
    KI_CHECK_NNEAREST = 33,         /* 0…31, and none within 31 */
    KI_CHECK_NCOUNTS = 12,          /* 0, 1, 2–3, 4–7, …, 512–1023, more */
    KI_CHECK_MOST_COUNTED =
        1024 /* neighbours, or most_neighbours + 1 if that is more */
};

/* What a check found of a list. The histograms count PDQ hashes. */
struct ki_check_result {
    uint64_t nentries;
    uint64_t npdq;
    uint64_t nbenign;                    /* hashes compared with */
    uint64_t ndoubted[KI_CHECK_NDOUBTS]; /* entries that this check has the doubt
                                            1 << i about, whatever is noted of them */
    uint64_t nreleased;                  /* entries that a person released */
    uint64_t nquarantined; /* entries that stand in quarantine in the end */
    uint64_t nadded;       /* of them, put there by this check */
    uint64_t generation;   /* in force in the end; 0 without quarantine */
    uint64_t coherences[KI_CHECK_NCOHERENCES];
    uint64_t asymmetries[KI_CHECK_NASYMMETRIES];
    uint64_t weights[KI_CHECK_NWEIGHTS];
    uint64_t broken_squares[KI_CHECK_NBROKEN_SQUARES];
    uint64_t nearest[KI_CHECK_NNEAREST];   /* distance to the nearest hash of another
                                              entry; of one with more neighbours than are
                                              counted, of those that were */
    uint64_t neighbours[KI_CHECK_NCOUNTS]; /* hashes of other entries within 31 bits */
};

/* Looks for entries that would match what they should not: all of ki_pdq_doubts,
 * entries with too many others of the list within 31 bits, and entries within the
 * list's radius of something harmless. Entries in quarantine are looked at too. A
 * million hashes take about 25 seconds and 200 MB of memory; beyond four million, each
 * million takes 80 MB more. With quarantine, the writer's turn is held meanwhile; what
 * was released stays so. Errors: KI_ERR_NOT_FOUND (either list), KI_ERR_INTERRUPTED,
 * KI_ERR_NO_MEMORY, KI_ERR_IO. */
KI_API KI_MUST_CHECK enum ki_status
ki_list_check(const char *folder, const char *name,
              const struct ki_check_options *options, struct ki_check_result *result,
              struct ki_diag *diag);

#ifdef __cplusplus
}
#endif
#endif
