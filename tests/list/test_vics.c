/* SPDX-License-Identifier: Apache-2.0 */
/* VICS files as they are found, and files that only look like them. */
#define PARSED_IS_BRIEF 1

#include "list/parsed.h"

#define US "\"@odata.context\":\"http://x/DataModels/2.0.xml/US/$metadata#Media\""
#define OLD "\"odata.metadata\":\"http://x/DataModels/1.3.xml#Media\""
#define SET(...) "{" US ",\"value\":[" __VA_ARGS__ "]}"
#define GOOD "{\"Category\":1,\"MD5\":\"" MD5_A "\"}"
#define GOOD_1 "1 " MD5_A " md5:900150 [vics-us/1]\n"

Test(vics, a_hash_set_with_every_field)
{
    expect_parsed(
        "vics-json", -1,
        "\xef\xbb\xbf{\r\n " US ",\r\n \"value\": [\r\n"
        "  {\"odata.id\":\"Media(1)\",\"MediaFiles@odata.navigationLinkUrl\":\"u\","
        "\"MediaID\":1,\"Category\":1,\"MD5\":\"900150983CD24FB0D6963F7D28E17F72\","
        "\"SHA1\":\"\",\"PhotoDNA\":\"\",\"MediaSize\":\"48211\","
        "\"VictimIdentified\":null,\"OffenderIdentified\":\"false\","
        "\"IsDistributed\":true,\"Series\":7,\"Tags\":\"\",\"Miniature\":\"AAAA\","
        "\"RelativeFilePath\":\"a\\\\b.jpg\","
        "\"DateUpdated\":\"2026-01-02T03:04:05.6700Z\","
        "\"MediaFiles\":[{\"MD5\":\"" MD5_A "\",\"FileName\":\"]}\\\"{[\"}],"
        "\"AlternativeHashes\":[{\"HashName\":\"pdq\",\"HashValue\":\"" PDQ_A
        "\"},{\"HashValue\":\"" SHA1_A "\",\"HashName\":\"SHA1\"},"
        "{\"HashName\":\"MD5\",\"HashValue\":\"" MD5_A "\"},"
        "{\"HashName\":\"Tiger\",\"HashValue\":\"x\"},3]},\r\n"
        "  {\"mediaid\":2,\"CATEGORY\":\"2\",\"md5\":null,\"Sha1\":\"" SHA1_A "\"}\r\n"
        " ]\r\n}\r\n",
        "4 " MD5_A " md5:900150 pdq:f8f8f0 sha1:a9993e [vics-us/1]\n"
        "5 " SHA1_A " sha1:a9993e [vics-us/2]\n");
}

Test(vics, a_case_export_is_walked_into)
{
    expect_parsed(
        "vics-json", -1,
        "{" OLD ",\"value\":[\n{\"CaseID\":\"{1}\",\"CaseNumber\":\"Media\","
        "\"TotalMediaFiles\":34731,\"CaseMetadata\":[{\"PropertyName\":\"Media\"}],"
        "\"Media\" :\n[" GOOD ",\n{\"Category\":3,\"MD5\":\"x\",\"SHA1\":\"" SHA1_A
        "\"}],\"ContactName\":\"n\"},\n{\"CaseID\":2,\"Media\":[]},\n" GOOD "]}",
        "3 " MD5_A " md5:900150 [vics/1]\n"
        "4 " SHA1_A " sha1:a9993e [vics/3]\n"
        "6 " MD5_A " md5:900150 [vics/1]\n");
}

