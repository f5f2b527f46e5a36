/* SPDX-License-Identifier: Apache-2.0 */
/* Each field of a worker's result, in and out of its range. */
#include <criterion/criterion.h>
#include <string.h>

#include "sandbox/answer.h"

static struct ki_picture_wish wish(void)
{
    return (struct ki_picture_wish){.modes = KI_BIT(KI_MODE_PDQ),
                                    .limits = ki_limits_default()};
}

static struct ki_wire_result sound(void)
{
    struct ki_wire_result result = {.width = 640,
                                    .height = 480,
                                    .nchannels = 3,
                                    .nframes = 1,
                                    .fidelity = KI_FIDELITY_HIGH,
                                    .scale = 2};
    result.pdq[0].is_present = 1;
    result.pdq[0].quality = 100;
    memset(result.pdq[0].hashes, 0x5a, sizeof result.pdq[0].hashes);
    return result;
}

static bool takes(const struct ki_wire_result *result)
{
    struct ki_picture_wish wanted = wish();
    struct ki_hashes hashes = {.reason = KI_REASON_EMPTY, .info = {.width = 17}};
    bool is_taken = ki_answer_take(result, &wanted, &hashes);
    cr_assert(is_taken ||
              (hashes.reason == KI_REASON_EMPTY && hashes.info.width == 17));
    return is_taken;
}

Test(answer, takes_what_is_sound)
{
    struct ki_wire_result result = sound();
    struct ki_picture_wish wanted = wish();
    struct ki_hashes hashes = {0};
    cr_assert(ki_answer_take(&result, &wanted, &hashes));
    cr_assert_eq(hashes.info.width, 640);
    cr_assert_eq(hashes.info.scale, 2);
    cr_assert(hashes.pdq[0].present);
    cr_assert_eq(hashes.pdq[0].hashes[0].bytes[31], 0x5a);
    cr_assert_eq(hashes.pdq[0].hashes[1].bytes[0], 0, "not asked for");
    wanted.dihedral = true;
    cr_assert(ki_answer_take(&result, &wanted, &hashes));
    cr_assert_eq(hashes.pdq[0].hashes[7].bytes[0], 0x5a);
}

#define REFUSES(change)                                                                \
    do {                                                                               \
        struct ki_wire_result result = sound();                                        \
        change;                                                                        \
        cr_expect(!takes(&result), #change);                                           \
    } while (0)

Test(answer, refuses_what_is_not)
{
    REFUSES(result.reason = KI_NREASONS);
    REFUSES(result.reason = UINT32_MAX);
    REFUSES(result.reason = KI_REASON_UNREADABLE);
    REFUSES(result.reason = KI_REASON_LIMIT_FILE_SIZE);
    REFUSES(result.reason = KI_REASON_DECODER_CRASHED);
    REFUSES(result.width = 0);
    REFUSES(result.height = 0);
    REFUSES(result.width = 16385);
    REFUSES(result.height = UINT32_MAX);
    REFUSES((result.width = 16000, result.height = 16000));
    REFUSES(result.nchannels = 5);
    REFUSES(result.needs_whole = 2);
    REFUSES(result.fidelity = KI_NFIDELITIES);
    REFUSES(result.scale = 0);
    REFUSES(result.scale = 3);
    REFUSES(result.scale = 16);
    REFUSES(result.is_last = 2);
    REFUSES(result.pdq[0].is_present = 0);
    REFUSES(result.pdq[0].is_present = 2);
    REFUSES(result.pdq[0].quality = 101);
    REFUSES(result.pdq[0].is_degenerate = 2);
    REFUSES(result.pdq[1].is_present = 1);
    REFUSES(result.reason = KI_REASON_CORRUPT); /* and a hash all the same */
}

Test(answer, failures_say_what_they_found)
{
    struct ki_wire_result result = {
        .reason = KI_REASON_LIMIT_SIDE, .width = 70000, .height = 3, .scale = 1};
    cr_assert(takes(&result), "sizes over the limit are what was wrong");
    result.reason = KI_REASON_TOO_SMALL;
    cr_assert(!takes(&result), "a small picture is decoded");
}
