/* SPDX-License-Identifier: Apache-2.0 */
/* A trusted comment of any bytes: refused with a message, or with every word within its
 * range, and then what is written for it says the same. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "list/update.h"

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void check(const struct ki_update *update)
{
    require(memchr(update->list, '\0', sizeof update->list) != NULL);
    require(update->serial <= KI_UPDATE_SERIAL_MAX);
    require(update->expires >= 0);
    if (!update->list[0] || update->serial == 0 || update->expires == 0) {
        return;
    }
    char text[KI_UPDATE_TEXT_NBYTES];
    struct ki_update again;
    ki_update_write(update, text);
    require(ki_update_read(text, &again, NULL) == KI_OK);
    require(strcmp(again.list, update->list) == 0);
    require(again.serial == update->serial && again.expires == update->expires);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    char *comment = malloc(nbytes + 1);
    struct ki_update update;
    struct ki_diag diag = {0};
    require(comment != NULL);
    memcpy(comment, data, nbytes);
    comment[nbytes] = '\0';
    enum ki_status status = ki_update_read(comment, &update, &diag);
    require(status == KI_OK || status == KI_ERR_REFUSED);
    require((status == KI_OK) == (diag.message[0] == '\0'));
    if (status == KI_OK) {
        check(&update);
    }
    free(comment);
    return 0;
}
