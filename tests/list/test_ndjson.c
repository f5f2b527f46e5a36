/* SPDX-License-Identifier: Apache-2.0 */
/* Our own lines of JSON: every key, and whatever may be wrong with one. */
#include "list/parsed.h"

#define ADD "{\"t\":\"md5\",\"h\":\"" MD5_A "\""

Test(ndjson, every_key)
{
    expect_parsed(
        "ndjson", -1,
        "{\"t\":\"pdq\",\"h\":\"" PDQ_A "\",\"q\":87,\"src\":\"NCMEC/42\",\"id\":\"a\","
        "\"cls\":{\"scheme\":\"ncmec\",\"code\":\"A1\"},\"ts\":1700000000,"
        "\"votes\":{\"for\":3,\"against\":1},\"op\":\"add\"}\r\n"
        "\n# a comment\n"
        "{\"h\":\"" SHA1_A "\",\"t\":\"SHA1\"}\n" ADD ",\"id\":\"\\u00e9\\\"\","
        "\"cls\":null,\"src\":null,\"ts\":null,\"later\":[1,{}]}\n"
        "{\"op\":\"del\",\"id\":\"a\"}\n" ADD ",\"id_hex\":\"62ff\"}",
        "1 a pdq:f8f8f0 by=NCMEC/42 at=1700000000 votes=3:1 [ncmec/A1]\n"
        "4 4 sha1:a9993e\n"
        "5 \xc3\xa9\" md5:900150\n"
        "6 a removed\n"
        "7 b\xff md5:900150\n");
}

Test(ndjson, bad_lines_are_told_and_the_others_read)
{
    expect_parsed(
        "ndjson", -1,
        "x\n[]\n{\"t\":1}\n{\"t\":\"md5\"}\n{\"t\":\"md5\",\"h\":\"\"}\n"
        "{\"t\":\"vpdq\",\"h\":\"a\"}\n{\"t\":\"b\",\"h\":\"a\"}\n" ADD "\n" ADD
        ",\"id\":\"a\",\"id\":\"b\"}\n" ADD ",\"id\":7}\n" ADD
        ",\"id\":\"a\",\"id_hex\":\"62\"}\n" ADD ",\"id_hex\":\"6\"}\n" ADD
        ",\"id_hex\":\"6100\"}\n" ADD ",\"id\":\"a\\u0000\"}\n" ADD
        ",\"id\":\"a\\n\"}\n" ADD ",\"cls\":\"A1\"}\n" ADD
        ",\"cls\":{\"code\":1}}\n" ADD ",\"op\":\"drop\"}\n" ADD ",\"op\":1}\n"
        "{\"op\":\"del\"}\n{\"op\":\"del\",\"id\":\"\"}\n" ADD ",\"src\":{}}\n" ADD
        ",\"id\":\"\xff\"}\n" ADD "}x\n" ADD ",\"id\":\"good\"}\n",
        "1 !line is no JSON object\n"
        "2 !line is no JSON object\n"
        "3 !t is no text\n"
        "4 !h is no text\n"
        "5 !hash is missing\n"
        "6 !signal type not supported\n"
        "7 !signal type not known\n"
        "8 !line is no JSON object\n"
        "9 !line is no JSON object\n"
        "10 !id is no text\n"
        "11 !id is no text\n"
        "12 !id_hex is no text in hex of at most 1024 bytes\n"
        "13 !id_hex is no text in hex of at most 1024 bytes\n"
        "14 !line is no JSON object\n"
        "15 !entry id has a control character\n"
        "16 !cls is no object\n"
        "17 !code is no text\n"
        "18 !op is neither add nor del\n"
        "19 !op is neither add nor del\n"
        "20 !removal without an id\n"
        "21 !removal without an id\n"
        "22 !src is no text\n"
        "23 !line is no JSON object\n"
        "24 !line is no JSON object\n"
        "25 good md5:900150\n");
}

Test(ndjson, a_bad_number_beside_a_good_hash_is_left_out)
{
    static const char *const keys[] = {"\"q\":101",
                                       "\"q\":\"9\"",
                                       "\"ts\":-1",
                                       "\"ts\":1.5",
                                       "\"votes\":{\"for\":4294967296}",
                                       "\"votes\":{\"against\":true}"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char text[256];
        struct ki_list_parser parser;
        size_t consumed = 0;
        int nbytes = snprintf(text, sizeof text, ADD ",%s}\n", keys[i]);
        ki_parser_begin(&parser, &ki_list_ndjson, -1);
        cr_expect_eq(ki_list_parse(&parser, text, (size_t)nbytes, true, &consumed),
                     KI_STEP_RECORD, "%s", keys[i]);
        cr_expect(strstr(parser.record.reason, "is no whole number from 0 to "), "%s",
                  keys[i]);
        cr_expect_eq(parser.record.updated, 0);
        cr_expect_eq(parser.record.nvotes_for + parser.record.nvotes_against, 0);
    }
}

Test(ndjson, doubts_are_told_and_what_is_no_doubt_is_left_out)
{
    static const struct {
        const char *text;
        unsigned doubts;
        bool is_told;
    } rows[] = {
        {"[\"benign\",\"released\"]", KI_DOUBT_BENIGN | KI_DOUBT_RELEASED, false},
        {"[]", 0, false},
        {"null", 0, false},
        {"[\"weight\",\"unknown\",\"symmetric\"]", KI_DOUBT_WEIGHT | KI_DOUBT_SYMMETRIC,
         true},
        {"[3]", 0, true},
        {"\"benign\"", 0, true},
        {"{\"benign\":true}", 0, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[256];
        struct ki_list_parser parser;
        size_t consumed = 0;
        int nbytes = snprintf(text, sizeof text, ADD ",\"doubts\":%s}\n", rows[i].text);
        ki_parser_begin(&parser, &ki_list_ndjson, -1);
        cr_expect_eq(ki_list_parse(&parser, text, (size_t)nbytes, true, &consumed),
                     KI_STEP_RECORD, "%s", rows[i].text);
        cr_expect_eq(parser.record.doubts, rows[i].doubts, "%s", rows[i].text);
        cr_expect_eq(parser.record.reason[0] != '\0', rows[i].is_told, "%s",
                     rows[i].text);
    }
}
