/* SPDX-License-Identifier: Apache-2.0 */
/* An index folder kept as it should be, and copies of it with damaged files. */
#ifndef KI_TESTS_STRESS_MUTANTS_H
#define KI_TESTS_STRESS_MUTANTS_H

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stress/check.h"

enum { MOST_FILES = 32, MOST_OLD = 8, MOST_NBYTES = 4 << 20, PAGE = 4096 };

struct bytes {
    uint8_t *data; /* NULL: there is no such file */
    size_t nbytes;
};

/* A file of the index: as it should be, and as this mutant has it. */
struct file {
    char name[96];
    struct bytes good;
    struct bytes now;
    bool is_changed;
};

struct mutants {
    char folder[64]; /* where mutants are made */
    char pristine[64];
    uint64_t random;
    struct file files[MOST_FILES];
    size_t nfiles;
    struct bytes old_manifests[MOST_OLD]; /* of earlier generations */
    struct bytes old_catalogs[MOST_OLD];
    size_t nold;
    bool has_old_catalog; /* the mutant's catalog is a whole, but earlier one */
};

static inline uint64_t below(struct mutants *mutants, uint64_t limit)
{
    CHECK(limit > 0);
    return mix_number(mutants->random += 0x9e3779b97f4a7c15u) % limit;
}

static inline struct bytes read_bytes(const char *folder, const char *name)
{
    char path[192];
    struct stat info;
    struct bytes bytes = {0};
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDONLY);
    CHECK(fd >= 0 && fstat(fd, &info) == 0 && info.st_size <= MOST_NBYTES);
    bytes.nbytes = (size_t)info.st_size;
    bytes.data = malloc(bytes.nbytes + 1);
    CHECK(bytes.data && read(fd, bytes.data, bytes.nbytes) == info.st_size);
    (void)close(fd);
    return bytes;
}

static inline void write_bytes(const char *path, struct bytes bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    CHECK(fd >= 0);
    CHECK(write(fd, bytes.data, bytes.nbytes) == (ssize_t)bytes.nbytes);
    (void)close(fd);
}

static inline void mutants_keep_old(struct mutants *mutants)
{
    CHECK(mutants->nold < MOST_OLD);
    mutants->old_manifests[mutants->nold] = read_bytes(mutants->pristine, "MANIFEST");
    mutants->old_catalogs[mutants->nold] = read_bytes(mutants->pristine, "catalog.mdb");
    mutants->nold++;
}

static inline void mutants_keep_folder(struct mutants *mutants, const char *sub)
{
    char path[192];
    (void)snprintf(path, sizeof path, "%s/%s", mutants->pristine, sub);
    DIR *listing = opendir(path);
    CHECK(listing);
    for (struct dirent *item = readdir(listing); item; item = readdir(listing)) {
        struct file *file = &mutants->files[mutants->nfiles];
        struct stat info;
        CHECK(mutants->nfiles < MOST_FILES);
        (void)snprintf(file->name, sizeof file->name, "%s%.64s", sub, item->d_name);
        (void)snprintf(path, sizeof path, "%s/%s", mutants->pristine, file->name);
        if (stat(path, &info) == 0 && S_ISREG(info.st_mode)) {
            file->good = read_bytes(mutants->pristine, file->name);
            mutants->nfiles++;
        }
    }
    (void)closedir(listing);
}

/* The pristine folder is complete. */
static inline void mutants_keep(struct mutants *mutants)
{
    char path[128];
    mutants_keep_folder(mutants, "");
    mutants_keep_folder(mutants, "segments/");
    (void)snprintf(path, sizeof path, "%s/segments", mutants->folder);
    CHECK(mkdir(path, 0700) == 0);
}

static inline void empty_folder(const char *folder)
{
    DIR *listing = opendir(folder);
    CHECK(listing);
    for (struct dirent *item = readdir(listing); item; item = readdir(listing)) {
        char path[400];
        (void)snprintf(path, sizeof path, "%s/%.100s", folder, item->d_name);
        (void)unlink(path); /* leaves folders alone */
    }
    (void)closedir(listing);
}

/* Makes the folder anew as the mutant is. Files that are good and never written to in
 * place are links. */
