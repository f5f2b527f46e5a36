/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes/digest.h"
#include "bytes/sniff.h"
#include "bytes/source.h"
#include "support/folder.h"
#include "support/random.h"

static void write_file(const char *path, const void *data, size_t nbytes)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, data, nbytes), (ssize_t)nbytes);
    (void)close(fd);
}

Test(source, reads_up_to_the_limit_and_not_a_byte_more)
{
    struct random_state random = random_begin(61);
    struct folder folder = folder_make();
    struct ki_source source = {0};
    char path[96];
    uint8_t data[5000];
    (void)snprintf(path, sizeof path, "%s/file", folder.path);
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)random_next(&random);
    }
    write_file(path, data, sizeof data);
    /* There is room for more then. */
    cr_expect_eq(ki_source_read_file(&source, path, true, 1 << 20), KI_REASON_NONE);
    for (uint64_t limit = 4998; limit <= 5002; limit++) {
        enum ki_reason reason = ki_source_read_file(&source, path, true, limit);
        cr_expect_eq(reason, limit < 5000 ? KI_REASON_LIMIT_FILE_SIZE : KI_REASON_NONE);
        int fd = open(path, O_RDONLY);
        reason = ki_source_read_fd(&source, fd, limit);
        cr_expect_leq((uint64_t)lseek(fd, 0, SEEK_CUR), limit + 1);
        (void)close(fd);
        cr_expect_eq(reason, limit < 5000 ? KI_REASON_LIMIT_FILE_SIZE : KI_REASON_NONE);
        if (reason == KI_REASON_NONE) {
            cr_expect_eq(source.nbytes, 5000);
            cr_expect_eq(memcmp(source.data, data, sizeof data), 0);
        }
    }
    int fd = open(path, O_RDONLY);
    cr_expect_eq(ki_source_read_fd(&source, fd, UINT64_MAX), KI_REASON_NONE);
    cr_expect_eq(source.nbytes, 5000, "the largest limit is one");
    (void)close(fd);
    ki_source_free(&source);
    folder_remove(&folder);
}

/* What is in memory is read, what is not is not waited for; some file systems cannot
 * tell.
 */
Test(source, an_impatient_one_reads_no_disk)
{
    static uint8_t data[300000];
    struct folder folder = folder_make();
    struct ki_source source = {.is_impatient = true};
    struct ki_source patient = {0};
    char path[96];
    (void)snprintf(path, sizeof path, "%s/file", folder.path);
    memset(data, 0x5a, sizeof data);
    write_file(path, data, sizeof data);
    enum ki_reason reason = ki_source_read_file(&source, path, true, 1 << 20);
    bool can_tell = reason == KI_REASON_NONE || source.os_error != EOPNOTSUPP;
    cr_expect(!can_tell || (reason == KI_REASON_NONE && source.nbytes == sizeof data));
    int fd = open(path, O_RDONLY);
    (void)fsync(fd);
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    (void)close(fd);
    reason = ki_source_read_file(&source, path, true, 1 << 20);
    cr_expect(reason == KI_REASON_NONE || !can_tell || source.os_error == EAGAIN);
    cr_expect_eq(ki_source_read_file(&patient, path, true, 1 << 20), KI_REASON_NONE);
    cr_expect_eq(patient.nbytes, sizeof data);
    ki_source_free(&source);
    ki_source_free(&patient);
    folder_remove(&folder);
}

struct reading {
    struct ki_source source;
    int fd;
    enum ki_reason reason;
};

static void *read_all(void *argument)
{
    struct reading *reading = argument;
    reading->reason = ki_source_read_fd(&reading->source, reading->fd, 1 << 20);
    return NULL;
}

static void on_piece(void *context, const struct ki_source *source)
{
    _Atomic uint64_t *nready = context;
    atomic_store(nready, source->nbytes);
}

