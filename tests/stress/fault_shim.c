/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a program, makes one call fail: the FAULT_AT-th (from 1) of the
 * function FAULT_CALL after the program first locked a file; with FAULT_ON set, all
 * from there on. When it does, it makes the file FAULT_MARK.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* glibc's own, by their names there: dlsym would call malloc itself. */
extern void *real_malloc(size_t nbytes) __asm__("__libc_malloc");
extern void *real_calloc(size_t n, size_t nbytes) __asm__("__libc_calloc");
extern void *real_realloc(void *memory, size_t nbytes) __asm__("__libc_realloc");

static atomic_bool is_armed;
static atomic_long ncalls;

static void mark(void)
{
    const char *path = getenv("FAULT_MARK");
    if (path) {
        (void)syscall(SYS_close,
                      syscall(SYS_open, path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    }
}

/* Whether this call of the function is to fail, with errno set. */
static bool fails(const char *function, int error)
{
    const char *wanted = getenv("FAULT_CALL");
    if (!atomic_load(&is_armed) || !wanted || strcmp(wanted, function) != 0) {
        return false;
    }
    const char *at = getenv("FAULT_AT");
    long n = atomic_fetch_add(&ncalls, 1) + 1;
    long first = at ? strtol(at, NULL, 10) : 1;
    if (n == first || (n > first && getenv("FAULT_ON"))) {
        mark();
        errno = error;
        return true;
    }
    return false;
}

/* The next definition of a function; dlsym gives a void *, which the standard does not
 * let one convert. */
#define NEXT(function)                                                                 \
    __extension__({                                                                    \
        union {                                                                        \
            void *object;                                                              \
            __typeof__(&(function)) call;                                              \
        } next = {.object = dlsym(RTLD_NEXT, #function)};                              \
        next.call;                                                                     \
    })

extern int flock(int fd, int operation);

int flock(int fd, int operation)
{
    atomic_store(&is_armed, true);
    return NEXT(flock)(fd, operation);
}

void *malloc(size_t nbytes)
{
    return fails("malloc", ENOMEM) ? NULL : real_malloc(nbytes);
}

void *calloc(size_t n, size_t nbytes)
{
    return fails("calloc", ENOMEM) ? NULL : real_calloc(n, nbytes);
}

void *realloc(void *memory, size_t nbytes)
{
    return fails("realloc", ENOMEM) ? NULL : real_realloc(memory, nbytes);
}

ssize_t write(int fd, const void *data, size_t nbytes)
{
    return fd > 2 && fails("write", ENOSPC) ? -1 : NEXT(write)(fd, data, nbytes);
}

ssize_t pwrite(int fd, const void *data, size_t nbytes, off_t at)
{
    return fails("pwrite", ENOSPC) ? -1 : NEXT(pwrite)(fd, data, nbytes, at);
}

ssize_t pread(int fd, void *data, size_t nbytes, off_t at)
{
    return fails("pread", EIO) ? -1 : NEXT(pread)(fd, data, nbytes, at);
}

int fsync(int fd)
{
    return fails("fsync", EIO) ? -1 : NEXT(fsync)(fd);
}

int fdatasync(int fd)
{
    return fails("fdatasync", EIO) ? -1 : NEXT(fdatasync)(fd);
}

int msync(void *memory, size_t nbytes, int flags)
{
    return fails("msync", EIO) ? -1 : NEXT(msync)(memory, nbytes, flags);
}

extern int rename(const char *from, const char *to);

int rename(const char *from, const char *to)
{
    return fails("rename", ENOSPC) ? -1 : NEXT(rename)(from, to);
}

int link(const char *from, const char *to)
{
    return fails("link", ENOSPC) ? -1 : NEXT(link)(from, to);
}

void *mmap(void *at, size_t nbytes, int protection, int flags, int fd, off_t offset)
{
    return fails("mmap", ENOMEM)
               ? MAP_FAILED
               : NEXT(mmap)(at, nbytes, protection, flags, fd, offset);
}

int ftruncate(int fd, off_t nbytes)
{
    return fails("ftruncate", ENOSPC) ? -1 : NEXT(ftruncate)(fd, nbytes);
}

int posix_fallocate(int fd, off_t at, off_t nbytes)
{
    return fails("posix_fallocate", ENOSPC) ? ENOSPC
                                            : NEXT(posix_fallocate)(fd, at, nbytes);
}
