/* SPDX-License-Identifier: Apache-2.0 */
/* A list with a key that is handed bad updates, and what must be true after each. */
#ifndef KI_TESTS_LIST_BAD_UPDATES_H
#define KI_TESTS_LIST_BAD_UPDATES_H

#include <stdio.h>

#include "list/signed_update.h"
#include "list/update.h"

#define TELLS(serial) "list=l serial=" #serial " expires=" LATER

enum { NENTRIES = 200 };

/* What is wrong with the signature. */
enum flaw {
    SOUND,
    ABSENT,
    EMPTY,
    NOT_BASE64,
    CUT,
    LONGER,
    NUL_INSIDE,
    HUGE_COMMENT,
    LEGACY,
    OTHER_ALGORITHM,
    UNKNOWN_KEY,
    KEY_OF_OTHER_LIST,
    FORGED_KEY_ID,
    OF_OTHER_CONTENT,
    COMMENT_CHANGED,
    GLOBAL_OF_OTHER,
    CONTENT_LONGER,
    CONTENT_SHORTER,
    NFLAWS
};

struct world {
    struct folder folder;
    struct signer ours;
    struct signer others;
    struct signer unknown;
    unsigned ncases;
};

struct bad {
    const char *told; /* part of the reason */
    const char *comment;
    const char *content; /* NULL: a good line */
    size_t nbytes;       /* of content; 0: as a string */
    const char *format;
    enum flaw flaw;
    bool replaces;
    bool is_taken; /* its record is refused, and the update taken */
};

static inline void world_begin(struct world *world)
{
    struct ki_import_result result;
    size_t nbytes;
    world->folder = folder_make();
    world->ours = signer_make(&world->folder, "ours");
    world->others = signer_make(&world->folder, "others");
    world->unknown = signer_make(&world->folder, "unknown");
    world->ncases = 0;
    list_pin(world->folder.path, "l", &world->ours);
    list_pin(world->folder.path, "o", &world->others);
    char *text = md5_lines(0, NENTRIES, &nbytes);
    struct signature_text signature =
        signature_of(&world->ours, text, nbytes, TELLS(10));
    struct handed_in update = {.content = text,
                               .nbytes = nbytes,
                               .signature = signature.text,
                               .signature_nbytes = signature.nbytes,
                               .kind = KI_KIND_MD5};
    cr_assert_eq(hand_in(world->folder.path, "l", &update, &result, NULL), KI_OK);
    free(text);
}

static inline void world_end(const struct world *world, const char *what,
                             unsigned at_least)
{
    printf("%s: %u bad updates\n", what, world->ncases);
    cr_expect_geq(world->ncases, at_least);
    cr_expect_eq(ki_index_verify(world->folder.path, NULL, NULL, NULL), KI_OK);
    folder_remove(&world->folder);
}

/* The start of line `number`, from 0. */
static inline char *line_of(char *text, unsigned number)
{
    while (number-- > 0) {
        text = strchr(text, '\n') + 1;
    }
    return text;
}

static inline const struct signer *signer_of(const struct world *world, enum flaw flaw)
{
    return flaw == UNKNOWN_KEY || flaw == FORGED_KEY_ID ? &world->unknown
           : flaw == KEY_OF_OTHER_LIST                  ? &world->others
                                                        : &world->ours;
}

static inline void replace_text(struct signature_text *signature, const char *text)
{
    signature->nbytes =
        (size_t)snprintf(signature->text, sizeof signature->text, "%s", text);
}

static inline void spoil_text(struct signature_text *signature, enum flaw flaw)
{
    char *code = line_of(signature->text, 1);
    if (flaw == EMPTY) {
        signature->nbytes = 0;
    } else if (flaw == NOT_BASE64) {
        code[20] = '!';
    } else if (flaw == CUT) {
        signature->nbytes = (size_t)(line_of(signature->text, 3) - signature->text);
    } else if (flaw == LONGER) {
        memcpy(signature->text + signature->nbytes, "x\n", 3);
        signature->nbytes += 2;
    } else if (flaw == NUL_INSIDE) {
        *line_of(signature->text, 2) = '\0';
    } else if (flaw == LEGACY) {
        code[1] = 'W';
    } else if (flaw == OTHER_ALGORITHM) {
        code[0] = 'S';
    } else if (flaw == COMMENT_CHANGED) {
        *strstr(signature->text, "serial=") = 'S';
    }
}

