/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of an audit log: what each begins with, and reading them one by one. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/hex.h"
#include "report/audit_files.h"

static const char seq_key[] = "{\"seq\":";
static const char prev_key[] = ",\"prev\":\"";
static const char time_key[] = "\",\"time_us\":";

static size_t chain_text(char out[KI_AUDIT_PREFIX_NBYTES], uint64_t seq,
                         const uint8_t prev[KI_SHA256_NBYTES])
{
    int length = snprintf(out, KI_AUDIT_PREFIX_NBYTES, "%s%" PRIu64 "%s", seq_key, seq,
                          prev_key);
    ki_hex_encode(prev, KI_SHA256_NBYTES, out + length);
    size_t nbytes = (size_t)length + 2 * (size_t)KI_SHA256_NBYTES;
    memcpy(out + nbytes, time_key, sizeof time_key);
    return nbytes + sizeof time_key - 1;
}

size_t ki_audit_prefix(char out[KI_AUDIT_PREFIX_NBYTES], uint64_t seq,
                       const uint8_t prev[KI_SHA256_NBYTES], uint64_t time_us)
{
    size_t nbytes = chain_text(out, seq, prev);
    return nbytes + (size_t)snprintf(out + nbytes, KI_AUDIT_PREFIX_NBYTES - nbytes,
                                     "%" PRIu64 ",", time_us);
}

/* The number that ends with a comma, and the length of both; 0 if there is none. */
static size_t take_time(const char *text, size_t nbytes, uint64_t *out)
{
    uint64_t value = 0;
    size_t i = 0;
    for (; i < nbytes && i < 19 && text[i] >= '0' && text[i] <= '9'; i++) {
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    *out = value;
    return i > 0 && i < nbytes && text[i] == ',' && text[0] != '0' ? i + 1 : 0;
}

static bool begins_with(const char *text, size_t nbytes, const char *begin)
{
    size_t length = strlen(begin);
    return nbytes >= length && memcmp(text, begin, length) == 0;
}

/* Remembers the version in an entry "policy", as ki_audit_add_policy writes it. */
static void take_policy(struct ki_audit_mark *mark, const char *body, size_t nbytes)
{
    static const char key[] = "\",\"new\":\"";
    if (!begins_with(body, nbytes, "\"type\":\"policy\",")) {
        return;
    }
    const char *at = memmem(body, nbytes, key, sizeof key - 1);
    const char *version = at ? at + sizeof key - 1 : body;
    size_t length = 0;
    while (version + length < body + nbytes &&
           isalnum((unsigned char)version[length])) {
        length++;
    }
    bool is_good = at && length > 0 && length < sizeof mark->policy &&
                   body + nbytes - (version + length) == 2 &&
                   memcmp(version + length, "\"}", 2) == 0;
    (void)snprintf(mark->policy, sizeof mark->policy, "%.*s", is_good ? (int)length : 1,
                   is_good ? version : "?");
}

/* Compares as chain_text writes, without writing: this is most of what verifying costs
 * besides the hashes. Returns the length of both, 0 if they differ. */
static size_t take_number(const char *text, size_t nbytes, uint64_t number)
{
    char digits[20];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    size_t length = sizeof digits - first;
    return length <= nbytes && memcmp(text, digits + first, length) == 0 ? length : 0;
}

/* The digits of each byte. */
#define PAIRS(d)                                                                       \
    d "0" d "1" d "2" d "3" d "4" d "5" d "6" d "7" d "8" d "9" d "a" d "b" d "c" d    \
      "d" d "e" d "f"
static const char pairs[] = PAIRS("0") PAIRS("1") PAIRS("2") PAIRS("3") PAIRS("4")
    PAIRS("5") PAIRS("6") PAIRS("7") PAIRS("8") PAIRS("9") PAIRS("a") PAIRS("b")
        PAIRS("c") PAIRS("d") PAIRS("e") PAIRS("f");

static bool is_hex_of(const char *text, const uint8_t hash[KI_SHA256_NBYTES])
{
    unsigned differences = 0;
    for (size_t i = 0; i < KI_SHA256_NBYTES; i++) {
        uint16_t given;
        uint16_t expected;
        memcpy(&given, text + 2 * i, sizeof given);
        memcpy(&expected, pairs + 2 * (size_t)hash[i], sizeof expected);
        differences |= (unsigned)(given ^ expected);
    }
    return differences == 0;
}

/* NULL and the length of what stands before the time, or what is wrong. */
static const char *take_chain(const struct ki_audit_mark *mark, const char *line,
                              size_t nbytes, size_t *length)
{
    static const char wrong[] = "is not the entry that should stand here";
    size_t nbegin = sizeof seq_key - 1;
    if (nbytes < nbegin || memcmp(line, seq_key, nbegin) != 0) {
        return wrong;
    }
    size_t ndigits = take_number(line + nbegin, nbytes - nbegin, mark->tree.size);
    size_t at = nbegin + ndigits;
    *length =
        at + sizeof prev_key - 1 + 2 * (size_t)KI_SHA256_NBYTES + sizeof time_key - 1;
    if (ndigits == 0 || nbytes < *length || line[at] != ',') {
        return wrong;
    }
    const char *prev = line + at + sizeof prev_key - 1;
    return memcmp(line + at, prev_key, sizeof prev_key - 1) == 0 &&
                   is_hex_of(prev, mark->last) &&
                   memcmp(prev + 2 * (size_t)KI_SHA256_NBYTES, time_key,
                          sizeof time_key - 1) == 0
               ? NULL
               : "does not follow from the entry before";
}

const char *ki_audit_take_line(struct ki_audit_mark *mark, struct ki_sha256 *hasher,
                               const char *line, size_t nbytes)
{
    size_t nprefix;
    uint64_t time_us;
    const char *wrong = take_chain(mark, line, nbytes, &nprefix);
    if (wrong) {
        return wrong;
    }
    size_t ntime = take_time(line + nprefix, nbytes - nprefix, &time_us);
    if (ntime == 0 || line[nbytes - 1] != '}') {
        return "is no entry";
    }
    take_policy(mark, line + nprefix + ntime, nbytes - nprefix - ntime);
    ki_tree_leaf(hasher, line, nbytes, mark->last);
    ki_tree_add(&mark->tree, hasher, 0, mark->last);
    if (mark->file_time_us == 0) {
        mark->file_time_us = time_us;
    }
    mark->offset += nbytes + 1;
    return NULL;
}

enum ki_status ki_audit_reader_open(struct ki_audit_reader *reader, const char *path,
                                    uint64_t offset, struct ki_diag *diag)
{
    *reader = (struct ki_audit_reader){.fd = -1};
    reader->buffer = malloc(KI_AUDIT_LINE_NBYTES);
    if (!reader->buffer) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory to read %s", path);
    }
    reader->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (reader->fd < 0 || lseek(reader->fd, (off_t)offset, SEEK_SET) < 0) {
        int error = errno;
        ki_audit_reader_close(reader);
        return ki_diag_errno(diag, error, "cannot open %s", path);
    }
    return KI_OK;
}

