/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/time_text.h"

#include <stdbool.h>

struct when {
    int64_t year, month, day, hour, minute, second;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes up to `most` digits off the text; false if there is none. */
static bool take_number(struct ki_span *text, size_t most, int64_t *out)
{
    size_t n = 0;
    *out = 0;
    while (n < text->nbytes && n < most && is_digit(text->data[n])) {
        *out = *out * 10 + (text->data[n++] - '0');
    }
    *text = ki_span_from(*text, n);
    return n > 0;
}

static bool take(struct ki_span *text, char c)
{
    if (text->nbytes == 0 || text->data[0] != c) {
        return false;
    }
    *text = ki_span_from(*text, 1);
    return true;
}

/* Days since 1970-01-01, for years from 1600 on; March is the first month, so that the
 * leap day is the last of its year. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719468;
}

static bool is_sound(const struct when *when)
{
    return when->year >= 1970 && when->year <= 9999 && when->month >= 1 &&
           when->month <= 12 && when->day >= 1 && when->day <= 31 && when->hour <= 23 &&
           when->minute <= 59 && when->second <= 60;
}

static bool take_clock(struct ki_span *text, struct when *when)
{
    if (!take_number(text, 2, &when->hour) || !take(text, ':') ||
        !take_number(text, 2, &when->minute)) {
        return false;
    }
    if (take(text, ':') && !take_number(text, 2, &when->second)) {
        return false;
    }
    if (take(text, '.')) {
        int64_t fraction;
        while (take_number(text, 9, &fraction)) {
        }
    }
    return true;
}

/* Seconds east of UTC. A zone that is none counts as UTC: one writer of VICS puts the
 * letters of its template, "+HH:00Z". */
static int64_t zone_of(struct ki_span text)
{
    int64_t hours = 0;
    int64_t minutes = 0;
    int64_t sign = take(&text, '-') ? -1 : 1;
    if (sign > 0 && !take(&text, '+')) {
        return 0;
    }
    if (!take_number(&text, 2, &hours) || hours > 14) {
        return 0;
    }
    (void)take(&text, ':');
    if (!take_number(&text, 2, &minutes) || minutes > 59) {
        minutes = 0;
    }
    return sign * (hours * 3600 + minutes * 60);
}

static int64_t seconds_of(const struct when *when, int64_t zone)
{
    int64_t seconds = days_of(when->year, when->month, when->day) * 86400 +
                      when->hour * 3600 + when->minute * 60 + when->second - zone;
    return is_sound(when) && seconds > 0 ? seconds : 0;
}

static int64_t read_american(struct ki_span text)
{
    struct when when = {0};
    if (!take_number(&text, 2, &when.month) || !take(&text, '/') ||
        !take_number(&text, 2, &when.day) || !take(&text, '/') ||
        !take_number(&text, 4, &when.year)) {
        return 0;
    }
    text = ki_span_trim(text);
    if (text.nbytes > 0 && !take_clock(&text, &when)) {
        return 0;
    }
    text = ki_span_trim(text);
    if (ki_span_equals_nocase(text, "pm") && when.hour < 12) {
        when.hour += 12;
    } else if (ki_span_equals_nocase(text, "am") && when.hour == 12) {
        when.hour = 0;
    }
    return seconds_of(&when, 0);
}

static int64_t read_iso(struct ki_span text)
{
    struct when when = {0};
    if (!take_number(&text, 4, &when.year) || !take(&text, '-') ||
        !take_number(&text, 2, &when.month) || !take(&text, '-') ||
        !take_number(&text, 2, &when.day)) {
        return 0;
    }
    if (take(&text, 'T') || take(&text, 't') || take(&text, ' ')) {
        if (!take_clock(&text, &when)) {
            return 0;
        }
    }
    return seconds_of(&when, zone_of(ki_span_trim(text)));
}

int64_t ki_time_read(struct ki_span text)
{
    enum { MOST_DIGITS = 11, MOST_DIGITS_MS = 14 };
    int64_t number = 0;
    text = ki_span_trim(text);
    if (ki_span_starts(text, "/Date(")) {
        text = ki_span_from(text, 6);
        return take_number(&text, MOST_DIGITS_MS, &number) ? number / 1000 : 0;
    }
    struct ki_span rest = text;
    if (take_number(&rest, MOST_DIGITS, &number) && rest.nbytes == 0) {
        return number;
    }
    return ki_span_find(text, '/') < text.nbytes ? read_american(text) : read_iso(text);
}
