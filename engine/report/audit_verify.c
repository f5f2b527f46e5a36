/* SPDX-License-Identifier: Apache-2.0 */
/* Verifying an audit log against checkpoints. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "report/audit_log.h"

struct point {
    uint64_t size;
    uint8_t root[KI_SHA256_NBYTES];
    bool is_met;
};

struct verification {
    struct point *points;
    size_t npoints;
    struct ki_sha256 *hasher;
    struct ki_audit_report *report;
    void (*on_problem)(void *context, const char *text);
    void *context;
};

static void tell(struct verification *run, const char *text)
{
    run->report->nproblems++;
    if (run->on_problem) {
        run->on_problem(run->context, text);
    }
}

/* Compares all checkpoints of the size that the tree has now. */
static void compare(struct verification *run, const struct ki_tree *tree)
{
    uint8_t root[KI_SHA256_NBYTES];
    char text[128];
    for (size_t i = 0; i < run->npoints; i++) {
        struct point *point = &run->points[i];
        if (point->is_met || point->size != tree->size) {
            continue;
        }
        point->is_met = true;
        ki_tree_root(tree, run->hasher, root);
        if (memcmp(root, point->root, sizeof root) != 0) {
            (void)snprintf(text, sizeof text,
                           "the first %" PRIu64
                           " entries are not those of the checkpoint",
                           point->size);
            tell(run, text);
        }
    }
}

static void on_entry(void *context, const struct ki_audit_mark *mark)
{
    compare(context, &mark->tree);
}

static enum ki_status add_point(struct verification *run,
                                const struct ki_audit_config *config, const char *text,
                                size_t nbytes, struct ki_diag *diag)
{
    struct point *point = &run->points[run->npoints];
    enum ki_status status =
        ki_audit_checkpoint_parse(&config->public_key, config->origin, text, nbytes,
                                  &point->size, point->root, diag);
    if (status == KI_OK) {
        point->is_met = false;
        run->npoints++;
        if (point->size > run->report->covered) {
            run->report->covered = point->size;
        }
    }
    return status;
}

/* The one in the folder; that it is missing or damaged is a problem, not a failure. */
static enum ki_status add_kept(struct verification *run, const char *folder,
                               const struct ki_audit_config *config,
                               struct ki_diag *diag)
{
    char path[KI_PATH_NBYTES];
    char text[KI_DIAG_NBYTES + 64];
    char *note = NULL;
    size_t nbytes;
    struct ki_diag cause = {0};
    enum ki_status status = ki_path_join(folder, "checkpoint", path, diag);
    if (status != KI_OK) {
        return status;
    }
    status = ki_file_read(path, KI_NOTE_NBYTES, &note, &nbytes, &cause);
    if (status == KI_ERR_IO || status == KI_ERR_NO_MEMORY) {
        return ki_diag_set(diag, status, "%s", cause.message);
    }
    if (status == KI_OK) {
        status = add_point(run, config, note, nbytes, &cause);
        free(note);
    }
    if (status != KI_OK) {
        (void)snprintf(text, sizeof text, "audit/checkpoint: %s", cause.message);
        tell(run, text);
    }
    return KI_OK;
}

/* A checkpoint from elsewhere that was signed by another, or changed, proves nothing.
 */
static enum ki_status add_given(struct verification *run,
                                const struct ki_audit_config *config, const char *text,
                                struct ki_diag *diag)
{
    struct ki_diag cause = {0};
    enum ki_status status = add_point(run, config, text, strlen(text), &cause);
    return status == KI_OK
               ? KI_OK
               : ki_diag_set(diag, KI_ERR_FORMAT, "a checkpoint cannot be used: %s",
                             cause.message);
}

static enum ki_status check_points(struct verification *run, uint64_t first,
                                   size_t ngiven, struct ki_diag *diag)
{
    for (size_t i = 0; i < ngiven; i++) {
        if (run->points[i].size < first) {
            return ki_diag_set(diag, KI_ERR_LIMIT,
                               "the checkpoint of %" PRIu64
                               " entries is older than what is kept, which begins at "
                               "%" PRIu64,
                               run->points[i].size, first);
        }
    }
    return KI_OK;
}

