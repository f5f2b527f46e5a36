/* SPDX-License-Identifier: Apache-2.0 */
/* A worker under the whole confinement that makes the system call it is told to. The
 * "picture" is a struct probe. */
#include <string.h>

#include "knownimage-worker/memory.h"
#include "probe_call.h"
#include "sandbox/zygote.h"

static void serve(struct ki_child *child)
{
    uint32_t sequence = ki_child_await(child);
    struct probe probe;
    memcpy(&probe, child->bytes, sizeof probe);
    probe_call(&probe);
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
