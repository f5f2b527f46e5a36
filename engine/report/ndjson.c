/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON object a line: the format for programs. */
#include "report/json.h"
#include "report/json_parts.h"
#include "report/report.h"

static void put_verdict(struct ki_json *json, const struct ki_result *result)
{
    ki_json_text(json, "verdict", ki_verdict_text(result->verdict));
    ki_json_text_or_null(json, "tier", ki_tier_text(result->tier));
    ki_json_text_or_null(json, "reason", ki_reason_text(result->reason));
}

static void put_picture(struct ki_json *json, const struct ki_result *result)
{
    ki_json_nbytes(json, &result->info, result->reason);
    ki_json_text(json, "format", ki_format_text(result->info.format));
    ki_json_uint_or_null(json, "width", result->info.width);
    ki_json_uint_or_null(json, "height", result->info.height);
    ki_json_quality(json, result);
}

static void put_policy(struct ki_json *json, const struct ki_result *result)
{
    ki_json_action(json, result);
    ki_json_text_or_null(json, "handling", ki_handling_text(result->handling));
    ki_json_text_or_null(json, "policy", result->policy);
}

static void put_result(FILE *out, const char *path, const struct ki_result *result)
{
    struct ki_json json = ki_json_line_begin(out);
    ki_json_path(&json, path);
    put_verdict(&json, result);
    put_picture(&json, result);
    ki_json_hits(&json, result->hits, result->nhits, true);
    if (result->nhits_total > result->nhits) {
        ki_json_uint(&json, "hits_total", result->nhits_total);
    }
    put_policy(&json, result);
    ki_json_uint(&json, "generation", result->generation);
    ki_json_uint(&json, "elapsed_us", result->elapsed_us);
    ki_json_uint(&json, "warnings", result->info.nwarnings);
    if (result->has_quality) {
        ki_json_fidelity(&json, &result->info);
    }
    ki_json_sandbox(&json, result->is_degraded);
    ki_json_line_end(&json);
}

const struct ki_report_format ki_report_ndjson = {
    .name = "ndjson",
    .begin = ki_report_nothing,
    .result = put_result,
    .end = ki_report_nothing,
};
