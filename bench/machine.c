/* SPDX-License-Identifier: Apache-2.0 */
/* What a figure was measured on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/bench.h"

/* The rest of the first line of a file that begins with key, trimmed. */
static void read_value(const char *path, const char *key, char *out, size_t nbytes)
{
    char line[512];
    FILE *file = fopen(path, "r");
    out[0] = '\0';
    while (file && out[0] == '\0' && fgets(line, sizeof line, file)) {
        if (strncmp(line, key, strlen(key)) == 0) {
            const char *value = line + strlen(key);
            value += strspn(value, " \t:");
            (void)snprintf(out, nbytes, "%.*s", (int)strcspn(value, "\n"), value);
        }
    }
    if (file) {
        (void)fclose(file);
    }
}

json_t *bench_machine(void)
{
    char processor[128];
    char family[16];
    char model[16];
    char memory[64];
    char pages[64];
    struct utsname system = {0};
    read_value("/proc/cpuinfo", "model name", processor, sizeof processor);
    read_value("/proc/cpuinfo", "cpu family", family, sizeof family);
    read_value("/proc/cpuinfo", "model\t", model, sizeof model);
    read_value("/proc/meminfo", "MemTotal", memory, sizeof memory);
    read_value("/sys/kernel/mm/transparent_hugepage/enabled", "", pages, sizeof pages);
    (void)uname(&system);
    return json_pack("{s:s,s:s,s:s,s:i,s:I,s:s,s:s,s:s}", "processor", processor,
                     "family", family, "model", model, "cores",
                     (int)sysconf(_SC_NPROCESSORS_ONLN), "memory_kib",
                     (json_int_t)strtoull(memory, NULL, 10), "kernel", system.release,
                     "huge_pages", pages, "compiler", __VERSION__);
}
