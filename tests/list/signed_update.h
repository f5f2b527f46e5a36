/* SPDX-License-Identifier: Apache-2.0 */
/* Lists with a key, and updates that are signed or ought to be. */
#ifndef KI_TESTS_LIST_SIGNED_UPDATE_H
#define KI_TESTS_LIST_SIGNED_UPDATE_H

#include <openssl/evp.h>
#include <sys/stat.h>

#include "base/hex.h"
#include "keys/keys.h"
#include "list/imported.h"

#define LATER "2099-12-31T00:00:00Z"

struct signer {
    struct ki_public_key public_key;
    struct ki_secret_key secret;
};

static inline struct signer signer_make(const struct folder *folder, const char *name)
{
    struct signer signer;
    char secret[128];
    char public[128];
    (void)snprintf(secret, sizeof secret, "%s/%s.key", folder->path, name);
    (void)snprintf(public, sizeof public, "%s/%s.pub", folder->path, name);
    cr_assert_eq(ki_key_create(secret, public, &signer.public_key, NULL), KI_OK);
    cr_assert_eq(ki_secret_key_read(secret, &signer.secret, NULL), KI_OK);
    return signer;
}

/* A signature file over a content, terminated. */
struct signature_text {
    char text[KI_SIGNATURE_TEXT_NBYTES];
    size_t nbytes;
};

static inline struct signature_text signature_of(const struct signer *signer,
                                                 const char *content, size_t nbytes,
                                                 const char *comment)
{
    struct signature_text out;
    uint8_t prehash[KI_PREHASH_NBYTES];
    cr_assert_eq(ki_prehash_bytes(content, nbytes, prehash, NULL), KI_OK);
    cr_assert_eq(ki_signature_make(&signer->secret, prehash, comment, out.text,
                                   &out.nbytes, NULL),
                 KI_OK);
    return out;
}

/* Adds a list that takes what signer signs, or changes its key; NULL: no key. */
static inline void list_pin(const char *folder, const char *name,
                            const struct signer *signer)
{
    struct ki_list_info info = list_named(name);
    info.trust.has_key = signer != NULL;
    if (signer) {
        memcpy(info.trust.key_id, signer->public_key.id, sizeof info.trust.key_id);
        memcpy(info.trust.key, signer->public_key.key, sizeof info.trust.key);
    }
    cr_assert_eq(ki_list_add(folder, &info, true, NULL), KI_OK);
}

struct handed_in {
    const char *content;
    size_t nbytes;
    const char *signature; /* NULL: there is none */
    size_t signature_nbytes;
    const char *files_folder;
    const char *format;
    int kind;
    bool replaces;
};

static inline enum ki_status hand_in(const char *folder, const char *list,
                                     const struct handed_in *update,
                                     struct ki_import_result *result,
                                     struct ki_diag *diag)
{
    struct ki_import_options options = ki_import_options_default();
    options.format = update->format;
    options.kind = update->kind;
    options.replaces = update->replaces;
    options.signature = update->signature;
    options.signature_nbytes = update->signature_nbytes;
    options.files_folder = update->files_folder;
    int fd = text_fd(update->content, update->nbytes);
    enum ki_status status = ki_list_import(folder, list, fd, &options, result, diag);
    (void)close(fd);
    return status;
}

/* Lines of md5sum: the numbers from first to end - 1, as e<number>. */
static inline char *md5_lines(unsigned first, unsigned end, size_t *nbytes)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, nbytes);
    cr_assert_not_null(out);
    for (unsigned i = first; i < end; i++) {
        (void)fprintf(out, "%032x  e%u\n", i + 1, i);
    }
    (void)fclose(out);
    return text;
}

static inline void file_write(const char *folder, const char *name, const char *data,
                              size_t nbytes)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "wb");
    cr_assert_not_null(out);
    cr_assert_eq(fwrite(data, 1, nbytes, out), nbytes);
    cr_assert_eq(fclose(out), 0);
}

/* {"name":…,"nbytes":…,"sha256":…} of such a file. */
static inline const char *file_json(const char *name, const char *data, size_t nbytes)
{
    static char out[4][512];
    static unsigned next;
    uint8_t digest[32];
    char hex[65];
    char *text = out[next++ % 4];
    cr_assert(EVP_Digest(data, nbytes, digest, NULL, EVP_sha256(), NULL));
    ki_hex_encode(digest, sizeof digest, hex);
    (void)snprintf(text, 512, "{\"name\":\"%s\",\"nbytes\":%zu,\"sha256\":\"%s\"}",
                   name, nbytes, hex);
    return text;
}

static inline uint64_t generation_of(const char *folder)
{
    struct ki_index_status state;
    cr_assert_eq(ki_index_status(folder, &state, NULL), KI_OK);
    return state.generation;
}

/* How often the MD5 <number + 1> is found in the generation in force. */
static inline size_t nfound(const char *folder, unsigned number)
{
    struct ki_index *index = NULL;
    struct ki_hits hits = {0};
    struct ki_hash query = {.kind = KI_KIND_MD5};
    char hex[33];
    (void)snprintf(hex, sizeof hex, "%032x", number + 1);
    cr_assert(ki_hex_decode(hex, 32, query.bytes, 16));
    cr_assert_eq(ki_index_open(folder, &index, NULL), KI_OK);
    cr_assert_eq(ki_index_lookup(index, &query, 0, &hits), KI_OK);
    size_t nhits = hits.nhits;
    ki_hits_free(&hits);
    ki_index_close(index);
    return nhits;
}

#endif
