/* SPDX-License-Identifier: Apache-2.0 */
/* The text of checkpoints: https://c2sp.org/tlog-checkpoint */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/hex.h"
#include "report/audit_files.h"

void ki_audit_checkpoint_text(const char *origin, uint64_t size,
                              const uint8_t root[KI_SHA256_NBYTES],
                              char out[KI_NOTE_NBYTES])
{
    char base64[KI_BASE64_NBYTES(KI_SHA256_NBYTES)];
    ki_base64_encode(root, KI_SHA256_NBYTES, base64);
    (void)snprintf(out, KI_NOTE_NBYTES, "%s\n%" PRIu64 "\n%s\n", origin, size, base64);
}

static bool take_size(const char *line, size_t nbytes, uint64_t *out)
{
    uint64_t value = 0;
    if (nbytes == 0 || nbytes > 18 || (line[0] == '0' && nbytes > 1)) {
        return false;
    }
    for (size_t i = 0; i < nbytes; i++) {
        if (line[i] < '0' || line[i] > '9') {
            return false;
        }
        value = value * 10 + (uint64_t)(line[i] - '0');
    }
    *out = value;
    return true;
}

/* Lines after the third are for others to read. */
static bool take_text(const char *text, size_t nbytes, const char *origin,
                      uint64_t *size, uint8_t root[KI_SHA256_NBYTES])
{
    size_t norigin = strlen(origin);
    const char *end = text + nbytes;
    if (nbytes <= norigin || memcmp(text, origin, norigin) != 0 ||
        text[norigin] != '\n') {
        return false;
    }
    const char *second = text + norigin + 1;
    const char *third = memchr(second, '\n', (size_t)(end - second));
    if (!third || !take_size(second, (size_t)(third - second), size)) {
        return false;
    }
    third++;
    const char *last = memchr(third, '\n', (size_t)(end - third));
    return last &&
           ki_base64_decode(third, (size_t)(last - third), root, KI_SHA256_NBYTES);
}

enum ki_status ki_audit_checkpoint_parse(const struct ki_public_key *key,
                                         const char *origin, const char *text,
                                         size_t nbytes, uint64_t *size,
                                         uint8_t root[KI_SHA256_NBYTES],
                                         struct ki_diag *diag)
{
    size_t ntext;
    enum ki_status status = ki_note_verify(key, origin, text, nbytes, &ntext, diag);
    if (status != KI_OK) {
        return status;
    }
    return take_text(text, ntext, origin, size, root)
               ? KI_OK
               : ki_diag_set(diag, KI_ERR_FORMAT, "it is no checkpoint of this log");
}