Test(source, who_waits_is_told_how_much_is_there)
{
    static const size_t steps[] = {1000, 60000, 3, 50000};
    static uint8_t data[60000];
    _Atomic uint64_t nready = 0;
    const struct ki_source_listener listener = {&nready, on_piece};
    struct reading reading = {.source = {.listener = &listener}};
    pthread_t reader;
    int ends[2];
    uint64_t sum = 0;
    cr_assert_eq(pipe(ends), 0);
    reading.fd = ends[0];
    cr_assert_eq(pthread_create(&reader, NULL, read_all, &reading), 0);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        cr_assert_eq(write(ends[1], data, steps[i]), (ssize_t)steps[i]);
        sum += steps[i];
        for (int k = 0; k < 10000 && atomic_load(&nready) != sum; k++) {
            (void)usleep(1000);
        }
        cr_assert_eq(atomic_load(&nready), sum);
    }
    (void)close(ends[1]);
    cr_assert_eq(pthread_join(reader, NULL), 0);
    cr_expect_eq(reading.reason, KI_REASON_NONE);
    cr_expect_eq(reading.source.nbytes, sum);
    (void)close(ends[0]);
    ki_source_free(&reading.source);
}

Test(source, tells_what_cannot_be_read)
{
    struct folder folder = folder_make();
    struct ki_source source = {0};
    char path[96];
    char target[96];
    (void)snprintf(path, sizeof path, "%s/thing", folder.path);
    (void)snprintf(target, sizeof target, "%s/target", folder.path);
    cr_expect_eq(ki_source_read_file(&source, path, true, 100), KI_REASON_UNREADABLE);
    cr_expect_eq(source.os_error, ENOENT);
    cr_expect_eq(ki_source_read_file(&source, folder.path, true, 100),
                 KI_REASON_UNREADABLE);
    cr_expect_eq(source.os_error, EISDIR);
    cr_expect_eq(ki_source_read_file(&source, "/dev/zero", true, 100),
                 KI_REASON_NOT_A_FILE);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_expect_eq(ki_source_read_file(&source, path, true, 100), KI_REASON_NOT_A_FILE);
    cr_assert_eq(unlink(path), 0);
    write_file(target, "", 0);
    cr_expect_eq(ki_source_read_file(&source, target, true, 100), KI_REASON_EMPTY);
    write_file(target, "x", 1);
    cr_assert_eq(symlink(target, path), 0);
    cr_expect_eq(ki_source_read_file(&source, path, true, 100), KI_REASON_NONE);
    cr_expect_eq(ki_source_read_file(&source, path, false, 100), KI_REASON_NOT_A_FILE);
    ki_source_free(&source);
    folder_remove(&folder);
}

Test(source, reads_a_pipe_to_its_end)
{
    struct ki_source source = {0};
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], "abc", 3), 3);
    cr_assert_eq(write(ends[1], "def", 3), 3);
    (void)close(ends[1]);
    cr_expect_eq(ki_source_read_fd(&source, ends[0], 6), KI_REASON_NONE);
    cr_expect_eq(source.nbytes, 6);
    (void)close(ends[0]);
    cr_expect_eq(ki_source_read_fd(&source, ends[0], 6), KI_REASON_UNREADABLE);
    cr_expect_eq(source.os_error, EBADF);
    ki_source_free(&source);
}

