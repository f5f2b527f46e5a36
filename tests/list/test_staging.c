/* SPDX-License-Identifier: Apache-2.0 */
/* Records on their way to the catalog: their order, and which of them still count. */
#include "list/imported.h"
#include "list/staging.h"

static void stage(struct ki_staging *staging, const char *id, enum ki_op op,
                  const struct ki_hash *hashes, size_t nhashes)
{
    struct ki_entry entry = {
        .id = id,
        .id_nbytes = strlen(id),
        .category_scheme = "s",
        .category_code = "c",
        .hashes = hashes,
        .nhashes = nhashes,
    };
    cr_assert_eq(ki_staging_add(staging, &entry, op, NULL), KI_OK);
}

static enum ki_status write_down(void *context, const struct ki_staged *staged)
{
    FILE *out = context;
    (void)fprintf(out, "%s%s%s%s", staged->entry.id,
                  staged->op == KI_OP_REMOVE ? " removed" : "",
                  staged->is_last ? " last" : "", staged->is_undone ? " undone" : "");
    for (size_t i = 0; i < staged->entry.nhashes; i++) {
        (void)fprintf(out, " %s:%02x", ki_kind_text(staged->entry.hashes[i].kind),
                      staged->entry.hashes[i].bytes[0]);
    }
    (void)fputc('\n', out);
    return KI_OK;
}

Test(staging, records_come_by_id_and_tell_which_a_removal_undoes)
{
    struct folder folder = folder_make();
    struct ki_staging staging;
    struct ki_hash hashes[2] = {{.kind = KI_KIND_PHOTODNA, .bytes = {1}},
                                {.kind = KI_KIND_MD5, .bytes = {2}}};
    ki_staging_begin(&staging, folder.path);
    stage(&staging, "b", KI_OP_ADD, hashes, 2);
    stage(&staging, "ab", KI_OP_ADD, hashes, 1);
    stage(&staging, "b", KI_OP_REMOVE, NULL, 0);
    stage(&staging, "a", KI_OP_REMOVE, NULL, 0);
    stage(&staging, "b", KI_OP_ADD, hashes + 1, 1);
    stage(&staging, "a", KI_OP_ADD, hashes, 1);
    stage(&staging, "a", KI_OP_REMOVE, NULL, 0);
    char *text = NULL;
    size_t nbytes = 0;
    FILE *out = open_memstream(&text, &nbytes);
    cr_assert_eq(ki_staging_visit_all(&staging, write_down, out, NULL), KI_OK);
    (void)fclose(out);
    cr_expect_str_eq(text, "a removed undone\n"
                           "a undone photodna:01\n"
                           "a removed last\n"
                           "ab last photodna:01\n"
                           "b undone photodna:01 md5:02\n"
                           "b removed\n"
                           "b last md5:02\n");
    free(text);
    ki_staging_close(&staging);
    folder_remove(&folder);
}
