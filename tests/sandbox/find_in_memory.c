/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks for needles in the memory of processes, or in files. Prints where, and ends
 * with 0 if there are some, 1 if there are none, 2 if it could not look. usage:
 * find_in_memory NEEDLES PID|FILE…
 */
#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_NEEDLES = 8, MOST_NBYTES = 64, PIECE_NBYTES = 1 << 20 };

struct needle {
    unsigned char bytes[MOST_NBYTES];
    size_t nbytes;
};

static struct needle needles[MOST_NEEDLES];
static size_t nneedles;
static unsigned nfound;
static unsigned char piece[PIECE_NBYTES + MOST_NBYTES];

static int read_needles(const char *path)
{
    char line[256];
    FILE *file = fopen(path, "r");
    while (file && nneedles < MOST_NEEDLES && fgets(line, sizeof line, file)) {
        struct needle *needle = &needles[nneedles++];
        for (const char *at = line; isxdigit((unsigned char)*at); at += 2) {
            const char digits[] = {at[0], at[1], '\0'};
            needle->bytes[needle->nbytes++] = (unsigned char)strtoul(digits, NULL, 16);
        }
    }
    return file && fclose(file) == 0 && nneedles > 0;
}

static void search(const char *what, uint64_t address, size_t nbytes)
{
    for (size_t i = 0; i < nneedles; i++) {
        const unsigned char *at = piece;
        size_t left = nbytes;
        while ((at = memmem(at, left, needles[i].bytes, needles[i].nbytes))) {
            printf("%s: needle %zu at 0x%" PRIx64 "\n", what, i,
                   address + (uint64_t)(at - piece));
            nfound++;
            at++;
            left = nbytes - (size_t)(at - piece);
        }
    }
}

/* Pieces overlap by the length of a needle. */
static uint64_t search_range(const char *what, int fd, uint64_t begin, uint64_t end)
{
    uint64_t nread = 0;
    for (uint64_t at = begin; at < end; at += PIECE_NBYTES) {
        uint64_t left = end - at;
        size_t wanted = left < sizeof piece ? (size_t)left : sizeof piece;
        ssize_t got = pread(fd, piece, wanted, (off_t)at);
        if (got > 0) {
            search(what, at, (size_t)got);
            nread += (uint64_t)got;
        }
    }
    return nread;
}

/* "begin-end rights …" in hex; false if it cannot be read. */
static int read_map(const char *line, uint64_t *begin, uint64_t *end)
{
    char *rest;
    *begin = strtoull(line, &rest, 16);
    if (*rest != '-') {
        return 0;
    }
    *end = strtoull(rest + 1, &rest, 16);
    return rest[0] == ' ' && rest[1] == 'r';
}

static int search_process(const char *pid)
{
    char path[64];
    char line[512];
    uint64_t nread = 0;
    (void)snprintf(path, sizeof path, "/proc/%s/mem", pid);
    int fd = open(path, O_RDONLY);
    (void)snprintf(path, sizeof path, "/proc/%s/maps", pid);
    FILE *maps = fopen(path, "r");
    while (maps && fd >= 0 && fgets(line, sizeof line, maps)) {
        uint64_t begin;
        uint64_t end;
        if (read_map(line, &begin, &end) && !strstr(line, "[vvar") &&
            !strstr(line, "[vsyscall")) {
            nread += search_range(pid, fd, begin, end);
        }
    }
    if (maps) {
        (void)fclose(maps);
    }
    printf("%s: %" PRIu64 " KiB of memory looked through\n", pid, nread / 1024);
    return nread > 0;
}

static int search_file(const char *path)
{
    int fd = open(path, O_RDONLY);
    off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    if (end < 0) {
        return 0;
    }
    (void)search_range(path, fd, 0, (uint64_t)end);
    (void)close(fd);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 3 || !read_needles(argv[1])) {
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        int is_pid = strspn(argv[i], "0123456789") == strlen(argv[i]);
        if (!(is_pid ? search_process(argv[i]) : search_file(argv[i]))) {
            printf("cannot look into %s\n", argv[i]);
            return 2;
        }
    }
    return nfound > 0 ? 0 : 1;
}
