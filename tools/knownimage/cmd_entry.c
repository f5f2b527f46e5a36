/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage entry show. */
#include <string.h>

#include <knownimage/list.h>

#include "common/index_folder.h"
#include "common/message.h"
#include "common/option_groups.h"
#include "keys/keys.h"
#include "knownimage/commands.h"
#include "knownimage/lists.h"
#include "report/json_parts.h"

struct entry_arguments {
    const char *index;
};

static void put_import(struct ki_json *json, const char *key,
                       const struct ki_import_note *note)
{
    if (!note) {
        ki_json_null(json, key);
        return;
    }
    ki_json_object_begin(json, key);
    ki_json_uint(json, "number", note->number);
    ki_json_time(json, "time", note->time);
    ki_json_text_or_null(json, "format", note->format);
    ki_json_text(json, "importer", note->version);
    if (note->has_sha256) {
        ki_json_hex(json, "file_sha256", note->sha256, sizeof note->sha256);
    } else {
        ki_json_null(json, "file_sha256");
    }
    if (note->is_signed) {
        char id[KI_KEY_ID_NHEX + 1];
        ki_key_id_text(note->key_id, id);
        ki_json_text(json, "signed_by", id);
    } else {
        ki_json_null(json, "signed_by");
    }
    ki_json_object_end(json);
}

static void put_hashes(struct ki_json *json, const struct ki_entry_info *entry)
{
    ki_json_array_begin(json, "hashes");
    for (size_t i = 0; i < entry->nhashes; i++) {
        const struct ki_hash *hash = &entry->hashes[i];
        ki_json_object_begin(json, NULL);
        ki_json_text(json, "kind", ki_kind_text(hash->kind));
        ki_json_hex(json, "hash", hash->bytes, ki_kind_nbytes(hash->kind));
        ki_json_object_end(json);
    }
    ki_json_array_end(json);
}

static void print_entry(void *context, const struct ki_entry_info *entry)
{
    (void)context;
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_text(&json, "list", entry->list->name);
    ki_json_text(&json, "source", entry->list->source);
    ki_json_raw(&json, "entry", "entry_bytes", entry->id, entry->id_nbytes);
    ki_json_category(&json, entry->category_scheme, entry->category_code);
    ki_json_text_or_null(&json, "member", entry->from.member);
    ki_json_time(&json, "updated", entry->from.updated);
    ki_json_object_begin(&json, "votes");
    ki_json_uint(&json, "for", entry->from.nvotes_for);
    ki_json_uint(&json, "against", entry->from.nvotes_against);
    ki_json_object_end(&json);
    put_hashes(&json, entry);
    put_doubts(&json, entry->doubts);
    put_import(&json, "added_by", entry->added);
    put_import(&json, "changed_by", entry->changed);
    ki_json_line_end(&json);
}

static int run_show(const struct command *command, int argc, char **argv)
{
    struct entry_arguments arguments = {0};
    struct operands operands;
    struct index_folder folder;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    if (!index_folder_find_existing(arguments.index, &folder)) {
        return EXIT_TROUBLE;
    }
    for (size_t i = 1; i < operands.nitems; i++) {
        const char *id = operands.items[i];
        struct ki_diag diag = {0};
        enum ki_status status = ki_list_entry(folder.path, operands.items[0], id,
                                              strlen(id), print_entry, NULL, &diag);
        if (status != KI_OK) {
            message_status(status, &diag);
            exit_status = EXIT_TROUBLE;
        }
    }
    return exit_status;
}

static const struct option_group groups[] = {
    INDEX_OPTION_GROUP(offsetof(struct entry_arguments, index)),
};

const struct command command_entry_show = {
    .name = "entry show",
    .operands = "LIST ENTRY…",
    .min_operands = 2,
    .max_operands = ANY_NUMBER,
    .summary = "print all that is known of entries of a list",
    .details =
        "One line of JSON an entry: its hashes, category, who handed it in at the\n"
        "source and when, votes on it, why its PDQ hashes are not looked up if that\n"
        "is so, and the imports that brought it and changed it last.\n\n"
        "Exit status: 0 done, 2 failed or an entry was not there.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_show,
};
