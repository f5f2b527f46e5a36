/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inih parts keys from values and drops comments. It also cuts off long lines and
 * section names, joins indented lines and passes over what follows a section's bracket,
 * all without a word; so every line is looked at here before inih gets it.
 */
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/diag.h"
#include "match/policy_keys.h"

enum { MOST_QUOTED = 40 };

/* What [reasons] says, until it is complete. */
struct reasons {
    enum ki_handling profile[KI_NREASONS];
    enum ki_handling other;
    enum ki_handling given[KI_NREASONS];
    unsigned profile_line; /* 0: not given */
    unsigned other_line;
};

struct reading {
    struct ki_policy *policy;
    struct reasons reasons;
    enum ki_policy_place place;
    struct ki_policy_section *section; /* NULL: none yet, or [reasons] */
    size_t first_mapping;              /* of the section [scheme …] */
    bool has_other;                    /* it says what its other codes lead to */
    const char *rest;
    size_t nrest;
    unsigned line;
    enum ki_status status; /* of the first error */
    struct ki_diag *diag;
};

#define FAIL(reading, ...) fail_at((reading), (reading)->line, __VA_ARGS__)

static bool fail_at(struct reading *reading, unsigned line, const char *format, ...)
    KI_PRINTF(3, 4);

/* Returns false. */
static bool fail_at(struct reading *reading, unsigned line, const char *format, ...)
{
    if (reading->status == KI_OK) {
        char text[KI_DIAG_NBYTES];
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        reading->status = ki_diag_set(reading->diag, KI_ERR_FORMAT, "%s:%u: %s",
                                      reading->policy->name, line, text);
    }
    return false;
}

static void presets(struct ki_policy_section *section, enum ki_policy_place place)
{
    for (unsigned key = 0; key < KI_NKEYS; key++) {
        if (ki_policy_keys[key].defaulted & KI_BIT(place)) {
            section->values[key] = ki_policy_keys[key].preset;
            section->set |= KI_BIT(key);
        }
    }
}

static bool begin_single(struct reading *reading, enum ki_policy_place place)
{
    struct ki_policy *policy = reading->policy;
    unsigned *line =
        place == KI_PLACE_REASONS ? &policy->reasons_line : &policy->single[place].line;
    if (*line != 0) {
        return FAIL(reading, "section [%s] stands in line %u already",
                    ki_policy_place_text(place), *line);
    }
    *line = reading->line;
    reading->place = place;
    reading->section = place == KI_PLACE_REASONS ? NULL : &policy->single[place];
    return true;
}

/* Of list names; none has others, so that a policy can be written out as it was read.
 */
static const char name_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

static bool begin_list(struct reading *reading, const char *name, size_t length)
{
    struct ki_policy *policy = reading->policy;
    struct ki_policy_section section = {.line = reading->line};
    if (length >= sizeof section.list) {
        return FAIL(reading, "the name of a list has at most %d characters",
                    KI_LIST_NAME_NBYTES - 1);
    }
    memcpy(section.list, name, length);
    if (strspn(section.list, name_letters) != length || length == 0) {
        return FAIL(reading, "'%.*s' is no name of a list", MOST_QUOTED, section.list);
    }
    for (size_t i = 0; i < policy->nlists; i++) {
        if (strcmp(policy->lists[i].list, section.list) == 0) {
            return FAIL(reading, "section [list %s] stands in line %u already",
                        section.list, policy->lists[i].line);
        }
    }
    if (policy->nlists == KI_POLICY_MAX_LISTS) {
        return FAIL(reading, "more than %d lists", KI_POLICY_MAX_LISTS);
    }
    void *lists = policy->lists;
    if (!ki_array_reserve(&lists, &policy->capacity, policy->nlists + 1,
                          sizeof section)) {
        reading->status =
            ki_diag_set(reading->diag, KI_ERR_NO_MEMORY, "no memory for a policy");
        return false;
    }
    policy->lists = lists;
    policy->lists[policy->nlists++] = section;
    reading->place = KI_PLACE_LIST;
    reading->section = &policy->lists[policy->nlists - 1];
    return true;
}

