/* SPDX-License-Identifier: Apache-2.0 */
/* StopNCII's pages: snapshots under (type, value), withdrawals, feedback, paging. */
#define PARSED_IS_BRIEF 1

#include "list/parsed.h"

#define RECORD(type, status, value)                                                    \
    "{\"lastModtimestamp\":1700000000,\"signalType\":\"" type                          \
    "\",\"hashStatus\":\"" status "\",\"hashValue\":\"" value                          \
    "\",\"caseNumbers\":{\"a\":\"Active\"}}"
#define PAGE(...) "{\"hashRecords\":[" __VA_ARGS__ "]}"
#define GOOD RECORD("ImagePDQ", "Active", PDQ_A)
#define GOOD_1 "1 ImagePDQ/" PDQ_A " pdq:f8f8f0\n"

Test(stopncii, every_type_and_status)
{
    expect_parsed(
        "stopncii-json", -1,
        "{\"count\":7,\"nextPageToken\":\"\",\"nextSetTimestamp\":1,"
        "\"hasMoreRecords\":false,\"hashRecords\":[\n" GOOD
        ",\n" RECORD("VideoMD5", "active", MD5_A) ",\n" RECORD("ImagePDQ", "Withdrawn", PDQ_A) ",\n" RECORD(
            "ImagePDQ", "Deleted",
            PDQ_A) ",\n" RECORD("ImagePDQ", "Received",
                                PDQ_B) ",\n" RECORD("VideoTMK", "Active",
                                                    "x") ",\n" RECORD("ImagePDQ",
                                                                      "Unknown",
                                                                      "F8f8f0cee0f4a84f"
                                                                      "06370a22038f63f0"
                                                                      "b36e2ed596621e1d"
                                                                      "33e6b39c4e9c9b2"
                                                                      "2") "]}",
        "2 ImagePDQ/" PDQ_A " pdq:f8f8f0\n"
        "3 VideoMD5/" MD5_A " md5:900150\n"
        "4 -ImagePDQ/" PDQ_A " pdq:f8f8f0\n"
        "5 -ImagePDQ/" PDQ_A " pdq:f8f8f0\n"
        "6 -ImagePDQ/" PDQ_B " pdq:012345\n"
        "7 !signal type not supported\n"
        "8 -ImagePDQ/" PDQ_A " pdq:f8f8f0\n");
}

Test(stopncii, pages_that_are_not_the_last_or_lack_records_are_told)
{
    expect_parsed("stopncii-json", -1,
                  "{\"hasMoreRecords\":true,\"hashRecords\":[" GOOD "]}",
                  GOOD_1 "NOTE partial: the last page says that more records follow\n");
    expect_parsed("stopncii-json", -1,
                  "{\"hasMoreRecords\":true,\"hashRecords\":[]}\n"
                  "{\"hasMoreRecords\":false,\"hashRecords\":[]}",
                  "");
    expect_parsed("stopncii-json", -1, "{\"count\":3,\"hashRecords\":[" GOOD "]}",
                  GOOD_1 "NOTE partial: the file counts other than it holds\n");
}

Test(stopncii, feedback_is_counted)
{
    static const char text[] = PAGE(
        "{\"signalType\":\"ImagePDQ\",\"hashStatus\":\"Active\",\"hashValue\":\"" PDQ_A
        "\",\"lastModtimestamp\":\"1700000000\",\"CSPFeedbacks\":["
        "{\"feedbackValue\":\"Blocked\"},{\"feedbackValue\":\"NotBlocked\"},"
        "{\"feedbackValue\":\"blocked\"},{\"feedbackValue\":\"None\"},7]}");
    struct ki_list_parser parser;
    size_t first = 0;
    ki_parser_begin(&parser, ki_list_format_find("stopncii-json"), -1);
    enum ki_step step = KI_STEP_SKIP;
    while (step == KI_STEP_SKIP) {
        size_t consumed = 0;
        step = ki_list_parse(&parser, text + first, sizeof text - 1 - first, true,
                             &consumed);
        first += consumed;
    }
    cr_expect_eq(step, KI_STEP_RECORD);
    cr_expect_eq(parser.record.nvotes_for, 2);
    cr_expect_eq(parser.record.nvotes_against, 1);
    cr_expect_eq(parser.record.updated, 1700000000);
    ki_parser_end(&parser);
}

static const struct parse_case malformed[] = {
    {"{}", "BAD no array 'hashRecords': not a StopNCII file\n"},
    {"[]", "BAD no array 'hashRecords': not a StopNCII file\n"},
    {"{\"hashRecords\":{}}", ""},
    {"{\"hashRecords\":7}", "BAD no array 'hashRecords': not a StopNCII file\n"},
    {PAGE("1"), "1 !hashStatus is missing or not known\n"},
    {PAGE("{}"), "1 !hashStatus is missing or not known\n"},
    {PAGE("null"), "1 !hashStatus is missing or not known\n"},
    {PAGE("{\"hashStatus\":\"Active\"}"), "1 !signal type not supported\n"},
    {PAGE("{\"hashStatus\":7}"), "1 !hashStatus is missing or not known\n"},
    {PAGE("{\"hashStatus\":\"Gone\"}"), "1 !hashStatus is missing or not known\n"},
    {PAGE(RECORD("ImagePDQ", "Active", "")), "1 !record has no hash\n"},
    {PAGE(RECORD("ImagePDQ", "Active", ZERO32)),
     "1 !pdq: hash has 32 hex digits, expected 64\n"},
    {PAGE(RECORD("ImagePDQ", "Active", ZERO32 ZERO32)), "1 !pdq: hash is all zero\n"},
    {PAGE(RECORD("ImagePDQ", "Withdrawn", "x")),
     "1 !pdq: hash has a character that is not a hex digit\n"},
    {PAGE(RECORD("VideoMD5", "Active", MD5_EMPTY)), "1 !md5: hash of the empty file\n"},
    {PAGE(RECORD("VideoMD5", "Active", PDQ_A)),
     "1 !md5: hash has 64 hex digits, expected 32\n"},
    {PAGE(RECORD("URL", "Active", "http://x")), "1 !signal type not supported\n"},
    {PAGE(RECORD("", "Active", PDQ_A)), "1 !signal type not supported\n"},
    {PAGE("{\"hashStatus\"}"), "1 !record is not sound JSON\n"},
    {PAGE("{\"hashStatus\":\"Act"), "BAD file ends in the middle of its JSON\n"},
    {PAGE(GOOD ","), GOOD_1 "BAD JSON has no value where one belongs\n"},
    {PAGE(GOOD) "}", GOOD_1 "BAD JSON has no value where one belongs\n"},
    {"{\"hashRecords\":[" GOOD, GOOD_1 "BAD file ends in the middle of its JSON\n"},
};

Test(stopncii, malformed_records_and_files)
{
    expect_cases("stopncii-json", malformed, sizeof malformed / sizeof *malformed);
}
