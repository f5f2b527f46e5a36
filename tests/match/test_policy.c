/* SPDX-License-Identifier: Apache-2.0 */
/* Policy files: what they mean, and that a bad one is refused where it is bad. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "match/policy.h"
#include "match/ruling.h"
#include "support/folder.h"

static struct ki_policy *parse(const char *text)
{
    struct ki_policy *policy = NULL;
    struct ki_diag diag = {0};
    enum ki_status status = ki_policy_parse("p", text, strlen(text), &policy, &diag);
    cr_assert_eq(status, KI_OK, "%s", diag.message);
    return policy;
}

static struct ki_list_info list_of(const char *name, enum ki_purpose purpose)
{
    struct ki_list_info list = ki_list_info_default();
    (void)snprintf(list.name, sizeof list.name, "%s", name);
    (void)snprintf(list.source, sizeof list.source, "%s", name);
    list.purpose = purpose;
    list.nhashes[KI_KIND_PDQ] = 1;
    return list;
}

static struct ki_ruling *rule(const struct ki_policy *policy,
                              const struct ki_list_info *lists, size_t nlists)
{
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_ruling *ruling = NULL;
    struct ki_diag diag = {0};
    cr_assert_eq(ki_ruling_make(policy, lists, nlists, &options, &ruling, &diag), KI_OK,
                 "%s", diag.message);
    return ruling;
}

static const char everything[] = "\xef\xbb\xbf; all there is\r\n"
                                 "  [default]\r\n"
                                 "\t radius = 20\r\n"
                                 "    ; indented\r\n"
                                 "min-quality=60 ; inline\r\n"
                                 "dihedral = yes\r\n"
                                 "modes = pdq , pdq-nn512\r\n"
                                 "action = block\r\n"
                                 "\r\n"
                                 "[corroborate] # a comment\r\n"
                                 "block-needs = corroborated\r\n"
                                 "kinds = no\r\n"
                                 "[list b.2_x-Y]\r\n"
                                 "radius = 47\r\n"
                                 "min-quality = 0\r\n"
                                 "dihedral = no\r\n"
                                 "modes = pdq\r\n"
                                 "action = block\r\n"
                                 "block-needs = exact\r\n"
                                 "corroborates = no\r\n"
                                 "[list a]\r\n"
                                 "[allow]\r\n"
                                 "radius = 10\r\n"
                                 "demotes-to = observe\r\n"
                                 "exact-demotes = corroborated\r\n"
                                 "near-demotes = never\r\n"
                                 "[flood]\r\n"
                                 "window = 5000\r\n"
                                 "share = 0.25%\r\n"
                                 "minimum = 9\r\n"
                                 "[reasons]\r\n"
                                 "profile = upload\r\n"
                                 "limit-side = reject\r\n"
                                 "# the end";

Test(policy, everything_is_understood)
{
    struct ki_policy *policy = parse(everything);
    struct ki_list_info lists[] = {
        list_of("a", KI_PURPOSE_MATCH), list_of("b.2_x-Y", KI_PURPOSE_MATCH),
        list_of("ours", KI_PURPOSE_ALLOW), list_of("trial", KI_PURPOSE_TEST)};
    struct ki_ruling *ruling = rule(policy, lists, 4);
    const struct ki_list_rule *a = &ruling->rules[0];
    const struct ki_list_rule *b = &ruling->rules[1];
    const struct ki_list_rule *ours = &ruling->rules[2];
    const struct ki_list_rule *trial = &ruling->rules[3];
    unsigned both = KI_BIT(KI_MODE_PDQ) | KI_BIT(KI_MODE_PDQ_NN512);
    cr_expect(a->radius == 20 && a->min_quality == 60 && a->dihedral);
    cr_expect(a->modes == both && a->action == KI_ACTION_BLOCK && a->corroborates);
    cr_expect_eq(a->block_needs, KI_TIER_CORROBORATED);
    cr_expect(b->radius == 47 && b->min_quality == 0 && !b->dihedral);
    cr_expect(b->modes == KI_BIT(KI_MODE_PDQ) && !b->corroborates);
    cr_expect_eq(b->block_needs, KI_TIER_EXACT);
    cr_expect(ours->radius == 10 && ours->min_quality == KI_QUALITY_DEFAULT);
    cr_expect(trial->radius == 20 && trial->min_quality == 60);
    cr_expect(ruling->modes == both && ruling->dihedral && ruling->radius == 47);
    cr_expect_eq(ruling->quality_needed, 60);
    cr_expect(!ruling->kinds_corroborate);
    cr_expect_eq(ruling->exact_demotes, KI_TIER_CORROBORATED);
    cr_expect_eq(ruling->near_demotes, KI_TIER_NONE);
    cr_expect_eq(ruling->demotes_to, KI_ACTION_OBSERVE);
    cr_expect_eq(ki_policy_handling(policy, KI_REASON_LIMIT_SIDE), KI_HANDLING_REJECT);
    cr_expect_eq(ki_policy_handling(policy, KI_REASON_LIMIT_TIME), KI_HANDLING_HOLD);
    cr_expect_eq(ki_policy_handling(policy, KI_REASON_NONE), KI_HANDLING_NONE);
    ki_ruling_free(ruling);
    ki_policy_free(policy);
}

Test(policy, none_and_an_empty_one_leave_the_lists_values)
{
    struct ki_list_info list = list_of("a", KI_PURPOSE_MATCH);
    struct ki_policy *empty = parse("");
    list.radius = 13;
    list.min_quality = 71;
    list.action = KI_ACTION_BLOCK;
    const struct ki_policy *policies[] = {NULL, empty};
    for (size_t i = 0; i < 2; i++) {
        struct ki_ruling *ruling = rule(policies[i], &list, 1);
        cr_expect_eq(ruling->rules[0].radius, 13);
        cr_expect_eq(ruling->rules[0].min_quality, 71);
        cr_expect_eq(ruling->rules[0].action, KI_ACTION_BLOCK);
        cr_expect_eq(ruling->rules[0].block_needs, KI_TIER_NEAR);
        cr_expect_eq(ruling->quality_needed, 71);
        cr_expect_eq(ruling->radius, policies[i] ? 13 : KI_RADIUS_OF_LIST);
        cr_expect_eq(ki_policy_handling(policies[i], KI_REASON_CORRUPT),
                     KI_HANDLING_NONE);
        ki_ruling_free(ruling);
    }
    cr_expect_str_eq(ki_policy_version(NULL), "lists");
    cr_expect_eq(strlen(ki_policy_version(empty)), 32);
    ki_policy_free(empty);
}

/* What a policy writes of itself is a policy of the same version. */
Test(policy, written_and_read_again_it_is_the_same)
{
    struct ki_policy *policy = parse(everything);
    char *text = NULL;
    size_t nbytes = 0;
    FILE *out = open_memstream(&text, &nbytes);
    cr_assert_not_null(out);
    ki_policy_write(policy, out);
    cr_assert_eq(fclose(out), 0);
    struct ki_policy *again = parse(text);
    cr_expect_str_eq(ki_policy_version(again), ki_policy_version(policy));
    ki_policy_free(again);
    ki_policy_free(policy);
    free(text);
}

