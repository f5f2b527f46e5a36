/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json.h"
#include "report/json_parts.h"
#include "report/report.h"

void ki_report_lookup_line(FILE *out, const struct ki_report_lookup *lookup)
{
    struct ki_json json = ki_json_line_begin(out);
    ki_json_raw(&json, "query", "query_bytes", lookup->query, lookup->query_nbytes);
    ki_json_text(&json, "verdict", ki_verdict_text(lookup->verdict));
    if (lookup->reason) {
        ki_json_text(&json, "reason", lookup->reason);
    }
    ki_json_hits(&json, lookup->hits, lookup->nhits, false);
    ki_json_text(&json, "policy", lookup->policy);
    ki_json_line_end(&json);
}
