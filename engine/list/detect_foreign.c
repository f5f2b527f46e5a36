/* SPDX-License-Identifier: Apache-2.0 */
/* Files that people try to import and that this version does not read. */
#include <string.h>

#include "list/detect.h"

static const struct {
    const char *name;
    size_t nbytes;
    const char *magic;
} magics[] = {
    {"an SQLite database", 16, "SQLite format 3\0"},
    {"a gzip file", 2, "\x1f\x8b"},
    {"a zip archive", 4, "PK\x03\x04"},
    {"a bzip2 file", 3, "BZh"},
    {"an xz file", 6,
     "\xfd"
     "7zXZ\0"},
    {"a zstd file", 4, "\x28\xb5\x2f\xfd"},
    {"a 7-zip archive", 6, "7z\xbc\xaf\x27\x1c"},
    {"an EnCase hash set", 8, "HASH\r\n\xff\0"},
    {"a PDF document", 5, "%PDF-"},
    {"UTF-16 text", 2, "\xff\xfe"},
    {"UTF-16 text", 2, "\xfe\xff"},
};

static const char *text_format(struct ki_span text)
{
    while (text.nbytes > 0 && strchr(" \t\r\n", text.data[0]) && text.data[0]) {
        text = ki_span_from(text, 1);
    }
    if (ki_span_starts(text, "{") || ki_span_starts(text, "[")) {
        return "JSON";
    }
    return ki_span_starts(text, "<") ? "XML or HTML" : NULL;
}

const char *ki_foreign_format(const char *data, size_t nbytes)
{
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        if (nbytes >= magics[i].nbytes &&
            memcmp(data, magics[i].magic, magics[i].nbytes) == 0) {
            return magics[i].name;
        }
    }
    return text_format((struct ki_span){data, nbytes});
}