/* A line of [scheme NAME]. The code "other" stands first in each. */
static bool add_mapping(struct reading *reading, const char *scheme, const char *code,
                        unsigned effect)
{
    struct ki_policy *policy = reading->policy;
    struct ki_policy_mapping mapping = {.effect = effect, .line = reading->line};
    if (policy->nmappings == KI_POLICY_MAX_CODES) {
        return FAIL(reading, "more than %d codes of schemes", KI_POLICY_MAX_CODES);
    }
    if (strlen(code) >= sizeof mapping.code) {
        return FAIL(reading, "a code has at most %d bytes", KI_CATEGORY_NBYTES - 1);
    }
    /* Before the array moves: the scheme may stand in it. */
    memcpy(mapping.scheme, scheme, strlen(scheme) + 1);
    memcpy(mapping.code, code, strlen(code) + 1);
    void *mappings = policy->mappings;
    if (!ki_array_reserve(&mappings, &policy->mapping_capacity, policy->nmappings + 1,
                          sizeof mapping)) {
        reading->status =
            ki_diag_set(reading->diag, KI_ERR_NO_MEMORY, "no memory for a policy");
        return false;
    }
    policy->mappings = mappings;
    policy->mappings[policy->nmappings++] = mapping;
    return true;
}

static bool begin_scheme(struct reading *reading, const char *name, size_t length)
{
    const struct ki_policy *policy = reading->policy;
    char scheme[KI_CATEGORY_NBYTES];
    if (length == 0 || length >= sizeof scheme) {
        return FAIL(reading, "the name of a scheme has 1 to %d bytes",
                    KI_CATEGORY_NBYTES - 1);
    }
    memcpy(scheme, name, length);
    scheme[length] = '\0';
    for (size_t i = 0; i < policy->nmappings; i++) {
        if (strcmp(policy->mappings[i].scheme, scheme) == 0) {
            return FAIL(reading, "section [scheme %s] stands above already", scheme);
        }
    }
    reading->place = KI_PLACE_SCHEME;
    reading->section = NULL;
    reading->first_mapping = policy->nmappings;
    return add_mapping(reading, scheme, "other", KI_EFFECT_INERT);
}

static bool take_mapping(struct reading *reading, const char *code, const char *text)
{
    struct ki_policy *policy = reading->policy;
    struct ki_policy_mapping *first = &policy->mappings[reading->first_mapping];
    unsigned effect;
    if (!ki_effect_from_text(text, &effect)) {
        return FAIL(reading, "%s: '%.*s' is not block, review, observe, list or inert",
                    code, MOST_QUOTED, text);
    }
    for (size_t i = reading->first_mapping + 1; i < policy->nmappings; i++) {
        if (strcmp(policy->mappings[i].code, code) == 0) {
            return FAIL(reading, "'%s' was given in line %u already", code,
                        policy->mappings[i].line);
        }
    }
    if (strcmp(code, "other") != 0) {
        return add_mapping(reading, first->scheme, code, effect);
    }
    if (reading->has_other) {
        return FAIL(reading, "'other' was given already");
    }
    first->effect = effect;
    return reading->has_other = true;
}

/* A line that begins with a bracket. */
static bool begin_section(struct reading *reading, const char *line)
{
    const char *end = strchr(line, ']');
    if (!end) {
        return FAIL(reading, "the bracket is not closed");
    }
    const char *after = end + 1 + strspn(end + 1, " \t\r");
    if (*after != '\0' && *after != ';' && *after != '#') {
        return FAIL(reading, "something follows the section's bracket");
    }
    const char *name = line + 1;
    size_t length = (size_t)(end - name);
    for (unsigned place = 0; place < KI_NPLACES; place++) {
        const char *text = ki_policy_place_text((enum ki_policy_place)place);
        if (place != KI_PLACE_LIST && place != KI_PLACE_SCHEME &&
            strlen(text) == length && memcmp(name, text, length) == 0) {
            return begin_single(reading, (enum ki_policy_place)place);
        }
    }
    if (length > 5 && memcmp(name, "list ", 5) == 0) {
        return begin_list(reading, name + 5, length - 5);
    }
    if (length > 7 && memcmp(name, "scheme ", 7) == 0) {
        reading->has_other = false;
        return begin_scheme(reading, name + 7, length - 7);
    }
    return FAIL(reading, "unknown section '%.*s'",
                (int)(length < MOST_QUOTED ? length : MOST_QUOTED), name);
}

static bool check_line(struct reading *reading, const char *line)
{
    if (line[strspn(line, " \t\r")] == '\0' || line[0] == ';' || line[0] == '#') {
        return true;
    }
    if (line[0] == '[') {
        return begin_section(reading, line);
    }
    return strchr(line, '=') || FAIL(reading, "not 'key = value'");
}

static bool has_control(const char *text, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < ' ' && c != '\t') || c == 0x7f) {
            return true;
        }
    }
    return false;
}

