/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of JPEG files to scan. */
#ifndef KI_BENCH_ALBUM_H
#define KI_BENCH_ALBUM_H

#include <stdbool.h>
#include <stdint.h>

/* Writes count files, no two with the same bytes: of ten seven have 0.2, two have 2 and
 * one has 12 megapixels; every tenth is progressive. False after a message. */
bool bench_album_make(const char *folder, uint32_t count);

#endif
