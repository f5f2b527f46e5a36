/* SPDX-License-Identifier: Apache-2.0 */
/* What a hostile worker does with a "picture" of this form. */
#ifndef KI_TESTS_SANDBOX_HOSTILE_H
#define KI_TESTS_SANDBOX_HOSTILE_H

#include <stdint.h>

/* Behind the signature of a PNG, if the "picture" begins with one. */
enum { HOSTILE_MAGIC = 0x6b697861, HOSTILE_IN_PNG = 8 };

enum hostile_way {
    HOSTILE_HONEST,   /* the right answer: hostile_truth */
    HOSTILE_RANDOM,   /* a random result under the right number */
    HOSTILE_HUGE,     /* all ones */
    HOSTILE_SCRIBBLE, /* random bytes over all of the answer, then the right number */
    HOSTILE_OTHER,    /* an answer to another request */
    HOSTILE_PREVIOUS, /* an answer to the one before */
    HOSTILE_TWICE,    /* two answers, then one to the next request */
    HOSTILE_NEXT,     /* an answer, then one to the next request, and stays */
    HOSTILE_EXIT,     /* ends without a word */
    HOSTILE_CRASH,    /* dies */
    HOSTILE_CALL,     /* makes a system call */
    HOSTILE_ANSWER_DIES, /* answers rightly and dies */
    HOSTILE_LATE,        /* answers after its time */
    HOSTILE_NEVER,       /* does not answer and stays */
    HOSTILE_GREEDY,      /* takes all memory it can get, and says so */
    HOSTILE_NWAYS
};

struct hostile_order {
    uint32_t magic;
    uint32_t way;
    uint64_t seed;
};

/* What is true about an order: something that its own worker alone can know. */
static inline uint64_t hostile_truth(uint64_t seed)
{
    seed = (seed ^ seed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    seed = (seed ^ seed >> 27) * UINT64_C(0x94d049bb133111eb);
    return seed ^ seed >> 31;
}

#endif
