/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy file of any bytes: it is refused with the number of a line that it has, or
 * everything in it is within its range, and what it writes of itself is a policy of the
 * same version.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "match/policy.h"
#include "match/ruling.h"

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void check_refusal(const struct ki_diag *diag, const uint8_t *data,
                          size_t nbytes)
{
    unsigned long nlines = 1;
    for (size_t i = 0; i < nbytes; i++) {
        nlines += data[i] == '\n';
    }
    require(strncmp(diag->message, "p:", 2) == 0);
    char *end;
    unsigned long line = strtoul(diag->message + 2, &end, 10);
    require(*end == ':' && line >= 1 && line <= nlines);
}

static void check_rule(const struct ki_list_rule *rule)
{
    require(rule->radius <= KI_RADIUS_MAX && rule->min_quality <= KI_QUALITY_MAX);
    require(rule->modes != 0 && rule->modes < KI_BIT(KI_NMODES));
    require((unsigned)rule->action < KI_NACTIONS);
    require(rule->block_needs >= KI_TIER_NEAR && rule->block_needs < KI_NTIERS);
}

static void check_ruling(const struct ki_policy *policy)
{
    struct ki_list_info lists[3];
    static const char *const names[] = {"a", "b", "c"};
    for (unsigned i = 0; i < 3; i++) {
        lists[i] = ki_list_info_default();
        (void)snprintf(lists[i].name, sizeof lists[i].name, "%s", names[i]);
        lists[i].purpose = (enum ki_purpose)i;
    }
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_ruling *ruling;
    struct ki_diag diag = {0};
    if (ki_ruling_make(policy, lists, 3, &options, &ruling, &diag) != KI_OK) {
        require(diag.message[0] != '\0');
        return;
    }
    for (unsigned i = 0; i < 3; i++) {
        check_rule(&ruling->rules[i]);
    }
    require(ruling->near_demotes <= ruling->exact_demotes);
    require(ruling->demotes_to < KI_ACTION_BLOCK);
    ki_ruling_free(ruling);
}

static void check_again(const struct ki_policy *policy)
{
    char *text = NULL;
    size_t nbytes = 0;
    struct ki_policy *again = NULL;
    FILE *out = open_memstream(&text, &nbytes);
    require(out != NULL);
    ki_policy_write(policy, out);
    require(fclose(out) == 0);
    if (nbytes <= KI_POLICY_MAX_NBYTES) {
        require(ki_policy_parse("q", text, nbytes, &again, NULL) == KI_OK);
        require(strcmp(ki_policy_version(again), ki_policy_version(policy)) == 0);
        ki_policy_free(again);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct ki_policy *policy = NULL;
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_policy_parse("p", (const char *)data, nbytes, &policy, &diag);
    if (status != KI_OK) {
        require(status == KI_ERR_FORMAT || status == KI_ERR_LIMIT);
        if (status == KI_ERR_FORMAT) {
            check_refusal(&diag, data, nbytes);
        }
        return 0;
    }
    check_ruling(policy);
    check_again(policy);
    ki_policy_free(policy);
    return 0;
}
