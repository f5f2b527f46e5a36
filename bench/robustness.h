/* SPDX-License-Identifier: Apache-2.0 */
/* What altered copies of listed pictures are found, and how near strangers come. */
#ifndef KI_BENCH_ROBUSTNESS_H
#define KI_BENCH_ROBUSTNESS_H

#include <stdbool.h>
#include <stdint.h>

#include <knownimage/hash.h>

enum { ROBUSTNESS_MOST_ALTERATIONS = 64, ROBUSTNESS_NDISTANCES = 257 };

/* How a picture is looked up: with the hash of mode pdq; with the hashes of all eight
 * orientations too; with both modes; with all of that. */
enum robustness_way {
    ROBUSTNESS_PLAIN,
    ROBUSTNESS_DIHEDRAL,
    ROBUSTNESS_MODES,
    ROBUSTNESS_ALL,
    ROBUSTNESS_NWAYS
};
const char *robustness_way_text(enum robustness_way way);

struct robustness_request {
    uint32_t noriginals; /* pictures that are listed and altered */
    uint32_t npictures;  /* with these; each is a stranger to every other */
    unsigned njobs;
    uint64_t seed;
    unsigned radius;
    unsigned min_quality;
};

struct robustness {
    uint32_t nalterations;
    uint32_t ncopies; /* of each alteration */
    /* By the mode that the list was made in. */
    uint32_t nfound[ROBUSTNESS_MOST_ALTERATIONS][KI_NMODES][ROBUSTNESS_NWAYS];
    uint32_t
        ngated[ROBUSTNESS_MOST_ALTERATIONS]; /* of no mode good enough to look up */
    uint64_t npairs;                         /* of strangers, each of good quality */
    uint64_t distances[ROBUSTNESS_NWAYS][ROBUSTNESS_NDISTANCES];
};

/* False after a message. The same request gives the same answer, whatever njobs. */
bool robustness_measure(const struct robustness_request *request,
                        struct robustness *out);

#endif
