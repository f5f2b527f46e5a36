/* SPDX-License-Identifier: Apache-2.0 */
/* The exact lines of every format, and that no file name can forge one. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "report/escape.h"
#include "report/json.h"
#include "report/report.h"

#include "report/written.h"

static const struct ki_list_info hotline = {.name = "hotline"};
static const struct ki_list_info allowed = {
    .name = "ours", .purpose = KI_PURPOSE_ALLOW, .trust.is_signed = true};

static const struct ki_hit near_hit = {
    .list = &hotline,
    .entry = "e 17",
    .category_scheme = "iwf",
    .category_code = "A",
    .kind = KI_KIND_PDQ,
    .distance = 4,
    .mode = KI_MODE_PDQ,
    .transform = KI_TRANSFORM_ROT90,
};

static const struct ki_hit digest_hit = {
    .list = &allowed,
    .entry = "bad\xff\x1b",
    .category_scheme = "",
    .category_code = "",
    .kind = KI_KIND_MD5,
};

static struct ki_result match_result(const struct ki_hit *hits, size_t nhits)
{
    return (struct ki_result){
        .verdict = KI_VERDICT_MATCH,
        .tier = KI_TIER_NEAR,
        .has_action = true,
        .action = KI_ACTION_BLOCK,
        .policy = "lists",
        .info = {.format = KI_FORMAT_JPEG, .nbytes = 7, .width = 3, .height = 2},
        .has_quality = true,
        .quality = 99,
        .generation = 42,
        .elapsed_us = 5,
        .hits = hits,
        .nhits = nhits,
        .nhits_total = nhits,
    };
}

static struct ki_result failed_result(void)
{
    return (struct ki_result){
        .reason = KI_REASON_UNREADABLE,
        .policy = "lists",
        .generation = 42,
    };
}

Test(json, strings)
{
    struct written written = written_begin();
    struct ki_json json = ki_json_line_begin(written.out);
    ki_json_text(&json, "a", "\"\\/\n\t\r\x01\x7f\xc2\x85\xe2\x80\xae€");
    ki_json_raw(&json, "b", "b_bytes", "x\xc3(\xed\xa0\x80", 6);
    ki_json_raw(&json, "c", "c_bytes", "\xc3\xa9", 2);
    ki_json_text_n(&json, "d", "a\0b", 3);
    ki_json_line_end(&json);
    cr_assert(written_is(
        &written,
        "{\"a\":\"\\\"\\\\/\\n\\t\\u000d\\u0001\\u007f\\u0085\\u202e€\","
        "\"b\":\"x\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\","
        "\"b_bytes\":\"78c328eda080\",\"c\":\"\xc3\xa9\",\"d\":\"a\\u0000b\"}\n"));
}

Test(json, nesting_and_numbers)
{
    struct written written = written_begin();
    struct ki_json json = ki_json_line_begin(written.out);
    ki_json_array_begin(&json, "a");
    ki_json_array_end(&json);
    ki_json_array_begin(&json, "b");
    ki_json_uint(&json, NULL, 0);
    ki_json_uint(&json, NULL, UINT64_MAX);
    ki_json_object_begin(&json, NULL);
    ki_json_object_end(&json);
    ki_json_array_end(&json);
    ki_json_bool(&json, "c", true);
    ki_json_bool(&json, "d", false);
    ki_json_null(&json, "e");
    ki_json_text_or_null(&json, "f", "");
    ki_json_hex(&json, "g", "\x00\xab", 2);
    ki_json_line_end(&json);
    cr_assert(written_is(&written,
                         "{\"a\":[],\"b\":[0,18446744073709551615,{}],\"c\":true,"
                         "\"d\":false,\"e\":null,\"f\":null,\"g\":\"00ab\"}\n"));
}

Test(escape, hostile_names)
{
    struct written written = written_begin();
    ki_escape(written.out, "a b\n\r\t\x1b[2J\\\x7f\xff\xc2\x9b\xe2\x80\xae€",
              KI_ESCAPE_TEXT);
    ki_escape(written.out, " c", KI_ESCAPE_WORD);
    cr_assert(written_is(&written,
                         "a b\\n\\r\\t\\x1b[2J\\\\\\x7f\\xff\\u009b\\u202e€\\x20c"));
}

Test(ndjson, match)
{
    const struct ki_hit hits[] = {digest_hit, near_hit};
    struct ki_result result = match_result(hits, 2);
    result.nhits_total = 9;
    result.info.nwarnings = 1;
    result.info.fidelity = KI_FIDELITY_HIGH;
    result.info.scale = 4;
    struct written written = written_begin();
    ki_report_ndjson.result(written.out, "p\n", &result);
    cr_assert(written_is(
        &written,
        "{\"path\":\"p\\n\",\"verdict\":\"match\",\"tier\":\"near\",\"reason\":null,"
        "\"bytes\":7,\"format\":\"jpeg\",\"width\":3,\"height\":2,\"quality\":99,"
        "\"hits\":[{\"list\":\"ours\",\"entry\":\"bad\xef\xbf\xbd\\u001b\","
        "\"entry_bytes\":\"626164ff1b\",\"kind\":\"md5\",\"distance\":0,"
        "\"transform\":\"original\",\"category\":null,\"purpose\":\"allow\",\"signed\":"
        "true},"
        "{\"list\":\"hotline\",\"entry\":\"e 17\",\"kind\":\"pdq\",\"distance\":4,"
        "\"transform\":\"rot90\",\"category\":{\"scheme\":\"iwf\",\"code\":\"A\"},"
        "\"mode\":\"pdq\",\"purpose\":\"match\",\"signed\":false}],\"hits_total\":9,"
        "\"action\":"
        "\"block\",\"demoted\":[],\"handling\":null,\"policy\":\"lists\","
        "\"generation\":42,\"elapsed_us\":5,\"warnings\":1,"
        "\"fidelity\":\"high\",\"scale\":4}\n"));
}

Test(ndjson, not_examined)
{
    struct ki_result result = failed_result();
    struct written written = written_begin();
    ki_report_ndjson.result(written.out, "p\xff", &result);
    cr_assert(written_is(
        &written,
        "{\"path\":\"p\xef\xbf\xbd\",\"path_bytes\":\"70ff\","
        "\"verdict\":\"not_examined\",\"tier\":null,"
        "\"reason\":\"unreadable\",\"bytes\":null,\"format\":\"unknown\","
        "\"width\":null,\"height\":null,\"quality\":null,\"hits\":[],"
        "\"action\":null,\"demoted\":[],\"handling\":null,"
        "\"policy\":\"lists\",\"generation\":42,\"elapsed_us\":0,\"warnings\":0}\n"));
}

Test(ndjson, empty_file_has_a_size)
{
    struct ki_result result = failed_result();
    result.reason = KI_REASON_EMPTY;
    struct written written = written_begin();
    ki_report_ndjson.result(written.out, "p", &result);
    cr_assert(written_is(
        &written,
        "{\"path\":\"p\",\"verdict\":\"not_examined\",\"tier\":null,"
        "\"reason\":\"empty\",\"bytes\":0,\"format\":\"unknown\","
        "\"width\":null,\"height\":null,\"quality\":null,\"hits\":[],"
        "\"action\":null,\"demoted\":[],\"handling\":null,"
        "\"policy\":\"lists\",\"generation\":42,\"elapsed_us\":0,\"warnings\":0}\n"));
}

Test(text, one_line_a_file)
{
    const struct ki_hit hits[] = {digest_hit, near_hit};
    struct ki_result match = match_result(hits, 2);
    struct ki_result allow = match_result(hits, 1);
    allow.verdict = KI_VERDICT_NO_MATCH;
    allow.tier = KI_TIER_NONE;
    struct ki_result none = allow;
    none.nhits = none.nhits_total = 0;
    struct ki_result failed = failed_result();
    struct written written = written_begin();
    ki_report_text.begin(written.out);
    ki_report_text.result(written.out, "a b", &match);
    ki_report_text.result(written.out, "b", &allow);
    ki_report_text.result(written.out, "c", &none);
    ki_report_text.result(written.out, "d\nmatch  near", &failed);
    ki_report_text.end(written.out);
    cr_assert(written_is(
        &written, "match         near          hotline/e\\x2017 pdq 4 rot90 (+1)  a b\n"
                  "no_match      -             ours/bad\\xff\\x1b md5 0 original "
                  "[allow]  b\n"
                  "no_match      -             -  c\n"
                  "not_examined  unreadable    -  d\\nmatch  near\n"));
}

Test(csv, quoting)
{
    struct ki_hit hit = near_hit;
    hit.entry = "=1,\"x\"\xff";
    struct ki_result match = match_result(&hit, 1);
    struct ki_result failed = failed_result();
    struct written written = written_begin();
    failed.is_degraded = true;
    ki_report_csv.begin(written.out);
    ki_report_csv.result(written.out, "a,b\n", &match);
    ki_report_csv.result(written.out, "c\xff", &failed);
    ki_report_csv.end(written.out);
    cr_assert(written_is(
        &written,
        "path,verdict,tier,reason,bytes,format,width,height,quality,action,generation,"
        "elapsed_us,warnings,hits,list,entry,kind,distance,transform,mode,purpose,"
        "category_scheme,category_code,path_bytes,entry_bytes,sandbox,"
        "demoted,handling,policy\r\n"
        "\"a,b\n\",match,near,,7,jpeg,3,2,99,block,42,5,0,1,hotline,"
        "\"'=1,\"\"x\"\"\xef\xbf\xbd\",pdq,4,rot90,pdq,match,iwf,A,,3d312c227822ff,,,,"
        "lists\r\n"
        "\"c\xef\xbf\xbd\",not_examined,,unreadable,,unknown,,,,,42,0,0,0,,,,,,,,,,"
        "63ff,,degraded,,,lists\r\n"));
}

Test(formats, a_degraded_sandbox_is_told)
{
    struct ki_result failed = failed_result();
    failed.is_degraded = true;
    struct written written = written_begin();
    ki_report_ndjson.result(written.out, "p", &failed);
    ki_report_text.result(written.out, "p", &failed);
    cr_assert(written_is(
        &written,
        "{\"path\":\"p\",\"verdict\":\"not_examined\",\"tier\":null,"
        "\"reason\":\"unreadable\",\"bytes\":null,\"format\":\"unknown\","
        "\"width\":null,\"height\":null,\"quality\":null,\"hits\":[],"
        "\"action\":null,\"demoted\":[],\"handling\":null,"
        "\"policy\":\"lists\",\"generation\":42,\"elapsed_us\":0,\"warnings\":0,"
        "\"sandbox\":\"degraded\"}\n"
        "not_examined  unreadable    -  [sandbox degraded]  p\n"));
}

Test(formats, what_a_policy_did_is_told)
{
    struct ki_hit hit = near_hit;
    hit.is_flooding = true;
    struct ki_result match = match_result(&hit, 1);
    match.action = KI_ACTION_REVIEW;
    match.demoted = KI_BIT(KI_DEMOTION_SINGLE_SOURCE) | KI_BIT(KI_DEMOTION_FLOOD);
    (void)snprintf(match.policy, sizeof match.policy, "0123456789abcdef");
    struct ki_result failed = failed_result();
    failed.handling = KI_HANDLING_HOLD;
    struct written written = written_begin();
    ki_report_text.result(written.out, "p", &match);
    ki_report_text.result(written.out, "q", &failed);
    ki_report_csv.result(written.out, "p", &match);
    ki_report_ndjson.result(written.out, "p", &match);
    ki_report_ndjson.result(written.out, "q", &failed);
    cr_assert(written_is(
        &written,
        "match         near          hotline/e\\x2017 pdq 4 rot90  [review: "
        "single-source flood]  [policy 0123456789abcdef]  p\n"
        "not_examined  unreadable    -  [hold]  q\n"
        "p,match,near,,7,jpeg,3,2,99,review,42,5,0,1,hotline,e "
        "17,pdq,4,rot90,pdq,match,"
        "iwf,A,,,,single-source;flood,,0123456789abcdef\r\n"
        "{\"path\":\"p\",\"verdict\":\"match\",\"tier\":\"near\",\"reason\":null,"
        "\"bytes\":7,\"format\":\"jpeg\",\"width\":3,\"height\":2,\"quality\":99,"
        "\"hits\":[{\"list\":\"hotline\",\"entry\":\"e 17\",\"kind\":\"pdq\","
        "\"distance\":4,\"transform\":\"rot90\",\"category\":{\"scheme\":\"iwf\","
        "\"code\":\"A\"},\"mode\":\"pdq\",\"purpose\":\"match\",\"flooding\":true,"
        "\"signed\":false}],"
        "\"action\":\"review\",\"demoted\":[\"single-source\",\"flood\"],"
        "\"handling\":null,\"policy\":\"0123456789abcdef\",\"generation\":42,"
        "\"elapsed_us\":5,\"warnings\":0,\"fidelity\":\"exact\",\"scale\":0}\n"
        "{\"path\":\"q\",\"verdict\":\"not_examined\",\"tier\":null,"
        "\"reason\":\"unreadable\",\"bytes\":null,\"format\":\"unknown\","
        "\"width\":null,\"height\":null,\"quality\":null,\"hits\":[],\"action\":null,"
        "\"demoted\":[],\"handling\":\"hold\",\"policy\":\"lists\",\"generation\":42,"
        "\"elapsed_us\":0,\"warnings\":0}\n"));
}

/* No cell that a stranger named is a formula to a spreadsheet. */
Test(csv, formulas)
{
    static const struct {
        const char *path;
        const char *field;
        const char *bytes;
    } cases[] = {
        {"=1+1", "\"'=1+1\"", "3d312b31"},
        {"-x", "\"'-x\"", "2d78"},
        {"+x", "\"'+x\"", "2b78"},
        {"@x", "\"'@x\"", "4078"},
        {"\tx", "\"'\tx\"", "0978"},
        {"-", "-", ""},
        {"a=1", "a=1", ""},
        {"./-x", "./-x", ""},
    };
    struct ki_result failed = failed_result();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[200];
        struct written written = written_begin();
        ki_report_csv.result(written.out, cases[i].path, &failed);
        (void)snprintf(expected, sizeof expected,
                       "%s,not_examined,,unreadable,,unknown,,,,,42,0,0,0,,,,,,,,,,%s,"
                       ",,,,lists\r\n",
                       cases[i].field, cases[i].bytes);
        cr_expect(written_is(&written, expected), "%s", cases[i].path);
    }
}

