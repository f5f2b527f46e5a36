/* SPDX-License-Identifier: Apache-2.0 */
/* Many threads over one index: folder scans in both orders, stopped scans, and
 * scanners of several threads while another publishes. Run under ThreadSanitizer. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <knownimage/list.h>
#include <knownimage/scan.h>

#include "support/hashes.h"

#define CHECK(condition)                                                               \
    do {                                                                               \
        if (!(condition)) {                                                            \
            printf("not ok: %s (line %d)\n", #condition, __LINE__);                    \
            exit(1);                                                                   \
        }                                                                              \
    } while (0)

struct count {
    uint64_t nresults;
    uint64_t stop_after;
};

static void note(void *context, const char *path, const struct ki_result *result)
{
    struct count *count = context;
    CHECK(path[0] && result->generation > 0);
    count->nresults++;
}

static bool is_enough(void *context)
{
    static atomic_uint polls; /* handlers may be asked from any thread */
    const struct count *count = context;
    return count->stop_after > 0 && atomic_fetch_add(&polls, 1) >= count->stop_after;
}

static uint64_t scan(const struct ki_index *index, const char *folder, unsigned njobs,
                     bool ordered, uint64_t stop_after)
{
    struct ki_scan_options options = ki_scan_options_default();
    struct count count = {.stop_after = stop_after};
    struct ki_scan_handlers handlers = {note, is_enough, &count};
    struct ki_scan_summary summary;
    options.njobs = njobs;
    options.ordered = ordered;
    CHECK(ki_scan_paths(index, &options, &folder, 1, &handlers, &summary, NULL) ==
          KI_OK);
    CHECK(summary.nfiles == count.nresults);
    return count.nresults;
}

struct publisher {
    const char *folder;
    atomic_bool is_done;
};

static void *publish(void *argument)
{
    struct publisher *publisher = argument;
    struct random_state random = random_begin(97);
    for (int i = 0; i < 30; i++) {
        struct ki_hash hash = {.kind = KI_KIND_PDQ};
        char hex[2 * KI_HASH_MAX_NBYTES + 1];
        char line[128];
        int ends[2];
        struct ki_import_options options = ki_import_options_default();
        struct ki_import_result result;
        options.format = "pdq-text";
        CHECK(pipe(ends) == 0);
        struct ki_pdq pdq = hash_uniform(&random);
        memcpy(hash.bytes, pdq.bytes, sizeof pdq.bytes);
        ki_hash_to_hex(&hash, hex);
        int length = snprintf(line, sizeof line, "%s,100,entry-%d\n", hex, i);
        CHECK(write(ends[1], line, (size_t)length) == length);
        (void)close(ends[1]);
        CHECK(ki_list_import(publisher->folder, "list", ends[0], &options, &result,
                             NULL) == KI_OK);
        CHECK(result.nadded == 1);
        (void)close(ends[0]);
    }
    atomic_store(&publisher->is_done, true);
    return NULL;
}

/* Opens generation after generation while they are published. */
static void *reopen(void *argument)
{
    struct publisher *publisher = argument;
    uint64_t last = 0;
    while (!atomic_load(&publisher->is_done)) {
        struct ki_index *index = NULL;
        struct ki_diag diag = {0};
        enum ki_status status = ki_index_open(publisher->folder, &index, &diag);
        if (status != KI_OK) {
            printf("%s\n", diag.message);
        }
        CHECK(status == KI_OK);
        CHECK(ki_index_generation(index) >= last);
        last = ki_index_generation(index);
        ki_index_close(index);
    }
    return NULL;
}

static void publish_under_readers(const char *folder)
{
    struct publisher publisher = {.folder = folder};
    pthread_t writer;
    pthread_t readers[2];
    CHECK(pthread_create(&writer, NULL, publish, &publisher) == 0);
    for (int i = 0; i < 2; i++) {
        CHECK(pthread_create(&readers[i], NULL, reopen, &publisher) == 0);
    }
    (void)pthread_join(writer, NULL);
    for (int i = 0; i < 2; i++) {
        (void)pthread_join(readers[i], NULL);
    }
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/knownimage-stress-XXXXXX";
    char command[128];
    struct ki_list_info list = ki_list_info_default();
    struct ki_index *index = NULL;
    uint64_t generation = 0;
    CHECK(argc == 2 && mkdtemp(folder));
    (void)snprintf(list.name, sizeof list.name, "list");
    CHECK(ki_list_add(folder, &list, false, NULL) == KI_OK);
    CHECK(ki_index_publish(folder, true, &generation, NULL) == KI_OK);
    publish_under_readers(folder);
    CHECK(ki_index_open(folder, &index, NULL) == KI_OK);
    uint64_t nfiles = scan(index, argv[1], 1, false, 0);
    CHECK(nfiles > 40);
    CHECK(scan(index, argv[1], 4, false, 0) == nfiles);
    CHECK(scan(index, argv[1], 4, true, 0) == nfiles);
    CHECK(scan(index, argv[1], 9, true, 20) < nfiles);
    ki_index_close(index);
    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK(system(command) == 0);
    printf("ok: %llu files, every time\n", (unsigned long long)nfiles);
    return 0;
}
