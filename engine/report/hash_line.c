/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json.h"
#include "report/json_parts.h"
#include "report/report.h"

/* The keys of each mode. */
static const struct {
    const char *hash;
    const char *quality;
    const char *dihedral;
} mode_keys[KI_NMODES] = {
    [KI_MODE_PDQ] = {"pdq", "quality", "dihedral"},
    [KI_MODE_PDQ_NN512] = {"pdq_nn512", "quality_nn512", "dihedral_nn512"},
};

static void put_pdq(struct ki_json *json, enum ki_mode mode,
                    const struct ki_pdq_result *pdq)
{
    if (pdq->present) {
        ki_json_hex(json, mode_keys[mode].hash, pdq->hashes[0].bytes, KI_PDQ_NBYTES);
        ki_json_uint(json, mode_keys[mode].quality, pdq->quality);
    } else {
        ki_json_null(json, mode_keys[mode].hash);
        ki_json_null(json, mode_keys[mode].quality);
    }
}

static void put_dihedral(struct ki_json *json, enum ki_mode mode,
                         const struct ki_pdq_result *pdq)
{
    if (!pdq->present) {
        ki_json_null(json, mode_keys[mode].dihedral);
        return;
    }
    ki_json_object_begin(json, mode_keys[mode].dihedral);
    for (unsigned i = 0; i < KI_NTRANSFORMS; i++) {
        const char *key = ki_transform_text((enum ki_transform)i);
        ki_json_hex(json, key, pdq->hashes[i].bytes, KI_PDQ_NBYTES);
    }
    ki_json_object_end(json);
}

static void put_modes(struct ki_json *json, const struct ki_hashes *hashes,
                      const struct ki_hash_options *options)
{
    for (unsigned i = 0; i < KI_NMODES; i++) {
        if (options->modes & KI_BIT(i)) {
            put_pdq(json, (enum ki_mode)i, &hashes->pdq[i]);
        }
    }
}

static void put_digests(struct ki_json *json, const struct ki_hashes *hashes,
                        unsigned kinds)
{
    for (unsigned i = 0; i < KI_NKINDS; i++) {
        const char *key = ki_kind_text((enum ki_kind)i);
        if (!(kinds & KI_ALL_DIGESTS & KI_BIT(i))) {
            continue;
        }
        if (hashes->digests & KI_BIT(i)) {
            size_t nbytes = ki_kind_nbytes((enum ki_kind)i);
            ki_json_hex(json, key, hashes->digest[i].bytes, nbytes);
        } else {
            ki_json_null(json, key);
        }
    }
}

static void put_all_dihedral(struct ki_json *json, const struct ki_hashes *hashes,
                             unsigned modes)
{
    for (unsigned i = 0; i < KI_NMODES; i++) {
        if (modes & KI_BIT(i)) {
            put_dihedral(json, (enum ki_mode)i, &hashes->pdq[i]);
        }
    }
}

void ki_report_hash_line(FILE *out, const char *path, const struct ki_hashes *hashes,
                         const struct ki_hash_options *options, bool is_degraded)
{
    bool wants_pdq = options->kinds & KI_BIT(KI_KIND_PDQ);
    struct ki_json json = ki_json_line_begin(out);
    ki_json_path(&json, path);
    ki_json_text(&json, "format", ki_format_text(hashes->info.format));
    ki_json_uint_or_null(&json, "width", hashes->info.width);
    ki_json_uint_or_null(&json, "height", hashes->info.height);
    ki_json_nbytes(&json, &hashes->info, hashes->reason);
    if (wants_pdq) {
        put_modes(&json, hashes, options);
    }
    put_digests(&json, hashes, options->kinds);
    if (wants_pdq && options->dihedral) {
        put_all_dihedral(&json, hashes, options->modes);
    }
    if (hashes->info.fidelity != KI_FIDELITY_EXACT) {
        ki_json_fidelity(&json, &hashes->info);
    }
    if (hashes->reason != KI_REASON_NONE) {
        ki_json_text(&json, "reason", ki_reason_text(hashes->reason));
    }
    ki_json_sandbox(&json, is_degraded);
    ki_json_line_end(&json);
}
