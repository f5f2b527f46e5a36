/* SPDX-License-Identifier: Apache-2.0 */
/* Which format the file of an import has, stated or told from its content. */
#include <string.h>

#include "base/diag.h"
#include "list/formats/detect.h"
#include "list/import.h"

static enum ki_status check_options(const struct ki_import_options *options,
                                    const struct ki_list_format **format,
                                    struct ki_diag *diag)
{
    *format = NULL;
    if (options->kind < -1 || options->kind >= KI_NKINDS) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT, "unknown kind of hash");
    }
    if (!options->format || strcmp(options->format, "auto") == 0) {
        return KI_OK;
    }
    *format = ki_list_format_find(options->format);
    if (!*format) {
        return ki_diag_set(diag, KI_ERR_FORMAT, "there is no list format %.64s",
                           options->format);
    }
    bool is_pdq = options->kind == KI_KIND_PDQ;
    if (options->kind >= 0 && ((*format == &ki_list_pdq_text && !is_pdq) ||
                               (*format == &ki_list_hash_text && is_pdq))) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT,
                           "format %s holds no hashes of kind %s", (*format)->name,
                           ki_kind_text((enum ki_kind)options->kind));
    }
    return KI_OK;
}

/* All files of an import have one format, but for those that hold nothing (NULL). */
static enum ki_status use_format(struct ki_import *import,
                                 const struct ki_list_format *format)
{
    if (!format) {
        return KI_OK;
    }
    if (import->format && import->format != format) {
        return ki_diag_set(import->diag, KI_ERR_FORMAT,
                           "has format %s, those before %s", format->name,
                           import->format->name);
    }
    import->format = format;
    import->result.format = format->name;
    return KI_OK;
}

static enum ki_status detect(struct ki_import *import, struct ki_detected *out)
{
    const struct ki_list_reader *reader = &import->reader;
    const char *data = reader->data + reader->first;
    size_t nbytes = reader->end - reader->first;
    if (ki_update_files_are(data, nbytes)) {
        return ki_diag_set(import->diag, KI_ERR_REFUSED,
                           import->file ? "is itself a manifest"
                                        : "a manifest of several files is taken only "
                                          "by a list with a key");
    }
    return ki_list_detect(data, nbytes, reader->is_last, import->options->kind, out,
                          import->diag);
}

enum ki_status ki_import_choose_format(struct ki_import *import)
{
    struct ki_diag *diag = import->diag;
    const struct ki_list_format *format;
    struct ki_list_reader *reader = &import->reader;
    enum ki_status status = check_options(import->options, &format, diag);
    if (status == KI_OK) {
        status = ki_packed_open(import);
    }
    if (status == KI_OK) {
        status = ki_reader_fill(reader, KI_DETECT_NBYTES, diag);
    }
    if (status != KI_OK) {
        return status;
    }
    struct ki_detected detected = {.format = format, .is_64_sha256 = true};
    if (!format) {
        status = detect(import, &detected);
    }
    if (status == KI_OK) {
        status = use_format(import, detected.is_nothing ? NULL : detected.format);
    }
    if (status == KI_OK) {
        ki_parser_begin(&import->parser, detected.format, import->options->kind);
        import->parser.is_64_sha256 = detected.is_64_sha256;
        import->parser.is_stated = format != NULL;
        import->parser.purpose = (int)import->list.purpose;
        import->parser.fd = reader->fd;
    }
    return status;
}