Test(sniff, knows_formats_by_content)
{
    static const struct {
        const char *bytes;
        size_t nbytes;
        enum ki_format format;
    } rows[] = {
        {"\xff\xd8\xff\xe0", 4, KI_FORMAT_JPEG},
        {"\x89PNG\r\n\x1a\n", 8, KI_FORMAT_PNG},
        {"\x89PNG\r\n\x1a", 7, KI_FORMAT_UNKNOWN},
        {"GIF89a", 6, KI_FORMAT_GIF},
        {"RIFF\1\0\0\0WEBPVP8 ", 16, KI_FORMAT_WEBP},
        {"BM\1\0\0\0\0\0WEBP", 12, KI_FORMAT_BMP},
        {"data\1\0\0\0WEBP", 12, KI_FORMAT_UNKNOWN},
        {"\0\0\1\0ftypavif", 12, KI_FORMAT_AVIF}, /* not an icon */
        {"RIFF\1\0\0\0WAVE", 12, KI_FORMAT_UNKNOWN},
        {"BM12", 4, KI_FORMAT_BMP},
        {"II*\0", 4, KI_FORMAT_TIFF},
        {"\0\0\0\x18"
         "ftypheic",
         12, KI_FORMAT_HEIF},
        {"\0\0\0\x18"
         "ftypavif",
         12, KI_FORMAT_AVIF},
        {"\0\0\0\x18"
         "ftypmp42",
         12, KI_FORMAT_UNKNOWN},
        {"\xff\x0a", 2, KI_FORMAT_JXL},
        {"plain text", 10, KI_FORMAT_UNKNOWN},
        {"", 0, KI_FORMAT_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect_eq(ki_sniff((const uint8_t *)rows[i].bytes, rows[i].nbytes),
                     rows[i].format, "row %zu", i);
    }
}

static void expect_hex(const struct ki_hash *hash, const char *expected)
{
    char hex[2 * KI_HASH_MAX_NBYTES + 1];
    ki_hash_to_hex(hash, hex);
    cr_expect_str_eq(hex, expected);
}

/* The values of RFC 1321 and FIPS 180 for "abc". */
Test(digest, known_answers)
{
    struct ki_digester *digester = NULL;
    struct ki_hash digests[KI_NKINDS];
    cr_assert_eq(ki_digester_create(KI_ALL_KINDS, &digester, NULL), KI_OK);
    for (int i = 0; i < 2; i++) { /* contexts are used again */
        cr_assert_eq(ki_digester_compute(digester, (const uint8_t *)"abc", 3, digests),
                     KI_ALL_DIGESTS);
        expect_hex(&digests[KI_KIND_MD5], "900150983cd24fb0d6963f7d28e17f72");
        expect_hex(&digests[KI_KIND_SHA1], "a9993e364706816aba3e25717850c26c9cd0d89d");
        expect_hex(&digests[KI_KIND_SHA256],
                   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
    ki_digester_destroy(digester);
}

static void coreutils_digest(const char *command, const char *path, char out[129])
{
    char line[256];
    (void)snprintf(line, sizeof line, "%s %s", command, path);
    FILE *pipe_end = popen(line, "r");
    cr_assert_not_null(pipe_end);
    cr_assert_eq(fscanf(pipe_end, "%128s", out), 1);
    (void)pclose(pipe_end);
}

Test(digest, agrees_with_coreutils_around_piece_boundaries)
{
    static const char *const commands[KI_NKINDS] = {NULL, "md5sum", "sha1sum",
                                                    "sha256sum"};
    static const size_t sizes[] = {1, 32767, 32768, 32769, 100000};
    struct random_state random = random_begin(62);
    struct folder folder = folder_make();
    struct ki_digester *digester = NULL;
    struct ki_hash digests[KI_NKINDS];
    char path[96];
    (void)snprintf(path, sizeof path, "%s/file", folder.path);
    uint8_t *data = malloc(100000);
    cr_assert_not_null(data);
    cr_assert_eq(ki_digester_create(KI_ALL_DIGESTS, &digester, NULL), KI_OK);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t k = 0; k < sizes[i]; k++) {
            data[k] = (uint8_t)random_next(&random);
        }
        write_file(path, data, sizes[i]);
        (void)ki_digester_compute(digester, data, sizes[i], digests);
        for (int kind = KI_KIND_MD5; kind <= KI_KIND_SHA256; kind++) {
            char expected[129];
            coreutils_digest(commands[kind], path, expected);
            expect_hex(&digests[kind], expected);
        }
    }
    free(data);
    ki_digester_destroy(digester);
    folder_remove(&folder);
}
