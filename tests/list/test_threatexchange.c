/* SPDX-License-Identifier: Apache-2.0 */
/* ThreatExchange: updates from the API, and the files of its tools. */
#define PARSED_IS_BRIEF 1

#include "list/parsed.h"

#define SAYS(status)                                                                   \
    "\"descriptors\":{\"data\":[{\"owner\":{\"id\":\"9\"},\"status\":\"" status        \
    "\",\"tags\":[\"t1\",\"t2\"]}]}"
#define UPDATE(id, type, value)                                                        \
    "{\"id\":\"" id "\",\"type\":\"" type "\",\"indicator\":\"" value                  \
    "\",\"last_updated\":1700000000,\"should_delete\":false," SAYS("MALICIOUS") "}"
#define GOOD UPDATE("1", "HASH_PDQ", PDQ_A)
#define GOOD_1 "1 1 pdq:f8f8f0 [threatexchange/t1]\n"

Test(threatexchange, updates_and_removals)
{
    expect_parsed(
        "threatexchange-json", -1,
        "{\"data\":[\n" GOOD ",\n" UPDATE("2", "HASH_MD5", MD5_A) ",\n" UPDATE(
            "3", "HASH_SHA256",
            SHA256_A) ",\n"
                      "{\"id\":\"4\",\"should_delete\":true," SAYS(
                          "MALICIOUS") "},\n"
                                       "{\"id\":\"5\",\"type\":\"HASH_PDQ\","
                                       "\"indicator\":\"" PDQ_A "\"},\n"
                                       "{\"id\":\"6\",\"type\":\"HASH_PDQ\","
                                       "\"indicator\":\"" PDQ_A "\"," SAYS(
                                           "NON_MALICIOUS") "},\n"
                                                            "{\"id\":\"7\","
                                                            "\"descriptors\":{\"data\":"
                                                            "[]}},\n" UPDATE("8",
                                                                             "HASH_TMK",
                                                                             "x") "]}",
        "2 1 pdq:f8f8f0 [threatexchange/t1]\n"
        "3 2 md5:900150 [threatexchange/t1]\n"
        "4 3 sha256:ba7816 [threatexchange/t1]\n"
        "5 -4\n"
        "6 -5\n"
        "7 -6\n"
        "8 -7\n"
        "9 !no indicator of a type that can be looked up\n");
}

Test(threatexchange, pages_arrays_and_single_updates)
{
    expect_parsed("threatexchange-json", -1, "[" GOOD "]", GOOD_1);
    expect_parsed("threatexchange-json", -1, GOOD, GOOD_1);
    expect_parsed("threatexchange-json", -1,
                  "{\"paging\":{\"next\":\"u\"},\"data\":[" GOOD "]}\n{\"data\" : []}",
                  GOOD_1);
    expect_parsed("threatexchange-json", -1,
                  "{\"data\":[" GOOD "],\"paging\":{\"next\":\"u\"}}",
                  GOOD_1 "NOTE partial: the last page names a next one\n");
}

