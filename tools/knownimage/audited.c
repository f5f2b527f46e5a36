/* SPDX-License-Identifier: Apache-2.0 */
#include "knownimage/audited.h"

#include "common/message.h"

static bool refuse(enum ki_status status, const struct ki_diag *diag)
{
    message_status(status, diag);
    message("nothing is done that the audit log cannot tell: see 'knownimage audit "
            "verify'");
    return false;
}

bool audited_open(const char *folder, struct ki_audit **out)
{
    struct ki_diag diag = {0};
    *out = NULL;
    if (!ki_audit_is_enabled(folder)) {
        return true;
    }
    enum ki_status status = ki_audit_open(folder, out, &diag);
    return status == KI_OK || refuse(status, &diag);
}

bool audited_begin(const char *folder, const char *what, const char *list,
                   struct ki_audit **out)
{
    struct ki_diag diag = {0};
    if (!audited_open(folder, out)) {
        return false;
    }
    enum ki_status status = *out ? ki_audit_add_begin(*out, what, list) : KI_OK;
    if (status == KI_OK && *out) {
        status = ki_audit_commit(*out, &diag);
    }
    if (status == KI_OK) {
        return true;
    }
    enum ki_status ignored = ki_audit_close(*out, NULL); /* would say the same */
    (void)ignored;
    *out = NULL;
    return refuse(status, &diag);
}

static bool finish(struct ki_audit **audit, enum ki_status status)
{
    struct ki_diag diag = {0};
    enum ki_status closed = ki_audit_close(*audit, &diag);
    *audit = NULL;
    if (status == KI_OK) {
        status = closed;
    }
    if (status != KI_OK) {
        message_status(status, &diag);
        message("it is done, but the audit log does not tell it");
    }
    return status == KI_OK;
}

bool audited_import(struct ki_audit **audit, const char *list,
                    const struct ki_import_result *result)
{
    return !*audit || finish(audit, ki_audit_add_import(*audit, list, result));
}

bool audited_list(struct ki_audit **audit, const char *what,
                  const struct ki_list_info *info, uint64_t generation)
{
    return !*audit || finish(audit, ki_audit_add_list(*audit, what, info, generation));
}

bool audited_removal(struct ki_audit **audit, const char *list, uint64_t nremoved,
                     uint64_t generation)
{
    return !*audit ||
           finish(audit, ki_audit_add_removal(*audit, list, nremoved, generation));
}

bool audited_release(struct ki_audit **audit, const char *list, uint64_t nreleased,
                     uint64_t generation)
{
    return !*audit ||
           finish(audit, ki_audit_add_release(*audit, list, nreleased, generation));
}

bool audited_quarantine(struct ki_audit **audit, const char *list,
                        uint64_t nquarantined, uint64_t generation)
{
    return !*audit || finish(audit, ki_audit_add_quarantine(*audit, list, nquarantined,
                                                            generation));
}

bool audited_publication(struct ki_audit **audit, const char *what, uint64_t generation)
{
    return !*audit || finish(audit, ki_audit_add_publication(*audit, what, generation));
}

void audited_failed(struct ki_audit *audit, const char *what, const char *list)
{
    struct ki_diag diag = {0};
    enum ki_status status = audit ? ki_audit_add_failed(audit, what, list) : KI_OK;
    if (status != KI_OK) {
        message_status(status, &diag);
    }
    audited_drop(audit);
}

void audited_drop(struct ki_audit *audit)
{
    struct ki_diag diag = {0};
    enum ki_status status = ki_audit_close(audit, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
    }
}
