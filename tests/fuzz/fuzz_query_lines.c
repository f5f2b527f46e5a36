/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of standard input that `lookup -` reads: every line once, within bounds and
 * without blanks at its ends, and what is read as a hash is one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/line_reader.h"
#include "fuzz/fuzz.h"
#include "list/formats/record.h"

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void check_line(const struct line_reader *reader)
{
    require(reader->length <= LINE_NBYTES);
    if (reader->length > 0) {
        require(strchr(" \t\r", reader->text[0]) == NULL || reader->text[0] == '\0');
    }
    for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
        struct ki_hash hash;
        char reason[KI_REASON_NBYTES] = "";
        const struct ki_span span = {reader->text, reader->length};
        if (ki_hash_read((enum ki_kind)kind, span, &hash, reason)) {
            require((unsigned)hash.kind == kind);
        } else {
            require(reason[0] != '\0');
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static struct line_reader reader;
    union {
        const uint8_t *in;
        void *out;
    } bytes = {.in = data};
    if (nbytes == 0) {
        return 0;
    }
    memset(&reader, 0, sizeof reader);
    reader.in = fmemopen(bytes.out, nbytes, "rb");
    require(reader.in != NULL);
    while (line_reader_next(&reader)) {
        check_line(&reader);
    }
    size_t nlines = data[nbytes - 1] != '\n';
    for (size_t i = 0; i < nbytes; i++) {
        nlines += data[i] == '\n';
    }
    require(reader.number == nlines);
    (void)fclose(reader.in);
    return 0;
}
