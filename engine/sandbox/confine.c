/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/confine.h"

#include <limits.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

/* A zygote has a few descriptors, and one for each process that it watches. */
enum { ZYGOTE_NFDS = 16 };

/* Lowers a limit for good; never raises one. */
static bool limit(int resource, uint64_t value)
{
    struct rlimit old;
    if (getrlimit((__rlimit_resource_t)resource, &old) != 0) {
        return false;
    }
    rlim_t wanted = value < old.rlim_max ? value : old.rlim_max;
    const struct rlimit new = {.rlim_cur = wanted, .rlim_max = wanted};
    return setrlimit((__rlimit_resource_t)resource, &new) == 0;
}

/* What is mapped already counts for RLIMIT_AS: the arena and the input do. */
static uint64_t mapped_nbytes(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long npages = 0;
    if (file) {
        if (fscanf(file, "%lu", &npages) != 1) { /* NOLINT(cert-err34-c) */
            npages = 0;
        }
        (void)fclose(file);
    }
    return (uint64_t)npages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool limit_zygote(const struct ki_confinement *confinement)
{
    uint64_t mapped = mapped_nbytes();
    return mapped > 0 && limit(RLIMIT_AS, mapped + confinement->memory_nbytes) &&
           limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) &&
           limit(RLIMIT_MEMLOCK, 0) && limit(RLIMIT_NOFILE, ZYGOTE_NFDS);
}

unsigned ki_confine_zygote(const struct ki_confinement *confinement)
{
    unsigned missing = 0;
    if (confinement->is_off) {
        return 0;
    }
    if (!limit_zygote(confinement)) {
        missing |= 1u << KI_LAYER_RLIMITS;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        missing |= 1u << KI_LAYER_NO_NEW_PRIVS;
    }
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        missing |= 1u << KI_LAYER_NO_DUMP;
    }
    if (!ki_landlock_install()) {
        missing |= 1u << KI_LAYER_LANDLOCK;
    }
    /* Since Linux 6.3; without it the filter alone keeps memory from becoming code. */
    (void)prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
    return missing;
}

unsigned ki_confine_worker(const struct ki_confinement *confinement, unsigned without)
{
    unsigned missing = 0;
    if (confinement->is_off) {
        return 0;
    }
    bool is_timed = confinement->cpu_seconds > 0;
    if ((is_timed && !limit(RLIMIT_CPU, confinement->cpu_seconds)) ||
        !limit(RLIMIT_NPROC, 0)) {
        missing |= 1u << KI_LAYER_RLIMITS;
    }
    if (!(without & 1u << KI_LAYER_NO_FDS)) {
        if (syscall(SYS_close_range, confinement->nfds, UINT_MAX, 0) != 0 ||
            !limit(RLIMIT_NOFILE, 0)) {
            missing |= 1u << KI_LAYER_NO_FDS;
        }
    }
    if (!(without & 1u << KI_LAYER_SECCOMP) &&
        !ki_seccomp_install(confinement->calls)) {
        missing |= 1u << KI_LAYER_SECCOMP;
    }
    return missing;
}
