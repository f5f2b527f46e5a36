/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

void splice(struct file_bytes *file, size_t offset, size_t old_nbytes, const void *data,
            size_t nbytes)
{
    size_t tail = file->nbytes - offset - old_nbytes;
    uint8_t *joined = malloc(offset + nbytes + tail + 1);
    cr_assert_not_null(joined);
    if (offset > 0) {
        memcpy(joined, file->data, offset);
    }
    if (nbytes > 0) {
        memcpy(joined + offset, data, nbytes);
    }
    if (tail > 0) {
        memcpy(joined + offset + nbytes, file->data + offset + old_nbytes, tail);
    }
    free(file->data);
    *file = (struct file_bytes){joined, offset + nbytes + tail};
}

void append(struct file_bytes *file, const void *data, size_t nbytes)
{
    uint8_t *longer = realloc(file->data, file->nbytes + nbytes + 1);
    cr_assert_not_null(longer);
    if (nbytes > 0) {
        memcpy(longer + file->nbytes, data, nbytes);
    }
    *file = (struct file_bytes){longer, file->nbytes + nbytes};
}

struct file_bytes copy_file(const struct file_bytes *file)
{
    struct file_bytes copy = {NULL, 0};
    append(&copy, file->data, file->nbytes);
    return copy;
}

struct file_bytes read_vector(const char *name)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/images/%s", KI_TEST_VECTORS, name);
    FILE *stream = fopen(path, "rb");
    cr_assert_not_null(stream, "%s", path);
    struct file_bytes file = {NULL, 0};
    uint8_t piece[65536];
    size_t nbytes = 0;
    while ((nbytes = fread(piece, 1, sizeof piece, stream)) > 0) {
        append(&file, piece, nbytes);
    }
    (void)fclose(stream);
    return file;
}

void free_file(struct file_bytes *file)
{
    free(file->data);
    *file = (struct file_bytes){NULL, 0};
}

static size_t row_nbytes(const struct picture *picture)
{
    return (size_t)picture->width * picture->layout;
}

void allocate_picture(struct picture *picture)
{
    picture->samples = calloc(picture->height, row_nbytes(picture));
    cr_assert_not_null(picture->samples);
}

void free_picture(struct picture *picture)
{
    free(picture->samples);
    picture->samples = NULL;
}

int picture_distance(const struct picture *a, const struct picture *b)
{
    if (a->width != b->width || a->height != b->height || a->layout != b->layout) {
        return 256;
    }
    int distance = 0;
    for (size_t i = 0; i < row_nbytes(a) * a->height; i++) {
        int difference = abs((int)a->samples[i] - (int)b->samples[i]);
        distance = difference > distance ? difference : distance;
    }
    return distance;
}

static enum ki_reason on_begin(void *context, const struct ki_row_shape *shape)
{
    struct decoded *decoded = context;
    decoded->nbegins++;
    decoded->nrows = 0; /* the decoder may start over */
    free_picture(&decoded->picture);
    decoded->step = (size_t)shape->layout;
    decoded->picture =
        (struct picture){NULL, ki_row_width(shape), ki_row_count(shape),
                         shape->layout == KI_ROW_RGBX8 ? KI_ROW_RGB8 : shape->layout};
    if (decoded->begin_refusal == KI_REASON_NONE) {
        allocate_picture(&decoded->picture);
    }
    return decoded->begin_refusal;
}

static enum ki_reason on_row(void *context, const uint8_t *samples)
{
    struct decoded *decoded = context;
    cr_assert(decoded->nbegins >= 1 && decoded->nrows < decoded->picture.height);
    if (decoded->refusal != KI_REASON_NONE && decoded->nrows == decoded->refused_row) {
        return decoded->refusal;
    }
    uint8_t *row =
        decoded->picture.samples + row_nbytes(&decoded->picture) * decoded->nrows;
    size_t step = (size_t)decoded->picture.layout;
    for (size_t x = 0; x < decoded->picture.width; x++) {
        memcpy(row + x * step, samples + x * decoded->step, step);
    }
    decoded->nrows++;
    return KI_REASON_NONE;
}

static enum ki_reason on_rows(void *context, const uint8_t *samples, size_t stride,
                              uint32_t count)
{
    enum ki_reason reason = KI_REASON_NONE;
    for (uint32_t i = 0; i < count && reason == KI_REASON_NONE; i++) {
        reason = on_row(context, samples + i * stride);
    }
    return reason;
}

struct guarded {
    uint8_t *pages;
    size_t nbytes; /* of the mapping */
    uint8_t *data;
};

static struct guarded guard(const uint8_t *data, size_t nbytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t readable = (nbytes + page - 1) / page * page;
    struct guarded guarded = {.nbytes = readable + page};
    guarded.pages = mmap(NULL, guarded.nbytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(guarded.pages != MAP_FAILED);
    guarded.data = guarded.pages + readable - nbytes;
    if (nbytes > 0) {
        memcpy(guarded.data, data, nbytes);
    }
    cr_assert_eq(mprotect(guarded.pages + readable, page, PROT_NONE), 0);
    return guarded;
}

void decode_file(const struct file_bytes *file, const struct ki_limits *limits,
                 struct decoded *decoded)
{
    struct ki_limits defaults = ki_limits_default();
    struct guarded guarded = guard(file->data, file->nbytes);
    struct ki_decode_request request = {
        .data = guarded.data,
        .nbytes = file->nbytes,
        .limits = limits == NULL ? &defaults : limits,
        .fidelity = decoded->fidelity,
        .sink = {.context = decoded, .begin = on_begin, .rows = on_rows},
    };
    bool is_jpeg = file->data[0] == 0xff;
    decoded->info = (struct ki_image_info){
        .format = is_jpeg ? KI_FORMAT_JPEG : KI_FORMAT_PNG, .nbytes = file->nbytes};
    decoded->reason = ki_decode(&request, &decoded->info);
    munmap(guarded.pages, guarded.nbytes);
}

enum ki_reason decode_reason(const struct file_bytes *file,
                             const struct ki_limits *limits)
{
    struct decoded decoded = {.reason = KI_REASON_NONE};
    decode_file(file, limits, &decoded);
    cr_assert(decoded.reason != KI_REASON_NONE ||
              decoded.nrows == decoded.picture.height);
    free_picture(&decoded.picture);
    return decoded.reason;
}

enum ki_reason decode_prefix(const struct file_bytes *file, size_t nbytes)
{
    struct file_bytes prefix = {file->data, nbytes};
    return decode_reason(&prefix, NULL);
}

uint64_t xorshift_seed(void)
{
    const char *text =
        getenv("KNOWNIMAGE_TEST_SEED"); /* NOLINT(concurrency-mt-unsafe) */
    uint64_t seed = text == NULL ? (uint64_t)time(NULL) : strtoull(text, NULL, 10);
    printf("seed %llu\n", (unsigned long long)seed);
    return seed | 1;
}

uint64_t xorshift_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1dULL;
}
