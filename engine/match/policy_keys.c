/* SPDX-License-Identifier: Apache-2.0 */
#include "match/policy_keys.h"

#include <string.h>

enum {
    PER_MILLION = 1000000,
    PERCENT = PER_MILLION / 100,
    SHARE_DIGITS = 4, /* after the point of a percentage */
    MOST_DIGITS = 9
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits, the end moved past them; at most nine, so that nothing overflows. */
static bool read_digits(const char **text, unsigned *value)
{
    const char *start = *text;
    *value = 0;
    while (is_digit(**text) && *text - start < MOST_DIGITS) {
        *value = *value * 10 + (unsigned)(**text - '0');
        ++*text;
    }
    return *text > start;
}

static bool read_number(const char *text, unsigned min, unsigned max, unsigned *value)
{
    unsigned number;
    if (!read_digits(&text, &number) || *text != '\0' || number < min || number > max) {
        return false;
    }
    *value = number;
    return true;
}

static bool read_radius(const char *text, unsigned *value)
{
    return read_number(text, 0, KI_RADIUS_MAX, value);
}

static bool read_quality(const char *text, unsigned *value)
{
    return read_number(text, 0, KI_QUALITY_MAX, value);
}

static bool read_votes(const char *text, unsigned *value)
{
    return read_number(text, 0, 1000000, value);
}

static bool read_window(const char *text, unsigned *value)
{
    return read_number(text, KI_FLOOD_WINDOW_MIN, KI_FLOOD_WINDOW_MAX, value);
}

static bool read_minimum(const char *text, unsigned *value)
{
    return read_number(text, 2, KI_FLOOD_NEVENTS, value);
}

/* "0.25%": a decimal with up to four digits after the point. */
static bool read_share(const char *text, unsigned *value)
{
    unsigned whole;
    unsigned part = 0;
    unsigned scale = PERCENT;
    if (!read_digits(&text, &whole) || whole > 100) {
        return false;
    }
    if (*text == '.') {
        const char *start = ++text;
        if (!read_digits(&text, &part) || text - start > SHARE_DIGITS) {
            return false;
        }
        for (const char *digit = start; digit < text; digit++) {
            scale /= 10;
        }
        part *= scale;
    }
    unsigned share = whole * PERCENT + part;
    if (strcmp(text, "%") != 0 || share == 0 || share >= PER_MILLION) {
        return false;
    }
    *value = share;
    return true;
}

static bool read_bool(const char *text, unsigned *value)
{
    bool is_yes = strcmp(text, "yes") == 0;
    if (!is_yes && strcmp(text, "no") != 0) {
        return false;
    }
    *value = is_yes;
    return true;
}

static bool read_action(const char *text, unsigned *value)
{
    enum ki_action action;
    if (!ki_action_from_text(text, &action)) {
        return false;
    }
    *value = action;
    return true;
}

static bool read_demoted(const char *text, unsigned *value)
{
    unsigned action;
    if (!read_action(text, &action) || action == KI_ACTION_BLOCK) {
        return false;
    }
    *value = action;
    return true;
}

static bool read_tier(const char *text, unsigned *value)
{
    for (unsigned tier = KI_TIER_NEAR; tier < KI_NTIERS; tier++) {
        if (strcmp(text, ki_tier_text((enum ki_tier)tier)) == 0) {
            *value = tier;
            return true;
        }
    }
    return false;
}

static bool read_tier_or_never(const char *text, unsigned *value)
{
    if (strcmp(text, "never") == 0) {
        *value = KI_TIER_NONE;
        return true;
    }
    return read_tier(text, value);
}

/* Names parted by commas, each once; blanks around a comma do not matter. */
static bool read_modes(const char *text, unsigned *value)
{
    unsigned modes = 0;
    for (;;) {
        char name[32];
        text += strspn(text, " \t");
        size_t length = strcspn(text, ", \t");
        enum ki_mode mode;
        if (length >= sizeof name) {
            return false;
        }
        memcpy(name, text, length);
        name[length] = '\0';
        if (!ki_mode_from_text(name, &mode) || (modes & KI_BIT(mode))) {
            return false;
        }
        modes |= KI_BIT(mode);
        text += length;
        text += strspn(text, " \t");
        if (*text != ',') {
            break;
        }
        text++;
    }
    if (*text != '\0') {
        return false;
    }
    *value = modes;
    return true;
}

static void write_number(FILE *out, unsigned value)
{
    (void)fprintf(out, "%u", value);
}

static void write_share(FILE *out, unsigned value)
{
    (void)fprintf(out, "%u.%04u%%", value / PERCENT, value % PERCENT);
}

static void write_bool(FILE *out, unsigned value)
{
    (void)fputs(value ? "yes" : "no", out);
}

static void write_action(FILE *out, unsigned value)
{
    (void)fputs(ki_action_text((enum ki_action)value), out);
}

static void write_tier(FILE *out, unsigned value)
{
    (void)fputs(value == KI_TIER_NONE ? "never" : ki_tier_text((enum ki_tier)value),
                out);
}

static void write_modes(FILE *out, unsigned value)
{
    const char *comma = "";
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        if (value & KI_BIT(mode)) {
            (void)fprintf(out, "%s%s", comma, ki_mode_text((enum ki_mode)mode));
            comma = ",";
        }
    }
}

