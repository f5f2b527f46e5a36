/* SPDX-License-Identifier: Apache-2.0 */
/* The stable names of formats and reasons. */
#include <knownimage/image.h>

static const char *const format_texts[KI_NFORMATS] = {
    [KI_FORMAT_UNKNOWN] = "unknown", [KI_FORMAT_JPEG] = "jpeg",
    [KI_FORMAT_PNG] = "png",         [KI_FORMAT_GIF] = "gif",
    [KI_FORMAT_WEBP] = "webp",       [KI_FORMAT_BMP] = "bmp",
    [KI_FORMAT_TIFF] = "tiff",       [KI_FORMAT_HEIF] = "heif",
    [KI_FORMAT_AVIF] = "avif",       [KI_FORMAT_JXL] = "jxl",
    [KI_FORMAT_JP2] = "jp2",         [KI_FORMAT_PSD] = "psd",
    [KI_FORMAT_ICO] = "ico",
};

static const char *const reason_texts[KI_NREASONS] = {
    [KI_REASON_NONE] = "",
    [KI_REASON_UNREADABLE] = "unreadable",
    [KI_REASON_NOT_A_FILE] = "not-a-file",
    [KI_REASON_EMPTY] = "empty",
    [KI_REASON_UNSUPPORTED_FORMAT] = "unsupported-format",
    [KI_REASON_UNSUPPORTED_CODING] = "unsupported-coding",
    [KI_REASON_UNSUPPORTED_FRAMES] = "unsupported-frames",
    [KI_REASON_TRUNCATED] = "truncated",
    [KI_REASON_CORRUPT] = "corrupt",
    [KI_REASON_TOO_SMALL] = "too-small",
    [KI_REASON_LOW_INFORMATION] = "low-information",
    [KI_REASON_LIMIT_FILE_SIZE] = "limit:file-size",
    [KI_REASON_LIMIT_SIDE] = "limit:side",
    [KI_REASON_LIMIT_PIXELS] = "limit:pixels",
    [KI_REASON_LIMIT_SCANS] = "limit:scans",
    [KI_REASON_LIMIT_CHUNKS] = "limit:chunks",
    [KI_REASON_LIMIT_CHUNK_SIZE] = "limit:chunk-size",
    [KI_REASON_LIMIT_MEMORY] = "limit:memory",
    [KI_REASON_LIMIT_TIME] = "limit:time",
    [KI_REASON_OUT_OF_MEMORY] = "out-of-memory",
    [KI_REASON_DECODER_CRASHED] = "decoder-crashed",
    [KI_REASON_DECODER_MISBEHAVED] = "decoder-misbehaved",
};

static const char *const fidelity_texts[KI_NFIDELITIES] = {
    [KI_FIDELITY_EXACT] = "exact",
    [KI_FIDELITY_HIGH] = "high",
    [KI_FIDELITY_FAST] = "fast",
};

const char *ki_fidelity_text(enum ki_fidelity fidelity)
{
    return (unsigned)fidelity < KI_NFIDELITIES ? fidelity_texts[fidelity] : "";
}

const char *ki_format_text(enum ki_format format)
{
    return (unsigned)format < KI_NFORMATS ? format_texts[format] : "unknown";
}

const char *ki_reason_text(enum ki_reason reason)
{
    return (unsigned)reason < KI_NREASONS ? reason_texts[reason] : "";
}
