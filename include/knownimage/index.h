/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index: a folder that holds the catalog (lists and entries, the truth), immutable
 * segments made from it, and a MANIFEST that names the current generation of segments.
 * Lookups read one open generation and nothing else.
 *
 * Threads: an open struct ki_index is immutable; any number of threads may look up in
 * it at once. Functions that take a folder may be called from any thread or process:
 * writers exclude each other by a lock file and wait for it; readers never wait.
 */
#ifndef KNOWNIMAGE_INDEX_H
#define KNOWNIMAGE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/hash.h>
#include <knownimage/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    KI_LIST_NAME_NBYTES =
        64, /* with terminator; [A-Za-z0-9._-], not first '.' or '-' */
    KI_LIST_SOURCE_NBYTES = 64, /* with terminator; the same letters */
    KI_ENTRY_ID_NBYTES = 1024,  /* longest entry id, without a terminator */
    KI_CATEGORY_NBYTES = 64,    /* a scheme or code, with terminator */
    KI_MEMBER_NBYTES = 64,      /* who submitted an entry, with terminator */
    KI_LIST_KEY_ID_NBYTES = 8,  /* of a key that updates are signed with */
    KI_LIST_KEY_NBYTES = 32,    /* an Ed25519 public key */
    KI_LIST_DIGEST_NBYTES = 32  /* a SHA-256 */
};

/* What a list is for. */
enum ki_purpose {
    KI_PURPOSE_MATCH = 0, /* "match" */
    KI_PURPOSE_ALLOW,     /* "allow": counter-evidence; its hits make no match */
    KI_PURPOSE_TEST,      /* "test": its hits match but never act */
    KI_NPURPOSES
};

/* What the operator wants done about a match; the strongest of all hits wins. */
enum ki_action {
    KI_ACTION_OBSERVE = 0, /* "observe" */
    KI_ACTION_REVIEW,      /* "review" */
    KI_ACTION_BLOCK,       /* "block" */
    KI_NACTIONS
};

/* Why the PDQ hashes of an entry are not looked up: they would match too much. Bits.
 * Its digests are. */
enum ki_doubt {
    KI_DOUBT_COHERENT = 1, /* rows or columns too much alike: a flat picture, stripes */
    KI_DOUBT_SYMMETRIC = 2,  /* too near to its transposed: gradients, checkers */
    KI_DOUBT_WEIGHT = 4,     /* not half of the bits are set */
    KI_DOUBT_NEIGHBOURS = 8, /* too many other entries of its list are near */
    KI_DOUBT_BENIGN = 16,    /* near to a harmless picture of the operator's */
    KI_DOUBT_STRIPED = 32,   /* few broken squares: stripes in any direction */
    KI_DOUBTS = 63,
    KI_DOUBT_RELEASED = 128 /* a person looked at it: all are looked up again */
};

KI_API const char *ki_purpose_text(enum ki_purpose purpose);
KI_API const char *ki_action_text(enum ki_action action);
KI_API const char *ki_doubt_text(enum ki_doubt doubt); /* of one bit */
KI_API bool ki_doubt_from_text(const char *text, enum ki_doubt *out);
KI_API bool ki_purpose_from_text(const char *text, enum ki_purpose *out);
KI_API bool ki_action_from_text(const char *text, enum ki_action *out);

/* What is known of who made the content of a list. */
struct ki_list_trust {
    bool has_key; /* pinned: nothing but updates signed with it is taken */
    uint8_t key_id[KI_LIST_KEY_ID_NBYTES];
    uint8_t key[KI_LIST_KEY_NBYTES]; /* not in a generation, zero there */
    bool is_signed;                  /* the last update was, with the key of then */
    uint64_t update;                 /* its serial number, by its signer; 0: none */
    int64_t expires;                 /* seconds since 1970, by its signer; 0: never */
    uint8_t update_sha256[KI_LIST_DIGEST_NBYTES]; /* of its file; not in a generation,
                                                     zero there */
};

