/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage list add. */
#include <stdio.h>
#include <string.h>

#include <knownimage/list.h>

#include "common/index_folder.h"
#include "common/message.h"
#include "common/option_groups.h"
#include "common/option_types.h"
#include "keys/keys.h"
#include "knownimage/audited.h"
#include "knownimage/commands.h"
#include "knownimage/lists.h"

static const char *purpose_choice(size_t i)
{
    return i < KI_NPURPOSES ? ki_purpose_text((enum ki_purpose)i) : NULL;
}

static const char *action_choice(size_t i)
{
    return i < KI_NACTIONS ? ki_action_text((enum ki_action)i) : NULL;
}

static const struct option_type purpose_type = {
    .read = option_read_choice,
    .expected = "one of ",
    .choice = purpose_choice,
};
static const struct option_type action_type = {
    .read = option_read_choice,
    .expected = "one of ",
    .choice = action_choice,
};
static const struct option_type radius_type = {
    .read = option_read_int,
    .expected = "a number of bits from 0 to 47",
    .max = KI_RADIUS_MAX,
};
static const struct option_type quality_type = {
    .read = option_read_int,
    .expected = "a number from 0 to 100",
    .max = KI_QUALITY_MAX,
};

enum { NOT_GIVEN = -1 };

struct add_arguments {
    const char *index;
    const char *source; /* NULL: not given */
    int purpose;        /* these four: NOT_GIVEN, or the value */
    int action;
    int radius;
    int min_quality;
    const char *key; /* NULL: not given */
    bool drops_key;
    bool is_update;
};

/* Copies a word into a field of an info; false if it is too long for it. */
static bool set_word(char *field, size_t field_nbytes, const char *word)
{
    size_t length = strlen(word);
    if (length >= field_nbytes) {
        return false;
    }
    memcpy(field, word, length + 1);
    return true;
}

/* A file of that name, or the key itself. */
static bool read_key(const char *text, struct ki_list_trust *trust)
{
    struct ki_public_key key;
    struct ki_diag diag = {0};
    enum ki_status status =
        ki_public_key_parse("--key", text, strlen(text), &key, NULL);
    if (status != KI_OK) {
        status = ki_public_key_read(text, &key, &diag);
    }
    if (status != KI_OK) {
        message_status(status, &diag);
        return false;
    }
    trust->has_key = true;
    memcpy(trust->key_id, key.id, sizeof trust->key_id);
    memcpy(trust->key, key.key, sizeof trust->key);
    return true;
}

static bool apply_key(const struct add_arguments *arguments,
                      struct ki_list_trust *trust)
{
    if (arguments->drops_key) {
        *trust = (struct ki_list_trust){.has_key = false};
    }
    return !arguments->key || read_key(arguments->key, trust);
}

/* Puts what was given on the command line over *info. */
static bool apply_arguments(const struct add_arguments *arguments, const char *name,
                            struct ki_list_info *info)
{
    if (arguments->purpose != NOT_GIVEN) {
        info->purpose = (enum ki_purpose)arguments->purpose;
    }
    if (arguments->action != NOT_GIVEN) {
        info->action = (enum ki_action)arguments->action;
    }
    if (arguments->radius != NOT_GIVEN) {
        info->radius = (unsigned)arguments->radius;
    }
    if (arguments->min_quality != NOT_GIVEN) {
        info->min_quality = (unsigned)arguments->min_quality;
    }
    bool is_short = set_word(info->name, sizeof info->name, name) &&
                    (!arguments->source ||
                     set_word(info->source, sizeof info->source, arguments->source));
    if (!is_short) {
        message("list add: names and sources have up to %d characters",
                KI_LIST_NAME_NBYTES - 1);
    }
    return is_short;
}

/* Writes the list into the catalog and publishes it; *info becomes what stands there.
 * Not without a message unless KI_OK. */
static enum ki_status store_list(const char *folder, bool is_update,
                                 struct ki_list_info *info, uint64_t *generation,
                                 struct ki_diag *diag)
{
    bool is_found;
    enum ki_status status = ki_list_add(folder, info, is_update, diag);
    if (status == KI_OK) {
        status = read_list(folder, info->name, info, &is_found, diag);
    }
    if (status != KI_OK) {
        message_status(status, diag);
        return status;
    }
    status = ki_index_publish(folder, false, generation, diag);
    if (status != KI_OK) {
        explain_unpublished(status, diag);
    }
    return status;
}

