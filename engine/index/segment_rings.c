/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and checking the tables of PDQ hashes, and searching them. */
#include "index/segment_rings.h"

#include "base/cpu.h"
#include "index/page_cache.h"
#include "index/segment_tables.h"

/* A damaged segment may ask for a size near 2⁶⁴, that of whose value is small again. */
const void *ki_segment_table(const struct ki_segment_values *values, const char *name,
                             size_t nbytes)
{
    size_t stored_nbytes = 0;
    const uint8_t *value = values->find(values->context, name, &stored_nbytes);
    bool is_whole = value && nbytes < stored_nbytes &&
                    stored_nbytes == ki_table_value_nbytes(nbytes);
    return is_whole ? value + KI_TABLE_PADDING : NULL;
}

/* The tables of one band, into the ring that is in use. */
static bool load_band(const struct ki_segment_values *values,
                      struct ki_segment *segment, unsigned band)
{
    struct ki_band_layout layout = ki_band_layout(segment->npdq);
    char name[KI_TABLE_NAME_NBYTES];
    ki_table_name_band(band, name);
    const uint8_t *bytes = ki_segment_table(values, name, layout.nbytes);
    if (!bytes) {
        return false;
    }
    const void *offsets = bytes;
    const void *first = bytes + layout.first_at;
    if (layout.is_ring8) {
        const void *ids = bytes + layout.ids_at;
        segment->ring8.offsets[band] = offsets;
        segment->ring8.ids[band] = ids;
        segment->ring8.sketches[band] = first;
    } else {
        segment->ring16.offsets[band] = offsets;
        segment->ring16.buckets[band] = first;
    }
    return true;
}

/* Lines are as many as the band has values; records are what is left of the table. */
static bool load_lines(const struct ki_segment_values *values, enum ki_ring kind,
                       struct ki_lined *ring, unsigned band)
{
    const size_t lines_nbytes =
        ki_lined_nlines(&ring->shape, band) * sizeof(struct ki_line);
    size_t stored_nbytes = 0;
    char name[KI_TABLE_NAME_NBYTES];
    ki_table_name_lined(kind, band, name);
    const uint8_t *value = values->find(values->context, name, &stored_nbytes);
    size_t nbytes = ki_table_nbytes(stored_nbytes);
    size_t records_nbytes = nbytes - lines_nbytes;
    if (!value || nbytes < lines_nbytes || records_nbytes % sizeof(uint16_t) != 0 ||
        records_nbytes / sizeof(uint16_t) > UINT32_MAX) {
        return false;
    }
    const void *lines = value + KI_TABLE_PADDING;
    const void *records = value + KI_TABLE_PADDING + lines_nbytes;
    ring->lines[band] = lines;
    ring->records[band] = records;
    ring->nunits[band] = (uint32_t)(records_nbytes / sizeof(uint16_t));
    return true;
}

static bool load_lined(const struct ki_segment_values *values, enum ki_ring kind,
                       struct ki_lined *ring)
{
    for (unsigned band = 0; band < ring->shape.nbands; band++) {
        if (!load_lines(values, kind, ring, band)) {
            return false;
        }
    }
    return ki_lined_is_valid(ring);
}

static bool has_lines(const struct ki_segment_values *values, enum ki_ring ring)
{
    size_t nbytes = 0;
    char name[KI_TABLE_NAME_NBYTES];
    ki_table_name_lined(ring, 0, name);
    return values->find(values->context, name, &nbytes) != NULL;
}

static enum ki_ring ring_of(const struct ki_segment_values *values, uint32_t n)
{
    if (n <= KI_SEGMENT_RING8_MOST) {
        return KI_RING8;
    }
    if (has_lines(values, KI_LINED16)) {
        return KI_LINED16;
    }
    return has_lines(values, KI_RING12) ? KI_RING12 : KI_RING16;
}

static bool load_bands(const struct ki_segment_values *values,
                       struct ki_segment *segment)
{
    struct ki_band_layout layout = ki_band_layout(segment->npdq);
    for (unsigned band = 0; band < layout.nbands; band++) {
        if (!load_band(values, segment, band)) {
            return false;
        }
    }
    return layout.is_ring8 ? ki_ring8_is_valid(&segment->ring8)
                           : ki_ring16_is_valid(&segment->ring16);
}

enum ki_ring ki_segment_ring_for(uint32_t n)
{
    if (n <= KI_SEGMENT_RING8_MOST) {
        return KI_RING8;
    }
    if (n > KI_SEGMENT_RING16_MOST) {
        return KI_RING12;
    }
    return n >= KI_LINED16_LEAST && n <= KI_LINED16_MOST ? KI_LINED16 : KI_RING16;
}

struct ki_lined_shape ki_segment_lined_shape(enum ki_ring ring, uint32_t n)
{
    return ring == KI_LINED16 ? ki_lined16_shape() : ki_ring12_shape(n);
}

bool ki_segment_load_rings(const struct ki_segment_values *values,
                           struct ki_segment *segment, uint32_t n)
{
    const struct ki_kernel *kernel = ki_kernel_best(ki_cpu_features());
    const unsigned id_nbits = ki_ring16_id_nbits(n);
    segment->npdq = n;
    segment->ring = ring_of(values, n);
    segment->pdq_hashes =
        ki_segment_table(values, "pdq/hash", n * sizeof *segment->pdq_hashes);
    segment->pdq_entries = ki_segment_table(values, "pdq/entry", n * sizeof(uint32_t));
    segment->ring8 = (struct ki_ring8){n, kernel, .hashes = segment->pdq_hashes};
    segment->ring16 =
        (struct ki_ring16){n, id_nbits, kernel, .hashes = segment->pdq_hashes};
    segment->lined =
        (struct ki_lined){n, id_nbits, kernel, segment->pdq_hashes,
                          .shape = ki_segment_lined_shape(segment->ring, n)};
    if (!segment->pdq_hashes || !segment->pdq_entries) {
        return false;
    }
    ki_page_cache_map(segment->pdq_hashes, n * sizeof *segment->pdq_hashes);
    return ki_ring_is_lined(segment->ring)
               ? load_lined(values, segment->ring, &segment->lined)
               : load_bands(values, segment);
}

bool ki_segment_search_many(const struct ki_segment *segment,
                            const struct ki_ring_job *jobs, size_t njobs,
                            unsigned radius, ki_ring_report report)
{
    if (segment->ring == KI_RING16) {
        return ki_ring16_search_many(&segment->ring16, jobs, njobs, radius, report);
    }
    if (ki_ring_is_lined(segment->ring)) {
        return ki_lined_search_many(&segment->lined, jobs, njobs, radius, report);
    }
    bool is_going = true;
    for (size_t i = 0; i < njobs && is_going; i++) {
        is_going = ki_ring8_search(&segment->ring8, jobs[i].query, radius, report,
                                   jobs[i].context);
    }
    return is_going;
}

bool ki_segment_search(const struct ki_segment *segment,
                       const struct ki_ring_hash *query, unsigned radius,
                       ki_ring_report report, void *context)
{
    const struct ki_ring_job job = {query, context};
    return ki_segment_search_many(segment, &job, 1, radius, report);
}