Test(lookup, lines)
{
    struct ki_report_lookup found = {
        .query = "00ff",
        .query_nbytes = 4,
        .verdict = KI_VERDICT_MATCH,
        .hits = &near_hit,
        .nhits = 1,
        .policy = "lists",
    };
    struct ki_report_lookup bad = {
        .query = "z\0\xff",
        .query_nbytes = 3,
        .reason = "bad-query",
        .policy = "lists",
    };
    struct written written = written_begin();
    ki_report_lookup_line(written.out, &found);
    ki_report_lookup_line(written.out, &bad);
    cr_assert(written_is(
        &written,
        "{\"query\":\"00ff\",\"verdict\":\"match\",\"hits\":[{\"list\":"
        "\"hotline\",\"entry\":\"e 17\",\"kind\":\"pdq\",\"distance\":4,"
        "\"transform\":\"rot90\",\"category\":{\"scheme\":\"iwf\",\"code\":\"A\"},"
        "\"purpose\":\"match\",\"signed\":false}],\"policy\":\"lists\"}\n"
        "{\"query\":\"z\\u0000\xef\xbf\xbd\",\"query_bytes\":\"7a00ff\","
        "\"verdict\":\"not_examined\",\"reason\":\"bad-query\",\"hits\":[],"
        "\"policy\":\"lists\"}\n"));
}