static void print_list_at(const struct ki_list_info *info, uint64_t generation)
{
    struct ki_json json = ki_json_line_begin(stdout);
    put_list(&json, info);
    ki_json_uint(&json, "generation", generation);
    ki_json_line_end(&json);
}

static int add_list(const struct add_arguments *arguments, const char *name)
{
    struct index_folder folder;
    struct ki_list_info info = ki_list_info_default();
    struct ki_diag diag = {0};
    uint64_t generation = 0;
    if (!index_folder_find_to_write(arguments->index, &folder)) {
        return EXIT_TROUBLE;
    }
    if (arguments->is_update) {
        bool is_found = false;
        struct ki_diag ignored = {0}; /* there may be no index yet */
        enum ki_status status =
            read_list(folder.path, name, &info, &is_found, &ignored);
        if (status != KI_OK && status != KI_ERR_NOT_FOUND) {
            message_status(status, &ignored);
            return EXIT_TROUBLE;
        }
    }
    if (!apply_arguments(arguments, name, &info) ||
        !apply_key(arguments, &info.trust)) {
        return EXIT_TROUBLE;
    }
    struct ki_audit *audit;
    const char *what = arguments->is_update ? "update" : "add";
    if (!audited_begin(folder.path, what, name, &audit)) {
        return EXIT_TROUBLE;
    }
    enum ki_status status =
        store_list(folder.path, arguments->is_update, &info, &generation, &diag);
    if (status != KI_OK) {
        audited_failed(audit, what, name);
        return EXIT_TROUBLE;
    }
    if (!audited_list(&audit, what, &info, generation)) {
        return EXIT_TROUBLE;
    }
    print_list_at(&info, generation);
    (void)fflush(stdout);
    index_folder_warn(&folder);
    return EXIT_DONE;
}

static int run_add(const struct command *command, int argc, char **argv)
{
    struct add_arguments arguments = {
        .purpose = NOT_GIVEN,
        .action = NOT_GIVEN,
        .radius = NOT_GIVEN,
        .min_quality = NOT_GIVEN,
    };
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    if (arguments.key && arguments.drops_key) {
        return command_usage_error(command, "--key and --no-key exclude each other");
    }
    return add_list(&arguments, operands.items[0]);
}

#define ADD_FIELD(member) offsetof(struct add_arguments, member)

static const struct option_spec add_specs[] = {
    {"source", 's', "NAME", &option_text, ADD_FIELD(source),
     "who vouches for the list (default: its name);\n"
     "lists of two sources corroborate each other"},
    {"purpose", 'p', "PURPOSE", &purpose_type, ADD_FIELD(purpose),
     "match (default); allow: its hits make no match;\n"
     "test: they match, but never act"},
    {"radius", 'r', "BITS", &radius_type, ADD_FIELD(radius),
     "PDQ hits at this distance or less (default: 31)"},
    {"min-quality", 'q', "N", &quality_type, ADD_FIELD(min_quality),
     "quality a picture must have for a PDQ hit\n(default: 50)"},
    {"action", 'a', "ACTION", &action_type, ADD_FIELD(action),
     "what a match asks for (default: review)"},
    {"key", 'k', "KEY", &option_text, ADD_FIELD(key),
     "minisign public key, a file or its base64: only\nupdates signed with it are "
     "taken"},
    {"no-key", 0, NULL, &option_true, ADD_FIELD(drops_key),
     "take unsigned updates, and none that is signed"},
    {"update", 'u', NULL, &option_true, ADD_FIELD(is_update),
     "if the list exists, change what is given"},
};

static const struct option_group add_groups[] = {
    {"policy", add_specs, COUNT(add_specs), 0},
    INDEX_OPTION_GROUP(ADD_FIELD(index)),
};

const struct command command_list_add = {
    .name = "list add",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .summary = "add a list, or change its policy",
    .details =
        "Makes the index folder if there is none. Prints the list as one line\n"
        "of JSON and publishes, so that the policy is in force.\n\n"
        "With another key, or none, a list forgets which updates it took: serial\n"
        "numbers are their signer's.",
    .groups = add_groups,
    .ngroups = COUNT(add_groups),
    .run = run_add,
};
