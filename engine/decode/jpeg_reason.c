/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg_reason.h"

#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>

/* Cameras pad the last scan up to the EOI marker. */
#define MAX_PADDING_NBYTES 64
#define MARKER_EOI 0xd9

/* The numbers with which jmemmgr.c raises JERR_OUT_OF_MEMORY when malloc gave NULL;
 * with others, a request was beyond what libjpeg allows itself. */
enum {
    MANAGER_MALLOC_FAILED = 0,
    SMALL_MALLOC_FAILED = 2,
    LARGE_MALLOC_FAILED = 4,
};

static enum ki_reason memory_reason(int number)
{
    switch (number) {
    case MANAGER_MALLOC_FAILED:
    case SMALL_MALLOC_FAILED:
    case LARGE_MALLOC_FAILED:
        return KI_REASON_OUT_OF_MEMORY;
    default:
        return KI_REASON_LIMIT_MEMORY;
    }
}

/* A height of 0 announces a DNL marker, which libjpeg does not read. */
static enum ki_reason empty_reason(const struct jpeg_decompress_struct *cinfo)
{
    bool has_dnl = cinfo->image_height == 0 && cinfo->image_width > 0;
    return has_dnl ? KI_REASON_UNSUPPORTED_CODING : KI_REASON_CORRUPT;
}

enum ki_reason ki_jpeg_error_reason(const struct jpeg_decompress_struct *cinfo)
{
    switch (cinfo->err->msg_code) {
    case JERR_INPUT_EOF:
    case JERR_INPUT_EMPTY:
        return KI_REASON_TRUNCATED;
    case JERR_OUT_OF_MEMORY:
        return memory_reason(cinfo->err->msg_parm.i[0]);
    case JERR_NO_BACKING_STORE:
        return KI_REASON_LIMIT_MEMORY;
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
        return KI_REASON_LIMIT_SIDE;
    case JERR_EMPTY_IMAGE:
        return empty_reason(cinfo);
#if JPEG_LIB_VERSION < 70
    case JERR_ARITH_NOTIMPL:
#endif
    case JERR_BAD_IN_COLORSPACE:
    case JERR_BAD_J_COLORSPACE:
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
        return KI_REASON_UNSUPPORTED_CODING;
    default:
        return KI_REASON_CORRUPT;
    }
}

static enum ki_reason extraneous_reason(const int *parameters)
{
    bool is_padding =
        parameters[1] == MARKER_EOI && parameters[0] <= MAX_PADDING_NBYTES;
    return is_padding ? KI_REASON_NONE : KI_REASON_CORRUPT;
}

enum ki_reason ki_jpeg_warning_reason(const struct jpeg_decompress_struct *cinfo)
{
    switch (cinfo->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_ICC:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL: /* baseline files with zeros there exist; ignored */
    case JWRN_TOO_MUCH_DATA:
        return KI_REASON_NONE;
    case JWRN_EXTRANEOUS_DATA:
        return extraneous_reason(cinfo->err->msg_parm.i);
    case JWRN_JPEG_EOF:
        return KI_REASON_TRUNCATED;
    default:
        return KI_REASON_CORRUPT;
    }
}