/* Another signature, or a part of one, in the place of a good one. */
static inline void spoil_whole(const struct world *world, const struct bad *bad,
                               const char *content, size_t nbytes,
                               struct signature_text *signature)
{
    struct signature_text other =
        signature_of(&world->ours, "another", 7, bad->comment);
    if (bad->flaw == OF_OTHER_CONTENT) {
        *signature = other;
    } else if (bad->flaw == GLOBAL_OF_OTHER) {
        (void)snprintf(line_of(signature->text, 3), 256, "%s", line_of(other.text, 3));
    } else if (bad->flaw == CONTENT_LONGER) {
        *signature = signature_of(&world->ours, content, nbytes - 1, bad->comment);
    } else if (bad->flaw == CONTENT_SHORTER) {
        char *longer = malloc(nbytes + 1);
        cr_assert_not_null(longer);
        memcpy(longer, content, nbytes);
        longer[nbytes] = '\n';
        *signature = signature_of(&world->ours, longer, nbytes + 1, bad->comment);
        free(longer);
    } else if (bad->flaw == FORGED_KEY_ID) {
        struct signer forger = world->unknown;
        memcpy(forger.secret.id, world->ours.public_key.id, KI_KEY_ID_NBYTES);
        *signature = signature_of(&forger, content, nbytes, bad->comment);
    } else if (bad->flaw == HUGE_COMMENT) {
        char text[KI_SIGNATURE_TEXT_NBYTES];
        memcpy(text, signature->text, signature->nbytes + 1);
        (void)snprintf(line_of(text, 2), 1200, "trusted comment: %01100d\n", 0);
        replace_text(signature, text);
    } else {
        spoil_text(signature, bad->flaw);
    }
}

static inline void expect_told(const struct world *world, const struct bad *bad)
{
    struct ki_list_refusal *refusals = NULL;
    size_t nrefusals = 0;
    cr_assert_eq(ki_list_refusals(world->folder.path, &refusals, &nrefusals, NULL),
                 KI_OK);
    cr_assert(refusals && nrefusals == 1);
    cr_expect_str_eq(refusals[0].list, "l");
    cr_expect(strstr(refusals[0].reason, bad->told), "%s: %s", bad->told,
              refusals[0].reason);
    free(refusals);
}

/* Entries that are not there: e201 and above. */
static inline void expect_in_service(const struct world *world)
{
    cr_expect_eq(nfound(world->folder.path, 0), 1);
    cr_expect_eq(nfound(world->folder.path, NENTRIES - 1), 1);
    cr_expect_eq(nfound(world->folder.path, NENTRIES + 1), 0);
}

static inline void expect_taken(const struct world *world, const struct bad *bad,
                                enum ki_status status,
                                const struct ki_import_result *result,
                                const struct ki_list_info *before)
{
    struct ki_list_info after = list_info(world->folder.path, "l");
    cr_expect_eq(status, KI_OK, "%s", bad->told);
    cr_expect_eq(result->nrejected, 1, "%s: %lu", bad->told, result->nrejected);
    cr_expect_eq(result->nadded + result->nupdated + result->nremoved, 0, "%s",
                 bad->told);
    cr_expect_eq(after.nentries, before->nentries);
    cr_expect_arr_eq(after.nhashes, before->nhashes, sizeof after.nhashes);
}

static inline void expect_refused(const struct world *world, const struct bad *bad,
                                  enum ki_status status, const struct ki_diag *diag,
                                  const struct ki_list_info *before,
                                  uint64_t generation)
{
    struct ki_list_info after = list_info(world->folder.path, "l");
    cr_expect(status == KI_ERR_REFUSED || status == KI_ERR_FORMAT, "%s: %d: %s",
              bad->told, status, diag->message);
    cr_expect(strstr(diag->message, bad->told), "%s: %s", bad->told, diag->message);
    cr_expect_arr_eq(&after, before, sizeof after, "%s: the list has changed",
                     bad->told);
    cr_expect_eq(generation_of(world->folder.path), generation, "%s", bad->told);
    expect_told(world, bad);
}

static inline void expect_bad(struct world *world, const struct bad *bad)
{
    static const char good_line[] = "000000000000000000000000000000ca  e201\n";
    const char *content = bad->content ? bad->content : good_line;
    size_t nbytes = bad->nbytes > 0 ? bad->nbytes : strlen(content);
    struct signature_text signature =
        signature_of(signer_of(world, bad->flaw), content, nbytes, bad->comment);
    spoil_whole(world, bad, content, nbytes, &signature);
    struct handed_in update = {
        .content = content,
        .nbytes = nbytes,
        .signature = bad->flaw == ABSENT ? NULL : signature.text,
        .signature_nbytes = signature.nbytes,
        .files_folder = world->folder.path,
        .format = bad->format,
        .kind = bad->format ? -1 : KI_KIND_MD5,
        .replaces = bad->replaces,
    };
    struct ki_list_info before = list_info(world->folder.path, "l");
    uint64_t generation = generation_of(world->folder.path);
    struct ki_import_result result = {0};
    struct ki_diag diag = {0};
    enum ki_status status = hand_in(world->folder.path, "l", &update, &result, &diag);
    if (bad->is_taken) {
        expect_taken(world, bad, status, &result, &before);
    } else {
        expect_refused(world, bad, status, &diag, &before, generation);
    }
    expect_in_service(world);
    world->ncases++;
}

static inline void expect_all_bad(struct world *world, const struct bad *cases,
                                  size_t ncases)
{
    for (size_t i = 0; i < ncases; i++) {
        expect_bad(world, &cases[i]);
    }
}

#define EXPECT_ALL_BAD(world, cases)                                                   \
    expect_all_bad(world, cases, sizeof(cases) / sizeof *(cases))

#endif
