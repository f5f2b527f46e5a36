/* SPDX-License-Identifier: Apache-2.0 */
/* ICSE, Arachnid, the NSRL's text, EnCase, vPDQ: good and malformed ones; and times. */
#define PARSED_IS_BRIEF 1

#include "list/formats/time_text.h"
#include "list/parsed.h"

#define ICSE                                                                           \
    "MD5;SHA1;PhotoDNA;Image ID;Is distributed;Victim identified;Offender "            \
    "identified;Series name;Number of submissions;File Available;Media "               \
    "Type;Baseline\n"
#define SHORT "MD5;SHA1;Image ID;Baseline\n"
#define B64 "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8="
#define NSRL                                                                           \
    "\"SHA-1\",\"MD5\",\"CRC32\",\"FileName\",\"FileSize\",\"ProductCode\","           \
    "\"OpSystemCode\","                                                                \
    "\"SpecialCode\"\r\n"

Test(icse, every_column_in_any_order_and_ragged_rows)
{
    expect_parsed("icse-csv", -1,
                  ICSE MD5_A ";" SHA1_A ";;77;true;false;;\"a;b\";3;true;Image;true\n"
                             ";" SHA1_A ";;;;;;;;;;False\n" MD5_A "\n",
                  "2 77 md5:900150 sha1:a9993e [icse/baseline]\n"
                  "3 " SHA1_A " sha1:a9993e [icse/not-baseline]\n"
                  "4 " MD5_A " md5:900150 [icse/unknown]\n");
    expect_parsed("icse-csv", -1,
                  "\xef\xbb\xbf\"Baseline\";x;\"image id\";\"Md5\"\r\n1;y;5;" MD5_A
                  ";z;z\r\n",
                  "2 5 md5:900150 [icse/baseline]\n");
}

static const struct parse_case icse_malformed[] = {
    {"MD5;SHA1\n", "BAD header lacks the columns of an ICSE export: MD5, SHA1 or "
                   "PhotoDNA, and Baseline\n"},
    {"Baseline\n", "BAD header lacks the columns of an ICSE export: MD5, SHA1 or "
                   "PhotoDNA, and Baseline\n"},
    {MD5_A "\n", "BAD header lacks the columns of an ICSE export: MD5, SHA1 or "
                 "PhotoDNA, and Baseline\n"},
    {"MD5 SHA1 Baseline\n", "BAD header lacks the columns of an ICSE export: MD5, SHA1 "
                            "or PhotoDNA, and Baseline\n"},
    {"MD5;Baseline;md5\n", "BAD header names a column twice\n"},
    {"MD5;Image ID;Image ID;Baseline\n", "BAD header names a column twice\n"},
    {SHORT, ""},
    {SHORT "\n\n", ""},
    {SHORT ";;;\n", "2 !record has no hash\n"},
    {SHORT ";;7;true\n", "2 !record has no hash\n"},
    {SHORT "x\n", "2 !md5: hash has a character that is not a hex digit\n"},
    {SHORT "abc\n", "2 !md5: hash has 3 hex digits, expected 32\n"},
    {SHORT MD5_EMPTY "\n", "2 !md5: hash of the empty file\n"},
    {SHORT ZERO32 "\n", "2 !md5: hash is all zero\n"},
    {SHORT ";" SHA1_EMPTY "\n", "2 !sha1: hash of the empty file\n"},
    {SHORT ";" MD5_A "\n", "2 !sha1: hash has 32 hex digits, expected 40\n"},
    {SHORT SHA1_A ";\n", "2 !md5: hash has 40 hex digits, expected 32\n"},
    {SHORT "," MD5_A "\n", "2 !md5: hash has a character that is not a hex digit\n"},
    {SHORT "\"" MD5_A "\n", "2 !quoted field is not closed within 65536 bytes\n"},
    {SHORT "\"" MD5_A "\"x;\n", "2 !quoted field is followed by other text\n"},
    {SHORT MD5_A ";;a\x02;\n", "2 !entry id has a control character\n"},
    {SHORT MD5_A ";;\"a\nb\";\n", "2 !entry id has a control character\n"},
    {SHORT "\xff\n", "2 !md5: hash has a character that is not a hex digit\n"},
};

Test(icse, malformed_rows_and_headers)
{
    expect_cases("icse-csv", icse_malformed,
                 sizeof icse_malformed / sizeof *icse_malformed);
}

