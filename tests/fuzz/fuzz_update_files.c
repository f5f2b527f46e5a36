/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest of an update of any bytes: refused with a message, or every field is
 * within its range and no name leads out of the folder. What is taken is what an import
 * would have told for a manifest. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "list/update_files.h"

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void check_file(const struct ki_update_file *file)
{
    require(memchr(file->name, '\0', sizeof file->name) != NULL);
    require(file->name[0] != '\0' && !strchr(file->name, '/'));
    require(strcmp(file->name, ".") != 0 && strcmp(file->name, "..") != 0);
    require(file->nbytes <= INT64_MAX);
}

static void check(const struct ki_update_files *files)
{
    require(files->nfiles > 0 && files->nfiles <= KI_UPDATE_FILES_MAX);
    require(files->update.list[0] != '\0');
    require(memchr(files->update.list, '\0', sizeof files->update.list) != NULL);
    require(files->update.serial > 0 && files->update.serial <= KI_UPDATE_SERIAL_MAX);
    require(files->update.expires > 0);
    for (size_t i = 0; i < files->nfiles; i++) {
        check_file(&files->files[i]);
        for (size_t j = 0; j < i; j++) {
            require(strcmp(files->files[i].name, files->files[j].name) != 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct ki_update_files files;
    struct ki_diag diag = {0};
    /* Its end is the end of the memory. */
    char *text = malloc(nbytes > 0 ? nbytes : 1);
    require(text != NULL);
    if (nbytes > 0) {
        memcpy(text, data, nbytes);
    }
    (void)ki_update_files_are(text, nbytes);
    enum ki_status status = ki_update_files_read(text, nbytes, &files, &diag);
    require(status == KI_OK || status == KI_ERR_REFUSED);
    require((status == KI_OK) == (diag.message[0] == '\0'));
    if (status == KI_OK) {
        check(&files);
        ki_update_files_free(&files);
    }
    free(text);
    return 0;
}
