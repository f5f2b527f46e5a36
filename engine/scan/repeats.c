/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/repeats.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

enum { NSETS = 1024, NWAYS = 4, SECRET_NBYTES = 192 };

struct entry {
    struct ki_memo_key key;
    bool is_used;
    struct ki_hashes hashes;
};

struct ki_repeats {
    struct ki_hash_memo memo;
    uint8_t secret[SECRET_NBYTES];
    pthread_mutex_t lock; /* of what follows */
    uint64_t nfound;
    unsigned next_way; /* to be replaced */
    struct entry entries[NSETS][NWAYS];
};

static struct ki_memo_key key_of(const void *context, const void *data, size_t nbytes)
{
    const struct ki_repeats *repeats = context;
    XXH128_hash_t hash =
        XXH3_128bits_withSecret(data, nbytes, repeats->secret, SECRET_NBYTES);
    return (struct ki_memo_key){hash.low64, hash.high64};
}

static struct entry *find_entry(struct ki_repeats *repeats,
                                const struct ki_memo_key *key, uint64_t nbytes)
{
    struct entry *set = repeats->entries[key->low % NSETS];
    for (size_t way = 0; way < NWAYS; way++) {
        if (set[way].is_used && set[way].key.low == key->low &&
            set[way].key.high == key->high && set[way].hashes.info.nbytes == nbytes) {
            return &set[way];
        }
    }
    return NULL;
}

static bool find(void *context, const struct ki_memo_key *key, size_t nbytes,
                 struct ki_hashes *out)
{
    struct ki_repeats *repeats = context;
    (void)pthread_mutex_lock(&repeats->lock);
    const struct entry *entry = find_entry(repeats, key, nbytes);
    if (entry) {
        *out = entry->hashes;
        repeats->nfound++;
    }
    (void)pthread_mutex_unlock(&repeats->lock);
    return entry != NULL;
}

/* What depends on more than the bytes may come out otherwise next time. */
static bool is_final(enum ki_reason reason)
{
    return reason != KI_REASON_LIMIT_TIME && reason != KI_REASON_OUT_OF_MEMORY &&
           reason != KI_REASON_UNREADABLE && reason != KI_REASON_DECODER_CRASHED &&
           reason != KI_REASON_DECODER_MISBEHAVED;
}

static void keep(void *context, const struct ki_memo_key *key,
                 const struct ki_hashes *hashes)
{
    struct ki_repeats *repeats = context;
    if (!is_final(hashes->reason)) {
        return;
    }
    (void)pthread_mutex_lock(&repeats->lock);
    if (!find_entry(repeats, key, hashes->info.nbytes)) {
        unsigned way = repeats->next_way++ % NWAYS;
        repeats->entries[key->low % NSETS][way] = (struct entry){*key, true, *hashes};
    }
    (void)pthread_mutex_unlock(&repeats->lock);
}

struct ki_repeats *ki_repeats_create(void)
{
    struct ki_repeats *repeats = calloc(1, sizeof *repeats);
    if (!repeats) {
        return NULL;
    }
    if (getrandom(repeats->secret, SECRET_NBYTES, 0) != SECRET_NBYTES ||
        pthread_mutex_init(&repeats->lock, NULL) != 0) {
        free(repeats);
        return NULL;
    }
    repeats->memo = (struct ki_hash_memo){repeats, key_of, find, keep};
    return repeats;
}

/* Hashes of pictures that did not match are nobody's business. */
void ki_repeats_destroy(struct ki_repeats *repeats)
{
    if (repeats) {
        (void)pthread_mutex_destroy(&repeats->lock);
        explicit_bzero(repeats, sizeof *repeats);
        free(repeats);
    }
}

const struct ki_hash_memo *ki_repeats_memo(struct ki_repeats *repeats)
{
    return repeats ? &repeats->memo : NULL;
}

uint64_t ki_repeats_count(struct ki_repeats *repeats)
{
    return repeats ? repeats->nfound : 0;
}
