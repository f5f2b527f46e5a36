/* SPDX-License-Identifier: Apache-2.0 */
#include "knownimage/scan_summary.h"

#include <inttypes.h>

#include "common/message.h"

void scan_summary_count(struct ki_scan_summary *sum, const struct ki_result *result)
{
    sum->nfiles++;
    sum->nbytes += result->info.nbytes;
    sum->nverdicts[result->verdict]++;
    sum->nreasons[result->reason]++;
    for (unsigned i = 0; i < KI_NDEMOTIONS; i++) {
        sum->ndemoted[i] += result->demoted >> i & 1;
    }
    sum->nhandlings[result->handling] += result->verdict == KI_VERDICT_NOT_EXAMINED;
}

void scan_summary_add(struct ki_scan_summary *sum, const struct ki_scan_summary *more)
{
    sum->nfiles += more->nfiles;
    sum->nbytes += more->nbytes;
    for (unsigned i = 0; i < KI_NVERDICTS; i++) {
        sum->nverdicts[i] += more->nverdicts[i];
    }
    for (unsigned i = 0; i < KI_NREASONS; i++) {
        sum->nreasons[i] += more->nreasons[i];
    }
    for (unsigned i = 0; i < KI_NDEMOTIONS; i++) {
        sum->ndemoted[i] += more->ndemoted[i];
    }
    for (unsigned i = 0; i < KI_NHANDLINGS; i++) {
        sum->nhandlings[i] += more->nhandlings[i];
    }
    sum->nrepeated += more->nrepeated;
    sum->nlinks_skipped += more->nlinks_skipped;
    sum->nspecials_skipped += more->nspecials_skipped;
    sum->nfolders_failed += more->nfolders_failed;
    sum->elapsed_us += more->elapsed_us;
    sum->stopped = sum->stopped || more->stopped;
}

/* What the policy did; nothing without one. */
static void print_policy(const struct ki_scan_summary *sum)
{
    for (unsigned i = 0; i < KI_NDEMOTIONS; i++) {
        if (sum->ndemoted[i] > 0) {
            message("demoted: %" PRIu64 " %s", sum->ndemoted[i],
                    ki_demotion_text((enum ki_demotion)i));
        }
    }
    for (unsigned i = KI_HANDLING_NONE + 1; i < KI_NHANDLINGS; i++) {
        if (sum->nhandlings[i] > 0) {
            message("to %s: %" PRIu64 " not examined",
                    ki_handling_text((enum ki_handling)i), sum->nhandlings[i]);
        }
    }
}

void scan_summary_print(const struct ki_scan_summary *sum, double seconds)
{
    message("%" PRIu64 " files: %" PRIu64 " matches, %" PRIu64 " no match, %" PRIu64
            " not examined",
            sum->nfiles, sum->nverdicts[KI_VERDICT_MATCH],
            sum->nverdicts[KI_VERDICT_NO_MATCH],
            sum->nverdicts[KI_VERDICT_NOT_EXAMINED]);
    for (unsigned i = KI_REASON_NONE + 1; i < KI_NREASONS; i++) {
        if (sum->nreasons[i] > 0) {
            message("not examined: %" PRIu64 " %s", sum->nreasons[i],
                    ki_reason_text((enum ki_reason)i));
        }
    }
    print_policy(sum);
    if (sum->nrepeated > 0) {
        message("repeated: %" PRIu64 " of these files, not decoded again",
                sum->nrepeated);
    }
    if (sum->nlinks_skipped > 0 || sum->nspecials_skipped > 0) {
        message("skipped: %" PRIu64 " symbolic links, %" PRIu64 " special files",
                sum->nlinks_skipped, sum->nspecials_skipped);
    }
    message("%.1f pictures/s, %.1f MB/s", (double)sum->nfiles / seconds,
            (double)sum->nbytes / 1e6 / seconds);
    if (sum->stopped) {
        message("stopped before the end");
    }
}
