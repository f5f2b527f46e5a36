/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of the audit log: what is taken for an entry is the line that the prefix of
 * its place and a body make, and the reader hands out every line once.
 *
 * Random bytes never carry the right hash of the entry before. So the first byte says
 * which lines, of eight in a row, are given the prefix that belongs there; the others
 * stand as they are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/audit_mark.h"
#include "fuzz/fuzz.h"

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

/* Whether line is the prefix of its place with any time, and something up to a brace:
 * written out and compared. */
static bool is_entry(const struct ki_audit_mark *mark, const char *line, size_t nbytes)
{
    char expected[KI_AUDIT_PREFIX_NBYTES];
    uint64_t time_us = 0;
    const char *key = memmem(line, nbytes, "\",\"time_us\":", 12);
    const char *at = key ? key + 12 : line + nbytes;
    size_t ndigits = 0;
    for (; at < line + nbytes && *at >= '0' && *at <= '9' && ndigits < 19; at++) {
        time_us = time_us * 10 + (uint64_t)(*at - '0');
        ndigits++;
    }
    size_t nprefix = ki_audit_prefix(expected, mark->tree.size, mark->last, time_us);
    return time_us > 0 && nbytes > nprefix && memcmp(line, expected, nprefix) == 0 &&
           line[nbytes - 1] == '}';
}

static bool take(struct ki_audit_mark *mark, struct ki_sha256 *hasher, const char *line,
                 size_t nbytes)
{
    const struct ki_audit_mark before = *mark;
    bool is_expected = is_entry(mark, line, nbytes);
    const char *wrong = ki_audit_take_line(mark, hasher, line, nbytes);
    require((wrong == NULL) == is_expected);
    if (wrong) {
        require(is_same_mark(&before, mark));
        return false;
    }
    require(mark->tree.size == before.tree.size + 1);
    require(mark->offset == before.offset + nbytes + 1);
    require(memchr(mark->policy, '\0', sizeof mark->policy) != NULL);
    require(memcmp(before.last, mark->last, sizeof before.last) != 0);
    return true;
}

/* The log with prefixes put in where wanted. */
static char *write_lines(const char *text, size_t nbytes, unsigned wanted,
                         struct ki_sha256 *hasher, size_t *nout)
{
    char *out = NULL;
    char prefix[KI_AUDIT_PREFIX_NBYTES];
    struct ki_audit_mark mark = {.last = {0}};
    FILE *stream = open_memstream(&out, nout);
    require(stream != NULL);
    for (size_t i = 0, line = 0; i < nbytes; line++) {
        const char *end = memchr(text + i, '\n', nbytes - i);
        size_t length = end ? (size_t)(end - text) - i : nbytes - i;
        require(fflush(stream) == 0);
        size_t begin = *nout;
        if (wanted >> line % 8 & 1) {
            size_t nprefix = ki_audit_prefix(prefix, mark.tree.size, mark.last, 1000);
            (void)fwrite(prefix, 1, nprefix, stream);
        }
        (void)fwrite(text + i, 1, length, stream);
        require(fflush(stream) == 0);
        (void)take(&mark, hasher, out + begin, *nout - begin);
        i += length;
        if (end) {
            (void)putc('\n', stream);
            i++;
        }
    }
    require(fclose(stream) == 0);
    return out;
}

/* Lines come in order, whole and once, and then what is after the last newline. */
static void check_reader(const char *text, size_t nbytes, struct ki_sha256 *hasher)
{
    struct ki_audit_reader reader = {.fd = memfd_create("log", MFD_CLOEXEC)};
    struct ki_audit_mark mark = {.last = {0}};
    size_t done = 0;
    const char *line;
    size_t nline;
    require(reader.fd >= 0 && ki_write_all(reader.fd, text, nbytes) == 0);
    require(lseek(reader.fd, 0, SEEK_SET) == 0);
    reader.buffer = malloc(KI_AUDIT_LINE_NBYTES);
    require(reader.buffer != NULL);
    for (;;) {
        require(ki_audit_reader_next(&reader, &line, &nline, NULL) == KI_OK);
        if (!line) {
            break;
        }
        require(memcmp(line, text + done, nline) == 0 && text[done + nline] == '\n');
        done += nline + 1;
        (void)take(&mark, hasher, line, nline);
    }
    require(done + nline == nbytes);
    ki_audit_reader_close(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static struct ki_sha256 *hasher;
    size_t nlog = 0;
    if (!hasher) {
        require(ki_sha256_create(&hasher, NULL) == KI_OK);
    }
    if (nbytes == 0 || nbytes > KI_AUDIT_LINE_NBYTES / 2) {
        return 0;
    }
    char *log = write_lines((const char *)data + 1, nbytes - 1, data[0], hasher, &nlog);
    check_reader(log, nlog, hasher);
    free(log);
    return 0;
}
