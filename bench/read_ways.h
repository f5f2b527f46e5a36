/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to get the bytes of many files, one after the other, in order. */
#ifndef KI_BENCH_READ_WAYS_H
#define KI_BENCH_READ_WAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct read_job {
    char **paths;
    size_t npaths;
    unsigned ahead; /* files */
    /* Called for each file, in order. */
    void (*take)(void *context, const uint8_t *data, size_t nbytes);
    void *context;
};

/* open, fstat, read, close; nothing ahead. The others: this job's number of files. */
bool read_plain(const struct read_job *job);

/* The same, after the kernel was told of the file, as a scan does it. */
bool read_advised(const struct read_job *job);

#if defined(WITH_LIBURING)
/* Open, status and bytes of the files ahead asked for through io_uring. */
bool read_uring(const struct read_job *job);
#endif

#endif
