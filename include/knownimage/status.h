/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Status codes and diagnostics.
 *
 * Every function of this library that can fail returns enum ki_status; results go to
 * the last arguments. A failing function leaves its outputs untouched unless its own
 * comment says otherwise. Details go to an optional struct ki_diag: the first message
 * of a call chain is kept, because it stands nearest to the cause.
 *
 * Threads: nothing here has global state; a struct ki_diag belongs to one thread.
 */
#ifndef KNOWNIMAGE_STATUS_H
#define KNOWNIMAGE_STATUS_H

#if defined(__GNUC__)
#define KI_API __attribute__((visibility("default")))
#define KI_MUST_CHECK __attribute__((warn_unused_result))
#define KI_PRINTF(format_index, first_argument)                                        \
    __attribute__((format(printf, format_index, first_argument)))
#else
#define KI_API
#define KI_MUST_CHECK
#define KI_PRINTF(format_index, first_argument)
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum ki_status {
    KI_OK = 0,
    KI_ERR_ARGUMENT,    /* the caller broke the contract of the call */
    KI_ERR_NO_MEMORY,   /* an allocation failed */
    KI_ERR_IO,          /* the operating system refused a read, write, map or sync */
    KI_ERR_NOT_FOUND,   /* the named list, file or index does not exist */
    KI_ERR_EXISTS,      /* the name is taken */
    KI_ERR_FORMAT,      /* the input is not in the stated or any known format */
    KI_ERR_DAMAGED,     /* a file of the index fails its checksum or its own rules */
    KI_ERR_BUSY,        /* another process holds the writer's lock */
    KI_ERR_INTERRUPTED, /* the caller's stop flag was raised; nothing was changed */
    KI_ERR_LIMIT,       /* a stated limit was reached */
    KI_ERR_UNSUPPORTED, /* understood, but not possible here */
    KI_ERR_REFUSED, /* against a rule of the list: too much at once, unsigned, … */
    KI_NSTATUS
};

enum { KI_DIAG_NBYTES = 512 };

/* Zero-initialise before the first use: `struct ki_diag diag = {0};`. */
struct ki_diag {
    enum ki_status status;
    char message[KI_DIAG_NBYTES]; /* UTF-8, always terminated, "" if none */
};

/* A short English phrase for a status; never NULL; static storage. */
KI_API const char *ki_status_text(enum ki_status status);

/* The version of the library that runs, as "MAJOR.MINOR.PATCH"; static storage. */
KI_API const char *ki_version(void);

#ifdef __cplusplus
}
#endif
#endif