/* For inih: the next line without the blanks before it, at most size − 1 bytes with its
 * newline. NULL ends it. */
static char *next_line(char *out, int size, void *context)
{
    struct reading *reading = context;
    if (reading->nrest == 0 || reading->status != KI_OK) {
        return NULL;
    }
    reading->line++;
    const char *newline = memchr(reading->rest, '\n', reading->nrest);
    size_t length = newline ? (size_t)(newline - reading->rest) : reading->nrest;
    size_t taken = newline ? length + 1 : length;
    const char *text = reading->rest;
    reading->rest += taken;
    reading->nrest -= taken;
    if (length > 0 && text[length - 1] == '\r') {
        length--;
    }
    while (length > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        length--;
    }
    if (length + 2 > (size_t)size) {
        (void)FAIL(reading, "longer than %d bytes", size - 2);
        return NULL;
    }
    if (has_control(text, length)) {
        (void)FAIL(reading, "a control character");
        return NULL;
    }
    memcpy(out, text, length);
    out[length] = '\0';
    if (!check_line(reading, out)) {
        return NULL;
    }
    out[length] = '\n';
    out[length + 1] = '\0';
    return out;
}

static bool take_value(struct reading *reading, enum ki_policy_key key,
                       const char *text)
{
    const struct ki_policy_key_spec *spec = &ki_policy_keys[key];
    struct ki_policy_section *section = reading->section;
    if (!(spec->places & KI_BIT(reading->place))) {
        return FAIL(reading, "'%s' has no meaning in [%s]", spec->name,
                    ki_policy_place_text(reading->place));
    }
    if (section->lines[key] != 0) {
        return FAIL(reading, "'%s' was given in line %u already", spec->name,
                    section->lines[key]);
    }
    if (!spec->read(text, &section->values[key])) {
        return FAIL(reading, "%s: '%.*s' is not %s", spec->name, MOST_QUOTED, text,
                    spec->expected);
    }
    section->set |= KI_BIT(key);
    section->lines[key] = reading->line;
    return true;
}

static bool take_profile(struct reading *reading, const char *text)
{
    struct reasons *reasons = &reading->reasons;
    if (reasons->profile_line != 0) {
        return FAIL(reading, "'profile' was given in line %u already",
                    reasons->profile_line);
    }
    reasons->profile_line = reading->line;
    return ki_profile_apply(text, reasons->profile) ||
           FAIL(reading, "profile: '%.*s' is not upload, triage or mirror", MOST_QUOTED,
                text);
}

static bool take_reason(struct reading *reading, const char *key, const char *text)
{
    struct reasons *reasons = &reading->reasons;
    enum ki_reason reason = KI_REASON_NONE;
    if (strcmp(key, "profile") == 0) {
        return take_profile(reading, text);
    }
    bool is_other = strcmp(key, "other") == 0;
    if (!is_other && !ki_reason_from_key(key, &reason)) {
        return FAIL(reading, "unknown reason '%.*s'", MOST_QUOTED, key);
    }
    enum ki_handling *handling = is_other ? &reasons->other : &reasons->given[reason];
    if (*handling != KI_HANDLING_NONE) {
        return FAIL(reading, "'%s' was given already", key);
    }
    if (!ki_handling_from_text(text, handling)) {
        return FAIL(reading, "%s: '%.*s' is not allow, hold, reject or retry", key,
                    MOST_QUOTED, text);
    }
    if (is_other) {
        reasons->other_line = reading->line;
    }
    return true;
}

/* For inih. Its section is cut off and not used. */
static int take(void *context, const char *section, const char *key, const char *value)
{
    (void)section;
    struct reading *reading = context;
    if (reading->policy->reasons_line != 0 && reading->place == KI_PLACE_REASONS) {
        return take_reason(reading, key, value);
    }
    if (reading->place == KI_PLACE_SCHEME && reading->policy->nmappings > 0) {
        return take_mapping(reading, key, value);
    }
    if (!reading->section) {
        return FAIL(reading, "'%.*s' stands before any section", MOST_QUOTED, key);
    }
    for (unsigned i = 0; i < KI_NKEYS; i++) {
        if (strcmp(key, ki_policy_keys[i].name) == 0) {
            return take_value(reading, (enum ki_policy_key)i, value);
        }
    }
    return FAIL(reading, "unknown key '%.*s'", MOST_QUOTED, key);
}