Test(hash, missing_hashes_are_null)
{
    struct ki_hash_options options = ki_hash_options_default();
    options.kinds = KI_BIT(KI_KIND_PDQ) | KI_BIT(KI_KIND_MD5);
    options.modes = KI_BIT(KI_MODE_PDQ) | KI_BIT(KI_MODE_PDQ_NN512);
    options.dihedral = true;
    struct ki_hashes hashes = {.reason = KI_REASON_UNREADABLE};
    struct written written = written_begin();
    ki_report_hash_line(written.out, "p", &hashes, &options, false);
    cr_assert(written_is(&written,
                         "{\"path\":\"p\",\"format\":\"unknown\",\"width\":null,"
                         "\"height\":null,\"bytes\":null,\"pdq\":null,\"quality\":null,"
                         "\"pdq_nn512\":null,\"quality_nn512\":null,\"md5\":null,"
                         "\"dihedral\":null,\"dihedral_nn512\":null,"
                         "\"reason\":\"unreadable\"}\n"));
}

Test(report, formats)
{
    cr_assert_eq(ki_report_format_at(0), &ki_report_ndjson);
    cr_assert_eq(ki_report_format_at(3), NULL);
    cr_assert_eq(ki_report_format_find("csv"), &ki_report_csv);
    cr_assert_eq(ki_report_format_find("CSV"), NULL);
}
