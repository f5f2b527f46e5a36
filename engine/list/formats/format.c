/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/format.h"

#include <string.h>

#include <knownimage/list.h>

static const struct ki_list_format *const formats[] = {
    &ki_list_pdq_text,
    &ki_list_signal_text,
    &ki_list_hash_text,
    &ki_list_hashdeep,
    &ki_list_csv,
    &ki_list_ncmec_xml,
    &ki_list_vics_json,
    &ki_list_icse_csv,
    &ki_list_stopncii_json,
    &ki_list_threatexchange_json,
    &ki_list_threatexchange_csv,
    &ki_list_arachnid_base64,
    &ki_list_nsrl_csv,
    &ki_list_nsrl_sqlite,
    &ki_list_encase_hash,
    &ki_list_tsk_kdb,
    &ki_list_vpdq_text,
    &ki_list_ndjson,
    NULL,
};

const char *ki_list_format_name(size_t i)
{
    for (size_t j = 0; formats[j]; j++) {
        if (j == i) {
            return formats[j]->name;
        }
    }
    return NULL;
}

const struct ki_list_format *ki_list_format_find(const char *name)
{
    for (size_t j = 0; formats[j]; j++) {
        if (strcmp(formats[j]->name, name) == 0) {
            return formats[j];
        }
    }
    return NULL;
}
