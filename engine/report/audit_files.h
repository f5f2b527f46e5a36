/* SPDX-License-Identifier: Apache-2.0 */
/* The files of an audit log, and the lines in them. Internal to audit_*.c. */
#ifndef KI_REPORT_AUDIT_FILES_H
#define KI_REPORT_AUDIT_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/match.h>

#include "base/file.h"
#include "keys/note.h"
#include "report/audit_tree.h"

enum {
    KI_AUDIT_LINE_NBYTES = 256 * 1024, /* longest entry, with its newline */
    KI_AUDIT_PREFIX_NBYTES = 160       /* what all entries begin with, at most */
};

/* How far a log was read. */
struct ki_audit_mark {
    struct ki_tree tree;
    uint8_t last[KI_SHA256_NBYTES]; /* leaf hash of the entry before; zeros at first */
    uint64_t file;                  /* the file N.ndjson, */
    uint64_t offset;                /* and the place in it, of the next entry */
    uint64_t file_time_us;          /* of the first entry in that file, 0 if none */
    /* Version in the last entry "policy"; "": there was none; "?": not understood. */
    char policy[KI_POLICY_VERSION_NBYTES];
};

struct ki_audit_config {
    char origin[KI_NOTE_NAME_NBYTES];
    char key_path[KI_PATH_NBYTES]; /* the secret key */
    struct ki_public_key public_key;
};

/* INDEX/audit */
enum ki_status ki_audit_folder(const char *index_folder, char out[KI_PATH_NBYTES],
                               struct ki_diag *diag);
enum ki_status ki_audit_config_read(const char *folder, struct ki_audit_config *out,
                                    struct ki_diag *diag);
enum ki_status ki_audit_config_write(const char *folder,
                                     const struct ki_audit_config *config,
                                     struct ki_diag *diag);

/* base.json or state.json. Without base.json a log begins with nothing: KI_OK. */
enum ki_status ki_audit_base_read(const char *folder, struct ki_audit_mark *out,
                                  struct ki_diag *diag);
/* False if there is none that can be used. */
bool ki_audit_state_read(const char *folder, struct ki_audit_mark *out);
enum ki_status ki_audit_mark_write(const char *folder, const char *name,
                                   const struct ki_audit_mark *mark,
                                   struct ki_diag *diag);

/* Written beside, synced and renamed. */
enum ki_status ki_audit_replace(const char *folder, const char *name, const char *text,
                                struct ki_diag *diag);

/* The numbers of the files from that one on, ascending; the caller frees *files. */
enum ki_status ki_audit_list_files(const char *folder, uint64_t from, uint64_t **files,
                                   size_t *nfiles, struct ki_diag *diag);
void ki_audit_file_path(const char *folder, uint64_t file, char out[KI_PATH_NBYTES]);

/* The beginning of an entry; returns its length. */
size_t ki_audit_prefix(char out[KI_AUDIT_PREFIX_NBYTES], uint64_t seq,
                       const uint8_t prev[KI_SHA256_NBYTES], uint64_t time_us);

/* Checks a line, without its newline, as the next entry and moves the mark over it.
 * Returns NULL, or what is wrong; the mark is then as it was. */
const char *ki_audit_take_line(struct ki_audit_mark *mark, struct ki_sha256 *hasher,
                               const char *line, size_t nbytes);

/* Reads one file line by line. */
struct ki_audit_reader {
    int fd;
    char *buffer;
    size_t begin;
    size_t end;
    bool is_over;
};
enum ki_status ki_audit_reader_open(struct ki_audit_reader *reader, const char *path,
                                    uint64_t offset, struct ki_diag *diag);
void ki_audit_reader_close(struct ki_audit_reader *reader);
/* KI_OK and *line NULL at the end; *nbytes then are those after the last newline.
 * KI_ERR_LIMIT: a line is too long. */
enum ki_status ki_audit_reader_next(struct ki_audit_reader *reader, const char **line,
                                    size_t *nbytes, struct ki_diag *diag);

/* Reads from a mark to the end of the log. on_leaf, which may be NULL, gets each leaf
 * hash. *nbytes_left: after the last good line of the last file. KI_ERR_DAMAGED names
 * file and entry; the mark stands before it. */
struct ki_audit_walk {
    void (*on_entry)(void *context, const struct ki_audit_mark *mark);
    void *context;
    uint64_t limit; /* stops at that many entries */
};
enum ki_status ki_audit_walk(const char *folder, struct ki_audit_mark *mark,
                             struct ki_sha256 *hasher, const struct ki_audit_walk *walk,
                             uint64_t *nbytes_left, struct ki_diag *diag);

/* The text of a checkpoint before its signature. */
void ki_audit_checkpoint_text(const char *origin, uint64_t size,
                              const uint8_t root[KI_SHA256_NBYTES],
                              char out[KI_NOTE_NBYTES]);
/* Verifies a signed one. Errors: those of ki_note_verify; KI_ERR_FORMAT. */
enum ki_status ki_audit_checkpoint_parse(const struct ki_public_key *key,
                                         const char *origin, const char *text,
                                         size_t nbytes, uint64_t *size,
                                         uint8_t root[KI_SHA256_NBYTES],
                                         struct ki_diag *diag);

#endif
