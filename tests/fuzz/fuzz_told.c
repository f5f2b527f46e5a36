/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line that verdict replay reads: refused, or every value is within its range; and
 * what is made of it under some policy is a reason or a judgement. The first byte says
 * of which kinds the entries have hashes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "report/told.h"

enum { NLISTS = 3 };

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void check_hit(const struct ki_told_hit *hit)
{
    require(strlen(hit->list) < SIZE_MAX && strlen(hit->entry) < SIZE_MAX);
    require((unsigned)hit->kind < KI_NKINDS && (unsigned)hit->mode < KI_NMODES);
    require((unsigned)hit->transform < KI_NTRANSFORMS);
    require(hit->distance <= (hit->kind == KI_KIND_PDQ ? 256u : 0u));
}

static void check(const struct ki_told_line *line)
{
    const struct ki_told *told = &line->told;
    require(told->tier > KI_TIER_NONE && told->tier < KI_NTIERS);
    require((unsigned)told->action < KI_NACTIONS);
    require(told->demoted < KI_BIT(KI_NDEMOTIONS));
    require(told->quality <= KI_QUALITY_MAX && told->nhits > 0);
    require(told->nhits_total >= told->nhits);
    require((unsigned)line->fidelity < KI_NFIDELITIES);
    require((line->path != NULL) == (line->kind == KI_TOLD_SCAN));
    for (size_t i = 0; i < told->nhits; i++) {
        check_hit(&told->hits[i]);
    }
}

static struct ki_ruling *make_ruling(const struct ki_policy *policy)
{
    static struct ki_list_info lists[NLISTS];
    static const char *const names[NLISTS] = {"a", "b", "c"};
    struct ki_ruling *ruling;
    struct ki_hash_options options = ki_hash_options_default();
    for (unsigned i = 0; i < NLISTS; i++) {
        lists[i] = ki_list_info_default();
        (void)snprintf(lists[i].name, sizeof lists[i].name, "%s", names[i]);
        (void)snprintf(lists[i].source, sizeof lists[i].source, "%s", names[i]);
        lists[i].purpose = (enum ki_purpose)i;
        lists[i].id = i;
    }
    require(ki_ruling_make(policy, lists, NLISTS, &options, &ruling, NULL) == KI_OK);
    return ruling;
}

static struct ki_ruling *rulings[2];

static void make_rulings(void)
{
    static const char text[] = "[default]\nmodes = pdq\ndihedral = no\n"
                               "[corroborate]\nblock-needs = corroborated\n"
                               "[flood]\nshare = 1%\n";
    struct ki_policy *policy;
    require(ki_policy_parse("p", text, sizeof text - 1, &policy, NULL) == KI_OK);
    rulings[0] = make_ruling(NULL);
    rulings[1] = make_ruling(policy);
}

static void check_replay(const struct ki_told *told, unsigned kinds)
{
    struct ki_hits hits = {0};
    struct ki_entry_query *answers = calloc(told->nhits, sizeof *answers);
    require(answers != NULL);
    for (size_t i = 0; i < told->nhits; i++) {
        answers[i] = (struct ki_entry_query){.is_found = true,
                                             .kinds = kinds,
                                             .category_scheme = "",
                                             .category_code = ""};
    }
    for (unsigned i = 0; i < 2; i++) {
        enum ki_replay_reason reason;
        struct ki_judgement judgement = {0};
        require(ki_replay(told, rulings[i], answers, &hits, &reason, &judgement) ==
                KI_OK);
        require((unsigned)reason < KI_NREPLAY_REASONS);
        require((reason == KI_REPLAY_OK) == (ki_replay_reason_text(reason)[0] == '\0'));
        require((unsigned)judgement.tier < KI_NTIERS);
        require((unsigned)judgement.action < KI_NACTIONS);
        require(judgement.demoted < KI_BIT(KI_NDEMOTIONS));
    }
    free(answers);
    ki_hits_free(&hits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct ki_told_line line;
    if (!rulings[0]) {
        make_rulings();
    }
    if (nbytes == 0) {
        return 0;
    }
    require(ki_told_parse((const char *)data + 1, nbytes - 1, &line) == KI_OK);
    require((unsigned)line.kind <= KI_TOLD_AUDIT);
    if (line.kind == KI_TOLD_SCAN || line.kind == KI_TOLD_AUDIT) {
        check(&line);
        check_replay(&line.told, data[0]);
    }
    ki_told_free(&line);
    return 0;
}
