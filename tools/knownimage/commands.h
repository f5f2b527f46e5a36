/* SPDX-License-Identifier: Apache-2.0 */
/* The commands, one file for each first word. Adding one adds a line here and a line
 * to the table in main.c. */
#ifndef KI_KNOWNIMAGE_COMMANDS_H
#define KI_KNOWNIMAGE_COMMANDS_H

#include "common/command.h"

extern const struct command command_audit_checkpoint;
extern const struct command command_audit_enable;
extern const struct command command_audit_prove;
extern const struct command command_audit_prune;
extern const struct command command_audit_status;
extern const struct command command_audit_verify;
extern const struct command command_entry_show;
extern const struct command command_hash;
extern const struct command command_index_prune;
extern const struct command command_index_publish;
extern const struct command command_index_status;
extern const struct command command_index_verify;
extern const struct command command_key_create;
extern const struct command command_key_sign;
extern const struct command command_key_verify;
extern const struct command command_list_add;
extern const struct command command_list_check;
extern const struct command command_list_export;
extern const struct command command_list_import;
extern const struct command command_list_manifest;
extern const struct command command_list_quarantine;
extern const struct command command_list_release;
extern const struct command command_list_remove;
extern const struct command command_list_show;
extern const struct command command_lookup;
extern const struct command command_policy_check;
extern const struct command command_policy_show;
extern const struct command command_scan;
extern const struct command command_verdict_replay;

#endif