static void tell_unmet(struct verification *run)
{
    char text[160];
    for (size_t i = 0; i < run->npoints; i++) {
        if (!run->points[i].is_met) {
            (void)snprintf(text, sizeof text,
                           "the log has %" PRIu64
                           " good entries, and a checkpoint covers %" PRIu64,
                           run->report->size, run->points[i].size);
            tell(run, text);
        }
    }
}

static enum ki_status walk_all(struct verification *run, const char *folder,
                               struct ki_audit_mark *mark, struct ki_diag *diag)
{
    const struct ki_audit_walk walk = {on_entry, run, UINT64_MAX};
    struct ki_diag cause = {0};
    char text[96];
    uint64_t nbytes_left;
    compare(run, &mark->tree);
    enum ki_status status =
        ki_audit_walk(folder, mark, run->hasher, &walk, &nbytes_left, &cause);
    if (status == KI_ERR_DAMAGED) {
        tell(run, cause.message);
    } else if (status != KI_OK) {
        return ki_diag_set(diag, status, "%s", cause.message);
    } else if (nbytes_left > 0) {
        run->report->torn_nbytes = nbytes_left;
        (void)snprintf(text, sizeof text,
                       "%" PRIu64 " bytes of a torn entry stand at the end",
                       nbytes_left);
        tell(run, text);
    }
    run->report->size = mark->tree.size;
    ki_tree_root(&mark->tree, run->hasher, run->report->root);
    tell_unmet(run);
    run->report->ncheckpoints = run->npoints;
    return KI_OK;
}

static enum ki_status verify(struct verification *run, const char *folder,
                             const char *public_key_path,
                             const char *const *checkpoints, size_t ncheckpoints,
                             struct ki_diag *diag)
{
    struct ki_audit_config config;
    struct ki_audit_mark mark;
    enum ki_status status = ki_audit_config_read(folder, &config, diag);
    if (status == KI_OK && public_key_path) {
        status = ki_public_key_read(public_key_path, &config.public_key, diag);
    }
    for (size_t i = 0; i < ncheckpoints && status == KI_OK; i++) {
        status = add_given(run, &config, checkpoints[i], diag);
    }
    if (status == KI_OK) {
        struct ki_diag cause = {0};
        status = ki_audit_base_read(folder, &mark, &cause);
        if (status == KI_ERR_DAMAGED) {
            tell(run, cause.message);
            return KI_OK;
        }
        if (status != KI_OK) {
            return ki_diag_set(diag, status, "%s", cause.message);
        }
    }
    if (status == KI_OK) {
        run->report->first = mark.tree.size;
        status = check_points(run, mark.tree.size, ncheckpoints, diag);
    }
    if (status == KI_OK) {
        status = add_kept(run, folder, &config, diag);
    }
    return status == KI_OK ? walk_all(run, folder, &mark, diag) : status;
}

enum ki_status ki_audit_verify(const char *folder, const char *public_key_path,
                               const char *const *checkpoints, size_t ncheckpoints,
                               void (*on_problem)(void *context, const char *text),
                               void *context, struct ki_audit_report *out,
                               struct ki_diag *diag)
{
    struct ki_audit_report report = {0};
    struct verification run = {
        .report = &report, .on_problem = on_problem, .context = context};
    char path[KI_PATH_NBYTES];
    enum ki_status status = ki_audit_folder(folder, path, diag);
    if (status == KI_OK) {
        status = ki_sha256_create(&run.hasher, diag);
    }
    if (status == KI_OK) {
        run.points = calloc(ncheckpoints + 1, sizeof *run.points);
        status = run.points ? verify(&run, path, public_key_path, checkpoints,
                                     ncheckpoints, diag)
                            : ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory");
    }
    free(run.points);
    ki_sha256_destroy(run.hasher);
    if (status == KI_OK) {
        *out = report;
    }
    return status;
}