static inline void mutants_lay_out(const struct mutants *mutants)
{
    char path[192];
    char pristine[192];
    (void)snprintf(path, sizeof path, "%s/segments", mutants->folder);
    empty_folder(path);
    empty_folder(mutants->folder);
    for (size_t i = 0; i < mutants->nfiles; i++) {
        const struct file *file = &mutants->files[i];
        (void)snprintf(path, sizeof path, "%s/%s", mutants->folder, file->name);
        (void)snprintf(pristine, sizeof pristine, "%s/%s", mutants->pristine,
                       file->name);
        if (file->is_changed && !file->now.data) {
            continue;
        }
        if (!file->is_changed && strncmp(file->name, "segments/", 9) == 0) {
            CHECK(link(pristine, path) == 0);
        } else {
            write_bytes(path, file->is_changed ? file->now : file->good);
        }
    }
}

static inline void change(struct file *file, struct bytes bytes)
{
    file->is_changed = true;
    free(file->now.data);
    file->now = (struct bytes){0};
    if (bytes.data) {
        file->now.data = malloc(bytes.nbytes + 1);
        CHECK(file->now.data);
        memcpy(file->now.data, bytes.data, bytes.nbytes);
        file->now.nbytes = bytes.nbytes;
    }
}

static inline struct file *find_file(struct mutants *mutants, const char *name)
{
    for (size_t i = 0; i < mutants->nfiles; i++) {
        if (strcmp(mutants->files[i].name, name) == 0) {
            return &mutants->files[i];
        }
    }
    CHECK(false);
    return NULL;
}

static inline void damage_bytes(struct mutants *mutants, struct file *file)
{
    size_t nbytes = file->good.nbytes;
    uint8_t *data = malloc(nbytes + PAGE);
    CHECK(data);
    memcpy(data, file->good.data, nbytes);
    size_t at = nbytes > 0 ? below(mutants, nbytes) : 0;
    size_t page = at / PAGE * PAGE;
    size_t page_nbytes = page + PAGE < nbytes ? PAGE : nbytes - page;
    size_t other = nbytes > 0 ? below(mutants, nbytes) / PAGE * PAGE : 0;
    switch (nbytes > 0 ? below(mutants, 9) : 8) {
    case 0:
    case 1:
        data[at] = (uint8_t)(data[at] ^ 1u << below(mutants, 8));
        break;
    case 2:
        nbytes = at;
        break;
    case 3:
        nbytes = page;
        break;
    case 4:
        memset(data + page, 0, page_nbytes);
        break;
    case 5: /* another page in its place */
        memmove(data + page, data + other,
                other + page_nbytes <= nbytes ? page_nbytes : 1);
        break;
    case 6: /* a field of a page's header, or a byte near one */
        data[page + below(mutants, page_nbytes < 24 ? page_nbytes : 24)] =
            (uint8_t)below(mutants, 256);
        break;
    case 7: /* a few bytes overwritten */
        for (size_t i = at; i < nbytes && i < at + 64; i++) {
            data[i] = (uint8_t)below(mutants, 256);
        }
        break;
    default:
        memset(data + nbytes, (int)below(mutants, 256), PAGE);
        nbytes += 1 + below(mutants, PAGE - 1);
    }
    change(file, (struct bytes){data, nbytes});
    free(data);
}

/* A file is changed, exchanged with another or gone, or an old one is back. Half of
 * them are in the catalog, which has no checksum. */
static inline void mutants_next(struct mutants *mutants, uint64_t number)
{
    mutants->random = mix_number(number + 0x1234567);
    mutants->has_old_catalog = false;
    for (size_t i = 0; i < mutants->nfiles; i++) {
        mutants->files[i].is_changed = false;
    }
    struct file *file = below(mutants, 2)
                            ? find_file(mutants, "catalog.mdb")
                            : &mutants->files[below(mutants, mutants->nfiles)];
    struct file *other = &mutants->files[below(mutants, mutants->nfiles)];
    size_t old = below(mutants, mutants->nold);
    switch (below(mutants, 16)) {
    case 0:
        change(file, other->good);
        change(other, file->good);
        break;
    case 1:
        change(file, (struct bytes){0});
        break;
    case 2:
        change(find_file(mutants, "MANIFEST"), mutants->old_manifests[old]);
        break;
    case 3:
        change(find_file(mutants, "catalog.mdb"), mutants->old_catalogs[old]);
        mutants->has_old_catalog = true;
        break;
    default:
        damage_bytes(mutants, file);
    }
}

#endif
