/* SPDX-License-Identifier: Apache-2.0 */
#include "common/option_types.h"

#include <stdio.h>
#include <string.h>

#include <knownimage/hash.h>

#include "common/number.h"

static bool read_true(const struct option_type *type, const char *text, void *field)
{
    (void)type;
    (void)text;
    *(bool *)field = true;
    return true;
}

static bool read_false(const struct option_type *type, const char *text, void *field)
{
    (void)type;
    (void)text;
    *(bool *)field = false;
    return true;
}

static bool read_text(const struct option_type *type, const char *text, void *field)
{
    (void)type;
    *(const char **)field = text;
    return text[0] != '\0';
}

static bool is_within(const struct option_type *type, uint64_t value)
{
    return value >= type->min && value <= type->max;
}

bool option_read_u64(const struct option_type *type, const char *text, void *field)
{
    uint64_t value;
    if (!number_read(text, &value) || !is_within(type, value)) {
        return false;
    }
    *(uint64_t *)field = value;
    return true;
}

static bool read_u32(const struct option_type *type, const char *text, void *field)
{
    uint64_t value;
    if (!option_read_u64(type, text, &value)) {
        return false;
    }
    *(uint32_t *)field = (uint32_t)value;
    return true;
}

bool option_read_int(const struct option_type *type, const char *text, void *field)
{
    uint64_t value;
    if (!option_read_u64(type, text, &value)) {
        return false;
    }
    *(int *)field = (int)value;
    return true;
}

static bool read_size(const struct option_type *type, const char *text, void *field)
{
    uint64_t value;
    if (!number_read_size(text, &value) || !is_within(type, value)) {
        return false;
    }
    *(uint64_t *)field = value;
    return true;
}

static bool read_seconds(const struct option_type *type, const char *text, void *field)
{
    uint64_t value;
    if (!number_read_seconds(text, &value) || !is_within(type, value)) {
        return false;
    }
    *(uint64_t *)field = value;
    return true;
}

void option_choices(const struct option_type *type, char text[CHOICES_NBYTES])
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; type->choice && type->choice(i); i++) {
        int added = snprintf(text + length, CHOICES_NBYTES - length, "%s%s",
                             i > 0 ? ", " : "", type->choice(i));
        if (added < 0 || length + (size_t)added >= CHOICES_NBYTES) {
            return;
        }
        length += (size_t)added;
    }
}

/* The number of the choice that the first length bytes of text name. */
static bool find_choice(const struct option_type *type, const char *text, size_t length,
                        unsigned *number)
{
    for (size_t i = 0; type->choice(i); i++) {
        const char *word = type->choice(i);
        if (strlen(word) == length && strncmp(word, text, length) == 0) {
            *number = (unsigned)i;
            return true;
        }
    }
    return false;
}

bool option_read_choice(const struct option_type *type, const char *text, void *field)
{
    unsigned number;
    if (!find_choice(type, text, strlen(text), &number)) {
        return false;
    }
    *(int *)field = (int)number;
    return true;
}

bool option_read_word(const struct option_type *type, const char *text, void *field)
{
    unsigned number;
    if (!find_choice(type, text, strlen(text), &number)) {
        return false;
    }
    *(const char **)field = type->choice(number);
    return true;
}

/* Reads choices parted by commas into a mask, bit i for choice i. */
static bool read_mask(const struct option_type *type, const char *text, void *field)
{
    unsigned mask = 0;
    for (;;) {
        unsigned number;
        size_t length = strcspn(text, ",");
        if (!find_choice(type, text, length, &number)) {
            return false;
        }
        mask |= KI_BIT(number);
        if (text[length] == '\0') {
            *(unsigned *)field = mask;
            return true;
        }
        text += length + 1;
    }
}

static const char *kind_choice(size_t i)
{
    return i < KI_NKINDS ? ki_kind_text((enum ki_kind)i) : NULL;
}

static const char *computed_kind_choice(size_t i)
{
    return KI_ALL_KINDS >> i & 1 ? ki_kind_text((enum ki_kind)i) : NULL;
}

static const char *mode_choice(size_t i)
{
    return i < KI_NMODES ? ki_mode_text((enum ki_mode)i) : NULL;
}

static const char *fidelity_choice(size_t i)
{
    return i < KI_NFIDELITIES ? ki_fidelity_text((enum ki_fidelity)i) : NULL;
}

static bool read_exact(const struct option_type *type, const char *text, void *field)
{
    (void)type;
    (void)text;
    *(enum ki_fidelity *)field = KI_FIDELITY_EXACT;
    return true;
}

const struct option_type option_true = {.read = read_true};
const struct option_type option_false = {.read = read_false};
const struct option_type option_text = {.read = read_text, .expected = "some text"};

const struct option_type option_kinds = {
    .read = read_mask,
    .expected = "what can be computed, one or more, parted by commas, of ",
    .choice = computed_kind_choice,
};
const struct option_type option_modes = {
    .read = read_mask,
    .expected = "one or more, parted by commas, of ",
    .choice = mode_choice,
};
const struct option_type option_kind = {
    .read = option_read_choice,
    .expected = "one of ",
    .choice = kind_choice,
};
const struct option_type option_fidelity = {
    .read = option_read_choice,
    .expected = "one of ",
    .choice = fidelity_choice,
};
const struct option_type option_exact = {.read = read_exact};
const struct option_type option_size = {
    .read = read_size,
    .expected = "a size such as 500000, 64M or 1GiB",
    .min = 1,
    .max = UINT64_MAX,
};
const struct option_type option_count64 = {
    .read = option_read_u64,
    .expected = "a number of at least 1",
    .min = 1,
    .max = UINT64_MAX,
};
const struct option_type option_count32 = {
    .read = read_u32,
    .expected = "a number from 1 to 4294967295",
    .min = 1,
    .max = UINT32_MAX,
};
const struct option_type option_seconds = {
    .read = read_seconds,
    .expected = "seconds, such as 3 or 0.25",
    .min = 1,
    .max = UINT64_MAX,
};
