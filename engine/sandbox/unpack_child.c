/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "decode/gunzip.h"
#include "sandbox/confine.h"
#include "sandbox/wire.h"

enum { SPARE_NBYTES = 1 << 20 /* address space for the stack */ };

static bool write_all(const void *data, size_t nbytes)
{
    const char *next = data;
    while (nbytes > 0) {
        ssize_t written = write(STDOUT_FILENO, next, nbytes);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        next += written > 0 ? written : 0;
        nbytes -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static bool take(void *context, const uint8_t *data, size_t nbytes)
{
    (void)context;
    return write_all(data, nbytes);
}

static int exit_of(enum ki_gunzip_state state)
{
    switch (state) {
    case KI_GUNZIP_WHOLE:
        return KI_UNPACK_WHOLE;
    case KI_GUNZIP_GOES_ON:
        return KI_UNPACK_TRUNCATED;
    case KI_GUNZIP_DAMAGED:
        return KI_UNPACK_DAMAGED;
    case KI_GUNZIP_RATIO:
        return KI_UNPACK_RATIO;
    case KI_GUNZIP_NOT_TAKEN:
    case KI_GUNZIP_NO_MEMORY:
    default:
        return KI_UNPACK_FAILED;
    }
}

/* All its memory is here, before it is confined. */
static struct ki_gunzip gunzip;
static uint8_t input[KI_UNPACK_READ_NBYTES];

int ki_unpack_serve(void)
{
    ki_gunzip_begin(&gunzip, take, NULL);
    while (gunzip.state <= KI_GUNZIP_GOES_ON) {
        ssize_t got = read(STDIN_FILENO, input, sizeof input);
        if (got < 0 && errno != EINTR) {
            return KI_UNPACK_FAILED;
        }
        if (got == 0) {
            break;
        }
        (void)ki_gunzip_add(&gunzip, input, got > 0 ? (size_t)got : 0);
    }
    return exit_of(gunzip.state);
}

static bool is_read_only(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) == O_RDONLY;
}

/* Returns the mask of the layers that could not be laid on. */
static unsigned confine(unsigned without)
{
    const struct ki_confinement confinement = {
        .memory_nbytes = SPARE_NBYTES,
        .nfds = STDOUT_FILENO + 1,
        .calls = KI_CALLS_UNPACK,
    };
    unsigned missing = is_read_only(STDIN_FILENO) ? 0 : 1u << KI_LAYER_READ_ONLY;
    missing |= ki_confine_zygote(&confinement);
    return missing | ki_confine_worker(&confinement, without);
}

int ki_unpack_run(const struct ki_unpack_child *child)
{
    struct ki_wire_greeting greeting = {.version = KI_VERSION};
    /* A parent that was gone before is noticed by the first write. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) {
        return KI_UNPACK_UNCONFINED;
    }
    greeting.missing = confine(child->without);
    ki_layers_text(greeting.missing, greeting.text, sizeof greeting.text);
    if (!write_all(&greeting, sizeof greeting) ||
        (greeting.missing != 0 && child->is_checked)) {
        return KI_UNPACK_UNCONFINED;
    }
    return child->serve();
}
