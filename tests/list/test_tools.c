/* SPDX-License-Identifier: Apache-2.0 */
/* What other programs write. */
#include <openssl/evp.h>

#include "list/imported.h"

/* The tools that write such lists, over files with awkward names; what they wrote must
 * be found by digests computed here. */
static const char *const commands[] = {
    "md5sum *",       "sha1sum -- *",      "sha256sum *",
    "md5sum --tag *", "sha256sum --tag *", "openssl dgst -sha256 -r *",
};
static const char *const names[] = {"plain.jpg", "with space.jpg", "back\\slash.jpg",
                                    "new\nline.jpg", "(round).jpg"};

static void digest_of(const char *text, const char *kind, struct ki_hash *out)
{
    unsigned nbytes = 0;
    uint8_t digest[EVP_MAX_MD_SIZE];
    cr_assert_eq(EVP_Digest(text, strlen(text), digest, &nbytes,
                            EVP_get_digestbyname(kind), NULL),
                 1);
    memset(out, 0, sizeof *out);
    memcpy(out->bytes, digest, nbytes);
    out->kind = nbytes == 16   ? KI_KIND_MD5
                : nbytes == 20 ? KI_KIND_SHA1
                               : KI_KIND_SHA256;
}

static void check_command(const char *pictures, const char *command, const char *kind)
{
    char line[512];
    char text[65536];
    struct folder folder = folder_make();
    struct told told = {0};
    struct ki_import_result result = {0};
    struct ki_diag diag = {0};
    struct ki_index *index = NULL;
    (void)snprintf(line, sizeof line, "cd '%s' && %s 2>/dev/null", pictures, command);
    FILE *pipe = popen(line, "r");
    cr_assert_not_null(pipe);
    size_t nbytes = fread(text, 1, sizeof text, pipe);
    cr_assert_eq(pclose(pipe), 0, "%s", command);
    list_make(folder.path, "l");
    cr_assert_eq(
        import_text(folder.path, "l", text, nbytes, &told, "hash-text", &result, &diag),
        KI_OK, "%s: %s", command, diag.message);
    cr_expect_eq(result.nrejected, 0, "%s: %s", command, told.reason[0]);
    cr_assert_eq(ki_index_open(folder.path, &index, &diag), KI_OK, "%s", diag.message);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct ki_hash hash;
        struct ki_hits hits = {0};
        digest_of(names[i], kind, &hash); /* each file holds its own name */
        cr_assert_eq(ki_index_lookup(index, &hash, 0, &hits), KI_OK);
        cr_expect_eq(hits.nhits, 1, "%s: %s", command, names[i]);
        bool is_id_plain = !strchr(names[i], '\n') && !strstr(command, "openssl");
        cr_expect(hits.nhits != 1 || !is_id_plain ||
                      strcmp(hits.items[0].entry, names[i]) == 0,
                  "%s: %s", command, hits.items[0].entry);
        ki_hits_free(&hits);
    }
    ki_index_close(index);
    folder_remove(&folder);
}

Test(tools, what_real_tools_write_is_read)
{
    struct folder pictures = folder_make();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", pictures.path, names[i]);
        FILE *file = fopen(path, "w");
        cr_assert_not_null(file);
        (void)fputs(names[i], file);
        (void)fclose(file);
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *kind = strstr(commands[i], "sha256") ? "sha256"
                           : strstr(commands[i], "sha1") ? "sha1"
                                                         : "md5";
        check_command(pictures.path, commands[i], kind);
    }
    folder_remove(&pictures);
}