static void expect_versions(const char *a, const char *b, bool is_same)
{
    struct ki_policy *x = parse(a);
    struct ki_policy *y = parse(b);
    bool is = strcmp(ki_policy_version(x), ki_policy_version(y)) == 0;
    cr_expect_eq(is, is_same, "%s / %s", a, b);
    ki_policy_free(x);
    ki_policy_free(y);
}

Test(policy, the_version_is_of_the_meaning)
{
    expect_versions("[list a]\nradius=1\n[list b]\nradius = 02\n",
                    "# x\n[list b]\nradius=2\n\n[list a]\nradius=1", true);
    expect_versions("", "[corroborate]\nblock-needs = near\n", true);
    expect_versions("[reasons]\nother = hold\n", "[reasons]\nprofile = triage\n", true);
    expect_versions("[flood]\nshare=1%\n", "[flood]\nshare=1.0%\nwindow=10000\n", true);
    expect_versions("[scheme s]\n2=block\n1=inert\n[scheme a]\n",
                    "[scheme a]\nother = inert\n[scheme s]\n1 = inert\n2 = block\n",
                    true);
    expect_versions("", "[scheme s]\n", false);
    expect_versions("[scheme s]\n1=block\n", "[scheme s]\n1=review\n", false);
    expect_versions("", "[corroborate]\nblock-needs = exact\n", false);
    expect_versions("", "[default]\nradius = 31\n", false);
    expect_versions("[flood]\nshare=1%\n", "[flood]\nshare=1.0001%\n", false);
    expect_versions("[list a]\nradius=1\n", "[list b]\nradius=1\n", false);
    expect_versions("[default]\nradius=1\n", "[allow]\nradius=1\n", false);
}

