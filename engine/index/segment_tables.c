/* SPDX-License-Identifier: Apache-2.0 */
/* How tables are named and laid out. */
#include "index/segment_tables.h"

#include <stdio.h>
#include <string.h>

#include "index/digest_table.h"
#include "index/ring16.h"
#include "index/ring8.h"
#include "index/segment.h"

enum { LINE = 64 };

void ki_table_name_band(unsigned band, char out[KI_TABLE_NAME_NBYTES])
{
    (void)snprintf(out, KI_TABLE_NAME_NBYTES, "pdq/band/%02u", band);
}

void ki_table_name_lined(enum ki_ring ring, unsigned band,
                         char out[KI_TABLE_NAME_NBYTES])
{
    (void)snprintf(out, KI_TABLE_NAME_NBYTES, "pdq/%s/%02u",
                   ring == KI_LINED16 ? "cell" : "line", band);
}

void ki_table_name_kind(enum ki_kind kind, char out[KI_TABLE_NAME_NBYTES])
{
    (void)snprintf(out, KI_TABLE_NAME_NBYTES, "%s", ki_kind_text(kind));
}

static size_t whole_lines(size_t nbytes)
{
    return (nbytes + LINE - 1) / LINE * LINE;
}

struct ki_band_layout ki_band_layout(uint32_t n)
{
    struct ki_band_layout layout = {.is_ring8 = n <= KI_SEGMENT_RING8_MOST};
    size_t noffsets = layout.is_ring8 ? KI_RING8_NOFFSETS : KI_RING_NOFFSETS;
    layout.nbands = layout.is_ring8 ? KI_RING8_NBANDS : KI_RING_NBANDS;
    layout.first_at = whole_lines(noffsets * sizeof(uint32_t));
    if (layout.is_ring8) {
        layout.ids_at = layout.first_at + whole_lines(n * sizeof(uint16_t));
        layout.nbytes = layout.ids_at + n * sizeof(uint32_t);
    } else {
        layout.nbytes = layout.first_at + (size_t)n * KI_RING16_POSTING_NBYTES;
    }
    return layout;
}

struct ki_digest_layout ki_digest_layout(uint32_t n, uint32_t width)
{
    struct ki_digest_layout layout = {0};
    layout.keys_at = whole_lines(ki_digest_nprefixes(n) * sizeof(uint32_t));
    layout.entries_at = layout.keys_at + whole_lines((size_t)n * width);
    layout.nbytes = layout.entries_at + n * sizeof(uint32_t);
    return layout;
}

struct ki_segment_key ki_segment_record_key(const uint8_t *record)
{
    return (struct ki_segment_key){
        .list_id = (uint32_t)record[0] | (uint32_t)record[1] << 8 |
                   (uint32_t)record[2] << 16 | (uint32_t)record[3] << 24,
        .id_nbytes = (size_t)record[5] | (size_t)record[6] << 8,
        .id = record + 7,
    };
}

int ki_segment_key_compare(const struct ki_segment_key *a,
                           const struct ki_segment_key *b)
{
    if (a->list_id != b->list_id) {
        return a->list_id < b->list_id ? -1 : 1;
    }
    size_t nbytes = a->id_nbytes < b->id_nbytes ? a->id_nbytes : b->id_nbytes;
    int order = memcmp(a->id, b->id, nbytes);
    return order ? order
                 : (a->id_nbytes > b->id_nbytes) - (a->id_nbytes < b->id_nbytes);
}
