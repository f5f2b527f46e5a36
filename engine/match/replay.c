/* SPDX-License-Identifier: Apache-2.0 */
#include "match/replay.h"

#include <string.h>

#include "base/checked.h"
#include "match/category.h"
#include "match/hits.h"
#include "match/policy.h"

enum answer { NO, YES, UNKNOWN };

const char *ki_replay_reason_text(enum ki_replay_reason reason)
{
    static const char *const texts[KI_NREPLAY_REASONS] = {
        [KI_REPLAY_OK] = "",
        [KI_REPLAY_NO_SUCH_LIST] = "no-such-list",
        [KI_REPLAY_NO_SUCH_ENTRY] = "no-such-entry",
        [KI_REPLAY_NO_SUCH_HASH] = "no-such-hash",
        [KI_REPLAY_HITS_CUT_OFF] = "hits-cut-off",
        [KI_REPLAY_HITS_NOT_TOLD] = "not-told",
    };
    return (unsigned)reason < KI_NREPLAY_REASONS ? texts[reason] : "";
}

static const struct ki_list_info *find_list(const struct ki_list_info *lists,
                                            size_t nlists, const char *name)
{
    for (size_t i = 0; i < nlists; i++) {
        if (strcmp(lists[i].name, name) == 0) {
            return &lists[i];
        }
    }
    return NULL;
}

void ki_replay_queries(const struct ki_told *told, const struct ki_index *index,
                       struct ki_entry_query *queries)
{
    size_t nlists = ki_index_nlists(index);
    for (size_t i = 0; i < told->nhits; i++) {
        const struct ki_list_info *list = find_list(
            nlists > 0 ? ki_index_list(index, 0) : NULL, nlists, told->hits[i].list);
        /* The catalog gives no list that number. */
        queries[i] = (struct ki_entry_query){.list_id = list ? list->id : UINT32_MAX,
                                             .id = told->hits[i].entry};
    }
}

static enum ki_replay_reason check_hit(const struct ki_told_hit *hit,
                                       const struct ki_list_info *list,
                                       const struct ki_entry_query *answer)
{
    if (!list) {
        return KI_REPLAY_NO_SUCH_LIST;
    }
    if (!answer->is_found) {
        return KI_REPLAY_NO_SUCH_ENTRY;
    }
    return answer->kinds & KI_BIT(hit->kind) ? KI_REPLAY_OK : KI_REPLAY_NO_SUCH_HASH;
}

static enum answer both(enum answer a, enum answer b)
{
    if (a == NO || b == NO) {
        return NO;
    }
    return a == YES && b == YES ? YES : UNKNOWN;
}

static enum answer known(bool is_known, bool is_true)
{
    if (!is_known) {
        return UNKNOWN;
    }
    return is_true ? YES : NO;
}

/* As a scan drops hits. The quality of a result is that of mode pdq, if that was
 * computed: of another mode's hit it is not known. */
static enum answer counts(const struct ki_told *told, const struct ki_told_hit *hit,
                          const struct ki_list_rule *rule)
{
    if (hit->kind != KI_KIND_PDQ) {
        return YES;
    }
    bool has_quality = told->has_quality && hit->has_mode && hit->mode == KI_MODE_PDQ;
    unsigned all_modes = KI_BIT(KI_NMODES) - 1;
    enum answer answer = known(true, hit->distance <= rule->radius);
    answer = both(answer,
                  known(rule->min_quality == 0 || has_quality,
                        rule->min_quality == 0 || told->quality >= rule->min_quality));
    answer = both(answer, known((rule->modes & all_modes) == all_modes || hit->has_mode,
                                (rule->modes & all_modes) == all_modes ||
                                    (rule->modes & KI_BIT(hit->mode)) != 0));
    return both(answer,
                known(rule->dihedral || hit->has_transform,
                      rule->dihedral || hit->transform == KI_TRANSFORM_ORIGINAL));
}

static bool add(struct ki_hits *hits, const struct ki_hit *hit)
{
    void *items = hits->items;
    if (!ki_array_reserve(&items, &hits->capacity, hits->nhits + 1,
                          sizeof *hits->items)) {
        return false;
    }
    hits->items = items;
    hits->items[hits->nhits++] = *hit;
    return true;
}

/* Under the policy of then, what was told of did count. */
static bool is_same_policy(const struct ki_told *told, const struct ki_policy *policy)
{
    return told->policy && strcmp(told->policy, ki_policy_version(policy)) == 0;
}

static enum ki_status collect(const struct ki_told *told,
                              const struct ki_ruling *ruling,
                              const struct ki_entry_query *answers,
                              struct ki_hits *hits, enum ki_replay_reason *reason)
{
    const struct ki_policy *policy = ruling->policy;
    for (size_t i = 0; i < told->nhits; i++) {
        const struct ki_told_hit *from = &told->hits[i];
        const struct ki_list_info *list =
            find_list(ruling->lists, ruling->nlists, from->list);
        *reason = check_hit(from, list, &answers[i]);
        if (*reason != KI_REPLAY_OK) {
            return KI_OK;
        }
        enum answer answer = counts(told, from, ki_ruling_of(ruling, list));
        if (answer == UNKNOWN && !is_same_policy(told, policy)) {
            *reason = KI_REPLAY_HITS_NOT_TOLD;
            return KI_OK;
        }
        const struct ki_hit hit = {
            .list = list,
            .entry = from->entry,
            .category_scheme = answers[i].category_scheme,
            .category_code = answers[i].category_code,
            .nvotes_for = answers[i].nvotes_for,
            .nvotes_against = answers[i].nvotes_against,
            .kind = from->kind,
            .distance = from->distance,
            .mode = from->mode,
            .transform = from->transform,
            .is_flooding = from->is_flooding && policy && policy->guard,
        };
        if (answer != NO && !add(hits, &hit)) {
            return KI_ERR_NO_MEMORY;
        }
    }
    return KI_OK;
}

enum ki_status ki_replay(const struct ki_told *told, const struct ki_ruling *ruling,
                         const struct ki_entry_query *answers, struct ki_hits *hits,
                         enum ki_replay_reason *reason, struct ki_judgement *judgement)
{
    hits->nhits = 0;
    *reason = KI_REPLAY_OK;
    enum ki_status status = collect(told, ruling, answers, hits, reason);
    if (status == KI_OK && *reason == KI_REPLAY_OK && told->nhits < told->nhits_total) {
        *reason = KI_REPLAY_HITS_CUT_OFF;
    }
    if (status == KI_OK && *reason == KI_REPLAY_OK) {
        ki_hits_mark_inert(ruling->policy, hits);
        ki_hits_settle(hits);
        *judgement = ki_judge(ruling, hits);
    }
    return status;
}
