/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <string.h>

#include "report/put.h"

static const struct ki_report_format *const formats[] = {
    &ki_report_ndjson,
    &ki_report_text,
    &ki_report_csv,
};

enum { NFORMATS = sizeof formats / sizeof formats[0] };

const struct ki_report_format *ki_report_format_at(size_t i)
{
    return i < NFORMATS ? formats[i] : NULL;
}

const struct ki_report_format *ki_report_format_find(const char *name)
{
    for (size_t i = 0; i < NFORMATS; i++) {
        if (strcmp(formats[i]->name, name) == 0) {
            return formats[i];
        }
    }
    return NULL;
}

void ki_report_nothing(FILE *out)
{
    (void)out;
}

const struct ki_hit *ki_report_best_hit(const struct ki_result *result)
{
    for (size_t i = 0; i < result->nhits; i++) {
        if (result->hits[i].list->purpose != KI_PURPOSE_ALLOW) {
            return &result->hits[i];
        }
    }
    return result->nhits > 0 ? &result->hits[0] : NULL;
}

void ki_report_demoted(FILE *out, const struct ki_result *result, char separator)
{
    bool needs_separator = false;
    for (unsigned i = 0; i < KI_NDEMOTIONS; i++) {
        if (result->demoted & KI_BIT(i)) {
            if (needs_separator) {
                ki_put_char(out, separator);
            }
            ki_put(out, ki_demotion_text((enum ki_demotion)i));
            needs_separator = true;
        }
    }
}