/* A list with its policy, by value. */
struct ki_list_info {
    char name[KI_LIST_NAME_NBYTES];
    char source[KI_LIST_SOURCE_NBYTES]; /* who vouches for it; the name if not given */
    enum ki_purpose purpose;
    enum ki_action action;
    unsigned radius;      /* PDQ hits at this distance or less; 0…KI_RADIUS_MAX */
    unsigned min_quality; /* of the picture, 0…100, for a PDQ hit to count */
    uint32_t id;          /* given by the catalog, never used again */
    uint64_t serial;      /* counts the changes of this list */
    uint64_t nentries;
    uint64_t nhashes[KI_NKINDS];
    uint64_t nquarantined; /* entries whose PDQ hashes are not looked up */
    struct ki_list_trust trust;
};

/* Where an entry comes from, as far as its source told. */
struct ki_provenance {
    char member[KI_MEMBER_NBYTES]; /* who handed it in at the source, or "" */
    int64_t updated;               /* seconds since 1970 by the source; 0: not told */
    uint32_t nvotes_for;           /* of the source's members that looked at it */
    uint32_t nvotes_against;
    uint32_t added_by;   /* the number of the import that brought it; 0: none */
    uint32_t changed_by; /* of the last import that changed it */
};

/* An import as the catalog remembers it. */
enum { KI_FORMAT_NBYTES = 32, KI_VERSION_NBYTES = 32, KI_DIGEST_NBYTES = 32 };
struct ki_import_note {
    uint32_t number; /* given by the catalog, from 1 on */
    uint32_t list_id;
    int64_t time;                    /* seconds since 1970, of this machine */
    char format[KI_FORMAT_NBYTES];   /* of the file; "" if it was empty */
    char version[KI_VERSION_NBYTES]; /* of the importer */
    bool has_sha256;                 /* of the bytes of the file */
    uint8_t sha256[KI_DIGEST_NBYTES];
    bool is_signed; /* and with which key */
    uint8_t key_id[KI_LIST_KEY_ID_NBYTES];
    uint64_t nadded;
    uint64_t nupdated;
    uint64_t nremoved;
    uint64_t nrejected;
};

/* Purpose match, action review, radius 31, quality 50; zero counts. */
KI_API struct ki_list_info ki_list_info_default(void);

/* An open generation. */
struct ki_index;

/* Opens the current generation of the index in the folder. Every segment's checksum is
 * verified before anything is looked up in it, so this reads them whole.
 * Errors: KI_ERR_NOT_FOUND (no folder, or nothing published yet), KI_ERR_DAMAGED (names
 * the file), KI_ERR_IO, KI_ERR_NO_MEMORY. */
KI_API KI_MUST_CHECK enum ki_status
ki_index_open(const char *folder, struct ki_index **out, struct ki_diag *diag);
KI_API void ki_index_close(struct ki_index *index); /* NULL is allowed */

/* Opens the generation before the current one, which stays on disk: for when a file of
 * the current one is damaged. What the last publication added is not found in it.
 * Errors as above. */
KI_API KI_MUST_CHECK enum ki_status
ki_index_open_previous(const char *folder, struct ki_index **out, struct ki_diag *diag);

KI_API uint64_t ki_index_generation(const struct ki_index *index);
KI_API size_t ki_index_nlists(const struct ki_index *index);
/* i < ki_index_nlists; the result lives as long as the index. They are one array. */
KI_API const struct ki_list_info *ki_index_list(const struct ki_index *index, size_t i);

/* One entry found. Pointers live as long as the index. */
struct ki_hit {
    const struct ki_list_info *list;
    const char *entry;           /* the source's id, terminated; bytes as imported */
    const char *category_scheme; /* "" if none */
    const char *category_code;   /* "" if none */
    const char *member;          /* who handed it in at the source; "" if not told */
    uint32_t nvotes_for;         /* of the source's members that looked at it */
    uint32_t nvotes_against;
    enum ki_kind kind;
    unsigned distance;           /* bits; 0 for digests */
    enum ki_mode mode;           /* of the query; KI_MODE_PDQ for digests */
    enum ki_transform transform; /* of the query; ORIGINAL for digests */
    size_t query;                /* which of several queries found it; else 0 */
    bool is_inert;    /* set by verdicts: the category leads to nothing; else false */
    bool is_flooding; /* set by verdicts: see the flood guard of a policy; else false */
};

/* A growable array of hits, owned by the caller: zero-initialise, reuse by setting
 * nhits to 0, free with ki_hits_free. One thread at a time. */