/* 0, 4 and 5 never alert; no category is no verdict, whatever IsPrecategorized says. */
Test(vics, categories_that_are_no_verdict_add_nothing)
{
    expect_parsed("vics-json", -1,
                  SET("{\"Category\":0,\"MD5\":\"" MD5_A "\"},"
                      "{\"Category\":\"4\",\"MD5\":\"" MD5_A "\"},"
                      "{\"Category\":5,\"SHA1\":\"" SHA1_A "\"},"
                      "{\"Category\":null,\"IsPrecategorized\":true,\"MD5\":\"" MD5_A
                      "\"},{\"MD5\":\"" MD5_A "\"}"),
                  "1 -" MD5_A " md5:900150 [vics-us/0]\n"
                  "1 -" MD5_A " md5:900150 [vics-us/4]\n"
                  "1 -" SHA1_A " sha1:a9993e [vics-us/5]\n"
                  "1 !record has no category, so no verdict\n"
                  "1 !record has no category, so no verdict\n");
}

Test(vics, a_known_good_list_takes_only_what_is_no_verdict_and_only_if_named)
{
    static const char file[] = SET("{\"Category\":0,\"MD5\":\"" MD5_A "\"},"
                                   "{\"MD5\":\"" MD5_A "\"}," GOOD);
    parsed_purpose = KI_PURPOSE_ALLOW;
    expect_parsed("vics-json", -1, file,
                  "BAD a VICS file does not say whether it is of known good files: for "
                  "an allow list state --format vics-json\n");
    parsed_is_stated = true;
    expect_parsed("vics-json", -1, file,
                  "1 " MD5_A " md5:900150 [vics-us/0]\n"
                  "1 " MD5_A " md5:900150 [vics-us/]\n"
                  "1 !category says that the file is not known good\n");
    parsed_purpose = -1;
    parsed_is_stated = false;
}

Test(vics, regions_name_the_scheme)
{
    static const char *const regions[][2] = {
        {"2.0.xml/UK/$metadata#Media", "vics-uk"},
        {"2.0.xml/CUSTOM/$metadata#Cases", "vics-custom"},
        {"1.1.xml#Media", "vics"},
        {"2.0.xml/a b/$metadata#Media", "vics"},
        {"2.0.xml/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/"
         "#Media",
         "vics"},
    };
    for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
        char input[512];
        char expected[256];
        (void)snprintf(input, sizeof input,
                       "{\"@ODATA.context\":\"%s\",\"Value\":[" GOOD "]}",
                       regions[i][0]);
        (void)snprintf(expected, sizeof expected, "1 " MD5_A " md5:900150 [%s/1]\n",
                       regions[i][1]);
        expect_parsed("vics-json", -1, input, expected);
    }
}

/* 144 bytes in base64 or hex; of another length it is left out, and the record kept. */
Test(vics, photodna_in_either_place_and_text)
{
    char base64[193];
    char hex[289];
    char input[2048];
    memset(base64, 'A', 192);
    memset(hex, '0', 288);
    base64[0] = '/';
    hex[0] = 'f';
    base64[192] = hex[288] = '\0';
    (void)snprintf(input, sizeof input,
                   SET("{\"Category\":1,\"PhotoDNA\":\"%s\"},"
                       "{\"Category\":1,\"MD5\":\"" MD5_A
                       "\",\"AlternativeHashes\":[{\"HashName\":\"PhotoDNA\","
                       "\"HashValue\":\"%s\"}]},"
                       "{\"Category\":1,\"MD5\":\"" MD5_A "\",\"PhotoDNA\":\"%s\"}"),
                   base64, hex, base64 + 4);
    char expected[1024];
    (void)snprintf(expected, sizeof expected,
                   "1 fc%.286s photodna:fc0000 [vics-us/1]\n"
                   "1 " MD5_A " md5:900150 photodna:f00000 [vics-us/1]\n" GOOD_1,
                   hex + 1);
    expect_parsed("vics-json", -1, input, expected);
}

/* Names in an old code page and numbers of any size cost no hash. */
Test(vics, text_that_is_not_utf8_and_huge_numbers_cost_no_hash)
{
    expect_parsed("vics-json", -1,
                  SET("{\"Category\":1,\"Comments\":\"\xe4\xff\",\"MD5\":\"" MD5_A
                      "\"},{\"Category\":1,\"Series\":123456789012345678901234567890,"
                      "\"MD5\":\"" MD5_A "\",\"MD5\":\"" MD5_A "\"}"),
                  GOOD_1 GOOD_1);
}

