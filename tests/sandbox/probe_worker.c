/* SPDX-License-Identifier: Apache-2.0 */
/* A worker under the whole confinement that makes the system call it is told to. The
 * "picture" is a struct probe. */
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "knownimage-worker/memory.h"
#include "probe.h"
#include "sandbox/zygote.h"

#if defined(__x86_64__)
static long call_32_bit(long number, const long a[6])
{
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]),
                       "D"(a[4])
                     : "memory");
    return result;
}
#else
static long call_32_bit(long number, const long a[6])
{
    (void)number;
    (void)a;
    return 0;
}
#endif

static void serve(struct ki_child *child)
{
    uint32_t sequence = ki_child_await(child);
    struct probe probe;
    memcpy(&probe, child->bytes, sizeof probe);
    const long *a = probe.arguments;
    if (probe.is_32_bit) {
        (void)call_32_bit(probe.number, a);
    } else {
        (void)syscall(probe.number, a[0], a[1], a[2], a[3], a[4], a[5]);
    }
    const struct ki_wire_result result = {.reason = KI_REASON_CORRUPT, .scale = 1};
    ki_child_answer(child, sequence, &result);
}

int main(void)
{
    static struct ki_zygote zygote;
    zygote.arena = worker_arena();
    zygote.serve = serve;
    zygote.is_confined = true;
    return ki_zygote_run(&zygote);
}
