/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Confined decoding: untrusted bytes meet a decoder only in worker processes
 * (knownimage-worker) that can do nothing but compute: no descriptors, no system calls
 * but waiting, waking and ending, no rights on files, a bounded memory of their own.
 * The calling process reads files, computes digests and looks up; it needs no codec.
 *
 * What a worker answers is taken for hostile: it can be wrong about the picture it was
 * given and about nothing else. A worker that dies or is late costs that one picture,
 * which is not examined.
 *
 * Start the sandbox before secrets are in memory and before an index is opened.
 *
 * Threads: the sandbox may be shared; a scanner or hasher of it belongs to one thread.
 */
#ifndef KNOWNIMAGE_SANDBOX_H
#define KNOWNIMAGE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/hash.h>
#include <knownimage/index.h>
#include <knownimage/list.h>
#include <knownimage/scan.h>
#include <knownimage/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { KI_WORKER_SINGLE_USE = 1, KI_WORKER_PERSISTENT = 1000 };

struct ki_sandbox_options {
    const char *worker; /* path of knownimage-worker; NULL: $KNOWNIMAGE_WORKER, else
                           beside this program, else where it was installed */
    unsigned njobs;     /* scanners and hashers at a time; 0: one per processor */
    /* Pictures that one worker process decodes, at least 1. KI_WORKER_SINGLE_USE, the
     * default, for pictures from strangers: one that takes over its worker ends with
     * it. KI_WORKER_PERSISTENT where all come from one source, as on a seized disk: a
     * taken-over worker could lie about those after it, up to this number. */
    unsigned npictures;
    /* Of file_nbytes and memory_nbytes: the most that scanners may ask for. A worker
     * has memory_nbytes for the codec and 16 MiB for the rest. */
    struct ki_limits limits;
    bool is_unsafe; /* goes on although a layer of the confinement is missing */
};

/* Single use, one job per processor, default limits, safe. */
KI_API struct ki_sandbox_options ki_sandbox_options_default(void);

struct ki_sandbox;

/* Starts the worker processes and has them prove that each layer of the confinement is
 * in force. Errors: KI_ERR_UNSUPPORTED (a layer is missing; the message names it),
 * KI_ERR_NOT_FOUND (no worker program), KI_ERR_IO, KI_ERR_NO_MEMORY. */
KI_API KI_MUST_CHECK enum ki_status
ki_sandbox_start(const struct ki_sandbox_options *options, struct ki_sandbox **out,
                 struct ki_diag *diag);

/* Ends the workers. Every scanner and hasher of it must be gone. NULL is allowed. */
KI_API void ki_sandbox_stop(struct ki_sandbox *sandbox);

/* The layers that are missing, as text; NULL if none is. Valid as long as the sandbox.
 */
KI_API const char *ki_sandbox_missing(const struct ki_sandbox *sandbox);

/* As ki_hasher_create, ki_scanner_create and ki_scan_paths, but pictures are decoded in
 * the sandbox. They borrow it. Errors, besides: KI_ERR_ARGUMENT (a limit above the
 * sandbox's), KI_ERR_BUSY (more than njobs at a time). */
KI_API KI_MUST_CHECK enum ki_status
ki_hasher_create_confined(struct ki_sandbox *sandbox,
                          const struct ki_hash_options *options, struct ki_hasher **out,
                          struct ki_diag *diag);
KI_API KI_MUST_CHECK enum ki_status
ki_scanner_create_confined(struct ki_sandbox *sandbox, const struct ki_index *index,
                           const struct ki_scan_options *options,
                           struct ki_scanner **out, struct ki_diag *diag);
KI_API KI_MUST_CHECK enum ki_status
ki_scan_paths_confined(struct ki_sandbox *sandbox, const struct ki_index *index,
                       const struct ki_scan_options *options, const char *const *paths,
                       size_t npaths, const struct ki_scan_handlers *handlers,
                       struct ki_scan_summary *summary, struct ki_diag *diag);

/*
 * Confined unpacking of lists: each file by a process of its own, which can read it,
 * write to a pipe, and end. If the file takes it over, it can give out another list
 * than is packed, of no more than 200 times the size of the file, and do nothing else.
 */
struct ki_unpacking {
    const char *worker;   /* as in struct ki_sandbox_options */
    bool is_unsafe;       /* likewise */
    unsigned patience_ms; /* so long may nothing come of it; 0: 20,000 */
    char missing[256];    /* set by each call: the layers that were missing; or "" */
};

/* Given to struct ki_import_options as unpack, with a struct ki_unpacking of the
 * caller's as unpack_context: see ki_list_unpack, which this is one of. More than 16
 * MiB are given out only while they are no more than 200 times what was read for them,
 * else KI_ERR_REFUSED. A process that died, or gives nothing, is KI_ERR_FORMAT.
 * KI_ERR_UNSUPPORTED if it cannot be confined, or there is no knownimage-worker. It
 * gets nothing of the calling process but the file; secrets and an open index do not
 * matter. Threads: one call at a time for each struct ki_unpacking. */
KI_API KI_MUST_CHECK enum ki_status ki_list_unpack_confined(void *unpacking, int fd,
                                                            ki_list_take take,
                                                            void *context,
                                                            struct ki_diag *diag);

#ifdef __cplusplus
}
#endif
#endif