static const struct parse_case malformed_records[] = {
    {SET("{}," GOOD), "1 !record has no hash\n"},
    {SET("1," GOOD), "1 !record is not a JSON object\n"},
    {SET("null," GOOD), "1 !record is not a JSON object\n"},
    {SET("\"a,b]\"," GOOD), "1 !record is not a JSON object\n"},
    {SET("[" GOOD "]," GOOD), "1 !record is not a JSON object\n"},
    {SET("{\"Category\":1}," GOOD), "1 !record has no hash\n"},
    {SET("{\"Category\":1,\"MD5\":\"\"}," GOOD), "1 !record has no hash\n"},
    {SET("{\"Category\":1,\"MD5\":5}," GOOD), "1 !record has no hash\n"},
    {SET("{\"Category\":1,\"MD5\":\"abc\"}," GOOD),
     "1 !md5: hash has 3 hex digits, expected 32\n"},
    {SET("{\"Category\":1,\"MD5\":\"" SHA1_A "\"}," GOOD),
     "1 !md5: hash has 40 hex digits, expected 32\n"},
    {SET("{\"Category\":1,\"MD5\":\"" ZERO32 "\"}," GOOD),
     "1 !md5: hash is all zero\n"},
    {SET("{\"Category\":1,\"MD5\":\"" MD5_EMPTY "\"}," GOOD),
     "1 !md5: hash of the empty file\n"},
    {SET("{\"Category\":1,\"MD5\":\"g" MD5_A "\"}," GOOD),
     "1 !md5: hash has a character that is not a hex digit\n"},
    {SET("{\"Category\":1.5,\"MD5\":\"" MD5_A "\"}," GOOD),
     "1 !category is not a number\n"},
    {SET("{\"Category\":\"CAM\",\"MD5\":\"" MD5_A "\"}," GOOD),
     "1 !category is not a number\n"},
    {SET("{\"Category\":-1,\"MD5\":\"" MD5_A "\"}," GOOD),
     "1 !category is not a number\n"},
    {SET("{\"Category\":99999999999999999999,\"MD5\":\"" MD5_A "\"}," GOOD),
     "1 !category is not a number\n"},
    {SET("{\"Category\":[1],\"MD5\":\"" MD5_A "\"}," GOOD),
     "1 !category is not a number\n"},
    {SET("{\"Category\":1 \"MD5\":\"" MD5_A "\"}," GOOD),
     "1 !record is not sound JSON\n"},
    {SET("{\"Category\":1,\"MD5\":\"" MD5_A "\",}," GOOD),
     "1 !record is not sound JSON\n"},
    {SET("{\"Category\":1,\"MD5\":\"\\u12\"}," GOOD), "1 !record is not sound JSON\n"},
    {SET("{MD5:1}," GOOD), "1 !record is not sound JSON\n"},
};

Test(vics, a_malformed_record_costs_itself)
{
    for (size_t i = 0; i < sizeof malformed_records / sizeof *malformed_records; i++) {
        char expected[512];
        (void)snprintf(expected, sizeof expected, "%s" GOOD_1,
                       malformed_records[i].expected);
        expect_parsed("vics-json", -1, malformed_records[i].input, expected);
    }
}