static void finish_reasons(struct reading *reading)
{
    const struct reasons *reasons = &reading->reasons;
    struct ki_policy *policy = reading->policy;
    if (reasons->profile_line != 0 && reasons->other_line != 0) {
        (void)fail_at(reading, reasons->other_line,
                      "'other' contradicts 'profile', which names all reasons");
    }
    for (unsigned i = KI_REASON_NONE + 1; i < KI_NREASONS; i++) {
        enum ki_handling rule =
            reasons->profile_line != 0 ? reasons->profile[i] : reasons->other;
        bool is_given = reasons->given[i] != KI_HANDLING_NONE;
        policy->handlings[i] = is_given ? reasons->given[i] : rule;
        if (policy->handlings[i] == KI_HANDLING_NONE) {
            char key[KI_REASON_KEY_NBYTES];
            ki_reason_key((enum ki_reason)i, key);
            (void)fail_at(reading, policy->reasons_line,
                          "nothing is said about '%s': add it, 'other' or 'profile'",
                          key);
        }
    }
}

static void finish_flood(struct reading *reading)
{
    const struct ki_policy_section *flood = &reading->policy->single[KI_PLACE_FLOOD];
    if (!ki_policy_has(flood, KI_KEY_SHARE)) {
        (void)fail_at(reading, flood->line, "[flood] needs 'share'");
    } else if (flood->values[KI_KEY_MINIMUM] > flood->values[KI_KEY_WINDOW]) {
        unsigned line = flood->lines[KI_KEY_MINIMUM];
        (void)fail_at(reading, line ? line : flood->lines[KI_KEY_WINDOW],
                      "'minimum' is more than 'window'");
    }
}

static void finish_allow(struct reading *reading)
{
    const struct ki_policy_section *allow = &reading->policy->single[KI_PLACE_ALLOW];
    unsigned exact_line = allow->lines[KI_KEY_EXACT_DEMOTES];
    unsigned near_line = allow->lines[KI_KEY_NEAR_DEMOTES];
    if (allow->values[KI_KEY_NEAR_DEMOTES] > allow->values[KI_KEY_EXACT_DEMOTES]) {
        (void)fail_at(reading, near_line > exact_line ? near_line : exact_line,
                      "near counter-evidence demotes more than exact (near-demotes is "
                      "%s unless given)",
                      ki_tier_text(KI_TIER_CORROBORATED));
    }
}

static void finish_list(struct reading *reading,
                        const struct ki_policy_section *section)
{
    if (ki_policy_has(section, KI_KEY_ACTION) &&
        section->values[KI_KEY_ACTION] != KI_ACTION_BLOCK &&
        ki_policy_has(section, KI_KEY_BLOCK_NEEDS)) {
        (void)fail_at(reading, section->lines[KI_KEY_BLOCK_NEEDS],
                      "'block-needs' contradicts 'action', which does not block");
    }
}

static int compare_sections(const void *a, const void *b)
{
    const struct ki_policy_section *x = a;
    const struct ki_policy_section *y = b;
    return strcmp(x->list, y->list);
}

/* What can be told only when all lines were read. */
static void finish(struct reading *reading)
{
    struct ki_policy *policy = reading->policy;
    if (policy->reasons_line != 0) {
        finish_reasons(reading);
    }
    if (policy->single[KI_PLACE_FLOOD].line != 0) {
        finish_flood(reading);
    }
    finish_allow(reading);
    for (size_t i = 0; i < policy->nlists; i++) {
        finish_list(reading, &policy->lists[i]);
    }
    if (policy->nmappings > 1) {
        qsort(policy->mappings, policy->nmappings, sizeof *policy->mappings,
              ki_mapping_compare);
    }
    if (policy->nlists > 1) {
        qsort(policy->lists, policy->nlists, sizeof *policy->lists, compare_sections);
    }
}

enum ki_status ki_policy_read(struct ki_policy *policy, const char *text, size_t nbytes,
                              struct ki_diag *diag)
{
    static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8, by some editors */
    struct reading reading = {
        .policy = policy, .rest = text, .nrest = nbytes, .diag = diag};
    if (nbytes >= 3 && memcmp(text, mark, 3) == 0) {
        reading.rest += 3;
        reading.nrest -= 3;
    }
    for (unsigned place = 0; place < KI_NPLACES_SINGLE; place++) {
        presets(&policy->single[place], (enum ki_policy_place)place);
    }
    int line = ini_parse_stream(next_line, &reading, take, &reading);
    if (line != 0 && reading.status == KI_OK) {
        (void)fail_at(&reading, line > 0 ? (unsigned)line : 0, "not understood");
    }
    if (reading.status == KI_OK) {
        finish(&reading);
    }
    return reading.status;
}
