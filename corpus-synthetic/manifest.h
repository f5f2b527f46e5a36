/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.ndjson: one JSON object for each file of a corpus. */
#ifndef KI_CORPUS_MANIFEST_H
#define KI_CORPUS_MANIFEST_H

#include <stdint.h>
#include <stdio.h>

enum ki_expected {
    KI_EXPECT_NO_MATCH = 0,
    KI_EXPECT_MATCH,
    KI_EXPECT_ANY, /* a copy that may or may not be found */
    KI_EXPECT_NOT_EXAMINED,
};

enum { KI_LIST_A = 1, KI_LIST_B = 2 }; /* bits of ki_manifest_entry.lists */

/* Texts are plain ASCII without quotes and backslashes; NULL is written as null. */
struct ki_manifest_entry {
    const char *path;       /* below the corpus folder */
    const char *class_name; /* original, copy, stranger, low-information, too-small,
                               damaged, wrong-extension */
    const char *kind;       /* of the picture, as for --kind */
    const char *alteration; /* how it was altered or damaged */
    const char *source;     /* path of the original it was made of */
    unsigned lists;         /* that hold this very file, or the original of a copy */
    enum ki_expected expected;
    const char *reason; /* text of the enum ki_reason that is expected */
    uint64_t seed;      /* of this file, under 2^53 */
    uint32_t width;     /* 0: unknown or not a picture */
    uint32_t height;
    int quality;  /* PDQ quality before encoding; −1: unknown */
    int distance; /* of a copy from its original, the nearest of eight orientations,
                     before encoding; −1: not a copy */
};

/* A write error shows in ferror(out). */
void ki_manifest_put(FILE *out, const struct ki_manifest_entry *entry);

#endif
