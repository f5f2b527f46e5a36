/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a segment gets into the page cache and is mapped from it: in pages of 2 MB where
 * the file system has large folios (ext4 since Linux 6.16, XFS, btrfs), since searches
 * wait for address translation more than for anything else (10 M hashes on a Zen 5 VM,
 * in one run each: 1.03 times the time of anonymous huge pages, 1.13 before; the eight
 * hashes of a picture among 1 M on a Zen 3 VM, after the picture was decoded: 220 us in
 * small pages, 170 in large ones).
 * Hints: where they mean nothing, nothing happens.
 */
#ifndef KI_INDEX_PAGE_CACHE_H
#define KI_INDEX_PAGE_CACHE_H

#include <stddef.h>
#include <stdint.h>

enum { KI_HUGE_PAGE_NBYTES = 2 << 20 };

/* Reads what is not in the page cache yet of a file: nbytes from first on, which is a
 * multiple of KI_HUGE_PAGE_NBYTES. */
void ki_page_cache_fill(int fd, uint64_t first, uint64_t nbytes);

/* Maps pages of a range of a mapping that are in the page cache, before they are used.
 */
void ki_page_cache_map(const void *at, size_t nbytes);

#endif
