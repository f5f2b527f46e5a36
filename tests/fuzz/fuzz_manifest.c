/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A MANIFEST of any bytes, under the checksum that belongs to them: it is refused, or
 * every field is within its range. The first byte says whether the checksum is made.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "fuzz/fuzz.h"
#include "index/manifest.h"
#include "index/manifest_checksum.h"

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void check_list(const struct ki_list_info *list)
{
    require(memchr(list->name, '\0', sizeof list->name) != NULL);
    require(memchr(list->source, '\0', sizeof list->source) != NULL);
    require((unsigned)list->purpose < KI_NPURPOSES);
    require((unsigned)list->action < KI_NACTIONS);
    require(list->radius <= KI_RADIUS_MAX && list->min_quality <= KI_QUALITY_MAX);
    require(list->nentries <= INT64_MAX && list->serial <= INT64_MAX);
}

static void check_manifest(const struct ki_manifest *manifest)
{
    require(manifest->generation > 0 && manifest->generation <= INT64_MAX);
    for (size_t i = 0; i < manifest->nsegments; i++) {
        const struct ki_segment_name *name = &manifest->segments[i];
        require(strlen(name->checksum) == KI_CHECKSUM_NHEX);
        require(ki_is_hex(name->checksum, KI_CHECKSUM_NHEX));
        require(name->nbytes <= INT64_MAX && name->number <= INT64_MAX);
    }
    for (size_t i = 0; i < manifest->nlists; i++) {
        check_list(&manifest->lists[i]);
        require(ki_manifest_list(manifest, manifest->lists[i].id) ==
                &manifest->lists[i]);
    }
    (void)ki_manifest_list(manifest, 0);
    (void)ki_manifest_list(manifest, UINT32_MAX);
}

static void parse(const char *text, size_t nbytes)
{
    struct ki_manifest manifest = {0};
    struct ki_diag diag = {0};
    enum ki_status status = ki_manifest_parse("M", text, nbytes, &manifest, &diag);
    require(status == KI_OK || status == KI_ERR_DAMAGED);
    require(status == KI_OK || diag.message[0] != '\0');
    if (status == KI_OK) {
        check_manifest(&manifest);
        ki_manifest_free(&manifest);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    if (nbytes == 0) {
        return 0;
    }
    const char *body = (const char *)data + 1;
    size_t nbody = nbytes - 1;
    if (data[0] % 16 == 15) {
        parse(body, nbody);
        return 0;
    }
    char line[KI_MANIFEST_LINE_NBYTES + 1];
    char *text = malloc(nbody + KI_MANIFEST_LINE_NBYTES);
    require(text != NULL);
    memcpy(text, body, nbody);
    ki_manifest_checksum_line(text, nbody, line);
    memcpy(text + nbody, line, KI_MANIFEST_LINE_NBYTES);
    parse(text, nbody + KI_MANIFEST_LINE_NBYTES);
    free(text);
    return 0;
}
