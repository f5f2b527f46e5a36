/* SPDX-License-Identifier: Apache-2.0 */
#include "manifest.h"

#include <inttypes.h>

static void put_text(FILE *out, const char *key, const char *value)
{
    if (value) {
        (void)fprintf(out, "\"%s\":\"%s\",", key, value);
    } else {
        (void)fprintf(out, "\"%s\":null,", key);
    }
}

static void put_number(FILE *out, const char *key, int64_t value)
{
    if (value >= 0) {
        (void)fprintf(out, "\"%s\":%" PRId64 ",", key, value);
    } else {
        (void)fprintf(out, "\"%s\":null,", key);
    }
}

static const char *expected_text(enum ki_expected expected)
{
    switch (expected) {
    case KI_EXPECT_NO_MATCH:
        return "no_match";
    case KI_EXPECT_MATCH:
        return "match";
    case KI_EXPECT_NOT_EXAMINED:
        return "not_examined";
    default:
        return "any";
    }
}

static const char *lists_text(unsigned lists)
{
    static const char *const texts[4] = {"[]", "[\"hotline-a\"]", "[\"hotline-b\"]",
                                         "[\"hotline-a\",\"hotline-b\"]"};
    return texts[lists & 3];
}

void ki_manifest_put(FILE *out, const struct ki_manifest_entry *entry)
{
    (void)fputc('{', out);
    put_text(out, "path", entry->path);
    put_text(out, "class", entry->class_name);
    put_text(out, "kind", entry->kind);
    put_text(out, "alteration", entry->alteration);
    put_text(out, "source", entry->source);
    (void)fprintf(out, "\"lists\":%s,", lists_text(entry->lists));
    put_text(out, "expected", expected_text(entry->expected));
    put_text(out, "reason", entry->reason);
    put_number(out, "width", entry->width ? (int64_t)entry->width : -1);
    put_number(out, "height", entry->height ? (int64_t)entry->height : -1);
    put_number(out, "quality", entry->quality);
    put_number(out, "distance", entry->distance);
    (void)fprintf(out, "\"seed\":%" PRIu64 "}\n", entry->seed);
}
