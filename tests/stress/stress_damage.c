/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of an index are damaged in many ways. Opening it must end in an error that says
 * something, or every entry must be found and no removed one: no crash, no silent miss.
 * Each mutant is looked at by a process of its own.
 *
 *   stress_damage [MUTANTS [SEED]]
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "index/publish.h"
#include "stress/check.h"

enum {
    NENTRIES = 150,
    NREMOVED = 15, /* the first ones */
    MOST_FILES = 32,
    MOST_NBYTES = 4 << 20,
    PAGE = 4096
};

/* A file of the index, as it should be. */
struct file {
    char path[192];
    uint8_t *data;
    size_t nbytes;
};

static struct {
    char folder[64];
    uint64_t random;
    struct file files[MOST_FILES];
    size_t nfiles;
    uint8_t *old_manifests[8]; /* of earlier generations */
    size_t old_nbytes[8];
    size_t nold;
    unsigned nrefused;
    unsigned nharmless;
} run;

static uint64_t below(uint64_t limit)
{
    return mix_number(run.random += 0x9e3779b97f4a7c15u) % limit;
}

static uint8_t *read_file(const char *path, size_t *nbytes)
{
    struct stat info;
    int fd = open(path, O_RDONLY);
    CHECK(fd >= 0 && fstat(fd, &info) == 0 && info.st_size <= MOST_NBYTES);
    uint8_t *data = malloc((size_t)info.st_size + 1);
    CHECK(data && read(fd, data, (size_t)info.st_size) == info.st_size);
    (void)close(fd);
    *nbytes = (size_t)info.st_size;
    return data;
}

static void write_file(const char *path, const uint8_t *data, size_t nbytes)
{
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    CHECK(fd >= 0 && write(fd, data, nbytes) == (ssize_t)nbytes);
    (void)close(fd);
}

static void publish_some(uint64_t first, uint64_t end, bool is_removal)
{
    const struct ki_publish_policy policy = {.most_segments = 4};
    struct ki_catalog *catalog = NULL;
    struct ki_txn *txn = NULL;
    uint64_t generation = 0;
    CHECK(ki_catalog_open(run.folder, KI_CATALOG_WRITE, &catalog, NULL) == KI_OK);
    CHECK(ki_txn_begin(catalog, &txn, NULL) == KI_OK);
    uint32_t list = make_list(txn, "list");
    for (uint64_t n = first; n < end; n++) {
        if (is_removal) {
            remove_numbered(txn, list, n);
        } else {
            add_numbered(txn, list, n);
        }
    }
    CHECK(ki_txn_commit(txn, NULL) == KI_OK);
    CHECK(ki_publish_by(catalog, &policy, &generation, NULL) == KI_OK);
    ki_catalog_close(catalog);
    char path[192];
    (void)snprintf(path, sizeof path, "%s/MANIFEST", run.folder);
    run.old_manifests[run.nold] = read_file(path, &run.old_nbytes[run.nold]);
    run.nold++;
}

static void keep_files(const char *folder)
{
    DIR *listing = opendir(folder);
    CHECK(listing);
    for (struct dirent *item = readdir(listing); item; item = readdir(listing)) {
        struct file *file = &run.files[run.nfiles];
        struct stat info;
        (void)snprintf(file->path, sizeof file->path, "%s/%.100s", folder,
                       item->d_name);
        CHECK(stat(file->path, &info) == 0);
        if (S_ISREG(info.st_mode)) {
            CHECK(run.nfiles < MOST_FILES - 1);
            file->data = read_file(file->path, &file->nbytes);
            run.nfiles++;
        }
    }
    (void)closedir(listing);
}