struct bad {
    const char *text;
    unsigned line;
    const char *message; /* part of it */
};

/* Each stands in the line told and is wrong by itself. */
static const struct bad bads[] = {
    {"radius = 1", 1, "before any section"},
    {"\n\n[default\n", 3, "not closed"},
    {"[defaults]\n", 1, "unknown section 'defaults'"},
    {"[]\n", 1, "unknown section"},
    {"[ default ]\n", 1, "unknown section"},
    {"[Default]\n", 1, "unknown section"},
    {"[list]\n", 1, "unknown section"},
    {"[list ]\n", 1, "unknown section"},
    {"[list a b]\n", 1, "no name"},
    {"[list a/b]\n", 1, "no name"},
    {"[list \xc3\xa4]\n", 1, "no name"},
    {"[list aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n", 1,
     "at most 63"},
    {"[default] radius = 1\n", 1, "follows the section"},
    {"[default]\n[allow]\n[default]\n", 3, "in line 1 already"},
    {"[list a]\n[list b]\n[list a]\n", 3, "in line 1 already"},
    {"[reasons]\nother=hold\n[reasons]\n", 3, "in line 1 already"},
    {"[default]\nradius\n", 2, "not 'key = value'"},
    {"[default]\nradius: 1\n", 2, "not 'key = value'"},
    {"[default]\nradius =\n", 2, "not a number"},
    {"[default]\nradius = 48\n", 2, "not a number from 0 to 47"},
    {"[default]\nradius = -1\n", 2, "not a number"},
    {"[default]\nradius = 1.5\n", 2, "not a number"},
    {"[default]\nradius = 0x1\n", 2, "not a number"},
    {"[default]\nradius = 4294967297\n", 2, "not a number"},
    {"[default]\nradius = 3 1\n", 2, "not a number"},
    {"[default]\nradius = 1\nradius = 1\n", 3, "in line 2 already"},
    {"[default]\nradius = 1\n  2\n", 3, "not 'key = value'"},
    {"[default]\n\tradius = 1\n  radius = 2\n", 3, "in line 2 already"},
    {"[default]\nmin-quality = 101\n", 2, "0 to 100"},
    {"[default]\nmin_quality = 1\n", 2, "unknown key 'min_quality'"},
    {"[default]\nRadius = 1\n", 2, "unknown key"},
    {"[default]\n= 1\n", 2, "unknown key"},
    {"[default]\ndihedral = true\n", 2, "yes or no"},
    {"[default]\nmodes = \n", 2, "pdq-nn512"},
    {"[default]\nmodes = pdq,\n", 2, "pdq-nn512"},
    {"[default]\nmodes = pdq,pdq\n", 2, "pdq-nn512"},
    {"[default]\nmodes = pdq pdq-nn512\n", 2, "pdq-nn512"},
    {"[default]\nmodes = sha256\n", 2, "pdq-nn512"},
    {"[default]\naction = allow\n", 2, "block, review or observe"},
    {"[default]\nblock-needs = near\n", 2, "no meaning in [default]"},
    {"[default]\nlimit-side = hold\n", 2, "unknown key"},
    {"[list a]\nblock-needs = never\n", 2, "exact, corroborated or near"},
    {"[list a]\naction = review\nblock-needs = exact\n", 3, "contradicts 'action'"},
    {"[list a]\nblock-needs = exact\naction = observe\n", 2, "contradicts 'action'"},
    {"[list a]\ncorroborates = 1\n", 2, "yes or no"},
    {"[list a]\nkinds = yes\n", 2, "no meaning in [list]"},
    {"[corroborate]\nblock-needs = two\n", 2, "exact, corroborated or near"},
    {"[corroborate]\nradius = 1\n", 2, "no meaning"},
    {"[allow]\naction = block\n", 2, "no meaning"},
    {"[allow]\ndemotes-to = block\n", 2, "review or observe"},
    {"[allow]\nexact-demotes = none\n", 2, "never"},
    {"[allow]\nexact-demotes = near\n", 2, "demotes more than exact"},
    {"[allow]\nexact-demotes = corroborated\nnear-demotes = exact\n", 3, "more than"},
    {"[flood]\n", 1, "needs 'share'"},
    {"[flood]\nwindow = 1000\n", 1, "needs 'share'"},
    {"[flood]\nshare = 1\n", 2, "percentage"},
    {"[flood]\nshare = 0%\n", 2, "percentage"},
    {"[flood]\nshare = 100%\n", 2, "percentage"},
    {"[flood]\nshare = 0.00001%\n", 2, "percentage"},
    {"[flood]\nshare = 1.%\n", 2, "percentage"},
    {"[flood]\nshare = .5%\n", 2, "percentage"},
    {"[flood]\nshare = 5%%\n", 2, "percentage"},
    {"[flood]\nshare = 1%\nwindow = 99\n", 3, "100 to"},
    {"[flood]\nshare = 1%\nwindow = 10000001\n", 3, "100 to"},
    {"[flood]\nshare = 1%\nminimum = 1\n", 3, "2 to"},
    {"[flood]\nshare = 1%\nwindow = 100\nminimum = 101\n", 4, "more than 'window'"},
    {"[reasons]\n", 1, "nothing is said about 'unreadable'"},
    {"[reasons]\ncorrupt = hold\n", 1, "nothing is said about"},
    {"[reasons]\nprofile = uploads\n", 2, "upload, triage or mirror"},
    {"[reasons]\nprofile = upload\nprofile = upload\n", 3, "already"},
    {"[reasons]\nprofile = upload\nother = hold\n", 3, "contradicts 'profile'"},
    {"[reasons]\nother = block\n", 2, "allow, hold, reject or retry"},
    {"[reasons]\nother = hold\nother = hold\n", 3, "already"},
    {"[reasons]\nother = hold\ncorrupt = allow\ncorrupt = hold\n", 4, "already"},
    {"[reasons]\nother = hold\nmissing = hold\n", 3, "unknown reason"},
    {"[reasons]\nother = hold\nlimit:side = hold\n", 3, "unknown reason"},
    {"[reasons]\nother = hold\nno_match = hold\n", 3, "unknown reason"},
    {"[allow]\nvotes-demote = many\n", 2, "0 to 1000000"},
    {"[scheme]\n", 1, "unknown section"},
    {"[scheme ]\n", 1, "unknown section"},
    {"[scheme aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n", 1,
     "1 to 63"},
    {"[scheme s]\n1 = alert\n", 2, "block, review, observe, list or inert"},
    {"[scheme s]\n1 =\n", 2, "block, review, observe, list or inert"},
    {"[scheme s]\n1 = block\n2 = inert\n1 = block\n", 4, "in line 2 already"},
    {"[scheme s]\nother = list\nother = list\n", 3, "given already"},
    {"[scheme s]\n[scheme t]\n1 = inert\n[scheme s]\n", 4, "above already"},
    {"[scheme s]\nradius = 3\n", 2, "block, review, observe, list or inert"},
    {"[default]\n# a\x1b[2J\n", 2, "control character"},
    {"[default]\rradius = 1\n", 1, "control character"},
    {"[default]\nradius = 1 # c\n", 2, "not a number"},
};

