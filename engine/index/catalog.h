/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalog: lists and entries, the truth that segments are made from. One LMDB
 * environment (catalog.mdb) with LMDB's default durability: a commit that returned is
 * on disk. Only this folder knows LMDB; nothing returned from here points into the map.
 *
 * Writers exclude each other by flock on INDEX/writer.lock, held from open to close, so
 * that an import and the publication after it are one turn. Readers take no lock.
 */
#ifndef KI_INDEX_CATALOG_H
#define KI_INDEX_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/index.h>

struct ki_catalog;

enum ki_catalog_access {
    KI_CATALOG_READ,   /* KI_ERR_NOT_FOUND if there is no catalog */
    KI_CATALOG_CHANGE, /* likewise; waits for the lock */
    KI_CATALOG_WRITE,  /* makes folder and catalog where there is nothing; waits too */
    KI_CATALOG_ACCEPT  /* as CHANGE, and takes a catalog that is older than MANIFEST */
};

enum ki_status ki_catalog_open(const char *folder, enum ki_catalog_access access,
                               struct ki_catalog **out, struct ki_diag *diag);
void ki_catalog_close(struct ki_catalog *catalog); /* NULL is allowed */

/* Makes the next transaction read the whole file, also if nobody can have touched it
 * since its last writer: a disk may have. */
void ki_catalog_distrust(struct ki_catalog *catalog);

/* One transaction at a time per catalog. A read transaction sees one state; a write
 * transaction is all or nothing. Commit and abort both free it. KI_ERR_DAMAGED if
 * catalog.mdb is, or if it is not the one that MANIFEST was made from, or an older
 * state of it. */
struct ki_txn;
enum ki_status ki_txn_begin(struct ki_catalog *catalog, struct ki_txn **out,
                            struct ki_diag *diag);
enum ki_status ki_txn_commit(struct ki_txn *txn, struct ki_diag *diag);
void ki_txn_abort(struct ki_txn *txn); /* NULL is allowed */

/* Commits so far, counted in the catalog itself; raised by every write transaction that
 * changed lists or entries. */
uint64_t ki_txn_serial(const struct ki_txn *txn);

/* Lists. Names are checked: KI_ERR_ARGUMENT, KI_ERR_NOT_FOUND, KI_ERR_EXISTS. */
enum ki_status ki_txn_list_find(struct ki_txn *txn, const char *name,
                                struct ki_list_info *out, struct ki_diag *diag);
enum ki_status ki_txn_list_all(struct ki_txn *txn, struct ki_list_info **lists,
                               size_t *nlists, struct ki_diag *diag);
enum ki_status ki_txn_list_add(struct ki_txn *txn, const struct ki_list_info *info,
                               bool update, struct ki_diag *diag);
enum ki_status ki_txn_list_remove(struct ki_txn *txn, const char *name,
                                  uint64_t *nentries, struct ki_diag *diag);

/* One entry as an importer hands it in; all pointers are the caller's. */
struct ki_entry {
    const char *id; /* 1…KI_ENTRY_ID_NBYTES bytes, no NUL inside */
    size_t id_nbytes;
    const char *category_scheme; /* terminated, "" if none, < KI_CATEGORY_NBYTES */
    const char *category_code;
    const struct ki_hash *hashes;
    size_t nhashes;            /* at least 1 */
    struct ki_provenance from; /* its imports are noted by the catalog */
    unsigned doubts;           /* enum ki_doubt */
};

/* Whether hashes of the kind are left out of generations. */
static inline bool ki_entry_withholds(const struct ki_entry *entry, enum ki_kind kind)
{
    return kind == KI_KIND_PDQ && (entry->doubts & KI_DOUBTS) != 0 &&
           (entry->doubts & KI_DOUBT_RELEASED) == 0;
}

enum ki_entry_change { KI_ENTRY_UNCHANGED, KI_ENTRY_ADDED, KI_ENTRY_UPDATED };

/* Adds the hashes to the entry of that id, making it if it is new. Hashes it holds
 * already are not added twice; none is taken away: two lines with one file name must
 * not lose either. What is given of category and provenance replaces what was before;
 * doubts add up, and end a release if a hash is new. */
enum ki_status ki_txn_entry_add(struct ki_txn *txn, uint32_t list_id,
                                const struct ki_entry *entry,
                                enum ki_entry_change *change, struct ki_diag *diag);

/* Makes the entry what is given, taking away hashes that it holds beside those. Doubts
 * found by comparing entries, and a release, stay while the hashes are the same. */
