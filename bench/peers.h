/* SPDX-License-Identifier: Apache-2.0 */
/* What the codecs need by themselves, as the measure of ours. */
#ifndef KI_BENCH_PEERS_H
#define KI_BENCH_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* jpeg_read_coefficients: entropy decoding and nothing else. */
bool peer_jpeg_coefficients(const uint8_t *data, size_t nbytes);

/* A whole decode to RGB, rows thrown away. */
bool peer_jpeg_rgb(const uint8_t *data, size_t nbytes);

/* libpng's rows as they are stored, thrown away. */
bool peer_png(const uint8_t *data, size_t nbytes);

#endif
