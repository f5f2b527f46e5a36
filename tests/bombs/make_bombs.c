/* SPDX-License-Identifier: Apache-2.0 */
/* Writes hostile files into a folder, and to stdout what a scan must say of each:
 *
 *   name TAB reasons, parted by |
 *
 * usage: make_bombs [--small] FOLDER     --small leaves out what takes long */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bombs/bomb.h"

static _Noreturn void give_up(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE); /* NOLINT(concurrency-mt-unsafe): one thread */
}

void put(struct ki_blob *blob, const void *data, size_t nbytes)
{
    if (nbytes > 0 && ki_blob_append(blob, data, nbytes) != KI_OK) {
        give_up("make_bombs");
    }
}

void put_byte(struct ki_blob *blob, unsigned byte, size_t count)
{
    uint8_t bytes[4096];
    memset(bytes, (int)byte, sizeof bytes);
    while (count > 0) {
        size_t nbytes = count < sizeof bytes ? count : sizeof bytes;
        put(blob, bytes, nbytes);
        count -= nbytes;
    }
}

void put_u16(struct ki_blob *blob, unsigned value)
{
    const uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};
    put(blob, bytes, sizeof bytes);
}

void put_u32(struct ki_blob *blob, uint32_t value)
{
    put_u16(blob, value >> 16);
    put_u16(blob, value & 0xffff);
}

void cut(struct ki_blob *blob, size_t nbytes)
{
    blob->nbytes = nbytes < blob->nbytes ? nbytes : blob->nbytes;
}

static void write_bomb(const char *folder, const struct bomb *bomb)
{
    char path[4096];
    struct ki_blob blob = {0};
    bomb->make(&blob, bomb->number);
    (void)snprintf(path, sizeof path, "%s/%s", folder, bomb->name);
    FILE *file = fopen(path, "wb");
    if (!file || (blob.nbytes > 0 && fwrite(blob.data, blob.nbytes, 1, file) != 1) ||
        fclose(file) != 0) {
        give_up(path);
    }
    ki_blob_destroy(&blob);
    printf("%s\t%s\n", bomb->name, bomb->reasons);
}

int main(int argc, char **argv)
{
    static const struct bomb_table *const tables[] = {
        &jpeg_size_bombs, &jpeg_scan_bombs,  &jpeg_marker_bombs, &png_header_bombs,
        &png_chunk_bombs, &png_stream_bombs, &other_bombs,
    };
    bool is_small = argc == 3 && strcmp(argv[1], "--small") == 0;
    if (argc != 2 && !is_small) {
        (void)fprintf(stderr, "usage: make_bombs [--small] FOLDER\n");
        return 64;
    }
    const char *folder = argv[argc - 1];
    (void)mkdir(folder, 0700);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        for (unsigned k = 0; k < tables[i]->nbombs; k++) {
            const struct bomb *bomb = &tables[i]->bombs[k];
            if (!is_small || !bomb->is_costly) {
                write_bomb(folder, bomb);
            }
        }
    }
    return EXIT_SUCCESS;
}
