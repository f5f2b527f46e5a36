/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding by format, under limits. */
#ifndef KI_DECODE_DECODE_H
#define KI_DECODE_DECODE_H

#include "decode/decoder.h"

/* Decodes with the decoder for info->format; KI_REASON_UNSUPPORTED_FORMAT if there is
 * none. Says in info how exactly it decoded. Returns NONE or why the picture was not
 * examined. */
enum ki_reason ki_decode(const struct ki_decode_request *request,
                         struct ki_image_info *info);

/* The header check every decoder makes before it allocates anything: side, pixels, and
 * buffered pixels if the codec must hold the whole picture. */
enum ki_reason ki_decode_check_size(const struct ki_limits *limits, uint64_t width,
                                    uint64_t height, bool needs_whole);

/* limits->cpu_us of this thread's processor time from now, and whether they are over.
 * That is a system call only once as much time has passed by the wall clock. */
struct ki_deadline {
    uint64_t cpu_us;
    uint64_t wall_us;
};
struct ki_deadline ki_decode_deadline(const struct ki_limits *limits);
bool ki_decode_is_late(const struct ki_deadline *deadline);

/* As many bytes, which *memory keeps: any, or all zeros, at the cost of clearing them
 * only if they are not new. NULL if there are none. */
uint8_t *ki_decode_reserve(struct ki_decode_memory *memory, size_t nbytes);
uint8_t *ki_decode_reserve_zeros(struct ki_decode_memory *memory, size_t nbytes);

#endif
