/* SPDX-License-Identifier: Apache-2.0 */
/* What several kinds of JSON lines have in common. */
#ifndef KI_REPORT_JSON_PARTS_H
#define KI_REPORT_JSON_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include <knownimage/image.h>
#include <knownimage/index.h>
#include <knownimage/match.h>

#include "report/json.h"

/* "path", and "path_bytes" where needed. */
void ki_json_path(struct ki_json *json, const char *path);

/* A number, or null for 0. */
void ki_json_uint_or_null(struct ki_json *json, const char *key, uint64_t value);

/* False if the size of the input never became known. */
bool ki_report_has_nbytes(const struct ki_image_info *info, enum ki_reason reason);

/* "bytes", null if unknown. */
void ki_json_nbytes(struct ki_json *json, const struct ki_image_info *info,
                    enum ki_reason reason);

/* "fidelity" and "scale" of the decode, if a picture was decoded. */
void ki_json_fidelity(struct ki_json *json, const struct ki_image_info *info);

/* "hits":[…]. The mode of a PDQ hit is that of the query; a lookup does not know it. */
void ki_json_hits(struct ki_json *json, const struct ki_hit *hits, size_t nhits,
                  bool with_mode);

/* "quality", null if no PDQ was computed. */
void ki_json_quality(struct ki_json *json, const struct ki_result *result);

/* "action", null without one, and "demoted":[…]. */
void ki_json_action(struct ki_json *json, const struct ki_result *result);

/* "sandbox":"degraded", or nothing. */
void ki_json_sandbox(struct ki_json *json, bool is_degraded);

/* "category":{"scheme":…,"code":…}, or null if both are empty. */
void ki_json_category(struct ki_json *json, const char *scheme, const char *code);

#endif
