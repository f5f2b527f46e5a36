/* SPDX-License-Identifier: Apache-2.0 */
/* How long a scan is decoding, told from within it. */
#ifndef KI_BENCH_DECODE_WATCH_H
#define KI_BENCH_DECODE_WATCH_H

/* From now on the time of each decoding is counted, without what is done with its rows
 * meanwhile. Only one thread may decode until it is ended. */
void bench_decode_watch_begin(void);

/* Microseconds since. */
double bench_decode_watch_end(void);

#endif
