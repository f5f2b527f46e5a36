/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage-worker: decodes pictures and unpacks lists for other programs of
 * knownimage, which start it. See engine/sandbox/zygote.h and unpack.h. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "knownimage-worker/memory.h"
#include "knownimage-worker/text.h"
#include "sandbox/unpack.h"
#include "sandbox/zygote.h"

/* Ends it without what exit(3) does, which may want more than is left to it. */
static void unpack(bool is_checked)
{
    const struct ki_unpack_child child = {.is_checked = is_checked,
                                          .serve = ki_unpack_serve};
    _exit(ki_unpack_run(&child));
}

int main(int argc, char **argv)
{
    const char *mode = argc == 2 ? argv[1] : "";
    bool is_unsafe = strcmp(mode, KI_UNPACK_UNSAFE_MODE) == 0;
    if (is_unsafe || strcmp(mode, KI_UNPACK_MODE) == 0) {
        unpack(!is_unsafe);
    }
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
