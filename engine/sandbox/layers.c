/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "sandbox/confine.h"

static const char *const layer_texts[KI_NLAYERS] = {
    [KI_LAYER_NO_NEW_PRIVS] = "no-new-privileges",
    [KI_LAYER_NO_DUMP] = "not-dumpable",
    [KI_LAYER_LANDLOCK] = "landlock",
    [KI_LAYER_RLIMITS] = "rlimits",
    [KI_LAYER_NO_FDS] = "no-descriptors",
    [KI_LAYER_READ_ONLY] = "read-only-input",
    [KI_LAYER_SECCOMP] = "seccomp",
};

void ki_layers_text(unsigned layers, char *text, size_t nbytes)
{
    text[0] = '\0';
    for (unsigned layer = 0; layer < KI_NLAYERS; layer++) {
        if (layers & 1u << layer) {
            size_t used = strlen(text);
            (void)snprintf(text + used, nbytes - used, "%s%s", used ? ", " : "",
                           layer_texts[layer]);
        }
    }
}
