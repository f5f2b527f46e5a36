/* SPDX-License-Identifier: Apache-2.0 */
/* One scan of a folder in a process of its own, and what it cost. */
#ifndef KI_BENCH_SCAN_RUN_H
#define KI_BENCH_SCAN_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include <knownimage/image.h>

struct scan_settings {
    unsigned njobs;
    unsigned read_ahead;
    enum ki_fidelity fidelity;
};

struct scan_figures {
    double nfiles;
    double nbytes;
    double seconds;  /* without opening the index */
    double decoding; /* the part of a scan with one thread in which it decodes */
    double alone;    /* what decoding alone takes of what a scanner takes that reads for
                        itself */
    double nprocessors; /* at work on average, who walks and reads ahead included */
    double nfaults;     /* page faults */
    double allocations; /* per file outside codecs, after the first eighth; −1:
                           not counted */
    double codec_allocations;
    double peak_anonymous_mib; /* memory that is not of files */
};

/* False after a message. */
bool bench_scan_run(const char *index, const char *folder,
                    const struct scan_settings *settings, struct scan_figures *out);

/* Drops a folder's files from the page cache. */
void bench_forget_files(const char *folder);

#endif
