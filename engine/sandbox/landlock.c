/* SPDX-License-Identifier: Apache-2.0 */
/* A Landlock ruleset that governs every right the kernel knows, with no rule: nothing
 * is allowed. The headers of Debian 12 know less than newer kernels, hence the numbers.
 */
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/confine.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

/* As the kernel declares it; older ones take the shorter form. */
struct ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scopes;
};

enum { ASK_VERSION = 1, NBYTES_1 = 8, NBYTES_4 = 16, NBYTES_6 = 24 };

/* Rights on files by version of the interface: 1 has 13, 2 adds linking across folders,
 * 3 truncation, 5 ioctl on devices. */
static uint64_t files_of(long version)
{
    unsigned nrights = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13;
    return (UINT64_C(1) << nrights) - 1;
}

bool ki_landlock_install(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
    if (version < 1) {
        return false;
    }
    const struct ruleset ruleset = {
        .files = files_of(version),
        .network = version >= 4 ? 3 : 0, /* bind and connect */
        .scopes = version >= 6 ? 3 : 0,  /* abstract sockets and signals */
    };
    size_t nbytes = version >= 6 ? NBYTES_6 : version >= 4 ? NBYTES_4 : NBYTES_1;
    long fd = syscall(SYS_landlock_create_ruleset, &ruleset, nbytes, 0);
    if (fd < 0) {
        return false;
    }
    long result = syscall(SYS_landlock_restrict_self, fd, 0);
    (void)close((int)fd);
    return result == 0;
}