static void damage_bytes(struct file *file)
{
    uint8_t *data = malloc(file->nbytes + PAGE);
    size_t nbytes = file->nbytes;
    CHECK(data);
    memcpy(data, file->data, nbytes);
    size_t at = nbytes > 0 ? below(nbytes) : 0;
    size_t page = at / PAGE * PAGE;
    size_t page_end = page + PAGE < nbytes ? page + PAGE : nbytes;
    switch (nbytes > 0 ? below(6) : 5) {
    case 0:
    case 1:
        data[at] = (uint8_t)(data[at] ^ 1u << below(8));
        break;
    case 2:
        nbytes = at;
        break;
    case 3:
        memset(data + page, 0, page_end - page);
        break;
    case 4: /* another page in its place */
        memcpy(data + page,
               data + below(nbytes / PAGE + 1) * PAGE % nbytes / PAGE * PAGE,
               page_end - page < nbytes % PAGE ? page_end - page : 1);
        break;
    default:
        memset(data + nbytes, (int)below(256), PAGE);
        nbytes += 1 + below(PAGE);
    }
    write_file(file->path, data, nbytes);
    free(data);
}

/* A file is changed, exchanged with another, gone, or an old MANIFEST is back. */
static void damage(void)
{
    struct file *file = &run.files[below(run.nfiles)];
    struct file *other = &run.files[below(run.nfiles)];
    size_t old = below(run.nold);
    char path[192];
    switch (below(10)) {
    case 0:
        write_file(file->path, other->data, other->nbytes);
        write_file(other->path, file->data, file->nbytes);
        break;
    case 1:
        (void)unlink(file->path);
        break;
    case 2:
        (void)snprintf(path, sizeof path, "%s/MANIFEST", run.folder);
        write_file(path, run.old_manifests[old], run.old_nbytes[old]);
        break;
    default:
        damage_bytes(file);
    }
}

static bool answers_rightly(const struct ki_index *index)
{
    struct ki_hits hits = {0};
    bool is_right = true;
    for (uint64_t n = 0; n < NENTRIES; n++) {
        struct ki_hash query = numbered_hash(n);
        bool is_found = finds_numbered(index, &query, n, &hits);
        is_right = is_right && is_found == (n >= NREMOVED);
    }
    ki_hits_free(&hits);
    return is_right;
}

enum outcome { REFUSED = 10, HARMLESS, SILENT_MISS, NO_MESSAGE };

static enum outcome look(void)
{
    struct ki_index *index = NULL;
    struct ki_diag diag = {0};
    enum ki_status status = ki_index_open(run.folder, &index, &diag);
    if (status != KI_OK) {
        return diag.message[0] ? REFUSED : NO_MESSAGE;
    }
    bool is_right = answers_rightly(index);
    ki_index_close(index);
    return is_right ? HARMLESS : SILENT_MISS;
}

static void try_mutant(uint64_t i)
{
    damage();
    (void)fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        _exit(look());
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    int outcome = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (outcome != REFUSED && outcome != HARMLESS) {
        printf("not ok: mutant %llu: %s\n", (unsigned long long)i,
               outcome == SILENT_MISS  ? "silent miss"
               : outcome == NO_MESSAGE ? "no message"
                                       : "crash");
        exit(1);
    }
    run.nrefused += outcome == REFUSED;
    run.nharmless += outcome == HARMLESS;
}

static void restore(void)
{
    for (size_t i = 0; i < run.nfiles; i++) {
        write_file(run.files[i].path, run.files[i].data, run.files[i].nbytes);
    }
}

int main(int argc, char **argv)
{
    uint64_t nmutants = argument(argc, argv, 1, 600);
    char segments[128];
    run.random = argument(argc, argv, 2, 1);
    (void)strcpy(run.folder, "/tmp/knownimage-damage-XXXXXX");
    CHECK(mkdtemp(run.folder));
    printf("seed %llu\n", (unsigned long long)run.random);
    publish_some(0, NENTRIES / 3, false);
    publish_some(NENTRIES / 3, 2 * NENTRIES / 3, false);
    publish_some(2 * NENTRIES / 3, NENTRIES, false);
    publish_some(0, NREMOVED, true);
    (void)snprintf(segments, sizeof segments, "%s/segments", run.folder);
    keep_files(run.folder);
    keep_files(segments);
    CHECK(look() == HARMLESS);
    for (uint64_t i = 0; i < nmutants; i++) {
        try_mutant(i);
        restore();
    }
    remove_folder(run.folder);
    printf("ok: %llu mutants of %zu files, %u refused, %u harmless, 0 crashes, 0 "
           "silent misses\n",
           (unsigned long long)nmutants, run.nfiles, run.nrefused, run.nharmless);
    return 0;
}
