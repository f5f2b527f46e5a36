/* SPDX-License-Identifier: Apache-2.0 */
/* Which format a file has: told, or refused with what was seen; never guessed. */
#include <criterion/criterion.h>
#include <string.h>

#include "list/formats/detect.h"
#include "list/parsed.h"

struct example {
    const char *text;
    int kind;
    const char *format; /* NULL: refused, the message has `says` */
    const char *says;
};

static const struct example examples[] = {
    {"hash=" PDQ_A ",norm=1,delta=0,quality=9,filename=a\n", -1, "pdq-text", NULL},
    {PDQ_A ",98,a.jpg\n" PDQ_B ",7,b.jpg\n", -1, "pdq-text", NULL},
    {PDQ_A "\n" PDQ_B "\n", -1, NULL, "64 hex digits may be PDQ hashes or SHA-256"},
    {PDQ_A "  a.jpg\n", -1, NULL, "64 hex digits may be PDQ hashes or SHA-256"},
    {PDQ_A "\n", KI_KIND_PDQ, "pdq-text", NULL},
    {SHA256_A "\n", KI_KIND_SHA256, "hash-text", NULL},
    {"SHA256 (a) = " SHA256_A "\n", -1, "hash-text", NULL},
    {MD5_A "  a\n", -1, "hash-text", NULL},
    {SHA1_A "  a\n" MD5_A "  b\n", -1, "hash-text", NULL},
    {"# c\n\nMD5 (x) = " MD5_A "\n", -1, "hash-text", NULL},
    {"pdq " PDQ_A "\nvideo_md5 " MD5_A "\n", -1, "signal-text", NULL},
    {"pdq\t" PDQ_A "\nvideo_md5\t" MD5_A "\n", -1, "signal-text", NULL},
    {"%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n", -1, "hashdeep", NULL},
    {"id,pdq\nx," PDQ_A "\n", -1, "csv", NULL},
    {"entry;kind;hash\nx;md5;" MD5_A "\n", -1, "csv", NULL},
    {"ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=\n", -1, NULL, "base64"},
    {"{\"t\":\"pdq\",\"h\":\"" PDQ_A "\"}\n", -1, "ndjson", NULL},
    {"# c\n\n{\"op\":\"del\",\"id\":\"a\"}", -1, "ndjson", NULL},
    {"{\"t\":\"pdq\"}\n", -1, NULL, "JSON"},
    {"{\"value\":[]}", -1, NULL, "JSON"},
    {"[1]", -1, NULL, "JSON"},
    {"<?xml version=\"1.0\"?>", -1, NULL, "XML"},
    {"<html>", -1, NULL, "XML"},
    {"SQLite format 3", -1, NULL, "format"},
    {"\xef\xbb\xbf{\"@odata.context\":\"x\"}", -1, "vics-json", NULL},
    {" \n{ \"odata.metadata\" :\"x\"}", -1, "vics-json", NULL},
    {"{\"count\":0,\"hashRecords\":[]}", -1, "stopncii-json", NULL},
    {"{\"data\":[{\"type\":\"HASH_PDQ\"}]}", -1, "threatexchange-json", NULL},
    {"{\"odata.metadata\":1,\"hashRecords\":2}", -1, NULL, "several formats"},
    {"<?xml version=\"1.0\"?><a:queryResult>", -1, "ncmec-xml", NULL},
    {"MD5;SHA1;PhotoDNA;Image ID;Baseline\n", -1, "icse-csv", NULL},
    {"\"SHA-1\",\"MD5\",\"CRC32\",\"FileName\",\"FileSize\",\"ProductCode\"\n", -1,
     "nsrl-csv", NULL},
    {MD5_A ",1234567,2026-01-02T03:04:05+0000,\"a b\"\n", -1, "threatexchange-csv",
     NULL},
    {PDQ_A ",1234567,7654321,2026-01-02 03:04:05,a\n", -1, "threatexchange-csv", NULL},
    {"0,100," PDQ_A ",0.000\n1,98," PDQ_B ",1.000\n", -1, "vpdq-text", NULL},
    {"\x1f\x8b\x08", -1, NULL, "gzip"},
    {"PK\x03\x04", -1, NULL, "zip"},
    {"\xff\xfe"
     "a",
     -1, NULL, "UTF-16"},
    {"%PDF-1.7", -1, NULL, "PDF"},
    {"just some\ntext here\n", -1, NULL, "no format that"},
};

Test(detect, every_example)
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        const struct example *example = &examples[i];
        struct ki_detected detected = {0};
        struct ki_diag diag = {0};
        enum ki_status status = ki_list_detect(example->text, strlen(example->text),
                                               true, example->kind, &detected, &diag);
        if (example->format) {
            cr_expect_eq(status, KI_OK, "%s: %s", example->text, diag.message);
            cr_expect(status != KI_OK ||
                          strcmp(detected.format->name, example->format) == 0,
                      "%s: %s", example->text, example->format);
        } else {
            cr_expect_eq(status, KI_ERR_FORMAT, "%s", example->text);
            cr_expect(strstr(diag.message, example->says), "%s: '%s' does not say '%s'",
                      example->text, diag.message, example->says);
        }
    }
}

Test(detect, lines_of_two_formats_are_refused)
{
    static const char text[] =
        MD5_A "  a\npdq " PDQ_A "\n" MD5_A "  b\npdq " PDQ_A "\n";
    struct ki_detected detected = {0};
    struct ki_diag diag = {0};
    cr_expect_eq(ki_list_detect(text, sizeof text - 1, true, -1, &detected, &diag),
                 KI_ERR_FORMAT);
    cr_expect(strstr(diag.message, "several formats"), "%s", diag.message);
}

/* A delta of a day without news. */
Test(detect, a_file_of_nothing_is_no_mistake)
{
    static const char *const texts[] = {"", "\n", "\n# nothing\n", "\xef\xbb\xbf# x"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ki_detected detected = {0};
        cr_expect_eq(
            ki_list_detect(texts[i], strlen(texts[i]), true, -1, &detected, NULL),
            KI_OK);
        cr_expect(detected.is_nothing && detected.format);
    }
}

Test(detect, a_first_line_longer_than_the_sample_leaves_the_kind_to_decide)
{
    static char text[KI_DETECT_NBYTES];
    struct ki_detected detected = {0};
    memset(text, 'x', sizeof text);
    cr_expect_eq(ki_list_detect(text, sizeof text, false, KI_KIND_PDQ, &detected, NULL),
                 KI_OK);
    cr_expect_eq(detected.format, &ki_list_pdq_text);
    cr_expect_eq(ki_list_detect(text, sizeof text, false, KI_KIND_MD5, &detected, NULL),
                 KI_OK);
    cr_expect_eq(detected.format, &ki_list_hash_text);
    cr_expect_not(detected.is_nothing);
    cr_expect_eq(ki_list_detect(text, sizeof text, false, -1, &detected, NULL),
                 KI_ERR_FORMAT);
}
