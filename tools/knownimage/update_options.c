/* SPDX-License-Identifier: Apache-2.0 */
#include "knownimage/update_options.h"

#include "common/option_types.h"
#include "list/update.h"

static bool read_list_name(const struct option_type *type, const char *text,
                           void *field)
{
    char name[KI_LIST_NAME_NBYTES];
    return ki_update_read_list(ki_span_of(text), name) &&
           option_text.read(type, text, field);
}

static bool read_expires(const struct option_type *type, const char *text, void *field)
{
    (void)type;
    int64_t *seconds = field;
    return ki_update_read_time(ki_span_of(text), seconds);
}

const struct option_type option_list = {
    .read = read_list_name,
    .expected = "the name of a list",
};

const struct option_type option_serial = {
    .read = option_read_u64,
    .expected = "a number from 1 to 2^53 - 1",
    .min = 1,
    .max = KI_UPDATE_SERIAL_MAX,
};

const struct option_type option_expires = {
    .read = read_expires,
    .expected = "a time like 2026-12-31T00:00:00Z",
};
