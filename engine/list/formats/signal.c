/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/signal.h"

static const struct {
    const char *name;
    int kind; /* -1: unsupported */
} signals[] = {
    {"pdq", KI_KIND_PDQ},
    {"md5", KI_KIND_MD5},
    {"video_md5", KI_KIND_MD5},
    {"sha1", KI_KIND_SHA1},
    {"sha-1", KI_KIND_SHA1},
    {"sha256", KI_KIND_SHA256},
    {"sha-256", KI_KIND_SHA256},
    {"photodna", KI_KIND_PHOTODNA},
    {"pdna", KI_KIND_PHOTODNA},
    {"vpdq", -1},
    {"video_vpdq", -1},
    {"tmk_pdqf", -1},
    {"video_tmk_pdqf", -1},
    {"pdq_ocr", -1},
    {"netclean", -1},
    {"url", -1},
    {"url_md5", -1},
    {"raw_text", -1},
    {"text_tlsh", -1},
    {"trend_query", -1},
    {"sha512", -1},
};

enum ki_signal ki_signal_find(struct ki_span name, enum ki_kind *kind)
{
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        if (!ki_span_equals_nocase(name, signals[i].name)) {
            continue;
        }
        if (signals[i].kind < 0) {
            return KI_SIGNAL_UNSUPPORTED;
        }
        *kind = (enum ki_kind)signals[i].kind;
        return KI_SIGNAL_USABLE;
    }
    return KI_SIGNAL_UNKNOWN;
}
