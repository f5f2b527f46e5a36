/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a key or signature file. */
#ifndef KI_KEYS_LINES_H
#define KI_KEYS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/status.h>

#define KI_UNTRUSTED_PREFIX "untrusted comment: "
#define KI_TRUSTED_PREFIX "trusted comment: "

struct ki_key_lines {
    const char *name; /* of the file, for messages */
    const char *text;
    size_t nbytes;
    size_t position;
    unsigned number; /* of the line that was read last, from 1 */
};

/* The next line without its end. KI_ERR_FORMAT if there is none. */
enum ki_status ki_key_lines_next(struct ki_key_lines *lines, const char **line,
                                 size_t *length, struct ki_diag *diag);

/* The next line, which must begin with prefix: what follows it. */
enum ki_status ki_key_lines_comment(struct ki_key_lines *lines, const char *prefix,
                                    const char **comment, size_t *length,
                                    struct ki_diag *diag);

/* The next line, which must be the base64 of nbytes bytes. */
enum ki_status ki_key_lines_base64(struct ki_key_lines *lines, uint8_t *out,
                                   size_t nbytes, struct ki_diag *diag);

/* KI_ERR_FORMAT if anything is left. */
enum ki_status ki_key_lines_end(const struct ki_key_lines *lines, struct ki_diag *diag);

/* "FILE, line N: what"; KI_ERR_FORMAT. */
enum ki_status ki_key_lines_bad(const struct ki_key_lines *lines, const char *what,
                                struct ki_diag *diag);

/* True if there is no control character but tabs. */
bool ki_key_comment_is_plain(const char *text, size_t nbytes);

#endif