static const struct parse_case malformed[] = {
    {"7", "1 !update is not a JSON object\n"},
    {"{}", "1 !update has no id\n"},
    {"[1]", "1 !update is not a JSON object\n"},
    {"[null]", "1 !update is not a JSON object\n"},
    {"[\"data\" [1]]",
     "1 !update is not a JSON object\nBAD JSON has no comma where one belongs\n"},
    {"[[]]", "1 !update is not a JSON object\n"},
    {"{\"data\":7}", "1 !update has no id\n"},
    {"{\"data\":[{}]}", "1 !update has no id\n"},
    {"{\"data\":[{\"id\":\"\"}]}", "1 !update has no id\n"},
    {"{\"data\":[{\"id\":\"a\\u0001\"}]}", "1 !entry id has a control character\n"},
    {"{\"data\":[{\"id\":\"a\\u0000\"}]}", "1 !entry id has a control character\n"},
    {"{\"data\":[" UPDATE("1", "HASH_PDQ", "") "]}",
     "1 !no indicator of a type that can be looked up\n"},
    {"{\"data\":[" UPDATE("1", "HASH_PDQ", MD5_A) "]}",
     "1 !pdq: hash has 32 hex digits, expected 64\n"},
    {"{\"data\":[" UPDATE("1", "HASH_MD5", ZERO32) "]}", "1 !md5: hash is all zero\n"},
    {"{\"data\":[" UPDATE("1", "HASH_SHA1", SHA1_EMPTY) "]}",
     "1 !sha1: hash of the empty file\n"},
    {"{\"data\":[" UPDATE("1", "", PDQ_A) "]}",
     "1 !no indicator of a type that can be looked up\n"},
    {"{\"data\":[" UPDATE("1", "HASH_", PDQ_A) "]}",
     "1 !no indicator of a type that can be looked up\n"},
    {"{\"data\":[{\"id\" 1}]}", "1 !record is not sound JSON\n"},
    {"{\"data\":[" GOOD, GOOD_1 "BAD file ends in the middle of its JSON\n"},
    {"{\"data\":[" GOOD "}",
     GOOD_1 "BAD JSON has a closing bracket where none belongs\n"},
    {"{\"data\":[" GOOD "]]",
     GOOD_1 "BAD JSON has a closing bracket where none belongs\n"},
    {"{\"data\":[" GOOD ";]}", GOOD_1 "BAD JSON has no comma where one belongs\n"},
};

Test(threatexchange, malformed_updates_and_files)
{
    expect_cases("threatexchange-json", malformed,
                 sizeof malformed / sizeof *malformed);
}

Test(threatexchange, files_of_the_tools)
{
    expect_parsed("threatexchange-csv", -1,
                  MD5_A ",123,2026-01-02T03:04:05+0000,\"a b c\"\r\n" SHA1_A
                        ",124,999,2026-01-02 03:04:05,\n",
                  "1 123 md5:900150 [threatexchange/a]\n2 124 sha1:a9993e\n");
    expect_parsed("threatexchange-csv", KI_KIND_PDQ, PDQ_A ",123,x,\"l\"\n",
                  "1 123 pdq:f8f8f0 [threatexchange/l]\n");
}

static const struct parse_case malformed_lines[] = {
    {"\n", ""},
    {",\n", "1 !line has not 4 or 5 fields\n"},
    {MD5_A "\n", "1 !line has not 4 or 5 fields\n"},
    {MD5_A ",1\n", "1 !line has not 4 or 5 fields\n"},
    {MD5_A ",1,2\n", "1 !line has not 4 or 5 fields\n"},
    {MD5_A ",1,2,3,4,5\n", "1 !line has not 4 or 5 fields\n"},
    {MD5_A ",1,2,\"3\"4\n", "1 !line has not 4 or 5 fields\n"},
    {MD5_A ",\"1,2,3\n", "1 !quoted field is not closed within 65536 bytes\n"},
    {"indicator,id,added_on,labels\n",
     "1 !indicator may be PDQ or SHA-256, or is none: state the kind\n"},
    {PDQ_A ",1,2,3\n",
     "1 !indicator may be PDQ or SHA-256, or is none: state the kind\n"},
    {",1,2,3\n", "1 !indicator may be PDQ or SHA-256, or is none: state the kind\n"},
    {"x,1,2,3\n", "1 !indicator may be PDQ or SHA-256, or is none: state the kind\n"},
    {"abc,1,2,3\n", "1 !indicator may be PDQ or SHA-256, or is none: state the kind\n"},
    {MD5_EMPTY ",1,2,3\n", "1 !hash of the empty file\n"},
    {SHA1_EMPTY ",1,2,3\n", "1 !hash of the empty file\n"},
    {ZERO32 ",1,2,3\n", "1 !hash is all zero\n"},
    {MD5_A ",,2,3\n", "1 !id is not a number\n"},
    {MD5_A ",x,2,3\n", "1 !id is not a number\n"},
    {MD5_A ",1x,2,3\n", "1 !id is not a number\n"},
    {MD5_A ",1,2,a\x01\n", "1 !category code has a control character\n"},
    {MD5_A
     ",1,2,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
     "1 !category code is longer than 63 bytes\n"},
};

Test(threatexchange, malformed_lines_of_the_tools)
{
    expect_cases("threatexchange-csv", malformed_lines,
                 sizeof malformed_lines / sizeof *malformed_lines);
}
