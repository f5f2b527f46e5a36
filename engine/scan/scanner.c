/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs hashed one at a time with the hasher it was given, judged one or some at a
 * time. */
#include "scan/scanner.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/diag.h"
#include "match/verdict.h"

struct ki_scanner {
    struct ki_scan_options options;
    const struct ki_index *index;
    struct ki_ruling *ruling;
    struct ki_hasher *hasher;
    /* Of the inputs that are not judged yet, and how long hashing them took. */
    struct ki_hashes hashes[KI_MATCH_MOST];
    uint64_t took_us[KI_MATCH_MOST];
    size_t nhashed;
    struct ki_hits hits;
    bool is_degraded;
};

struct ki_scan_options ki_scan_options_default(void)
{
    struct ki_scan_options options = {
        .hash = ki_hash_options_default(),
        .max_hits = 256,
        .read_ahead = 4,
    };
    options.hash.dihedral = true;
    return options;
}

/* Digests that no list holds need not be computed; but something must be. */
static unsigned useful_kinds(const struct ki_index *index, unsigned kinds)
{
    unsigned held = KI_BIT(KI_KIND_PDQ);
    for (size_t i = 0; i < ki_index_nlists(index); i++) {
        for (unsigned kind = 0; kind < KI_NKINDS; kind++) {
            held |= ki_index_list(index, i)->nhashes[kind] > 0 ? KI_BIT(kind) : 0;
        }
    }
    return kinds & held ? kinds & held : kinds;
}

static enum ki_status make_ruling(const struct ki_index *index,
                                  const struct ki_scan_options *options,
                                  struct ki_ruling **ruling, struct ki_diag *diag)
{
    size_t nlists = ki_index_nlists(index);
    const struct ki_list_info *lists = nlists > 0 ? ki_index_list(index, 0) : NULL;
    return ki_ruling_make(options->policy, lists, nlists, &options->hash, ruling, diag);
}

enum ki_status ki_scanner_create_by(const struct ki_hasher_maker *maker,
                                    unsigned number, const struct ki_index *index,
                                    const struct ki_scan_options *options,
                                    struct ki_scanner **out, struct ki_diag *diag)
{
    struct ki_scanner *scanner = calloc(1, sizeof *scanner);
    if (!scanner) {
        return ki_diag_set(diag, KI_ERR_NO_MEMORY, "no memory for a scanner");
    }
    scanner->options = *options;
    scanner->index = index;
    scanner->options.hash.kinds = useful_kinds(index, options->hash.kinds);
    scanner->is_degraded = maker->is_degraded;
    enum ki_status status = make_ruling(index, options, &scanner->ruling, diag);
    if (status == KI_OK) {
        scanner->options.hash.modes = scanner->ruling->modes;
        scanner->options.hash.dihedral = scanner->ruling->dihedral;
        status = maker->make(maker->context, number, &scanner->options.hash,
                             &scanner->hasher, diag);
    }
    if (status != KI_OK) {
        ki_ruling_free(scanner->ruling);
        free(scanner);
        return status;
    }
    *out = scanner;
    return KI_OK;
}

void ki_scanner_destroy(struct ki_scanner *scanner)
{
    if (!scanner) {
        return;
    }
    ki_hasher_destroy(scanner->hasher);
    ki_hits_free(&scanner->hits);
    ki_ruling_free(scanner->ruling);
    free(scanner);
}

void ki_scanner_set_repeats(struct ki_scanner *scanner, struct ki_repeats *repeats)
{
    ki_hasher_set_memo(scanner->hasher, ki_repeats_memo(repeats));
}

/* One more input is hashed; returns how long it took. */
static uint64_t count_hashed(struct ki_scanner *scanner, uint64_t begin_us)
{
    uint64_t took_us = ki_clock_wall_us() - begin_us;
    scanner->took_us[scanner->nhashed++] = took_us;
    return took_us;
}

enum ki_status ki_scanner_judge(struct ki_scanner *scanner, struct ki_result *results)
{
    const struct ki_match_request request = {
        .index = scanner->index,
        .ruling = scanner->ruling,
        .options = &scanner->options.hash,
        .max_hits = scanner->options.max_hits,
    };
    const size_t n = scanner->nhashed;
    uint64_t begin_us = ki_clock_wall_us();
    enum ki_status status =
        ki_match(&request, scanner->hashes, n, &scanner->hits, results);
    uint64_t took_us = ki_clock_wall_us() - begin_us;
    for (size_t i = 0; i < n; i++) {
        results[i].is_degraded = scanner->is_degraded;
        results[i].elapsed_us = scanner->took_us[i] + took_us / n;
    }
    scanner->nhashed = 0;
    return status;
}

enum ki_status ki_scan_memory(struct ki_scanner *scanner, const void *data,
                              size_t nbytes, struct ki_result *out)
{
    uint64_t begin_us = ki_clock_wall_us();
    ki_hash_memory(scanner->hasher, data, nbytes, &scanner->hashes[0]);
    (void)count_hashed(scanner, begin_us);
    return ki_scanner_judge(scanner, out);
}

uint64_t ki_scanner_hash_path(struct ki_scanner *scanner, const char *path, bool follow)
{
    uint64_t begin_us = ki_clock_wall_us();
    ki_hasher_path(scanner->hasher, path, follow, &scanner->hashes[scanner->nhashed]);
    return count_hashed(scanner, begin_us);
}

uint64_t ki_scanner_hash_read(struct ki_scanner *scanner, const struct ki_read *read)
{
    uint64_t begin_us = ki_clock_wall_us();
    ki_hasher_bytes(scanner->hasher, read->source.data, read->source.nbytes, &read->key,
                    &scanner->hashes[scanner->nhashed]);
    return count_hashed(scanner, begin_us - read->took_us);
}

enum ki_status ki_scan_file(struct ki_scanner *scanner, const char *path,
                            struct ki_result *out)
{
    (void)ki_scanner_hash_path(scanner, path, true);
    return ki_scanner_judge(scanner, out);
}

enum ki_status ki_scan_fd(struct ki_scanner *scanner, int fd, struct ki_result *out)
{
    uint64_t begin_us = ki_clock_wall_us();
    ki_hash_fd(scanner->hasher, fd, &scanner->hashes[0]);
    (void)count_hashed(scanner, begin_us);
    return ki_scanner_judge(scanner, out);
}