static const struct parse_case malformed_files[] = {
    {"", ""},
    {"{", "BAD file ends in the middle of its JSON\n"},
    {"{\"value\":[" GOOD "]}",
     "BAD no '@odata.context' or 'odata.metadata' before 'value': not a VICS file\n"},
    {"{" US "}", "BAD no array 'value': not a VICS file\n"},
    {"{" US ",\"value\":{}}", ""},
    {"{\"@odata.context\":\"x\",\"value\":[]}",
     "BAD VICS context names neither #Media nor #Cases\n"},
    {"{\"@odata.context\":5,\"value\":[]}",
     "BAD VICS context names neither #Media nor #Cases\n"},
    {"{" US ",\"value\":[" GOOD, GOOD_1 "BAD file ends in the middle of its JSON\n"},
    {"{" US ",\"value\":[" GOOD ",",
     GOOD_1 "BAD file ends in the middle of its JSON\n"},
    {"{" US ",\"value\":[{\"MD5\":\"", "BAD file ends in the middle of its JSON\n"},
    {"{" US ",\"value\":[" GOOD "]",
     GOOD_1 "BAD file ends in the middle of its JSON\n"},
    {"{" US ",\"value\":[" GOOD " " GOOD "]}",
     GOOD_1 "BAD JSON has no comma where one belongs\n"},
    {"{" US ",\"value\":[" GOOD "}",
     GOOD_1 "BAD JSON has a closing bracket where none belongs\n"},
    {"{" US ",\"value\":[" GOOD ",,]}",
     GOOD_1 "BAD JSON has no value where one belongs\n"},
    {"{" US ",\"value\"[]}", "BAD JSON has a name without a colon\n"},
    {"{" US " \"value\":[]}", "BAD JSON has no comma where one belongs\n"},
    {"{" US ",}", "BAD JSON has a closing bracket where a name belongs\n"},
    {"{" US ",value:[]}", "BAD JSON has no name where one belongs\n"},
    {"{,}", "BAD JSON has no name where one belongs\n"},
    {"]", "BAD JSON has no value where one belongs\n"},
    {"[" GOOD "]", "BAD no array 'value': not a VICS file\n"},
    {SET("{\"a\":[}]}," GOOD), "1 !record is not sound JSON\n"
                               "BAD JSON has a closing bracket where none belongs\n"},
    {"{\"x\":{\"a\" 1},\"value\":[]}", "BAD record is not sound JSON\n"},
};

Test(vics, a_malformed_file_is_refused)
{
    expect_cases("vics-json", malformed_files,
                 sizeof malformed_files / sizeof *malformed_files);
}

static char *file_with(const char *before, char fill, size_t nfill, const char *after)
{
    size_t nbefore = strlen(before);
    char *text = malloc(nbefore + nfill + strlen(after) + 1);
    cr_assert_not_null(text);
    memcpy(text, before, nbefore);
    memset(text + nbefore, fill, nfill);
    memcpy(text + nbefore + nfill, after, strlen(after) + 1);
    return text;
}

Test(vics, thumbnails_are_looked_over_and_giants_cost_one_record)
{
    static const char before[] = "{" US ",\"value\":[\n{\"Miniature\":\"";
    static const char after[] = "\",\"Category\":1,\"MD5\":\"" MD5_A "\"},\n" GOOD "]}";
    char *text = file_with(before, 'A', 900000, after);
    expect_parsed("vics-json", -1, text,
                  "2 " MD5_A " md5:900150 [vics-us/1]\n3 " MD5_A
                  " md5:900150 [vics-us/1]\n");
    free(text);
    text = file_with(before, 'A', 3000000, after);
    expect_parsed("vics-json", -1, text,
                  "2 !record is longer than 1048576 bytes\n3 " MD5_A
                  " md5:900150 [vics-us/1]\n");
    free(text);
}

Test(vics, deep_nesting_costs_one_record_or_none)
{
    char *text = file_with("{" US ",\"value\":[\n{\"a\":", '[', 100000, "");
    expect_parsed("vics-json", -1, text,
                  "2 !record is nested deeper than 50\n"
                  "BAD file ends in the middle of its JSON\n");
    free(text);
    text = file_with("{\"a\":", '[', 100000, "");
    expect_parsed("vics-json", -1, text, "BAD file ends in the middle of its JSON\n");
    free(text);
}