static void expect_refused(const struct bad *bad)
{
    struct ki_policy *policy = NULL;
    struct ki_diag diag = {0};
    char begin[32];
    (void)snprintf(begin, sizeof begin, "name:%u: ", bad->line);
    enum ki_status status =
        ki_policy_parse("name", bad->text, strlen(bad->text), &policy, &diag);
    cr_expect_eq(status, KI_ERR_FORMAT, "%s: %s", bad->text, ki_status_text(status));
    cr_expect_null(policy);
    cr_expect(strncmp(diag.message, begin, strlen(begin)) == 0, "%s: %s", bad->text,
              diag.message);
    cr_expect_not_null(strstr(diag.message, bad->message), "%s: %s", bad->text,
                       diag.message);
    ki_policy_free(policy);
}

Test(policy, bad_files_are_refused_with_their_line)
{
    size_t nbads = sizeof bads / sizeof *bads;
    cr_assert_geq(nbads, 60);
    for (size_t i = 0; i < nbads; i++) {
        expect_refused(&bads[i]);
    }
}

Test(policy, long_lines_and_zero_bytes)
{
    char text[400] = "[default]\n# ";
    size_t length = strlen(text);
    memset(text + length, 'x', 300);
    expect_refused(&(struct bad){text, 2, "longer than"});
    struct ki_policy *policy = NULL;
    struct ki_diag diag = {0};
    cr_expect_eq(ki_policy_parse("p", "[default]\nradius = 1\0\n", 22, &policy, &diag),
                 KI_ERR_FORMAT);
    cr_expect_eq(strncmp(diag.message, "p:2: ", 5), 0, "%s", diag.message);
}

