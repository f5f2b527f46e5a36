/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks through JSON of any size and cuts out its records, one value at a time, so that
 * no more of the file than one record is ever in memory. Outside the values it is
 * strict: what does not belong there ends the walk. A value is cut out by counting its
 * brackets outside strings; whether it is sound inside is for jansson to say.
 *
 * A format says what to do with each value, from the container that it stands in (a
 * role of its own choice, KI_JSON_ROOT outside all) and its key.
 */
#ifndef KI_LIST_FORMATS_JSON_WALK_H
#define KI_LIST_FORMATS_JSON_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "list/formats/span.h"

enum {
    KI_OBJECT_MAX_NBYTES = 1 << 20, /* the longest record; a longer one is refused */
    KI_FACT_MAX_NBYTES = 4096,      /* a longer value beside the records is skipped */
    KI_JSON_MAX_DEPTH = 50,         /* inside a record */
    KI_JSON_KEY_NBYTES = 64,        /* of a longer key only that much is kept */
    KI_JSON_MOST_LEVELS = 4,
    KI_JSON_ROOT = 0
};

enum ki_json_action {
    KI_JSON_SKIP,
    KI_JSON_FACT,   /* hand it over if it is short */
    KI_JSON_RECORD, /* hand it over, or refuse it */
    KI_JSON_ENTER   /* walk through this array or object; else as SKIP */
};

struct ki_json_choice {
    enum ki_json_action action;
    int role;           /* of the container entered */
    const char *nested; /* RECORD: an object with an array of this key is no record;
                           its array is entered as nested_role; so is an array that
                           is itself the root */
    int nested_role;
};

/* The key is empty in an array and at the root. */
typedef struct ki_json_choice (*ki_json_choose)(int role, struct ki_span key);

enum ki_json_event {
    KI_JSON_MORE,     /* needs more bytes; nothing was taken beyond *consumed */
    KI_JSON_MOVED,    /* took some bytes that mean nothing */
    KI_JSON_ENTERED,  /* walk->role was entered: its first bracket was taken */
    KI_JSON_LEFT,     /* walk->role was left: its last bracket was taken */
    KI_JSON_VALUE,    /* walk->value is whole: a FACT or RECORD (walk->action) */
    KI_JSON_TOO_LONG, /* a RECORD over the limit; the rest of it will be skipped */
    KI_JSON_TOO_DEEP, /* likewise */
    KI_JSON_BROKEN    /* walk->broken says what is wrong */
};

struct ki_json_level {
    bool is_object;
    int role;
};

struct ki_json_walk {
    int expects; /* enum expects of json_walk.c */
    size_t nlevels;
    struct ki_json_level levels[KI_JSON_MOST_LEVELS];
    uint64_t nroots;
    /* The value being read: bytes of it that were seen and are not to be seen again. */
    bool is_skipping;
    bool is_in_string;
    bool is_escaped;
    bool is_scalar;
    bool is_key_next;   /* at depth 1 of an object: the next string is a key */
    bool is_array_next; /* the key was choice.nested */
    uint64_t depth;
    size_t nscanned;
    size_t string_first;
    struct ki_json_choice choice;
    char key[KI_JSON_KEY_NBYTES + 1];
    size_t key_nbytes;
    bool is_in_key;
    /* What an event tells. */
    enum ki_json_action action;
    int role;
    struct ki_span value; /* points into the data */
    const char *broken;
};

void ki_json_walk_begin(struct ki_json_walk *walk);

/* Takes one step at the head of the data, of which *consumed bytes are done with; what
 * is not must stand at the head of the next call's. With is_last and no bytes left,
 * MORE is the end: of a whole file if ki_json_walk_is_whole. */
enum ki_json_event ki_json_walk_step(struct ki_json_walk *walk, ki_json_choose choose,
                                     const char *data, size_t nbytes, bool is_last,
                                     size_t *consumed);

/* Nothing is open. */
bool ki_json_walk_is_whole(const struct ki_json_walk *walk);

/* The key of the value, as written (escapes are kept). */
struct ki_span ki_json_walk_key(const struct ki_json_walk *walk);

#endif
