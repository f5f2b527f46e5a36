/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4180 with a header: one record a file, with its best hit only. Fields are UTF-8;
 * where a path or an entry's id is not, its _bytes column has the bytes in hex. A field
 * that a spreadsheet would take for a formula has an apostrophe before it, and its
 * _bytes column has the bytes too. */
#include <inttypes.h>
#include <string.h>

#include "report/json_parts.h"
#include "report/put.h"
#include "report/report.h"
#include "report/utf8.h"

static void put_header(FILE *out)
{
    ki_put(out, "path,verdict,tier,reason,bytes,format,width,height,quality,action,"
                "generation,elapsed_us,warnings,hits,list,entry,kind,distance,"
                "transform,mode,purpose,category_scheme,category_code,path_bytes,"
                "entry_bytes,sandbox,demoted,handling,policy\r\n");
}

/* A dash alone is standard input. */
static bool is_formula(const char *text)
{
    return text[0] != '\0' && text[1] != '\0' && strchr("=+-@\t\r", text[0]);
}

static void put_quoted(FILE *out, const char *text)
{
    size_t nbytes = strlen(text);
    size_t done = 0;
    ki_put(out, is_formula(text) ? "\"'" : "\"");
    while (done < nbytes) {
        uint32_t code_point;
        size_t length = ki_utf8_next(text + done, nbytes - done, &code_point);
        if (length == 0) {
            ki_put(out, "\xef\xbf\xbd"); /* U+FFFD */
            done++;
            continue;
        }
        if (text[done] == '"') {
            ki_put_char(out, '"');
        }
        ki_put_bytes(out, text + done, length);
        done += length;
    }
    ki_put_char(out, '"');
}

/* The first field of a record has no comma before it; all the others do. */
static void put_field(FILE *out, const char *text)
{
    bool is_plain = ki_is_utf8(text, strlen(text)) && !strpbrk(text, ",\"\r\n") &&
                    !is_formula(text);
    if (is_plain) {
        ki_put(out, text);
    } else {
        put_quoted(out, text);
    }
}

static void put_next(FILE *out, const char *text)
{
    ki_put_char(out, ',');
    put_field(out, text);
}

static void put_next_uint(FILE *out, bool is_known, uint64_t value)
{
    ki_put_char(out, ',');
    if (is_known) {
        ki_putf(out, "%" PRIu64, value);
    }
}

static void put_next_bytes(FILE *out, const char *text)
{
    ki_put_char(out, ',');
    if (!ki_is_utf8(text, strlen(text)) || is_formula(text)) {
        ki_put_hex(out, text, strlen(text));
    }
}

static void put_picture(FILE *out, const struct ki_result *result)
{
    const struct ki_image_info *info = &result->info;
    put_next_uint(out, ki_report_has_nbytes(info, result->reason), info->nbytes);
    put_next(out, ki_format_text(info->format));
    put_next_uint(out, info->width > 0, info->width);
    put_next_uint(out, info->height > 0, info->height);
    put_next_uint(out, result->has_quality, result->quality);
}

static void put_hit(FILE *out, const struct ki_hit *hit)
{
    if (!hit) {
        ki_put(out, ",,,,,,,,,");
        return;
    }
    put_next(out, hit->list->name);
    put_next(out, hit->entry);
    put_next(out, ki_kind_text(hit->kind));
    put_next_uint(out, true, hit->distance);
    put_next(out, ki_transform_text(hit->transform));
    put_next(out, hit->kind == KI_KIND_PDQ ? ki_mode_text(hit->mode) : "");
    put_next(out, ki_purpose_text(hit->list->purpose));
    put_next(out, hit->category_scheme);
    put_next(out, hit->category_code);
}

static void put_result(FILE *out, const char *path, const struct ki_result *result)
{
    const struct ki_hit *hit = ki_report_best_hit(result);
    put_field(out, path);
    put_next(out, ki_verdict_text(result->verdict));
    put_next(out, ki_tier_text(result->tier));
    put_next(out, ki_reason_text(result->reason));
    put_picture(out, result);
    put_next(out, result->has_action ? ki_action_text(result->action) : "");
    put_next_uint(out, true, result->generation);
    put_next_uint(out, true, result->elapsed_us);
    put_next_uint(out, true, result->info.nwarnings);
    put_next_uint(out, true, result->nhits_total);
    put_hit(out, hit);
    put_next_bytes(out, path);
    put_next_bytes(out, hit ? hit->entry : "");
    put_next(out, result->is_degraded ? "degraded" : "");
    ki_put_char(out, ',');
    ki_report_demoted(out, result, ';');
    put_next(out, ki_handling_text(result->handling));
    put_next(out, result->policy);
    ki_put(out, "\r\n");
}

const struct ki_report_format ki_report_csv = {
    .name = "csv",
    .begin = put_header,
    .result = put_result,
    .end = ki_report_nothing,
};
