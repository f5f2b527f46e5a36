/* SPDX-License-Identifier: Apache-2.0 */
/* Files are few pictures in several codings; a comment makes each one's bytes its own.
 */
#include "bench/album.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/pictures.h"
#include "codec.h"
#include "common/message.h"

enum { NSIZES = 3, NCODINGS = 4, MOST_PICTURES = 8, MARKER_NBYTES = 2 };

struct size {
    double npixels;
    unsigned npictures;
};

static const struct size sizes[NSIZES] = {{0.2e6, 8}, {2e6, 4}, {12e6, 1}};

static const struct coding {
    int quality;
    enum ki_jpeg_coding coding;
} codings[NCODINGS] = {{85, KI_JPEG_BASELINE},
                       {75, KI_JPEG_BASELINE},
                       {92, KI_JPEG_BASELINE},
                       {85, KI_JPEG_PROGRESSIVE}};

struct album {
    struct ki_blob files[NSIZES][MOST_PICTURES][NCODINGS];
};

static bool encode_size(struct album *album, unsigned size)
{
    uint32_t height = (uint32_t)sqrt(sizes[size].npixels * 3 / 4);
    for (unsigned picture = 0; picture < sizes[size].npictures; picture++) {
        struct ki_canvas canvas = {0};
        if (!bench_canvas_make(height * 4 / 3, height, picture, &canvas)) {
            return false;
        }
        bool is_good = true;
        for (unsigned i = 0; is_good && i < NCODINGS; i++) {
            is_good = ki_jpeg_write(&canvas, codings[i].quality, codings[i].coding,
                                    &album->files[size][picture][i]) == KI_OK;
        }
        ki_canvas_destroy(&canvas);
        if (!is_good) {
            return false;
        }
    }
    return true;
}

static bool write_file(const char *path, const struct ki_blob *blob, uint32_t number)
{
    uint8_t comment[8] = {0xff, 0xfe, 0, 6};
    memcpy(comment + 4, &number, sizeof number);
    FILE *file = fopen(path, "wb");
    if (!file) {
        return false;
    }
    bool is_good = fwrite(blob->data, 1, MARKER_NBYTES, file) == MARKER_NBYTES &&
                   fwrite(comment, 1, sizeof comment, file) == sizeof comment &&
                   fwrite(blob->data + MARKER_NBYTES, 1, blob->nbytes - MARKER_NBYTES,
                          file) == blob->nbytes - MARKER_NBYTES;
    return fclose(file) == 0 && is_good;
}

static bool write_number(const struct album *album, const char *folder, uint32_t number)
{
    char path[512];
    unsigned place = number % 10;
    unsigned size = place < 7 ? 0 : place < 9 ? 1 : 2;
    unsigned round = number / 10;
    unsigned picture = (place + round) % sizes[size].npictures;
    unsigned coding = (place + round) % 10 == 0 ? 3 : (place + round) % 3;
    (void)snprintf(path, sizeof path, "%.400s/%05u.jpg", folder, number);
    return write_file(path, &album->files[size][picture][coding], number);
}

static void album_free(struct album *album)
{
    for (unsigned size = 0; size < NSIZES; size++) {
        for (unsigned picture = 0; picture < MOST_PICTURES; picture++) {
            for (unsigned i = 0; i < NCODINGS; i++) {
                ki_blob_destroy(&album->files[size][picture][i]);
            }
        }
    }
}

bool bench_album_make(const char *folder, uint32_t count)
{
    static struct album album;
    bool is_good = true;
    for (unsigned size = 0; is_good && size < NSIZES; size++) {
        is_good = encode_size(&album, size);
    }
    for (uint32_t i = 0; is_good && i < count; i++) {
        is_good = write_number(&album, folder, i);
    }
    album_free(&album);
    if (!is_good) {
        message("cannot make %u pictures in %s", count, folder);
    }
    return is_good;
}
