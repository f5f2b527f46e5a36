/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The library in one page: open an index, give it bytes, get a verdict.
 *
 *     example INDEX-FOLDER < picture.jpg
 *
 * Make the index first:
 *     knownimage list add hotline --index INDEX-FOLDER
 *     knownimage list import hotline hashes.csv --index INDEX-FOLDER
 */
#include <stdio.h>
#include <stdlib.h>

#include <knownimage/scan.h>

/* Reads at most capacity bytes. Your program has them from an upload, say. */
static size_t read_all(FILE *in, char *bytes, size_t capacity)
{
    return fread(bytes, 1, capacity, in);
}

static void print_result(const struct ki_result *result)
{
    (void)printf("%s", ki_verdict_text(result->verdict));
    if (result->verdict == KI_VERDICT_NOT_EXAMINED) {
        /* Never take this for "no match": your policy decides what to do. */
        (void)printf(" (%s)", ki_reason_text(result->reason));
    }
    (void)printf("\n");
    for (size_t i = 0; i < result->nhits; i++) {
        const struct ki_hit *hit = &result->hits[i];
        (void)printf("  list %s, entry %s, %s at distance %u\n", hit->list->name,
                     hit->entry, ki_kind_text(hit->kind), hit->distance);
    }
}

/* Scans one picture with an index that is open. Every thread of a program has its own
 * scanner; they may all share the index. */
static enum ki_status scan_bytes(const struct ki_index *index, const char *bytes,
                                 size_t nbytes, struct ki_diag *diag)
{
    struct ki_scan_options options = ki_scan_options_default();
    options.hash.limits.file_nbytes = 16u << 20; /* limits are yours to set */
    struct ki_scanner *scanner = NULL;
    enum ki_status status = ki_scanner_create(index, &options, &scanner, diag);
    if (status != KI_OK) {
        return status;
    }
    struct ki_result result;
    status = ki_scan_memory(scanner, bytes, nbytes, &result);
    print_result(&result); /* its hits live until the scanner's next call */
    ki_scanner_destroy(scanner);
    return status;
}

int main(int argc, char **argv)
{
    static char bytes[(16u << 20) + 1]; /* one more than the limit: too long is told */
    struct ki_diag diag = {0};
    struct ki_index *index = NULL;
    if (argc != 2) {
        (void)fprintf(stderr, "usage: example INDEX-FOLDER < PICTURE\n");
        return EXIT_FAILURE;
    }
    /* This verifies every file of the index; keep it open while your program runs. */
    enum ki_status status = ki_index_open(argv[1], &index, &diag);
    if (status == KI_OK) {
        size_t nbytes = read_all(stdin, bytes, sizeof bytes);
        status = scan_bytes(index, bytes, nbytes, &diag);
    }
    if (status != KI_OK) {
        (void)fprintf(stderr, "example: %s: %s\n", ki_status_text(status),
                      diag.message);
    }
    ki_index_close(index);
    return status == KI_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
