/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-worker: decodes pictures for other programs of knownimage, which start it.
 * See engine/sandbox/zygote.h. */
#include <fcntl.h>
#include <stdio.h>

#include "knownimage-worker/memory.h"
#include "knownimage-worker/text.h"
#include "sandbox/zygote.h"

int main(void)
{
    if (fcntl(KI_WIRE_NOTICE_FD, F_GETFD) < 0) {
        (void)fputs("knownimage-worker is started by knownimage, not by hand.\n",
                    stderr);
        return 64;
    }
    worker_text_to_huge_page();
    static struct ki_zygote zygote;
    zygote.arena = worker_arena();
    zygote.serve = ki_child_serve;
    zygote.is_confined = true;
    return ki_zygote_run(&zygote);
}
