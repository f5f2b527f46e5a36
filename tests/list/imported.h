/* SPDX-License-Identifier: Apache-2.0 */
/* Importing a text, and what became of it. */
#ifndef KI_TESTS_LIST_IMPORTED_H
#define KI_TESTS_LIST_IMPORTED_H

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <knownimage/list.h>

#include "list/parsed.h"
#include "support/folder.h"
#include "support/hashes.h"
#include "support/lists.h"

struct told {
    unsigned nrejects;
    uint64_t lines[8];
    char reason[8][160];
    unsigned stop_after; /* questions; 0: never */
    unsigned nasked;
    unsigned nwaits;
};

static inline void on_reject(void *context, const struct ki_list_reject *reject)
{
    struct told *told = context;
    if (told->nrejects < 8) {
        told->lines[told->nrejects] = reject->line;
        (void)snprintf(told->reason[told->nrejects], 160, "%s", reject->reason);
    }
    told->nrejects++;
}

static inline bool is_stopped(void *context)
{
    struct told *told = context;
    told->nasked++;
    return told->stop_after > 0 && told->nasked >= told->stop_after;
}

static inline int text_fd(const char *text, size_t nbytes)
{
    char path[] = "/tmp/knownimage-list-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    (void)unlink(path);
    cr_assert_eq(write(fd, text, nbytes), (ssize_t)nbytes);
    cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static inline enum ki_status import_text(const char *folder, const char *name,
                                         const char *text, size_t nbytes,
                                         struct told *told, const char *format,
                                         struct ki_import_result *result,
                                         struct ki_diag *diag)
{
    struct ki_import_options options = ki_import_options_default();
    options.format = format;
    options.on_reject = on_reject;
    options.is_stopped = is_stopped;
    options.context = told;
    int fd = text_fd(text, nbytes);
    enum ki_status status = ki_list_import(folder, name, fd, &options, result, diag);
    (void)close(fd);
    return status;
}

static inline void list_make(const char *folder, const char *name)
{
    struct ki_list_info info = list_named(name);
    cr_assert_eq(ki_list_add(folder, &info, false, NULL), KI_OK);
}

static inline struct ki_list_info list_info(const char *folder, const char *name)
{
    struct ki_list_info *lists = NULL;
    size_t nlists = 0;
    struct ki_list_info found = {0};
    cr_assert_eq(ki_list_all(folder, &lists, &nlists, NULL), KI_OK);
    for (size_t i = 0; i < nlists; i++) {
        if (strcmp(lists[i].name, name) == 0) {
            found = lists[i];
        }
    }
    free(lists);
    return found;
}

#endif
