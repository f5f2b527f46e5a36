/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line a file, for people:
 *
 *     match         near          hotline/e17 pdq 4 rot90 (+2)  folder/picture.jpg
 *     no_match      -             -  folder/other.png
 *     not_examined  truncated     -  folder/half.jpg
 *
 * With a policy, before the path: [review: single-source], [hold], [policy 0123…].
 * The path stands last and is escaped, and so is the entry's id, which is one word: no
 * file name or entry can look like another column or another line.
 */
#include <string.h>

#include <knownimage/policy.h>

#include "report/escape.h"
#include "report/put.h"
#include "report/report.h"

static const char *tier_or_reason(const struct ki_result *result)
{
    if (result->verdict == KI_VERDICT_MATCH) {
        return ki_tier_text(result->tier);
    }
    return result->reason == KI_REASON_NONE ? "-" : ki_reason_text(result->reason);
}

static void put_best_hit(FILE *out, const struct ki_result *result)
{
    const struct ki_hit *hit = ki_report_best_hit(result);
    if (!hit) {
        ki_put(out, "-");
        return;
    }
    ki_put(out, hit->list->name);
    ki_put_char(out, '/');
    ki_escape(out, hit->entry, KI_ESCAPE_WORD);
    ki_putf(out, " %s %u %s", ki_kind_text(hit->kind), hit->distance,
            ki_transform_text(hit->transform));
    if (hit->list->purpose != KI_PURPOSE_MATCH) {
        ki_putf(out, " [%s]", ki_purpose_text(hit->list->purpose));
    }
    if (result->nhits_total > 1) {
        ki_putf(out, " (+%zu)", result->nhits_total - 1);
    }
}

/* What the policy did to it, if there is one. */
static void put_policy(FILE *out, const struct ki_result *result)
{
    if (result->demoted != 0) {
        ki_putf(out, "  [%s: ", ki_action_text(result->action));
        ki_report_demoted(out, result, ' ');
        ki_put(out, "]");
    }
    if (result->handling != KI_HANDLING_NONE) {
        ki_putf(out, "  [%s]", ki_handling_text(result->handling));
    }
    if (strcmp(result->policy, ki_policy_version(NULL)) != 0) {
        ki_putf(out, "  [policy %s]", result->policy);
    }
}

static void put_result(FILE *out, const char *path, const struct ki_result *result)
{
    ki_putf(out, "%-12s  %-12s  ", ki_verdict_text(result->verdict),
            tier_or_reason(result));
    put_best_hit(out, result);
    put_policy(out, result);
    ki_put(out, result->is_degraded ? "  [sandbox degraded]  " : "  ");
    ki_escape(out, path, KI_ESCAPE_TEXT);
    ki_put_char(out, '\n');
}

const struct ki_report_format ki_report_text = {
    .name = "text",
    .begin = ki_report_nothing,
    .result = put_result,
    .end = ki_report_nothing,
};
