/* SPDX-License-Identifier: Apache-2.0 */
#include "knownimage/replay_picture.h"

#include <string.h>

#include <knownimage/scan.h>

#include "common/message.h"

/* As the scan was, as far as its line tells; all transforms, and no limit on hits. */
static struct ki_scan_options options_of(const struct replay_request *request,
                                         const struct ki_told_line *line)
{
    struct ki_scan_options options = ki_scan_options_default();
    options.policy = request->policy;
    options.max_hits = 0;
    if (line->has_fidelity) {
        options.hash.fidelity = line->fidelity;
    }
    for (size_t i = 0; i < line->told.nhits; i++) {
        const struct ki_told_hit *hit = &line->told.hits[i];
        options.hash.modes |= hit->has_mode ? KI_BIT(hit->mode) : 0;
    }
    return options;
}

static bool is_flooding(const struct ki_told *told)
{
    for (size_t i = 0; i < told->nhits; i++) {
        if (told->hits[i].is_flooding) {
            return true;
        }
    }
    return false;
}

/* Nearer is as good: a scan may have been told not to turn pictures. */
static bool is_hit_again(const struct ki_told_hit *told, const struct ki_result *result)
{
    for (size_t i = 0; i < result->nhits; i++) {
        const struct ki_hit *hit = &result->hits[i];
        if (hit->kind == told->kind && hit->distance <= told->distance &&
            strcmp(hit->list->name, told->list) == 0 &&
            strcmp(hit->entry, told->entry) == 0) {
            return true;
        }
    }
    return false;
}

/* What was hit then must be hit under the same policy now. */
static bool has_all_hits(const struct ki_told *told, const struct ki_result *result)
{
    if (!told->policy || strcmp(told->policy, result->policy) != 0) {
        return true;
    }
    for (size_t i = 0; i < told->nhits; i++) {
        if (!is_hit_again(&told->hits[i], result)) {
            return false;
        }
    }
    return true;
}

static void compare(const struct ki_told_line *line, struct replay_outcome *outcome)
{
    const struct ki_result *result = &outcome->result;
    if (result->verdict == KI_VERDICT_NOT_EXAMINED) {
        outcome->reason = ki_reason_text(result->reason);
    } else if (line->has_nbytes && line->nbytes != result->info.nbytes) {
        outcome->reason = "another-picture";
    } else if (is_flooding(&line->told)) {
        outcome->reason = "flooding"; /* what it hung on is gone */
    } else if (!has_all_hits(&line->told, result)) {
        outcome->reason = "hits";
        outcome->same = REPLAY_DIFFERENT;
    }
}

enum ki_status replay_picture(const struct replay_request *request,
                              const struct ki_index *index,
                              const struct ki_told_line *line,
                              struct replay_outcome *outcome)
{
    const struct ki_scan_options options = options_of(request, line);
    struct ki_scanner *scanner;
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_scanner_create_confined(request->sandbox, index, &options, &scanner, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        return status;
    }
    status = ki_scan_file(scanner, request->picture, &outcome->result);
    if (status == KI_OK && outcome->result.os_error != 0) {
        message_errno(request->picture, outcome->result.os_error);
    }
    if (status == KI_OK) {
        outcome->has_result = true;
        compare(line, outcome);
    }
    outcome->result.hits = NULL; /* of the scanner */
    outcome->result.nhits = 0;
    ki_scanner_destroy(scanner);
    return status;
}
