/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Updates of a list with a key. What was handed in is copied into a nameless file of
 * the index folder while it is digested, and read from there once its signature holds:
 * no byte is parsed that was not signed, and none can change in between. If what was
 * signed is a manifest, the files that it names are copied and compared likewise, all
 * of them before the first is read.
 */
#ifndef KI_LIST_SIGNED_H
#define KI_LIST_SIGNED_H

#include <stdbool.h>
#include <stdint.h>

#include "index/spool.h"
#include "list/update_files.h"

struct ki_import;

struct ki_signed {
    bool is_signed;             /* and all is well with it */
    bool is_known;              /* the list took this very update before */
    struct ki_list_trust trust; /* of the list, when the signature was verified */
    struct ki_update update;
    uint8_t sha256[KI_LIST_DIGEST_NBYTES]; /* of what was signed */
    struct ki_spool content;
    struct ki_update_files manifest; /* without files if it is none */
    struct ki_spool *files;          /* one for each of the manifest */
};

/* Before anything is parsed: verifies what import->reader is to read, and has it read
 * the copy; or does nothing for a list without a key. KI_ERR_REFUSED if the list does
 * not take it. Closed in any case by ki_signed_close. */
enum ki_status ki_signed_verify(struct ki_import *import, const char *folder);

/* Has import->reader read file i of the manifest. */
enum ki_status ki_signed_turn_to(struct ki_import *import, size_t i);

/* In the writer's turn, with import->list as it stands then: whether its key and serial
 * are still such that the update may be taken. */
enum ki_status ki_signed_check_again(struct ki_import *import);

/* Has the list remember the update, in the same transaction. */
enum ki_status ki_signed_keep(struct ki_import *import);

void ki_signed_close(struct ki_signed *origin);

#endif
