/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of NCMEC's hash sharing: what is kept of them, and what they must not be. */
#define PARSED_IS_BRIEF 1

#include "list/parsed.h"

#define PAGE(...)                                                                      \
    "<queryResult "                                                                    \
    "xmlns=\"https://hashsharing.ncmec.org/hashsharing/v2\"><images>" __VA_ARGS__      \
    "</images></queryResult>"
#define IMAGE(id, ...)                                                                 \
    "<image><member id=\"42\">Example</member><timestamp>2026-01-02T03:04:05Z"         \
    "</timestamp><id>" id "</id>" __VA_ARGS__ "</image>"
#define PRINTS(...) "<fingerprints>" __VA_ARGS__ "</fingerprints>"
#define GOOD IMAGE("a", PRINTS("<md5>" MD5_A "</md5>"))
#define GOOD_1 "1 42/a md5:900150\n"

Test(ncmec, a_page_with_everything)
{
    expect_parsed(
        "ncmec-xml", -1,
        "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n"
        "<ns2:queryResult xmlns:ns2=\"u\">\r\n"
        "<images count=\"3\" maxTimestamp=\"2026-01-02T00:00:00Z\">\r\n"
        "<image><member id=\"42\">X</member><timestamp>2026-01-02T03:04:05.678Z"
        "</timestamp>\r\n<id>a&amp;&#x62;</id><classification>A1</classification>"
        "<fingerprints><md5> " MD5_A "\n</md5><sha1/>"
        "<pdq><![CDATA[" PDQ_A "]]></pdq><netclean>x</netclean>"
        "<videntifier rel=\"self\" href=\"/v2/x?a=&lt;b&gt;\"/><tmk-pdqf/>"
        "</fingerprints><feedback lastUpdateTimestamp=\"t\">"
        "<affirmativeFeedback type=\"Md5\"><members><member id=\"7\">Y</member>"
        "<member id=\"8\">Z</member></members></affirmativeFeedback></feedback>"
        "</image>\r\n"
        "<image><member id=\"43\"/><id>b</id>" PRINTS(
            "<sha1>x</sha1><md5>" MD5_A
            "</md5>") "</image>\r\n"
                      "<deletedImage><member id=\"43\">W</member><id>c</id><timestamp/>"
                      "</deletedImage></images>\r\n"
                      "<videos count=\"2\"><video><member id=\"1\"/><id>v</id>" PRINTS(
                          "<md5>" MD5_A
                          "</md5>") "</video><deletedVideo><id>w</id>"
                                    "<member id=\"1\"/></deletedVideo></videos>\r\n"
                                    "<paging><next/></paging></ns2:queryResult>\r\n",
        "4 42/a&b md5:900150 pdq:f8f8f0 [ncmec/A1]\n"
        "7 43/b md5:900150\n"
        "8 -43/c\n"
        "9 1/v md5:900150\n"
        "9 -1/w\n");
}

/* The first record of the text, without stopping at what comes after it. */
static struct ki_list_record first_record(const char *text)
{
    struct ki_list_parser parser;
    size_t nbytes = strlen(text);
    size_t first = 0;
    ki_parser_begin(&parser, ki_list_format_find("ncmec-xml"), -1);
    enum ki_step step = KI_STEP_SKIP;
    while (step == KI_STEP_SKIP) {
        size_t consumed = 0;
        step = ki_list_parse(&parser, text + first, nbytes - first, true, &consumed);
        first += consumed;
    }
    cr_assert_eq(step, KI_STEP_RECORD);
    struct ki_list_record record = parser.record;
    ki_parser_end(&parser);
    return record;
}

Test(ncmec, member_time_position_and_votes_are_kept)
{
    struct ki_list_record record = first_record(PAGE(IMAGE(
        "a",
        PRINTS("<md5>" MD5_A
               "</md5>") "<feedback><affirmativeFeedback><members><member/><member/>"
                         "</members></affirmativeFeedback><negativeFeedback><reasons>"
                         "<reason/><members><member/></members></reasons>"
                         "</negativeFeedback></feedback>")));
    cr_expect_str_eq(record.member, "Example");
    cr_expect_eq(record.updated, 1767323045);
    cr_expect_eq(record.nvotes_for, 2);
    cr_expect_eq(record.nvotes_against, 1);
    cr_expect_eq(record.byte, strlen(PAGE("")) - strlen("</images></queryResult>"));
}

Test(ncmec, a_bad_hash_beside_a_good_one_is_a_warning)
{
    struct ki_list_record record =
        first_record(PAGE(IMAGE("a", "<classification>Z9</classification>" PRINTS(
                                         "<pdq>zz</pdq><md5>" MD5_A "</md5>"))));
    cr_expect_str_eq(record.reason, "classification is not A1, A2, B1 or B2");
    cr_expect_eq(record.nhashes, 1);
}

Test(ncmec, pages_that_are_not_all_are_told)
{
    expect_parsed("ncmec-xml", -1,
                  "<queryResult><images count=\"1\">" GOOD "</images><paging><next>"
                  "/v2/entries?from=x&amp;start=2001</next></paging></queryResult>",
                  GOOD_1 "NOTE partial: the page names a next one\n");
    expect_parsed("ncmec-xml", -1,
                  "<queryResult><images count=\"2\">" GOOD "</images></queryResult>",
                  GOOD_1 "NOTE partial: the page counts other than it holds\n");
}

