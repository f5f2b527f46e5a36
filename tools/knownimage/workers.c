/* SPDX-License-Identifier: Apache-2.0 */
#include "knownimage/workers.h"

#include <string.h>

#include "common/message.h"
#include "common/number.h"
#include "common/option_types.h"

static const char persistent[] = "persistent";

enum { MOST_PICTURES = 1000000 };

/* "single-use", "persistent" or "persistent:N". */
static bool read_workers(const struct option_type *type, const char *text, void *field)
{
    (void)type;
    unsigned *npictures = field;
    size_t length = sizeof persistent - 1;
    if (strcmp(text, "single-use") == 0) {
        *npictures = KI_WORKER_SINGLE_USE;
        return true;
    }
    if (strncmp(text, persistent, length) != 0) {
        return false;
    }
    uint64_t number = KI_WORKER_PERSISTENT;
    bool is_good = text[length] == '\0' ||
                   (text[length] == ':' && number_read(text + length + 1, &number) &&
                    number >= 2 && number <= MOST_PICTURES);
    if (is_good) {
        *npictures = (unsigned)number;
    }
    return is_good;
}

static const struct option_type workers_type = {
    .read = read_workers,
    .expected = "single-use, persistent, or persistent:N with N from 2 to 1000000",
};

#define FIELD(member) offsetof(struct workers_arguments, member)

const struct option_spec workers_option_specs[NWORKERS_OPTIONS] = {
    {"workers", 'w', "HOW", &workers_type, FIELD(npictures),
     "processes that decode. single-use: one for each\npicture, for pictures from "
     "strangers;\npersistent[:N]: one for N pictures (1000), for\npictures of one "
     "source (default: single-use)"},
    {"unsafe-sandbox", 0, NULL, &option_true, FIELD(is_unsafe),
     "decode even if these processes cannot be confined\nwholly; marks every result"},
};

struct workers_arguments workers_arguments_default(void)
{
    return (struct workers_arguments){.npictures = KI_WORKER_SINGLE_USE};
}

bool workers_start(const struct workers_arguments *arguments, unsigned njobs,
                   const struct ki_limits *limits, struct ki_sandbox **out)
{
    struct ki_sandbox_options options = ki_sandbox_options_default();
    options.njobs = njobs;
    options.npictures = arguments->npictures;
    options.limits = *limits;
    options.is_unsafe = arguments->is_unsafe;
    struct ki_diag diag = {0};
    enum ki_status status = ki_sandbox_start(&options, out, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        if (status == KI_ERR_UNSUPPORTED) {
            message("nothing was decoded; --unsafe-sandbox would decode all the same");
        }
        return false;
    }
    const char *missing = ki_sandbox_missing(*out);
    if (missing) {
        message("WARNING: decoding without its whole confinement, as --unsafe-sandbox "
                "demands; missing: %s",
                missing);
    }
    return true;
}
