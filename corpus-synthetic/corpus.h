/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a whole corpus: pictures, lists and the manifest, below one folder.
 *
 *   OUT/pictures/{originals,copies,strangers,low-information,damaged}/…
 *   OUT/lists/hotline-a.txt                 PDQ hashes of two thirds of the originals
 *   OUT/lists/hotline-b.{md5,sha1,sha256}   digests of the others, and of every sixth
 *   OUT/manifest.ndjson                     what each file is and what to expect of it
 */
#ifndef KI_CORPUS_CORPUS_H
#define KI_CORPUS_CORPUS_H

#include <knownimage/status.h>

#include "options.h"

/* Errors: KI_ERR_EXISTS (the folder is not empty), KI_ERR_IO, KI_ERR_NO_MEMORY,
 * KI_ERR_LIMIT (pictures too small to have structure), KI_ERR_ARGUMENT (kind). The
 * message of diag names the file. */
KI_MUST_CHECK enum ki_status ki_corpus_make(const struct ki_corpus_options *options,
                                            struct ki_diag *diag);

/* One picture as a file; a name in .png makes a PNG, any other a JPEG, "-" a JPEG on
 * stdout. */
KI_MUST_CHECK enum ki_status ki_corpus_picture(const struct ki_corpus_options *options,
                                               struct ki_diag *diag);

/* One hash list as a file; "-" is stdout. */
KI_MUST_CHECK enum ki_status ki_corpus_list(const struct ki_corpus_options *options,
                                            struct ki_diag *diag);

#endif
