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

/* limits->cpu_us from now on the clock of this thread's processor time, and whether
 * that moment has come (a system call: ask every few rows). */
uint64_t ki_decode_deadline_us(const struct ki_limits *limits);
bool ki_decode_is_late(uint64_t deadline_us);

#endif
