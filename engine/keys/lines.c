/* SPDX-License-Identifier: Apache-2.0 */
#include "keys/lines.h"

#include <string.h>

#include "base/diag.h"
#include "base/hex.h"

enum ki_status ki_key_lines_bad(const struct ki_key_lines *lines, const char *what,
                                struct ki_diag *diag)
{
    (void)ki_diag_set(diag, KI_ERR_FORMAT, "%s, line %u: %s", lines->name,
                      lines->number, what);
    return KI_ERR_FORMAT;
}

enum ki_status ki_key_lines_next(struct ki_key_lines *lines, const char **line,
                                 size_t *length, struct ki_diag *diag)
{
    lines->number++;
    if (lines->position >= lines->nbytes) {
        return ki_key_lines_bad(lines, "missing", diag);
    }
    const char *start = lines->text + lines->position;
    size_t left = lines->nbytes - lines->position;
    const char *end = memchr(start, '\n', left);
    size_t nline = end ? (size_t)(end - start) : left;
    lines->position += nline + (end ? 1 : 0);
    if (nline > 0 && start[nline - 1] == '\r') {
        nline--;
    }
    *line = start;
    *length = nline;
    return KI_OK;
}

enum ki_status ki_key_lines_comment(struct ki_key_lines *lines, const char *prefix,
                                    const char **comment, size_t *length,
                                    struct ki_diag *diag)
{
    const char *line;
    size_t nline;
    enum ki_status status = ki_key_lines_next(lines, &line, &nline, diag);
    if (status != KI_OK) {
        return status;
    }
    size_t nprefix = strlen(prefix);
    if (nline < nprefix || memcmp(line, prefix, nprefix) != 0) {
        return ki_diag_set(diag, KI_ERR_FORMAT, "%s, line %u: does not begin with '%s'",
                           lines->name, lines->number, prefix);
    }
    *comment = line + nprefix;
    *length = nline - nprefix;
    return KI_OK;
}

enum ki_status ki_key_lines_base64(struct ki_key_lines *lines, uint8_t *out,
                                   size_t nbytes, struct ki_diag *diag)
{
    const char *line;
    size_t nline;
    enum ki_status status = ki_key_lines_next(lines, &line, &nline, diag);
    if (status != KI_OK) {
        return status;
    }
    if (!ki_base64_decode(line, nline, out, nbytes)) {
        return ki_diag_set(diag, KI_ERR_FORMAT, "%s, line %u: not base64 of %zu bytes",
                           lines->name, lines->number, nbytes);
    }
    return KI_OK;
}

enum ki_status ki_key_lines_end(const struct ki_key_lines *lines, struct ki_diag *diag)
{
    if (lines->position < lines->nbytes) {
        return ki_diag_set(diag, KI_ERR_FORMAT, "%s: something follows line %u",
                           lines->name, lines->number);
    }
    return KI_OK;
}

bool ki_key_comment_is_plain(const char *text, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < ' ' && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    return true;
}
