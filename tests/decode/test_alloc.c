/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The n-th allocation fails, for every n: decoding ends with a reason and leaks
 * nothing. malloc and its kin are replaced for the whole program, so that the codec
 * libraries' own calls are counted too; --wrap would see only ours.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "decode/make_jpeg.h"
#include "decode/make_png.h"

#define EXPORTED __attribute__((visibility("default")))

/* glibc's own, under their other names. NOLINTBEGIN(bugprone-reserved-identifier) */
void *__libc_malloc(size_t nbytes);
void *__libc_calloc(size_t count, size_t nbytes);
void __libc_free(void *memory);
/* NOLINTEND(bugprone-reserved-identifier) */

static _Thread_local bool is_counting;
static _Thread_local unsigned failing; /* the allocation that fails; 0: none */
static _Thread_local bool is_lasting;  /* so do all after it */
static _Thread_local unsigned nallocations;
static _Thread_local int nlive;
static _Thread_local enum ki_fidelity fidelity;

static bool is_failing(void)
{
    if (!is_counting) {
        return false;
    }
    nallocations++;
    bool is_past = is_lasting && failing > 0 && nallocations > failing;
    return nallocations == failing || is_past;
}

static void *counted(void *memory)
{
    nlive += is_counting && memory != NULL ? 1 : 0;
    return memory;
}

EXPORTED void *malloc(size_t nbytes)
{
    return is_failing() ? NULL : counted(__libc_malloc(nbytes));
}

/* The compiler makes calloc of malloc and memset. */
EXPORTED void *calloc(size_t count, size_t nbytes)
{
    return is_failing() ? NULL : counted(__libc_calloc(count, nbytes));
}

EXPORTED void free(void *memory)
{
    nlive -= is_counting && memory != NULL ? 1 : 0;
    __libc_free(memory);
}

static enum ki_reason take_begin(void *context, const struct ki_row_shape *shape)
{
    (void)context;
    (void)shape;
    return KI_REASON_NONE;
}

static enum ki_reason take_rows(void *context, const uint8_t *samples, size_t stride,
                                uint32_t count)
{
    (void)context;
    (void)stride;
    (void)count;
    (void)samples;
    return KI_REASON_NONE;
}

static enum ki_reason decode_failing(const struct file_bytes *file, unsigned nth)
{
    struct ki_limits limits = ki_limits_default();
    struct ki_decode_request request = {
        .data = file->data,
        .nbytes = file->nbytes,
        .limits = &limits,
        .fidelity = fidelity,
        .sink = {.begin = take_begin, .rows = take_rows},
    };
    struct ki_image_info info = {.format = file->data[0] == 0xff ? KI_FORMAT_JPEG
                                                                 : KI_FORMAT_PNG};
    failing = nth;
    nallocations = 0;
    nlive = 0;
    is_counting = true;
    enum ki_reason reason = ki_decode(&request, &info);
    is_counting = false;
    return reason;
}

static void check_failure(const struct file_bytes *file, unsigned nth)
{
    enum ki_reason reason = decode_failing(file, nth);
    bool is_expected = reason == KI_REASON_OUT_OF_MEMORY;
    /* libjpeg asks once more, for less. */
    is_expected = is_expected || (!is_lasting && reason == KI_REASON_NONE);
    cr_expect(is_expected, "allocation %u: %s", nth, ki_reason_text(reason));
    cr_expect_eq(nlive, 0, "allocation %u: %d leaked", nth, nlive);
}

/* Takes the file over. */
static void check_failures(struct file_bytes file)
{
    cr_assert_eq(decode_failing(&file, 0), KI_REASON_NONE);
    cr_assert_eq(nlive, 0);
    unsigned nneeded = nallocations;
    cr_assert_gt(nneeded, 0);
    for (unsigned nth = 1; nth <= nneeded; nth++) {
        is_lasting = false;
        check_failure(&file, nth);
        is_lasting = true;
        check_failure(&file, nth);
    }
    free_file(&file);
}

Test(alloc, jpeg)
{
    check_failures(make_jpeg((struct jpeg_options){.ncomponents = 3}));
    check_failures(make_jpeg((struct jpeg_options){.ncomponents = 4}));
    check_failures(make_jpeg((struct jpeg_options){.is_progressive = true}));
    check_failures(make_jpeg((struct jpeg_options){.is_arithmetic = true}));
}

/* With a progressive JPEG libjpeg has the last word. */
Test(alloc, luma_of_jpeg)
{
    fidelity = KI_FIDELITY_HIGH;
    check_failures(make_jpeg((struct jpeg_options){.ncomponents = 3}));
    check_failures(make_jpeg((struct jpeg_options){.is_progressive = true}));
}

Test(alloc, png)
{
    struct file_bytes text = png_ztxt_data(1000);
    struct file_bytes chunk = png_loose_chunk("zTXt", text.data, text.nbytes);
    struct file_bytes file = make_png((struct png_options){.color_type = 3});
    splice(&file, png_after_ihdr, 0, chunk.data, chunk.nbytes);
    check_failures(file);
    check_failures(make_png((struct png_options){.color_type = 2}));
    check_failures(make_png((struct png_options){.is_interlaced = true}));
    free_file(&chunk);
    free_file(&text);
}
