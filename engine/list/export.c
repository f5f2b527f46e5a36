/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include <knownimage/list.h>

#include "base/diag.h"
#include "list/formats/ndjson.h"
#include "list/turn.h"

struct exporter {
    FILE *out;
    struct ki_diag *diag;
    const struct export_format *format;
};

struct export_format {
    const char *name;
    const char *header;
    /* False if there was no memory. */
    bool (*write)(FILE *out, const struct ki_entry *entry, const struct ki_hash *hash);
};

static void put(FILE *out, const char *text)
{
    (void)fputs(text, out); /* ferror is asked after each entry */
}

/* Blanks at the ends are quoted as well, since readers may trim them. */
static bool is_plain_field(const char *text, size_t nbytes)
{
    return nbytes > 0 && text[0] != ' ' && text[nbytes - 1] != ' ' &&
           strcspn(text, ",;\t\"\r\n") == nbytes;
}

static void put_field(FILE *out, const char *text)
{
    size_t nbytes = strlen(text);
    if (nbytes == 0 || is_plain_field(text, nbytes)) {
        put(out, text);
        return;
    }
    (void)fputc('"', out);
    for (size_t i = 0; i < nbytes; i++) {
        if (text[i] == '"') {
            (void)fputc('"', out);
        }
        (void)fputc(text[i], out);
    }
    (void)fputc('"', out);
}

static bool write_csv(FILE *out, const struct ki_entry *entry,
                      const struct ki_hash *hash)
{
    char hex[2 * KI_HASH_MAX_NBYTES + 1];
    ki_hash_to_hex(hash, hex);
    put_field(out, entry->id);
    (void)fprintf(out, ",%s,%s,", ki_kind_text(hash->kind), hex);
    put_field(out, entry->category_scheme);
    (void)fputc(',', out);
    put_field(out, entry->category_code);
    put(out, "\r\n");
    return true;
}

static bool write_pdq_text(FILE *out, const struct ki_entry *entry,
                           const struct ki_hash *hash)
{
    if (hash->kind != KI_KIND_PDQ) {
        return true;
    }
    char hex[2 * KI_HASH_MAX_NBYTES + 1];
    ki_hash_to_hex(hash, hex);
    (void)fprintf(out, "hash=%s,filename=%s\n", hex, entry->id);
    return true;
}

static const struct export_format formats[] = {
    {"csv", "entry,kind,hash,category_scheme,category_code\r\n", write_csv},
    {"pdq-text", "", write_pdq_text},
    {"ndjson", "", ki_ndjson_write},
};

static const struct export_format *find_format(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (name && strcmp(formats[i].name, name) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}

static enum ki_status check_written(const struct exporter *exporter)
{
    if (!ferror(exporter->out)) {
        return KI_OK;
    }
    return ki_diag_errno(exporter->diag, errno ? errno : EIO, "cannot write the list");
}

static enum ki_status write_entry(void *context, uint32_t list_id,
                                  const struct ki_entry *entry)
{
    (void)list_id;
    const struct exporter *exporter = context;
    for (size_t i = 0; i < entry->nhashes; i++) {
        if (!exporter->format->write(exporter->out, entry, &entry->hashes[i])) {
            return ki_diag_set(exporter->diag, KI_ERR_NO_MEMORY,
                               "no memory to write an entry");
        }
    }
    return check_written(exporter);
}

static enum ki_status write_list(const struct ki_turn *turn, struct exporter *exporter)
{
    errno = 0;
    put(exporter->out, exporter->format->header);
    enum ki_status status =
        ki_txn_entries(turn->txn, turn->list.id, write_entry, exporter, exporter->diag);
    if (status == KI_OK && fflush(exporter->out) != 0) {
        status = ki_diag_errno(exporter->diag, errno, "cannot write the list");
    }
    return status == KI_OK ? check_written(exporter) : status;
}

enum ki_status ki_list_export(const char *folder, const char *name, const char *format,
                              FILE *out, struct ki_diag *diag)
{
    struct exporter exporter = {out, diag, find_format(format)};
    if (!exporter.format) {
        return ki_diag_set(diag, KI_ERR_ARGUMENT,
                           "lists are exported as csv, pdq-text or ndjson");
    }
    struct ki_turn turn;
    enum ki_status status = ki_turn_begin(&turn, folder, KI_CATALOG_READ, name, diag);
    if (status == KI_OK) {
        status = write_list(&turn, &exporter);
    }
    ki_turn_end(&turn);
    return status;
}
