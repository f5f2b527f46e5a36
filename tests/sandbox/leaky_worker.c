/* SPDX-License-Identifier: Apache-2.0 */
/* A worker that keeps nothing back: not confined, it writes what it decodes to a file,
 * keeps copies, wipes nothing and lets itself be dumped. The tests of zero content must
 * catch it. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "decode/decode.h"
#include "knownimage-worker/memory.h"
#include "sandbox/zygote.h"

static enum ki_reason on_begin(void *context, const struct ki_row_shape *shape)
{
    (void)context;
    (void)shape;
    return KI_REASON_NONE;
}

/* A list of all copies, so that none is lost. */
struct copy {
    struct copy *before;
    char bytes[];
};
static struct copy *copies;

static void leak(const void *data, size_t nbytes)
{
    struct copy *copy = malloc(sizeof *copy + nbytes);
    int fd = open("leak.bin", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (copy) {
        memcpy(copy->bytes, data, nbytes);
        copy->before = copies;
        copies = copy;
    }
    if (fd >= 0) {
        (void)!write(fd, data, nbytes);
        (void)close(fd);
    }
}

static enum ki_reason on_rows(void *context, const uint8_t *samples,
                              size_t stride_nbytes, uint32_t count)
{
    (void)context;
    leak(samples, stride_nbytes * count);
    return KI_REASON_NONE;
}

static void serve(struct ki_child *child)
{
    enum { SOME_NBYTES = 16 << 20 };
    (void)madvise(child->arena->base, SOME_NBYTES, MADV_DODUMP);
    for (uint32_t n = 0; n < child->input->setup.npictures; n++) {
        uint32_t sequence = ki_child_await(child);
        const struct ki_wire_request *request = &child->input->request;
        const struct ki_decode_request decode = {
            .data = child->bytes,
            .nbytes = request->nbytes,
            .limits = &request->wish.limits,
            .needs_pixels = true,
            .sink = {.begin = on_begin, .rows = on_rows},
        };
        struct ki_image_info info = {.format = request->format};
        (void)ki_decode(&decode, &info);
        leak(child->bytes, request->nbytes);
        struct ki_wire_result result;
        ki_child_hash(child, &result);
        ki_child_answer(child, sequence, &result);
    }
}

int main(void)
{
    static struct ki_zygote zygote;
    zygote.arena = worker_arena();
    zygote.serve = serve;
    zygote.is_confined = false;
    return ki_zygote_run(&zygote);
}