void ki_audit_reader_close(struct ki_audit_reader *reader)
{
    if (reader->fd >= 0) {
        (void)close(reader->fd);
    }
    free(reader->buffer);
    *reader = (struct ki_audit_reader){.fd = -1};
}

static enum ki_status refill(struct ki_audit_reader *reader, struct ki_diag *diag)
{
    memmove(reader->buffer, reader->buffer + reader->begin,
            reader->end - reader->begin);
    reader->end -= reader->begin;
    reader->begin = 0;
    if (reader->end == KI_AUDIT_LINE_NBYTES) {
        return KI_ERR_LIMIT;
    }
    ssize_t got = 0;
    do {
        got = read(reader->fd, reader->buffer + reader->end,
                   KI_AUDIT_LINE_NBYTES - reader->end);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return ki_diag_errno(diag, errno, "cannot read the audit log");
    }
    reader->end += (size_t)got;
    reader->is_over = got == 0;
    return KI_OK;
}

enum ki_status ki_audit_reader_next(struct ki_audit_reader *reader, const char **line,
                                    size_t *nbytes, struct ki_diag *diag)
{
    for (;;) {
        char *begin = reader->buffer + reader->begin;
        size_t nleft = reader->end - reader->begin;
        const char *newline = memchr(begin, '\n', nleft);
        if (newline || reader->is_over) {
            *line = newline ? begin : NULL;
            *nbytes = newline ? (size_t)(newline - begin) : nleft;
            reader->begin += newline ? *nbytes + 1 : 0;
            return KI_OK;
        }
        enum ki_status status = refill(reader, diag);
        if (status != KI_OK) {
            return status;
        }
    }
}
