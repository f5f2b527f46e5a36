/* SPDX-License-Identifier: Apache-2.0 */
/* What the decoder tests share: files in memory and a sink that keeps the picture. */
#ifndef KI_TESTS_DECODE_SUPPORT_H
#define KI_TESTS_DECODE_SUPPORT_H

#include "decode/decode.h"

struct file_bytes {
    uint8_t *data; /* from malloc */
    size_t nbytes;
};

void append(struct file_bytes *file, const void *data, size_t nbytes);
/* Replaces old_nbytes at offset by data; either may be 0 bytes long. */
void splice(struct file_bytes *file, size_t offset, size_t old_nbytes, const void *data,
            size_t nbytes);
struct file_bytes copy_file(const struct file_bytes *file);
struct file_bytes read_vector(const char *name);
void free_file(struct file_bytes *file);

/* A picture as rows without padding, layout bytes per pixel. */
struct picture {
    uint8_t *samples; /* from malloc */
    uint32_t width;
    uint32_t height;
    enum ki_row_layout layout;
};

void allocate_picture(struct picture *picture);
void free_picture(struct picture *picture);
/* The largest difference of two samples; 256 if the pictures differ in shape. */
int picture_distance(const struct picture *a, const struct picture *b);

/* One decoding; free_picture(&decoded.picture) afterwards. */
struct decoded {
    enum ki_fidelity fidelity; /* asked for */
    enum ki_reason reason;
    struct ki_image_info info;
    struct picture picture;
    size_t step; /* bytes from one pixel to the next, as they came */
    uint32_t nbegins;
    uint32_t nrows;
    uint32_t refused_row;         /* the row to answer with refusal */
    enum ki_reason refusal;       /* NONE: take all rows */
    enum ki_reason begin_refusal; /* NONE: take the picture */
};

/* Decodes nbytes of file, by its first byte as JPEG or PNG, from memory whose last byte
 * is followed by a page that cannot be read. limits NULL: the defaults. The caller sets
 * the refusals, or zeroes *decoded. */
void decode_file(const struct file_bytes *file, const struct ki_limits *limits,
                 struct decoded *decoded);

/* The same for callers who only want to know why. */
enum ki_reason decode_reason(const struct file_bytes *file,
                             const struct ki_limits *limits);
enum ki_reason decode_prefix(const struct file_bytes *file, size_t nbytes);

/* xorshift64*; the seed is KNOWNIMAGE_TEST_SEED or the time, and is printed. */
uint64_t xorshift_seed(void);
uint64_t xorshift_next(uint64_t *state);

#endif
