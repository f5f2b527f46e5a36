/* SPDX-License-Identifier: Apache-2.0 */
/* An import that does not end well leaves nothing behind. */
#include "list/imported.h"

/* A list long enough to be asked in the middle whether to go on. */
static char *long_list(struct random_state *random, size_t *nbytes)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, nbytes);
    cr_assert_not_null(out);
    for (int i = 0; i < 5000; i++) {
        (void)fprintf(out, "%016llx%016llx  f%d\n",
                      (unsigned long long)random_next(random),
                      (unsigned long long)random_next(random), i);
    }
    (void)fclose(out);
    return text;
}

Test(undone, what_is_stopped_or_fails_leaves_nothing)
{
    struct random_state random = random_begin(81);
    struct folder folder = folder_make();
    size_t nbytes = 0;
    char *text = long_list(&random, &nbytes);
    list_make(folder.path, "l");
    uint64_t before = 0;
    cr_assert_eq(ki_index_publish(folder.path, false, &before, NULL), KI_OK);
    for (unsigned stop = 1; stop <= 5; stop++) {
        struct told told = {.stop_after = stop};
        struct ki_import_result result = {0};
        cr_expect_eq(
            import_text(folder.path, "l", text, nbytes, &told, NULL, &result, NULL),
            KI_ERR_INTERRUPTED);
        cr_expect_eq(list_info(folder.path, "l").nentries, 0);
        struct ki_index_status state;
        cr_assert_eq(ki_index_status(folder.path, &state, NULL), KI_OK);
        cr_expect_eq(state.generation, before);
        cr_expect_eq(state.catalog_serial, state.published_serial);
    }
    free(text);
    folder_remove(&folder);
}