static const struct parse_case arachnid[] = {
    {B64 "\r\n" B64 ",csam\n# c\n\n " B64 " \n",
     "1 " PDQ_B " pdq:012345\n2 " PDQ_B " pdq:012345\n5 " PDQ_B " pdq:012345\n"},
    {PDQ_A "\n", "1 !hash has 64 characters, expected 44 of base64\n"},
    {MD5_A "\n", "1 !hash has 32 characters, expected 44 of base64\n"},
    {",\n", "1 !hash has 0 characters, expected 44 of base64\n"},
    {"=\n", "1 !hash has 1 characters, expected 44 of base64\n"},
    {"\"" B64 "\"\n", "1 !hash has 46 characters, expected 44 of base64\n"},
    {"ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8\n",
     "1 !hash has 43 characters, expected 44 of base64\n"},
    {"ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze9=\n",
     "1 !hash has a character that is not a hex digit\n"},
    {"ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze==\n",
     "1 !hash has a character that is not a hex digit\n"},
    {"ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8A\n",
     "1 !hash has a character that is not a hex digit\n"},
    {"AS-FZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=\n",
     "1 !hash has a character that is not a hex digit\n"},
    {"AS_FZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=\n",
     "1 !hash has a character that is not a hex digit\n"},
    {"AS FZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=\n",
     "1 !hash has a character that is not a hex digit\n"},
    {"=SNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=\n",
     "1 !hash has a character that is not a hex digit\n"},
    {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "1 !hash is all zero\n"},
    {"//////////////////////////////////////////8=\n",
     "1 !hash says nothing: of a flat or striped picture, or of none\n"},
    {"{\"hashes\":[\"" B64 "\"]}\n",
     "1 !hash has 59 characters, expected 44 of base64\n"},
    {"[\n", "1 !hash has 1 characters, expected 44 of base64\n"},
    {"\x01\n", "1 !hash has 1 characters, expected 44 of base64\n"},
    {"\xef\xbb\xbf\xef\xbb\xbf\n", "1 !hash has 3 characters, expected 44 of base64\n"},
    {";" B64 "\n", "1 !hash has 45 characters, expected 44 of base64\n"},
    {B64 B64 "\n", "1 !hash has 88 characters, expected 44 of base64\n"},
};

Test(arachnid, good_and_malformed_lines)
{
    expect_cases("arachnid-base64", arachnid, sizeof arachnid / sizeof *arachnid);
}

#define VPDQ_BAD "1 !line is not frame,quality,hash,timestamp\n"

static const struct parse_case vpdq[] = {
    {"0,100," PDQ_A ",0.000\n",
     "1 !frame of a video, which this version does not look up\n"},
    {"x\n", VPDQ_BAD},
    {",\n", VPDQ_BAD},
    {",,,\n", VPDQ_BAD},
    {"0\n", VPDQ_BAD},
    {"0,100\n", VPDQ_BAD},
    {"0,100," PDQ_A "\n", VPDQ_BAD},
    {"0,100," PDQ_A ",\n", VPDQ_BAD},
    {"0,100," PDQ_A ",x\n", VPDQ_BAD},
    {"0,100," PDQ_A ",1,2\n", VPDQ_BAD},
    {"a,100," PDQ_A ",1\n", VPDQ_BAD},
    {",100," PDQ_A ",1\n", VPDQ_BAD},
    {PDQ_A ",100,0,1\n", VPDQ_BAD},
    {"0,," PDQ_A ",1\n", "1 !quality is not from 0 to 100\n"},
    {"0,101," PDQ_A ",1\n", "1 !quality is not from 0 to 100\n"},
    {"0,-1," PDQ_A ",1\n", "1 !quality is not from 0 to 100\n"},
    {"0,x," PDQ_A ",1\n", "1 !quality is not from 0 to 100\n"},
    {"0,1.5," PDQ_A ",1\n", "1 !quality is not from 0 to 100\n"},
    {"0,1,,1\n", "1 !hash is missing\n"},
    {"0,1," MD5_A ",1\n", "1 !hash has 32 hex digits, expected 64\n"},
    {"0,1,z,1\n", "1 !hash has a character that is not a hex digit\n"},
    {"0,1," ZERO32 ZERO32 ",1\n", "1 !hash is all zero\n"},
};