struct ki_hits {
    struct ki_hit *items;
    size_t nhits;
    size_t capacity;
};
KI_API void ki_hits_free(struct ki_hits *hits);

/* The radius of each list's own policy, in the place of a number. */
enum { KI_RADIUS_OF_LIST = -1 };

/* Appends every entry at a distance of at most radius bits (0…KI_RADIUS_MAX, or
 * KI_RADIUS_OF_LIST; digests are always looked up exactly). The search is exact: no
 * neighbour is missed, none beyond the radius is returned. Order is unspecified.
 * Errors: KI_ERR_ARGUMENT, KI_ERR_NO_MEMORY (hits found before it are kept). */
KI_API KI_MUST_CHECK enum ki_status ki_index_lookup(const struct ki_index *index,
                                                    const struct ki_hash *query,
                                                    int radius, struct ki_hits *hits);

/* The same for several queries, of any kinds; hits say which of them found them: the
 * eight dihedral hashes of a picture, both modes, or the hashes of many pictures. */
KI_API KI_MUST_CHECK enum ki_status ki_index_lookup_many(const struct ki_index *index,
                                                         const struct ki_hash *queries,
                                                         size_t nqueries, int radius,
                                                         struct ki_hits *hits);

/* State of the index folder. Lists, entries and hashes are those of the catalog, or of
 * the generation where there is none or it is damaged. */
struct ki_index_status {
    bool has_catalog; /* a copy for lookups needs only MANIFEST and segments */
    char damage[KI_DIAG_NBYTES]; /* what is wrong with catalog.mdb or MANIFEST, or "" */
    uint64_t generation;         /* 0: nothing published yet */
    uint64_t catalog_serial;     /* counts the commits of the catalog */
    uint64_t published_serial;   /* the commit that the generation was made from */
    uint64_t nsegments;
    uint64_t segment_nbytes;
    uint64_t nlists;
    uint64_t nentries;
    uint64_t nhashes[KI_NKINDS];
    uint64_t nquarantined; /* entries whose PDQ hashes are not looked up */
};
/* KI_ERR_NOT_FOUND if there is no index; damage is no failure of this call. */
KI_API KI_MUST_CHECK enum ki_status
ki_index_status(const char *folder, struct ki_index_status *out, struct ki_diag *diag);

/* Whether any file of an index is there, good or not. */
KI_API bool ki_index_exists(const char *folder);

/* Makes a generation from the catalog as it stands, durable when this returns: what has
 * changed since the current one becomes a small segment over the others. If nothing has
 * changed, only tells the number of the current one. With repair, the files of the
 * current generation are verified, which reads them whole, and made anew from the
 * catalog if one is missing or damaged. */
KI_API KI_MUST_CHECK enum ki_status ki_index_publish(const char *folder, bool repair,
                                                     uint64_t *generation,
                                                     struct ki_diag *diag);

/* The same after an older catalog.mdb was put back from a backup, which is refused
 * otherwise: what was imported after it is not listed any more. */
KI_API KI_MUST_CHECK enum ki_status
ki_index_accept_catalog(const char *folder, uint64_t *generation, struct ki_diag *diag);

/* Makes fewer segments of many, so that lookups stay fast: all into one (is_all), or
 * only those that have become due, which costs little on average. Readers, imports and
 * publications go on meanwhile. *generation: the one now in force. Merges in several
 * processes wait for each other. */
KI_API KI_MUST_CHECK enum ki_status ki_index_merge(const char *folder, bool is_all,
                                                   uint64_t *generation,
                                                   struct ki_diag *diag);

/* Checks the MANIFEST and the one before it, every segment's checksum and tables, the
 * catalog whole, and that catalog and generation hold the same entries, but for those
 * not published yet. A copy without a catalog is checked without. on_problem is called
 * once per problem found; the status is KI_ERR_DAMAGED if there was one. */
KI_API KI_MUST_CHECK enum ki_status
ki_index_verify(const char *folder, void (*on_problem)(void *context, const char *text),
                void *context, struct ki_diag *diag);

/* Removes segment and temporary files that no generation names. */
KI_API KI_MUST_CHECK enum ki_status ki_index_prune(const char *folder,
                                                   uint64_t *nremoved,
                                                   uint64_t *removed_nbytes,
                                                   struct ki_diag *diag);

#ifdef __cplusplus
}
#endif
#endif
