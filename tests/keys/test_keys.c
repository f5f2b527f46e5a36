/* SPDX-License-Identifier: Apache-2.0 */
/* A signature holds for its content, key and comment alone. The peer that both
 * directions are tried against, Debian's minisign, is in tests/cli/test_key.sh. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "keys/keys.h"
#include "support/folder.h"

static const char content[] = "what is signed";

struct signed_case {
    struct folder folder;
    char secret_path[128];
    char public_path[128];
    struct ki_public_key key;
    uint8_t prehash[KI_PREHASH_NBYTES];
    char text[KI_SIGNATURE_TEXT_NBYTES];
    size_t length;
};

static void make_case(struct signed_case *made)
{
    struct ki_secret_key secret;
    made->folder = folder_make();
    (void)snprintf(made->secret_path, 128, "%s/k.key", made->folder.path);
    (void)snprintf(made->public_path, 128, "%s/k.pub", made->folder.path);
    cr_assert_eq(ki_key_create(made->secret_path, made->public_path, &made->key, NULL),
                 KI_OK);
    cr_assert_eq(ki_prehash_bytes(content, sizeof content, made->prehash, NULL), KI_OK);
    cr_assert_eq(ki_secret_key_read(made->secret_path, &secret, NULL), KI_OK);
    cr_assert_eq(ki_signature_make(&secret, made->prehash, "serial:7\tof a list",
                                   made->text, &made->length, NULL),
                 KI_OK);
    ki_secret_key_wipe(&secret);
}

static void remove_case(const struct signed_case *made)
{
    folder_remove(&made->folder);
}

static enum ki_status check(const struct signed_case *made, const char *text,
                            size_t length)
{
    struct ki_signature signature;
    struct ki_diag diag = {0};
    enum ki_status status = ki_signature_parse("s", text, length, &signature, &diag);
    if (status == KI_OK) {
        status = ki_signature_verify("s", &signature, &made->key, made->prehash, &diag);
    }
    cr_expect((status == KI_OK) == (diag.message[0] == '\0'));
    return status;
}

Test(keys, a_signature_holds)
{
    struct signed_case made;
    struct ki_signature signature;
    struct ki_public_key read;
    make_case(&made);
    cr_expect_eq(check(&made, made.text, made.length), KI_OK);
    cr_assert_eq(ki_signature_parse("s", made.text, made.length, &signature, NULL),
                 KI_OK);
    cr_expect_str_eq(signature.trusted_comment, "serial:7\tof a list");
    cr_assert_eq(ki_public_key_read(made.public_path, &read, NULL), KI_OK);
    cr_expect_eq(memcmp(&read, &made.key, sizeof read), 0);
    struct stat info;
    cr_assert_eq(stat(made.secret_path, &info), 0);
    cr_expect_eq(info.st_mode & 0777, 0600);
    remove_case(&made);
}

/* But for the untrusted comment, which nothing covers, every bit counts. */
Test(keys, any_flipped_bit_is_refused)
{
    struct signed_case made;
    make_case(&made);
    size_t first = (size_t)(strchr(made.text, '\n') - made.text) + 1;
    for (size_t i = first; i + 1 < made.length; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            made.text[i] ^= (char)(1U << bit);
            cr_expect_neq(check(&made, made.text, made.length), KI_OK,
                          "byte %zu, bit %u", i, bit);
            made.text[i] ^= (char)(1U << bit);
        }
    }
    for (size_t length = 0; length + 1 < made.length; length++) {
        cr_expect_eq(check(&made, made.text, length), KI_ERR_FORMAT);
    }
    made.text[made.length] = '\n';
    cr_expect_eq(check(&made, made.text, made.length + 1), KI_ERR_FORMAT);
    remove_case(&made);
}

