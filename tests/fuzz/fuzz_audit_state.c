/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base.json, state.json and config.json of an audit log, any bytes: refused, or read so
 * that what is written of it is read as the same. The first byte says which file it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/audit_mark.h"
#include "fuzz/fuzz.h"

static char folder[64];

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void clean_up(void)
{
    static const char *const names[] = {"base.json", "state.json", "config.json"};
    char path[KI_PATH_NBYTES];
    for (unsigned i = 0; i < 3; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

/* In memory: the writers sync. */
static void make_folder(void)
{
    bool has_memory = access("/dev/shm", W_OK) == 0;
    (void)snprintf(folder, sizeof folder, "%s/fuzz_audit_XXXXXX",
                   has_memory ? "/dev/shm" : "/tmp");
    require(mkdtemp(folder) != NULL);
    require(atexit(clean_up) == 0);
}

static void put(const char *name, const void *data, size_t nbytes)
{
    char path[KI_PATH_NBYTES];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    require(file && fwrite(data, 1, nbytes, file) == nbytes && fclose(file) == 0);
}

static void check_mark(const char *name, bool is_base)
{
    struct ki_audit_mark mark;
    struct ki_audit_mark again;
    struct ki_diag diag = {0};
    if (is_base) {
        enum ki_status status = ki_audit_base_read(folder, &mark, &diag);
        require(status == KI_OK || status == KI_ERR_DAMAGED || status == KI_ERR_LIMIT);
        if (status != KI_OK) {
            require(diag.message[0] != '\0');
            return;
        }
        require(mark.file == mark.tree.size && mark.offset == 0);
    } else if (!ki_audit_state_read(folder, &mark)) {
        return;
    }
    require(mark.file <= mark.tree.size);
    require(ki_audit_mark_write(folder, name, &mark, NULL) == KI_OK);
    require(is_base ? ki_audit_base_read(folder, &again, NULL) == KI_OK
                    : ki_audit_state_read(folder, &again));
    require(is_same_mark(&mark, &again));
}

static void check_config(void)
{
    struct ki_audit_config config = {0};
    struct ki_audit_config again = {0};
    if (ki_audit_config_read(folder, &config, NULL) != KI_OK) {
        return;
    }
    require(config.origin[0] != '\0' && config.key_path[0] != '\0');
    require(ki_audit_config_write(folder, &config, NULL) == KI_OK);
    require(ki_audit_config_read(folder, &again, NULL) == KI_OK);
    require(strcmp(config.origin, again.origin) == 0);
    require(strcmp(config.key_path, again.key_path) == 0);
    require(memcmp(&config.public_key, &again.public_key, sizeof again.public_key) ==
            0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    if (folder[0] == '\0') {
        make_folder();
    }
    if (nbytes == 0) {
        return 0;
    }
    switch (data[0] % 3) {
    case 0:
        put("base.json", data + 1, nbytes - 1);
        check_mark("base.json", true);
        break;
    case 1:
        put("state.json", data + 1, nbytes - 1);
        check_mark("state.json", false);
        break;
    default:
        put("config.json", data + 1, nbytes - 1);
        check_config();
    }
    return 0;
}
