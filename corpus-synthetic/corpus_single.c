/* SPDX-License-Identifier: Apache-2.0 */
/* One picture or one list as a file of its own. */
#include "corpus.h"

#include <errno.h>
#include <string.h>

#include "codec.h"
#include "corpus_private.h"
#include "lists.h"

static bool is_stdout(const char *path)
{
    return strcmp(path, "-") == 0;
}

static enum ki_status open_output(const char *path, FILE **out, struct ki_diag *diag)
{
    FILE *file = is_stdout(path) ? stdout : fopen(path, "wbe");
    if (!file) {
        char text[128];
        return ki_corpus_fail(diag, KI_ERR_IO, "cannot write %s: %s", path,
                              strerror_r(errno, text, sizeof text));
    }
    *out = file;
    return KI_OK;
}

static enum ki_status close_output(FILE *file, const char *path, enum ki_status status,
                                   struct ki_diag *diag)
{
    bool failed = fflush(file) != 0 || ferror(file);
    if (!is_stdout(path)) {
        failed |= fclose(file) != 0;
    }
    if (status == KI_OK && failed) {
        status = ki_corpus_fail(diag, KI_ERR_IO, "cannot write %s", path);
    }
    return status;
}

static enum ki_status encode_picture(const struct ki_corpus_options *options,
                                     const struct ki_canvas *canvas,
                                     struct ki_blob *blob)
{
    size_t length = strlen(options->path);
    if (length > 4 && strcmp(options->path + length - 4, ".png") == 0) {
        return ki_png_write(canvas, blob);
    }
    return ki_jpeg_write(canvas, (int)options->quality,
                         options->progressive ? KI_JPEG_PROGRESSIVE : KI_JPEG_BASELINE,
                         blob);
}

enum ki_status ki_corpus_picture(const struct ki_corpus_options *options,
                                 struct ki_diag *diag)
{
    const char *kind = options->kind;
    const struct ki_synth *synth =
        kind ? ki_synth_find(kind) : ki_synth_at(options->seed % ki_synth_count());
    if (!synth) {
        return ki_corpus_fail(diag, KI_ERR_ARGUMENT, "no such kind: %s", kind);
    }
    uint32_t width = 0;
    uint32_t height = 0;
    struct ki_canvas canvas;
    struct ki_canvas_hashes hashes;
    ki_corpus_size(options, options->seed, &width, &height);
    enum ki_status status =
        ki_synth_make(synth, width, height, options->seed, &canvas, &hashes);
    if (status != KI_OK) {
        return ki_corpus_fail(diag, status, "cannot draw a %s of %ux%u: %s",
                              synth->name, width, height, ki_status_text(status));
    }
    struct ki_blob blob = {0};
    FILE *file = NULL;
    status = encode_picture(options, &canvas, &blob);
    if (status == KI_OK) {
        status = open_output(options->path, &file, diag);
    }
    if (status == KI_OK) {
        /* A short write shows in ferror. */
        (void)!fwrite(blob.data, 1, blob.nbytes, file);
        status = close_output(file, options->path, status, diag);
    }
    ki_blob_destroy(&blob);
    ki_canvas_destroy(&canvas);
    return status;
}

enum ki_status ki_corpus_list(const struct ki_corpus_options *options,
                              struct ki_diag *diag)
{
    struct ki_list_shape shape = {
        .nuniform = options->nuniform,
        .ncorrelated = options->ncorrelated,
        .named = options->names,
    };
    FILE *file = NULL;
    enum ki_status status = open_output(options->path, &file, diag);
    if (status == KI_OK) {
        status = ki_list_write(file, &shape, options->seed);
        status = close_output(file, options->path, status, diag);
    }
    return status;
}
