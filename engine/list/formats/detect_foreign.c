/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are no lists of lines, those that this version reads and others that
 * people try to import. */
#include <string.h>

#include "list/formats/csv_fields.h"
#include "list/formats/detect.h"

static const struct {
    const char *name;
    size_t nbytes;
    const char *magic;
} magics[] = {
    {"gzip within gzip (unpack it with zcat)", 2, "\x1f\x8b"},
    {"a zip archive (unpack it with unzip -p)", 4, "PK\x03\x04"},
    {"a bzip2 file (unpack it with bzcat)", 3, "BZh"},
    {"an xz file (unpack it with xzcat)", 6,
     "\xfd"
     "7zXZ\0"},
    {"a zstd file (unpack it with zstdcat)", 4, "\x28\xb5\x2f\xfd"},
    {"a 7-zip archive (unpack it with 7z e)", 6, "7z\xbc\xaf\x27\x1c"},
    {"a PDF document", 5, "%PDF-"},
    {"UTF-16 text", 2, "\xff\xfe"},
    {"UTF-16 text", 2, "\xfe\xff"},
};

/* Words that only one of our formats has, looked for in the whole sample. */
struct word {
    const char *word;
    const struct ki_list_format *format;
};

static const struct word json_words[] = {
    {"\"@odata.context\"", &ki_list_vics_json},
    {"\"odata.metadata\"", &ki_list_vics_json},
    {"\"hashRecords\"", &ki_list_stopncii_json},
    {"\"HASH_PDQ", &ki_list_threatexchange_json},
    {"\"HASH_MD5\"", &ki_list_threatexchange_json},
    {"\"HASH_SHA", &ki_list_threatexchange_json},
    {"\"should_delete\"", &ki_list_threatexchange_json},
    {NULL, NULL},
};

static const struct word xml_words[] = {
    {"queryResult", &ki_list_ncmec_xml},
    {NULL, NULL},
};

static const struct word sqlite_words[] = {
    {"db_properties", &ki_list_tsk_kdb},
    {"package_id", &ki_list_nsrl_sqlite},
    {"DISTINCT_HASH", &ki_list_nsrl_sqlite},
    {NULL, NULL},
};

/* NULL if no word is there, or words of two formats are. */
static const struct ki_list_format *
find_words(struct ki_span text, const struct word *words, bool *is_ambiguous)
{
    const struct ki_list_format *found = NULL;
    *is_ambiguous = false;
    for (; words->word; words++) {
        if (memmem(text.data, text.nbytes, words->word, strlen(words->word))) {
            *is_ambiguous = *is_ambiguous || (found && found != words->format);
            found = words->format;
        }
    }
    return *is_ambiguous ? NULL : found;
}

static const struct ki_list_format *format_of_text(struct ki_span text,
                                                   const char **seen)
{
    bool is_ambiguous = false;
    struct ki_span rest = text;
    while (rest.nbytes > 0 && rest.data[0] && strchr(" \t\r\n", rest.data[0])) {
        rest = ki_span_from(rest, 1);
    }
    if (ki_span_starts(rest, "{") || ki_span_starts(rest, "[")) {
        const struct ki_list_format *format =
            find_words(text, json_words, &is_ambiguous);
        *seen = is_ambiguous ? "JSON with the words of several formats"
                             : "JSON without the words of any format it knows";
        return format;
    }
    if (ki_span_starts(rest, "<")) {
        *seen = "XML or HTML, not a page of NCMEC's hash sharing";
        return find_words(text, xml_words, &is_ambiguous);
    }
    return NULL;
}

const struct ki_list_format *ki_foreign_format(const char *data, size_t nbytes,
                                               const char **seen)
{
    struct ki_span text = {data, nbytes};
    bool is_ambiguous = false;
    *seen = NULL;
    if (nbytes >= 8 && memcmp(data, "HASH\r\n\xff\0", 8) == 0) {
        return &ki_list_encase_hash;
    }
    if (nbytes >= 16 && memcmp(data, "SQLite format 3\0", 16) == 0) {
        *seen = "an SQLite database, neither the NSRL's nor a .kdb";
        return find_words(text, sqlite_words, &is_ambiguous);
    }
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        if (nbytes >= magics[i].nbytes &&
            memcmp(data, magics[i].magic, magics[i].nbytes) == 0) {
            *seen = magics[i].name;
            return NULL;
        }
    }
    return format_of_text(text, seen);
}

static bool has_column(struct ki_span header, const char *name)
{
    struct ki_csv_field field;
    char delimiter = ki_csv_delimiter(header);
    while (ki_csv_next(&header, delimiter, &field) == KI_CSV_FIELD) {
        if (ki_span_equals_nocase(ki_span_trim(field.text), name)) {
            return true;
        }
    }
    return false;
}

const struct ki_list_format *ki_foreign_table(struct ki_span header)
{
    if (has_column(header, "Baseline") &&
        (has_column(header, "MD5") || has_column(header, "SHA1") ||
         has_column(header, "PhotoDNA"))) {
        return &ki_list_icse_csv;
    }
    if (has_column(header, "SHA-1") && has_column(header, "ProductCode")) {
        return &ki_list_nsrl_csv;
    }
    return NULL;
}