Test(vpdq, frames_are_checked_and_none_is_added)
{
    expect_cases("vpdq-text", vpdq, sizeof vpdq / sizeof *vpdq);
}

Test(nsrl, names_are_passed_over_and_hashes_kept)
{
    expect_parsed("nsrl-csv", -1,
                  NSRL "\"A9993E364706816ABA3E25717850C26C9CD0D89D\",\""
                       "900150983CD24FB0D6963F7D28E17F72\",\"352441C2\",\"a \"\"b\"\", "
                       "c\",3,1,\"WIN\",\"\"\r\n\"" SHA1_A "\",\"\",\"\",\"\",,,,\r\n",
                  "2 " MD5_A " sha1:a9993e md5:900150\n3 " SHA1_A " sha1:a9993e\n");
}

Test(nsrl, a_list_that_matches_is_refused)
{
    parsed_purpose = KI_PURPOSE_MATCH;
    expect_parsed("nsrl-csv", -1, NSRL "\"" SHA1_A "\"\n",
                  "BAD the NSRL lists known files, not illegal ones: import it into a "
                  "list of purpose allow\n");
    parsed_purpose = KI_PURPOSE_ALLOW;
    expect_parsed("nsrl-csv", -1, NSRL "\"" SHA1_A "\"\n",
                  "2 " SHA1_A " sha1:a9993e\n");
    parsed_purpose = -1;
}

#define NSRL_SHORT "\"SHA-1\",\"MD5\",\"CRC32\",\"ProductCode\"\n"

static const struct parse_case nsrl_malformed[] = {
    {"\"SHA-1\",\"MD5\",\"SHA-1\"\n", "BAD header names a column twice\n"},
    {"a,b\n", "BAD header lacks the NSRL's columns SHA-1 and MD5\n"},
    {"\"CRC32\"\n", "BAD header lacks the NSRL's columns SHA-1 and MD5\n"},
    {SHA1_A "," MD5_A "\n", "BAD header lacks the NSRL's columns SHA-1 and MD5\n"},
    {"\"\n", "1 !quoted field is not closed within 65536 bytes\n"},
    {NSRL_SHORT, ""},
    {NSRL_SHORT ",,,\n", "2 !record has no hash\n"},
    {NSRL_SHORT "\"\",\"\"\n", "2 !record has no hash\n"},
    {NSRL_SHORT "\"\n", "2 !quoted field is not closed within 65536 bytes\n"},
    {NSRL_SHORT "\"" SHA1_A "\"x\n", "2 !quoted field is followed by other text\n"},
    {NSRL_SHORT "x\n", "2 !sha1: hash has a character that is not a hex digit\n"},
    {NSRL_SHORT "abc\n", "2 !sha1: hash has 3 hex digits, expected 40\n"},
    {NSRL_SHORT MD5_A "\n", "2 !sha1: hash has 32 hex digits, expected 40\n"},
    {NSRL_SHORT SHA1_EMPTY "\n", "2 !sha1: hash of the empty file\n"},
    {NSRL_SHORT SHA1_EMPTY "," MD5_EMPTY "\n", "2 !sha1: hash of the empty file\n"},
    {NSRL_SHORT "," MD5_EMPTY "\n", "2 !md5: hash of the empty file\n"},
    {NSRL_SHORT "," ZERO32 "\n", "2 !md5: hash is all zero\n"},
    {NSRL_SHORT "," SHA1_A "\n", "2 !md5: hash has 40 hex digits, expected 32\n"},
    {NSRL_SHORT SHA1_A "\t" MD5_A "\n",
     "2 !sha1: hash has a character that is not a hex digit\n"},
    {NSRL_SHORT "0x" SHA1_A "\n",
     "2 !sha1: hash has a character that is not a hex digit\n"},
    {NSRL_SHORT "\xff\xfe\n",
     "2 !sha1: hash has a character that is not a hex digit\n"},
    {NSRL_SHORT "\"a\nb\"\n",
     "2 !sha1: hash has a character that is not a hex digit\n"},
};

Test(nsrl, malformed_rows_and_headers)
{
    expect_cases("nsrl-csv", nsrl_malformed,
                 sizeof nsrl_malformed / sizeof *nsrl_malformed);
}

enum { ENCASE_HEADER = 1152, ENCASE_RECORD = 18 };

