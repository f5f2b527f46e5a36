/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of an input before and after decoding: its format, its size, and why
 * it could not be examined if it could not.
 */
#ifndef KNOWNIMAGE_IMAGE_H
#define KNOWNIMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Found by content (magic bytes), never by file name. Formats that are recognised but
 * have no decoder in this build are not examined: KI_REASON_UNSUPPORTED_FORMAT. */
enum ki_format {
    KI_FORMAT_UNKNOWN = 0,
    KI_FORMAT_JPEG,
    KI_FORMAT_PNG,
    KI_FORMAT_GIF,
    KI_FORMAT_WEBP,
    KI_FORMAT_BMP,
    KI_FORMAT_TIFF,
    KI_FORMAT_HEIF,
    KI_FORMAT_AVIF,
    KI_FORMAT_JXL,
    KI_FORMAT_JP2,
    KI_FORMAT_PSD,
    KI_FORMAT_ICO,
    KI_NFORMATS
};

/* Why an input was not examined. The text of each (ki_reason_text) is stable and is
 * what reports print. */
enum ki_reason {
    KI_REASON_NONE = 0,
    KI_REASON_UNREADABLE,         /* "unreadable": open or read failed */
    KI_REASON_NOT_A_FILE,         /* "not-a-file": a device, socket or pipe */
    KI_REASON_EMPTY,              /* "empty": zero bytes */
    KI_REASON_UNSUPPORTED_FORMAT, /* "unsupported-format": no decoder for it here */
    KI_REASON_UNSUPPORTED_CODING, /* "unsupported-coding": e.g. 12-bit or lossless JPEG
                                   */
    KI_REASON_UNSUPPORTED_FRAMES, /* "unsupported-frames": only one frame was examined
                                   */
    KI_REASON_TRUNCATED,          /* "truncated": the data end before the picture */
    KI_REASON_CORRUPT,            /* "corrupt": the data contradict themselves */
    KI_REASON_TOO_SMALL,          /* "too-small": a side under 5 pixels has no PDQ */
    KI_REASON_LOW_INFORMATION,    /* "low-information": too flat or periodic to match */
    KI_REASON_LIMIT_FILE_SIZE,    /* "limit:file-size" */
    KI_REASON_LIMIT_SIDE,         /* "limit:side" */
    KI_REASON_LIMIT_PIXELS,       /* "limit:pixels" */
    KI_REASON_LIMIT_SCANS,        /* "limit:scans" */
    KI_REASON_LIMIT_CHUNKS,       /* "limit:chunks" */
    KI_REASON_LIMIT_CHUNK_SIZE,   /* "limit:chunk-size" */
    KI_REASON_LIMIT_MEMORY,       /* "limit:memory" */
    KI_REASON_LIMIT_TIME,         /* "limit:time" */
    KI_REASON_OUT_OF_MEMORY,      /* "out-of-memory": this process could not get it */
    KI_REASON_DECODER_CRASHED,    /* "decoder-crashed": the confined process that
                                     decoded it died */
    KI_REASON_DECODER_MISBEHAVED, /* "decoder-misbehaved": it gave an answer that no
                                     sound decoder gives, or none */
    KI_NREASONS
};

/* How much of a picture is decoded for PDQ. Only JPEG offers a choice; others are
 * always decoded exactly. The distances were measured on photographs, from the hash of
 * the exact decode: see README. */
enum ki_fidelity {
    KI_FIDELITY_EXACT = 0, /* "exact": every pixel, in colour, as other tools do */
    KI_FIDELITY_HIGH,      /* "high": luma, scaled down by 8 or 4 if the shorter side
                              keeps 288 samples, else by 2 if it keeps 160 */
    KI_FIDELITY_FAST,      /* "fast": the same with 128 samples in each case */
    KI_NFIDELITIES
};

struct ki_image_info {
    enum ki_format format;
    uint64_t nbytes;    /* encoded size; 0 if unknown */
    uint32_t width;     /* pixels; 0 until a header was read */
    uint32_t height;    /* pixels */
    uint32_t nchannels; /* as coded: 1 grey, 2 grey+alpha, 3 colour, 4 colour+alpha
                           or CMYK; a palette counts as 3 */
    uint32_t nwarnings; /* codec warnings, tolerated ones included */
    uint32_t nframes;   /* frames the file declares; 1 for a still picture */
    bool needs_whole;   /* the codec had to hold the whole picture */
    enum ki_fidelity fidelity; /* of the decode; EXACT if it was, whatever was asked */
    uint32_t scale;            /* pixels per sample along a side: 1, 2, 4 or 8 */
};

/* Stable lower-case name ("jpeg", "png", …, "unknown"); static storage. */
KI_API const char *ki_format_text(enum ki_format format);

/* Stable name of a fidelity; static storage. */
KI_API const char *ki_fidelity_text(enum ki_fidelity fidelity);

/* Stable name of a reason; "" for KI_REASON_NONE; static storage. */
KI_API const char *ki_reason_text(enum ki_reason reason);

#ifdef __cplusplus
}
#endif
#endif
