/* SPDX-License-Identifier: Apache-2.0 */
#include "common/option_groups.h"

#include <knownimage/hash.h>

#include "common/option_types.h"

#define FIELD(member) offsetof(struct ki_hash_options, member)

const struct option_spec hash_option_specs[NHASH_OPTIONS] = {
    {"kinds", 'k', "KINDS", &option_kinds, FIELD(kinds),
     "hashes to compute, parted by commas\n(default: all)"},
    {"modes", 'm', "MODES", &option_modes, FIELD(modes),
     "ways to compute PDQ, parted by commas\n(default: pdq)"},
    {"fidelity", 0, "HOW", &option_fidelity, FIELD(fidelity),
     "exact: decode every pixel in colour; high: luma\nof JPEG, scaled down while the "
     "hash "
     "stays within\na bit on average; fast: the same, smaller\n(default: high)"},
    {"exact", 0, NULL, &option_exact, FIELD(fidelity), "the same as --fidelity exact"},
};

const struct option_spec limit_option_specs[NLIMIT_OPTIONS] = {
    {"max-file-size", 0, "SIZE", &option_size, FIELD(limits.file_nbytes),
     "bytes of one file (default: 64M)"},
    {"max-pixels", 0, "N", &option_count64, FIELD(limits.pixels),
     "width times height (default: 100000000)"},
    {"max-buffered-pixels", 0, "N", &option_count64, FIELD(limits.buffered_pixels),
     "the same, of progressive and interlaced\npictures (default: 50000000)"},
    {"max-side", 0, "N", &option_count32, FIELD(limits.side),
     "width and height, each (default: 16384)"},
    {"max-scans", 0, "N", &option_count32, FIELD(limits.jpeg_scans),
     "scans of a JPEG (default: 100)"},
    {"max-chunks", 0, "N", &option_count32, FIELD(limits.png_chunks),
     "chunks of a PNG (default: 1000)"},
    {"max-chunk-size", 0, "SIZE", &option_size, FIELD(limits.chunk_nbytes),
     "bytes of one metadata chunk of a PNG\n(default: 1M)"},
    {"max-memory", 0, "SIZE", &option_size, FIELD(limits.memory_nbytes),
     "what the codec keeps whole of one picture, as of progressive\n"
     "JPEG; rows and the file itself are not counted\n(default: 768M)"},
    {"max-cpu", 0, "SECONDS", &option_seconds, FIELD(limits.cpu_us),
     "processor time for one picture (default: 3)"},
    {"max-wall", 0, "SECONDS", &option_seconds, FIELD(limits.wall_us),
     "time by the clock to decode one picture\n(default: 5)"},
};

const struct option_spec index_option_specs[NINDEX_OPTIONS] = {
    {"index", 'i', "DIR", &option_text, 0,
     "folder of the index (default: $KNOWNIMAGE_INDEX,\n"
     "else $XDG_DATA_HOME/knownimage,\n"
     "else ~/.local/share/knownimage)"},
};