#define AT(place) KI_BIT(KI_PLACE_##place)
#define SEARCHED (AT(DEFAULT) | AT(LIST) | AT(ALLOW))

static const char tiers[] = "exact, corroborated or near";
static const char tiers_or_never[] = "exact, corroborated, near or never";

const struct ki_policy_key_spec ki_policy_keys[KI_NKEYS] = {
    [KI_KEY_RADIUS] = {"radius", SEARCHED, 0, 0, "a number from 0 to 47", read_radius,
                       write_number},
    [KI_KEY_MIN_QUALITY] = {"min-quality", SEARCHED, 0, 0, "a number from 0 to 100",
                            read_quality, write_number},
    [KI_KEY_DIHEDRAL] = {"dihedral", SEARCHED, 0, 0, "yes or no", read_bool,
                         write_bool},
    [KI_KEY_MODES] = {"modes", SEARCHED, 0, 0, "pdq, pdq-nn512 or both with a comma",
                      read_modes, write_modes},
    [KI_KEY_ACTION] = {"action", AT(DEFAULT) | AT(LIST), 0, 0,
                       "block, review or observe", read_action, write_action},
    [KI_KEY_BLOCK_NEEDS] = {"block-needs", AT(CORROBORATE) | AT(LIST), AT(CORROBORATE),
                            KI_TIER_NEAR, tiers, read_tier, write_tier},
    [KI_KEY_CORROBORATES] = {"corroborates", AT(LIST), 0, 0, "yes or no", read_bool,
                             write_bool},
    [KI_KEY_KINDS] = {"kinds", AT(CORROBORATE), AT(CORROBORATE), true, "yes or no",
                      read_bool, write_bool},
    [KI_KEY_DEMOTES_TO] = {"demotes-to", AT(ALLOW), AT(ALLOW), KI_ACTION_REVIEW,
                           "review or observe", read_demoted, write_action},
    [KI_KEY_EXACT_DEMOTES] = {"exact-demotes", AT(ALLOW), AT(ALLOW), KI_TIER_EXACT,
                              tiers_or_never, read_tier_or_never, write_tier},
    [KI_KEY_NEAR_DEMOTES] = {"near-demotes", AT(ALLOW), AT(ALLOW), KI_TIER_CORROBORATED,
                             tiers_or_never, read_tier_or_never, write_tier},
    [KI_KEY_VOTES_DEMOTE] = {"votes-demote", AT(ALLOW), AT(ALLOW), 1,
                             "a number from 0 to 1000000", read_votes, write_number},
    [KI_KEY_WINDOW] = {"window", AT(FLOOD), AT(FLOOD), 10000,
                       "a number from 100 to 10000000", read_window, write_number},
    [KI_KEY_SHARE] = {"share", AT(FLOOD), 0, 0,
                      "a percentage over 0% and under 100%, as 0.1%", read_share,
                      write_share},
    [KI_KEY_MINIMUM] = {"minimum", AT(FLOOD), AT(FLOOD), 20, "a number from 2 to 65536",
                        read_minimum, write_number},
};

const char *ki_policy_place_text(enum ki_policy_place place)
{
    static const char *const texts[KI_NPLACES] = {
        [KI_PLACE_DEFAULT] = "default", [KI_PLACE_CORROBORATE] = "corroborate",
        [KI_PLACE_ALLOW] = "allow",     [KI_PLACE_FLOOD] = "flood",
        [KI_PLACE_LIST] = "list",       [KI_PLACE_SCHEME] = "scheme",
        [KI_PLACE_REASONS] = "reasons",
    };
    return texts[place];
}
