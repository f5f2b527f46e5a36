/* SPDX-License-Identifier: Apache-2.0 */
/* Folders and files of a corpus on disk. */
#ifndef KI_CORPUS_FOLDER_H
#define KI_CORPUS_FOLDER_H

#include <stdbool.h>
#include <stdio.h>

#include "blob.h"

enum { KI_PATH_NBYTES = 4096 };

/* Makes the folder with its parents. Errors: KI_ERR_EXISTS (it is not empty and force
 * is not set), KI_ERR_IO. */
KI_MUST_CHECK enum ki_status ki_folder_create(const char *path, bool force,
                                              struct ki_diag *diag);

/* Makes folder/name and what lies between; existing ones are kept. */
KI_MUST_CHECK enum ki_status ki_folder_add(const char *folder, const char *name,
                                           struct ki_diag *diag);

/* Opens folder/name for writing; *out must be given to ki_file_close. */
KI_MUST_CHECK enum ki_status ki_file_open(const char *folder, const char *name,
                                          FILE **out, struct ki_diag *diag);

/* Closes; KI_ERR_IO if anything written before was lost. NULL is allowed. */
KI_MUST_CHECK enum ki_status ki_file_close(FILE *file, const char *name,
                                           struct ki_diag *diag);

KI_MUST_CHECK enum ki_status ki_file_write(const char *folder, const char *name,
                                           const struct ki_blob *blob,
                                           struct ki_diag *diag);

#endif