/* A set of n hashes 01 00 …, 02 00 …, that says it has `count`. */
static size_t encase_make(char *out, unsigned n, unsigned count)
{
    memset(out, 0, ENCASE_HEADER + n * ENCASE_RECORD);
    memcpy(out, "HASH\r\n\xff", 8);
    out[8] = 1;
    out[16] = (char)count;
    for (unsigned i = 0; i < n; i++) {
        out[ENCASE_HEADER + i * ENCASE_RECORD] = (char)(i + 1);
    }
    return ENCASE_HEADER + n * ENCASE_RECORD;
}

static void expect_encase(const char *data, size_t nbytes, const char *expected)
{
    struct random_state random = {75};
    for (size_t most = 0; most < 50; most = most * 3 + 1) {
        char *got = parse_in_pieces("encase-hash", -1, data, nbytes, most, &random);
        cr_expect_str_eq(got, expected);
        free(got);
    }
}

#define ENCASE_1 "0 01000000000000000000000000000000 md5:010000\n"
#define ENCASE_2 "0 02000000000000000000000000000000 md5:020000\n"

Test(encase, hashes_are_read_and_counted)
{
    char data[2048];
    size_t nbytes = encase_make(data, 2, 2);
    expect_encase(data, nbytes, ENCASE_1 ENCASE_2);
    nbytes = encase_make(data, 1, 2);
    expect_encase(data, nbytes,
                  ENCASE_1 "NOTE partial: the header counts other than the file "
                           "holds\n");
    nbytes = encase_make(data, 0, 0);
    expect_encase(data, nbytes, "");
}

Test(encase, every_cut_is_told)
{
    char data[2048];
    (void)encase_make(data, 2, 2);
    for (size_t nbytes = 1; nbytes < ENCASE_HEADER; nbytes += 37) {
        expect_encase(data, nbytes,
                      "BAD file does not begin with the header of an EnCase hash "
                      "set\n");
    }
    for (size_t nbytes = ENCASE_HEADER + 1; nbytes < ENCASE_HEADER + ENCASE_RECORD;
         nbytes++) {
        expect_encase(data, nbytes,
                      "0 !file ends within a record\n"
                      "NOTE partial: the header counts other than the file holds\n");
    }
}

Test(encase, wrong_magic_and_hashes_of_nothing)
{
    char data[2048];
    size_t nbytes = encase_make(data, 2, 2);
    for (size_t i = 0; i < 8; i++) {
        data[i] ^= 1;
        expect_encase(data, nbytes,
                      "BAD file does not begin with the header of an EnCase hash "
                      "set\n");
        data[i] ^= 1;
    }
    data[ENCASE_HEADER] = 0;
    expect_encase(data, nbytes, "0 !hash is all zero\n" ENCASE_2);
}

Test(time_text, every_form)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } times[] = {
        {"2026-01-02T03:04:05Z", 1767323045},
        {"2026-01-02T03:04:05.6700Z", 1767323045},
        {"2026-01-02T03:04:05", 1767323045},
        {"2026-01-02 03:04:05", 1767323045},
        {"2026-01-02T03:04:05+0000", 1767323045},
        {"2026-01-02T04:04:05+01:00", 1767323045},
        {"2026-01-01T22:04:05-0500", 1767323045},
        {"2026-01-02T03:04:05+HH:00Z", 1767323045},
        {"2026-01-02T03:04", 1767323040},
        {"2026-01-02", 1767312000},
        {"/Date(1767323045000)/", 1767323045},
        {"/Date(1767323045000+0100)/", 1767323045},
        {"1/2/2026", 1767312000},
        {"01/02/2026 3:04:05 AM", 1767323045},
        {"1/2/2026 3:04:05 PM", 1767366245},
        {"1767323045", 1767323045},
        {"2024-02-29T00:00:00Z", 1709164800},
        {"", 0},
        {"x", 0},
        {"2026-13-02", 0},
        {"2026-00-02", 0},
        {"1900-01-01", 0},
        {"2026-01-02T25:00:00", 0},
        {"99999999999999999999", 0},
        {"/Date(x)/", 0},
        {"//", 0},
        {"2026-01-02T", 0},
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        cr_expect_eq(ki_time_read(ki_span_of(times[i].text)), times[i].seconds, "%s",
                     times[i].text);
    }
}