static const struct parse_case malformed[] = {
    {"", ""},
    {"x", "BAD XML is broken: syntax error\n"},
    {"<", "BAD XML is broken: unclosed token\n"},
    {"<queryResult>", "BAD XML is broken: no element found\n"},
    {"<html/>", "BAD root element is not queryResult: no NCMEC hash sharing page\n"},
    {"<queryResult/><queryResult/>",
     "BAD XML is broken: junk after document element\n"},
    {"<!DOCTYPE queryResult><queryResult/>",
     "BAD XML has a DOCTYPE, which is refused\n"},
    {"<!DOCTYPE a [<!ENTITY b \"c\"><!ENTITY d \"&b;&b;\">]><queryResult>&d;"
     "</queryResult>",
     "BAD XML has a DOCTYPE, which is refused\n"},
    {"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><queryResult/>",
     "BAD XML has a DOCTYPE, which is refused\n"},
    {PAGE("&x;"), "BAD XML is broken: undefined entity\n"},
    {PAGE("<image>"), "BAD XML is broken: mismatched tag\n"},
    {PAGE("<image a=\"1\" a=\"2\"/>"), "BAD XML is broken: duplicate attribute\n"},
    {PAGE(GOOD "\x01"), GOOD_1 "BAD XML is broken: not well-formed (invalid token)\n"},
    {PAGE(GOOD "\xff"), GOOD_1 "BAD XML is broken: not well-formed (invalid token)\n"},
    {"<?xml version=\"1.0\" encoding=\"no-such\"?><queryResult/>",
     "BAD XML declares another encoding than UTF-8\n"},
    {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><queryResult/>",
     "BAD XML declares another encoding than UTF-8\n"},
    {PAGE("<image/>" GOOD), "1 !record has no member id and entry id\n" GOOD_1},
    {PAGE("<image><id>a</id></image>" GOOD),
     "1 !record has no member id and entry id\n" GOOD_1},
    {PAGE("<image><member>a</member><id>b</id></image>" GOOD),
     "1 !record has no member id and entry id\n" GOOD_1},
    {PAGE("<deletedImage><member id=\"1\"/><id> </id></deletedImage>" GOOD),
     "1 !record has no member id and entry id\n" GOOD_1},
    {PAGE(IMAGE("b") GOOD), "1 !record has no hash\n" GOOD_1},
    {PAGE(IMAGE("b", PRINTS("")) GOOD), "1 !record has no hash\n" GOOD_1},
    {PAGE(IMAGE("b", "<md5>" MD5_A "</md5>") GOOD), "1 !record has no hash\n" GOOD_1},
    {PAGE(IMAGE("b", PRINTS("<md5>x</md5>")) GOOD),
     "1 !md5: hash has a character that is not a hex digit\n" GOOD_1},
    {PAGE(IMAGE("b", PRINTS("<md5>" MD5_A MD5_A "</md5>")) GOOD),
     "1 !md5: hash has 64 hex digits, expected 32\n" GOOD_1},
    {PAGE(IMAGE("b", PRINTS("<md5>" MD5_EMPTY "</md5>")) GOOD),
     "1 !md5: hash of the empty file\n" GOOD_1},
    {PAGE(IMAGE("b", PRINTS("<pdq>" ZERO32 ZERO32 "</pdq>")) GOOD),
     "1 !pdq: hash is all zero\n" GOOD_1},
    {PAGE(IMAGE("b", PRINTS("<x><md5>" MD5_A "</md5></x>")) GOOD),
     "1 !record has no hash\n" GOOD_1},
    {PAGE(IMAGE("&#9;x&#1;", PRINTS("<md5>" MD5_A "</md5>"))),
     "BAD XML is broken: reference to invalid character number\n"},
    {PAGE(IMAGE("b&#127;", PRINTS("<md5>" MD5_A "</md5>")) GOOD),
     "1 !entry id has a control character\n" GOOD_1},
};

Test(ncmec, malformed_pages_and_records)
{
    expect_cases("ncmec-xml", malformed, sizeof malformed / sizeof *malformed);
}

static void expect_of_giant(const char *before, char fill, size_t nfill,
                            const char *after, const char *expected)
{
    struct random_state random = random_begin(74);
    size_t nbefore = strlen(before);
    char *text = malloc(nbefore + nfill + strlen(after) + 1);
    cr_assert_not_null(text);
    memcpy(text, before, nbefore);
    memset(text + nbefore, fill, nfill);
    memcpy(text + nbefore + nfill, after, strlen(after) + 1);
    expect_parsed("ncmec-xml", -1, text, expected);
    char *got = parse_in_pieces("ncmec-xml", -1, text, strlen(text), 5000, &random);
    cr_expect_str_eq(got, expected);
    free(got);
    free(text);
}

Test(ncmec, giants_are_bounded)
{
    static const char head[] = "<queryResult><images><image><member id=\"42\"/><id>";
    static const char tail[] = "</id></image>" GOOD "</images></queryResult>";
    expect_of_giant(head, 'x', 1000000, tail,
                    "1 !record has no member id and entry id\n" GOOD_1);
    expect_of_giant("<queryResult a=\"", 'x', 100000, "\"/>",
                    "BAD XML has a tag of more than 65536 bytes\n");
    expect_of_giant("<queryResult a=\"", 'x', 5000000, "",
                    "BAD XML has a tag of more than 65536 bytes\n");
    expect_of_giant("<queryResult><!--", '>', 1000, "--></queryResult>", "");
}

Test(ncmec, deep_nesting_is_refused)
{
    char text[1024] = "<queryResult>";
    size_t nbytes = strlen(text);
    for (int i = 0; i < 60; i++, nbytes += 3) {
        memcpy(text + nbytes, "<a>", 4);
    }
    expect_parsed("ncmec-xml", -1, text, "BAD XML is nested deeper than 50 elements\n");
}
