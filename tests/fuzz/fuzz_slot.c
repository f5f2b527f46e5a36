/* SPDX-License-Identifier: Apache-2.0 */
/* The slot as its parent sees it: whatever a worker writes into the answer and whatever
 * becomes of it, the parent gets a result within its bounds, or a reason. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "sandbox/answer.h"
#include "sandbox/slot.h"

static void require(int is_true)
{
    if (!is_true) {
        abort();
    }
}

/* The next nbytes of the data, zeroes past its end. */
struct feed {
    const uint8_t *data;
    size_t nbytes;
};

static void take(struct feed *feed, void *out, size_t nbytes)
{
    size_t some = nbytes < feed->nbytes ? nbytes : feed->nbytes;
    memset(out, 0, nbytes);
    memcpy(out, feed->data, some);
    feed->data += some;
    feed->nbytes -= some;
}

static struct ki_picture_wish take_wish(struct feed *feed)
{
    uint8_t bits;
    take(feed, &bits, sizeof bits);
    struct ki_picture_wish wish = {.modes = 1 + bits % 3u,
                                   .dihedral = bits & 4,
                                   .fidelity = (enum ki_fidelity)(bits / 8 % 3),
                                   .limits = ki_limits_default()};
    wish.limits.side = bits & 64 ? 100 : wish.limits.side;
    return wish;
}

static void check_picture(const struct ki_hashes *hashes,
                          const struct ki_picture_wish *wish)
{
    bool is_whole = hashes->reason == KI_REASON_NONE;
    require((unsigned)hashes->reason < KI_NREASONS);
    require(hashes->reason != KI_REASON_UNREADABLE);
    require((unsigned)hashes->info.fidelity < KI_NFIDELITIES);
    require(hashes->info.scale >= 1 && hashes->info.scale <= 8);
    require(!is_whole || (hashes->info.width >= 1 && hashes->info.height >= 1 &&
                          hashes->info.width <= wish->limits.side &&
                          hashes->info.height <= wish->limits.side));
    for (unsigned mode = 0; mode < KI_NMODES; mode++) {
        bool is_wanted = wish->modes & KI_BIT(mode);
        require(hashes->pdq[mode].quality <= KI_QUALITY_MAX);
        require(!is_whole || hashes->pdq[mode].present == is_wanted);
        require(is_wanted || !hashes->pdq[mode].present);
    }
}

/* What became of the worker, and what it wrote, after the request was posted. */
static void play_worker(struct feed *feed, struct ki_slot *slot,
                        struct ki_wire_notice *notice)
{
    uint8_t bits;
    uint32_t word;
    take(feed, &bits, sizeof bits);
    take(feed, &slot->answer->result, sizeof slot->answer->result);
    take(feed, &word, sizeof word);
    atomic_store(&slot->answer->bell, word);
    take(feed, &word, sizeof word);
    atomic_store(&notice->status, word);
    atomic_store(&slot->answer->is_asleep, bits & 4);
    take(feed, &word, sizeof word);
    atomic_store(&slot->answer->done, bits & 1 ? slot->sequence : word);
    if (bits & 2) {
        atomic_store(&notice->ndead, 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static union {
        struct ki_wire_input input;
        uint8_t room[KI_WIRE_PICTURE + 64];
    } input;
    static struct ki_wire_answer answer;
    static struct ki_wire_notice notice;
    struct feed feed = {data, nbytes};
    struct ki_slot slot = {
        .options = {.npictures = 2},
        .control = -1,
        .input = &input.input,
        .bytes = input.room + KI_WIRE_PICTURE,
        .answer = &answer,
        .notice = &notice,
        .worker = 1,
    };
    memset(&answer, 0, sizeof answer);
    memset(&notice, 0, sizeof notice);
    take(&feed, &slot.sequence, sizeof slot.sequence);
    const struct ki_picture_wish wish = take_wish(&feed);
    /* Half of the pictures come in two pieces, of which the second is too long. */
    const bool is_whole = slot.sequence % 2 == 0;
    require(ki_slot_post(&slot, &wish, KI_FORMAT_JPEG, 64, is_whole ? 64 : 7));
    play_worker(&feed, &slot, &notice);
    if (!is_whole) {
        ki_slot_arrive(&slot, 65);
    }
    require(atomic_load(&input.input.request.narrived) == 64);
    struct ki_wire_result result;
    struct ki_hashes hashes = {0};
    enum ki_reason reason = ki_slot_wait(&slot, 0, &result);
    require(reason == KI_REASON_NONE || slot.is_spent);
    if (reason == KI_REASON_NONE && ki_answer_take(&result, &wish, &hashes)) {
        check_picture(&hashes, &wish);
    }
    return 0;
}