Test(keys, another_key_or_content_is_refused)
{
    struct signed_case one;
    struct signed_case other;
    make_case(&one);
    make_case(&other);
    cr_expect_eq(check(&one, other.text, other.length), KI_ERR_DAMAGED);
    /* The right id does not help a wrong key. */
    memcpy(one.key.id, other.key.id, sizeof one.key.id);
    cr_expect_eq(check(&one, other.text, other.length), KI_ERR_DAMAGED);
    other.prehash[63] ^= 1;
    cr_expect_eq(check(&other, other.text, other.length), KI_ERR_DAMAGED);
    remove_case(&one);
    remove_case(&other);
}

Test(keys, existing_files_are_kept)
{
    struct signed_case made;
    struct ki_public_key key;
    char fresh[140];
    make_case(&made);
    cr_expect_eq(ki_key_create(made.secret_path, made.public_path, &key, NULL),
                 KI_ERR_EXISTS);
    (void)snprintf(fresh, sizeof fresh, "%s.2", made.secret_path);
    cr_expect_eq(ki_key_create(fresh, made.public_path, &key, NULL), KI_ERR_EXISTS);
    cr_expect_neq(access(fresh, F_OK), 0, "a secret key without its public one");
    cr_expect_eq(ki_public_key_read(made.public_path, &key, NULL), KI_OK);
    cr_expect_eq(memcmp(&key, &made.key, sizeof key), 0);
    remove_case(&made);
}

Test(keys, damaged_secret_keys_are_refused)
{
    struct signed_case made;
    struct ki_secret_key secret;
    char *text;
    size_t nbytes;
    make_case(&made);
    cr_assert_eq(ki_file_read(made.secret_path, 4096, &text, &nbytes, NULL), KI_OK);
    size_t first = (size_t)(strchr(text, '\n') - text) + 1;
    /* From the id on; what comes before it is salt and costs, unused here. */
    for (size_t i = first + 76; i + 2 < nbytes; i++) {
        char kept = text[i];
        text[i] = kept == 'A' ? 'B' : 'A';
        cr_assert_eq(ki_file_write_synced(made.secret_path, text, nbytes, NULL), KI_OK);
        cr_expect_neq(ki_secret_key_read(made.secret_path, &secret, NULL), KI_OK,
                      "byte %zu", i);
        text[i] = kept;
    }
    free(text);
    remove_case(&made);
}

Test(keys, comments_with_control_characters_are_not_signed)
{
    struct ki_secret_key secret = {0};
    uint8_t prehash[KI_PREHASH_NBYTES] = {0};
    char text[KI_SIGNATURE_TEXT_NBYTES];
    char comment[KI_TRUSTED_COMMENT_NBYTES + 1];
    size_t length;
    cr_expect_eq(ki_signature_make(&secret, prehash, "a\nb", text, &length, NULL),
                 KI_ERR_ARGUMENT);
    memset(comment, 'c', sizeof comment - 1);
    comment[KI_TRUSTED_COMMENT_NBYTES] = '\0';
    cr_expect_eq(ki_signature_make(&secret, prehash, comment, text, &length, NULL),
                 KI_ERR_ARGUMENT);
    comment[KI_TRUSTED_COMMENT_NBYTES - 1] = '\0';
    cr_expect_eq(ki_signature_make(&secret, prehash, comment, text, &length, NULL),
                 KI_OK);
    cr_expect_eq(strlen(text), length);
}

Test(keys, a_descriptor_and_bytes_give_the_same)
{
    enum { NBYTES = 200001 };
    FILE *file = tmpfile();
    cr_assert_not_null(file);
    int fd = fileno(file);
    uint8_t of_fd[KI_PREHASH_NBYTES];
    uint8_t of_bytes[KI_PREHASH_NBYTES];
    uint8_t *data = calloc(1, NBYTES);
    cr_assert_not_null(data);
    data[NBYTES - 1] = 1;
    cr_assert_eq(write(fd, data, NBYTES), NBYTES);
    cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
    cr_expect_eq(ki_prehash_fd(fd, "it", of_fd, NULL), KI_OK);
    cr_expect_eq(ki_prehash_bytes(data, NBYTES, of_bytes, NULL), KI_OK);
    cr_expect_eq(memcmp(of_fd, of_bytes, sizeof of_fd), 0);
    free(data);
    (void)fclose(file);
}