Test(policy, files)
{
    struct folder folder = folder_make();
    char path[128];
    struct ki_policy *policy = NULL;
    struct ki_diag diag = {0};
    (void)snprintf(path, sizeof path, "%s/policy.conf", folder.path);
    cr_expect_eq(ki_policy_load(path, &policy, &diag), KI_ERR_NOT_FOUND);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    for (size_t i = 0; i <= KI_POLICY_MAX_NBYTES / 8; i++) {
        (void)fputs("#xxxxxx\n", file);
    }
    cr_assert_eq(fclose(file), 0);
    diag = (struct ki_diag){0};
    cr_expect_neq(ki_policy_load(path, &policy, &diag), KI_OK, "too long");
    cr_expect_neq(diag.message[0], '\0');
    diag = (struct ki_diag){0};
    cr_expect_neq(ki_policy_load(folder.path, &policy, &diag), KI_OK, "a folder");
    cr_expect_null(policy);
    folder_remove(&folder);
}

Test(policy, it_must_fit_the_lists)
{
    struct ki_list_info lists[] = {list_of("a", KI_PURPOSE_MATCH),
                                   list_of("ours", KI_PURPOSE_ALLOW),
                                   list_of("trial", KI_PURPOSE_TEST)};
    static const struct {
        const char *text;
        enum ki_status status;
        const char *message;
    } cases[] = {
        {"[list a]\naction = block\n", KI_OK, ""},
        {"[list ours]\nradius = 3\n[list trial]\nmin-quality = 1\n", KI_OK, ""},
        {"[list a]\n[list gone]\nradius = 3\n", KI_ERR_NOT_FOUND,
         "p:2: there is no list 'gone'"},
        {"[list A]\n", KI_ERR_NOT_FOUND, "p:1: there is no list 'A'"},
        {"[list trial]\naction = block\n", KI_ERR_FORMAT, "p:2: 'action' has no"},
        {"[list ours]\naction = observe\n", KI_ERR_FORMAT, "p:2: 'action' has no"},
        {"[list ours]\nblock-needs = near\n", KI_ERR_FORMAT, "p:2: 'block-needs'"},
        {"[list trial]\ncorroborates = yes\n", KI_ERR_FORMAT, "p:2: 'corroborates'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ki_policy *policy = parse(cases[i].text);
        struct ki_diag diag = {0};
        cr_expect_eq(ki_policy_check(policy, lists, 3, &diag), cases[i].status, "%s",
                     cases[i].text);
        cr_expect_eq(strncmp(diag.message, cases[i].message, strlen(cases[i].message)),
                     0, "%s", diag.message);
        ki_policy_free(policy);
    }
    cr_expect_eq(ki_policy_check(NULL, lists, 3, NULL), KI_OK);
    cr_expect_eq(ki_policy_check(NULL, NULL, 0, NULL), KI_OK);
}

Test(policy, profiles_name_every_reason)
{
    static const char *const profiles[] = {"upload", "triage", "mirror"};
    for (size_t i = 0; i < 3; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "[reasons]\nprofile = %s\n", profiles[i]);
        struct ki_policy *policy = parse(text);
        for (unsigned reason = 1; reason < KI_NREASONS; reason++) {
            enum ki_handling handling =
                ki_policy_handling(policy, (enum ki_reason)reason);
            cr_expect_neq(handling, KI_HANDLING_NONE);
            cr_expect(i != 1 || handling == KI_HANDLING_HOLD);
            cr_expect(i != 2 || handling != KI_HANDLING_HOLD);
        }
        ki_policy_free(policy);
    }
}
