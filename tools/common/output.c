/* SPDX-License-Identifier: Apache-2.0 */
#include "common/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "common/message.h"
#include "common/stop.h"

enum { STDOUT_NBYTES = 65536 };

/* A closed descriptor is taken by /dev/null, opened the wrong way round, so that its
 * use still fails. */
static void take_descriptor(int fd, int flags)
{
    if (fcntl(fd, F_GETFD) == -1 && errno == EBADF) {
        int null = open("/dev/null", flags);
        if (null != fd && null >= 0) {
            (void)close(null);
        }
    }
}

void output_init(void)
{
    take_descriptor(STDIN_FILENO, O_WRONLY);
    take_descriptor(STDOUT_FILENO, O_RDONLY);
    take_descriptor(STDERR_FILENO, O_WRONLY);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)setvbuf(stdout, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, STDOUT_NBYTES);
    (void)setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
}

void output_by_line(void)
{
    (void)setvbuf(stdout, NULL, _IOLBF, STDOUT_NBYTES);
}

bool output_is_good(void)
{
    return ferror(stdout) == 0;
}

int output_finish(int status)
{
    bool is_lost = ferror(stdout) != 0;
    int error = fflush(stdout) != 0 ? errno : 0;
    if (!is_lost && error == 0) {
        return status;
    }
    if (stop_is_requested()) {
        return stop_exit_status(status); /* the signal cut the write short */
    }
    if (error != 0) {
        message_errno("cannot write to standard output", error);
    } else {
        message("cannot write to standard output");
    }
    return EXIT_TROUBLE;
}
