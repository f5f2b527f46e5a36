/* SPDX-License-Identifier: Apache-2.0 */
/* Which bytes are UTF-8, and which characters may not be shown as they are. */
#include <criterion/criterion.h>

#include <string.h>

#include "report/utf8.h"

struct sample {
    const char *bytes;
    size_t length;       /* 0: not well formed */
    uint32_t code_point; /* if it is */
};

/* The bounds of every row of Unicode's table 3-7. */
static const struct sample samples[] = {
    {"\x01", 1, 0x01},
    {"\x7f", 1, 0x7f},
    {"\x80", 0, 0},
    {"\xbf", 0, 0},
    {"\xc0\x80", 0, 0},
    {"\xc1\xbf", 0, 0},
    {"\xc2\x80", 2, 0x80},
    {"\xdf\xbf", 2, 0x7ff},
    {"\xdf\x7f", 0, 0},
    {"\xdf\xc0", 0, 0},
    {"\xdf", 0, 0},
    {"\xe0\x9f\xbf", 0, 0},
    {"\xe0\xa0\x80", 3, 0x800},
    {"\xed\x9f\xbf", 3, 0xd7ff},
    {"\xed\xa0\x80", 0, 0},
    {"\xed\xbf\xbf", 0, 0},
    {"\xee\x80\x80", 3, 0xe000},
    {"\xef\xbf\xbf", 3, 0xffff},
    {"\xef\xbf", 0, 0},
    {"\xef\xbf\x20", 0, 0},
    {"\xf0\x8f\xbf\xbf", 0, 0},
    {"\xf0\x90\x80\x80", 4, 0x10000},
    {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
    {"\xf4\x90\x80\x80", 0, 0},
    {"\xf5\x80\x80\x80", 0, 0},
    {"\xf0\x90\x80", 0, 0},
    {"\xfe", 0, 0},
    {"\xff", 0, 0},
};

enum { NSAMPLES = sizeof samples / sizeof samples[0] };

static bool sample_holds(const struct sample *sample)
{
    uint32_t code_point = 12345; /* untouched if not well formed */
    size_t nbytes = strlen(sample->bytes);
    size_t length = ki_utf8_next(sample->bytes, nbytes, &code_point);
    return length == sample->length &&
           code_point == (length > 0 ? sample->code_point : 12345) &&
           ki_is_utf8(sample->bytes, nbytes) == (length > 0);
}

/* The number of the first sample that does not hold, or one past the last. */
static size_t first_wrong_sample(void)
{
    size_t i = 0;
    while (i < NSAMPLES && sample_holds(&samples[i])) {
        i++;
    }
    return i;
}

Test(utf8, table)
{
    cr_assert_eq(first_wrong_sample(), NSAMPLES, "sample %zu", first_wrong_sample());
}

Test(utf8, stops_at_the_end)
{
    uint32_t code_point;
    cr_assert_eq(ki_utf8_next("\xe2\x82\xac", 3, &code_point), 3);
    cr_assert_eq(ki_utf8_next("\xe2\x82\xac", 2, &code_point), 0);
    cr_assert_eq(ki_utf8_next("\xe2\x82\xac", 1, &code_point), 0);
    cr_assert(ki_is_utf8("", 0));
    cr_assert(ki_is_utf8("a\0b", 3));
    cr_assert_not(ki_is_utf8("ab\xe2\x82", 4));
}

static size_t count_unprintable(const uint32_t *code_points, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count += ki_is_unprintable(code_points[i]);
    }
    return count;
}

Test(utf8, unprintable)
{
    static const uint32_t hidden[] = {0,      0x1b,   0x1f,   0x7f,   0x80,
                                      0x9f,   0x61c,  0x200e, 0x200f, 0x2028,
                                      0x2029, 0x202a, 0x202e, 0x2066, 0x2069};
    static const uint32_t shown[] = {' ', '~', 0xa0, 0x200d, 0x20ac, 0x202f, 0x1f600};
    cr_assert_eq(count_unprintable(hidden, 15), 15);
    cr_assert_eq(count_unprintable(shown, 7), 0);
}
