/* SPDX-License-Identifier: Apache-2.0 */
/* Replays saved inputs, files or folders of files, through a fuzz target. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/fuzz.h"

static bool read_all(FILE *file, uint8_t *data, size_t nbytes)
{
    return nbytes == 0 || fread(data, 1, nbytes, file) == nbytes;
}

/* The copy is exactly as long as the input, so that a sanitizer sees overruns. */
static bool replay_open_file(FILE *file, size_t nbytes)
{
    uint8_t *data = malloc(nbytes);
    bool is_read = (data != NULL || nbytes == 0) && read_all(file, data, nbytes);
    if (is_read) {
        LLVMFuzzerTestOneInput(data, nbytes);
    }
    free(data);
    return is_read;
}

static bool replay_file(const char *path, size_t nbytes)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    bool is_read = replay_open_file(file, nbytes);
    (void)fclose(file);
    return is_read;
}

static bool replay(const char *path, unsigned *nfiles);

static bool replay_entry(const char *folder, const char *name, unsigned *nfiles)
{
    char path[4096];
    int nchars = snprintf(path, sizeof path, "%s/%s", folder, name);
    return nchars > 0 && (size_t)nchars < sizeof path && replay(path, nfiles);
}

static bool replay_folder(const char *path, unsigned *nfiles)
{
    struct dirent **entries = NULL;
    int nentries = scandir(path, &entries, NULL, alphasort);
    bool is_read = nentries >= 0;
    for (int i = 0; i < nentries; i++) {
        if (entries[i]->d_name[0] != '.') {
            is_read = replay_entry(path, entries[i]->d_name, nfiles) && is_read;
        }
        free(entries[i]);
    }
    free(entries);
    return is_read;
}

static bool replay(const char *path, unsigned *nfiles)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return false;
    }
    if (S_ISDIR(status.st_mode)) {
        return replay_folder(path, nfiles);
    }
    ++*nfiles;
    return replay_file(path, (size_t)status.st_size);
}

int main(int argc, char **argv)
{
    bool is_read = true;
    unsigned nfiles = 0;
    for (int i = 1; i < argc; i++) {
        if (!replay(argv[i], &nfiles)) {
            (void)fprintf(stderr, "%s: not all could be read\n", argv[i]);
            is_read = false;
        }
    }
    printf("%u inputs replayed\n", nfiles);
    return is_read && nfiles > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