enum ki_status ki_txn_entry_set(struct ki_txn *txn, uint32_t list_id,
                                const struct ki_entry *entry,
                                enum ki_entry_change *change, struct ki_diag *diag);

/* Makes the doubts of an entry (doubts & mask) | (those it has & ~mask); *existed tells
 * if there is one of that id. */
enum ki_status ki_txn_entry_doubt(struct ki_txn *txn, uint32_t list_id, const char *id,
                                  size_t id_nbytes, unsigned doubts, unsigned mask,
                                  bool *existed, struct ki_diag *diag);

/* Entries in quarantine, as they stand within the transaction, of the list that was last
 * found or changed. */
uint64_t ki_txn_nquarantined(const struct ki_txn *txn);

/* Notes of a list what its last update said of itself: is_signed, update, expires and
 * update_sha256. */
enum ki_status ki_txn_list_set_trust(struct ki_txn *txn, uint32_t list_id,
                                     const struct ki_list_trust *trust,
                                     struct ki_diag *diag);

/* From here on entries that are added or changed name the import *number. It is kept
 * with ki_txn_import_end only, which is for imports that have changed something. */
enum ki_status ki_txn_import_begin(struct ki_txn *txn, uint32_t *number,
                                   struct ki_diag *diag);
enum ki_status ki_txn_import_end(struct ki_txn *txn, const struct ki_import_note *note,
                                 struct ki_diag *diag);
/* KI_ERR_NOT_FOUND if there is none of that number. */
enum ki_status ki_txn_import_find(struct ki_txn *txn, uint32_t number,
                                  struct ki_import_note *out, struct ki_diag *diag);

/* The reason why an import of the list was refused; "" if the last one was not. Not a
 * change of lists and entries. */
enum ki_status ki_txn_refusal_set(struct ki_txn *txn, uint32_t list_id, int64_t time,
                                  const char *reason, struct ki_diag *diag);
enum ki_status ki_txn_refusal_find(struct ki_txn *txn, uint32_t list_id, int64_t *time,
                                   char reason[KI_DIAG_NBYTES], struct ki_diag *diag);

/* Removes the entry of that id with all its hashes; *existed tells if there was one. */
enum ki_status ki_txn_entry_remove(struct ki_txn *txn, uint32_t list_id, const char *id,
                                   size_t id_nbytes, bool *existed,
                                   struct ki_diag *diag);

/* Calls visit for every entry of a list (list_id 0: of all lists, in order of list id),
 * in order of entry key. The entry is valid during the call only. A status other than
 * KI_OK ends the walk and is returned. */
typedef enum ki_status (*ki_entry_visit)(void *context, uint32_t list_id,
                                         const struct ki_entry *entry);
enum ki_status ki_txn_entries(struct ki_txn *txn, uint32_t list_id,
                              ki_entry_visit visit, void *context,
                              struct ki_diag *diag);

/* Visits the one entry of that id, if there is one. */
enum ki_status ki_txn_entry_find(struct ki_txn *txn, uint32_t list_id, const char *id,
                                 size_t id_nbytes, ki_entry_visit visit, void *context,
                                 struct ki_diag *diag);

/* Entries added, changed or removed since the last publication are dirty (none before
 * the first). They are visited in order of entry key; one that is gone has no hashes.
 */
enum ki_status ki_txn_dirty_entries(struct ki_txn *txn, ki_entry_visit visit,
                                    void *context, struct ki_diag *diag);
enum ki_status ki_txn_dirty_count(struct ki_txn *txn, uint64_t *count,
                                  struct ki_diag *diag);
enum ki_status ki_txn_is_dirty(struct ki_txn *txn, uint32_t list_id, const char *id,
                               size_t id_nbytes, bool *is_dirty, struct ki_diag *diag);

/* Whether the entry may differ from its state in that generation. */
enum ki_status ki_txn_is_unpublished(struct ki_txn *txn, uint64_t generation,
                                     uint32_t list_id, const char *id, size_t id_nbytes,
                                     bool *is_unpublished, struct ki_diag *diag);

/* A publication takes the dirty entries: from then on they are pending, until it is
 * known that its MANIFEST has come into force, or that it has not. */
enum ki_status ki_txn_pending_keep(struct ki_txn *txn,
                                   struct ki_diag *diag); /* dirty */
enum ki_status ki_txn_pending_drop(struct ki_txn *txn, struct ki_diag *diag);

#endif
