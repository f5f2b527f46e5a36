/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a segment and opens it: its checksum on stdout, or what failed on stderr. What
 * stress_segment.sh lets calls fail in.
 * usage: make_segment FOLDER RING     RING: ring8, ring16, lined16 or ring12
 * Exit status: 0 made, 1 not made, 2 made but not what it should be, 64 usage.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "index/segment_collect.h"
#include "index/segment_rings.h"
#include "support/hashes.h"
#include "support/segments.h"

enum { NFEW = 20000, NMANY = KI_SEGMENT_RING8_MOST + 20000, STEP = 4999 };

static uint32_t count_hashes(enum ki_ring ring)
{
    return ring == KI_RING8 ? NFEW : NMANY;
}

static enum ki_status collect(struct ki_segment_builder *builder, uint32_t n,
                              struct ki_diag *diag)
{
    struct random_state random = {23};
    enum ki_status status = KI_OK;
    for (uint32_t i = 0; i < n && status == KI_OK; i++) {
        const struct ki_pdq pdq = hash_uniform(&random);
        status = segment_add(builder, i, &pdq, diag);
    }
    return status;
}

static bool finds_all(const struct ki_segment *segment, enum ki_ring ring)
{
    bool is_good = segment->ring == ring && segment->npdq == count_hashes(ring);
    for (uint32_t i = 0; i < segment->npdq; i += STEP) {
        unsigned nfound = 0;
        is_good = is_good &&
                  ki_segment_search(segment, &segment->pdq_hashes[i], 0, count_equal,
                                    &nfound) &&
                  nfound == 1;
    }
    return is_good;
}

static enum ki_status make(const char *folder, const char *path, enum ki_ring ring,
                           struct ki_segment_name *name, struct ki_diag *diag)
{
    struct ki_segment_builder *builder = NULL;
    enum ki_status status = ki_segment_builder_create(folder, false, &builder, diag);
    if (status != KI_OK) {
        return status;
    }
    builder->large_ring = ring;
    status = collect(builder, count_hashes(ring), diag);
    if (status == KI_OK) {
        status = ki_segment_builder_write(builder, path, name, diag);
    }
    ki_segment_builder_destroy(builder);
    return status;
}

static int run(const char *folder, enum ki_ring ring)
{
    char path[4096];
    struct ki_segment_name name = {.number = 1};
    struct ki_segment *segment = NULL;
    struct ki_diag diag = {0};
    (void)snprintf(path, sizeof path, "%s/1.mdb", folder);
    enum ki_status status = make(folder, path, ring, &name, &diag);
    if (status == KI_OK) {
        status = ki_segment_open(path, &name, &segment, &diag);
    }
    if (status != KI_OK) {
        (void)fprintf(stderr, "%s\n", diag.message);
        return 1;
    }
    bool is_good = finds_all(segment, ring);
    ki_segment_close(segment);
    (void)printf("%s\n", name.checksum);
    return is_good ? 0 : 2;
}

static bool find_ring(const char *name, enum ki_ring *out)
{
    static const char *const names[] = {[KI_RING8] = "ring8",
                                        [KI_RING16] = "ring16",
                                        [KI_LINED16] = "lined16",
                                        [KI_RING12] = "ring12"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (enum ki_ring)i;
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    const char *name = argc == 3 ? argv[2] : "";
    enum ki_ring ring = KI_RING8;
    if (!find_ring(name, &ring)) {
        (void)fprintf(stderr,
                      "usage: make_segment FOLDER ring8|ring16|lined16|ring12\n");
        return 64;
    }
    int fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX) != 0) { /* from here on calls may fail */
        return 64;
    }
    int status = run(argv[1], ring);
    (void)close(fd);
    return status;
}
