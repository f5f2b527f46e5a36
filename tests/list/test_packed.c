/* SPDX-License-Identifier: Apache-2.0 */
/* Lists packed with gzip, withdrawals, and what an import says of partial files. */
#define PARSED_IS_BRIEF 1

#include <zlib.h>

#include "list/imported.h"

enum { ROOM = 1 << 20 };

/* One gzip member; returns its size. */
static size_t pack(const char *text, size_t nbytes, char *out)
{
    z_stream stream = {0};
    cr_assert_eq(
        deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY),
        Z_OK);
    unsigned char *copy = malloc(nbytes + 1); /* zlib wants what is not const */
    cr_assert_not_null(copy);
    memcpy(copy, text, nbytes);
    stream.next_in = copy;
    stream.avail_in = (uInt)nbytes;
    stream.next_out = (unsigned char *)out;
    stream.avail_out = ROOM;
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t done = stream.total_out;
    (void)deflateEnd(&stream);
    free(copy);
    return done;
}

struct fixture {
    struct folder folder;
    struct told told;
    struct ki_import_result result;
    struct ki_diag diag;
    char *packed;
};

static struct fixture begin(void)
{
    struct fixture fixture = {.folder = folder_make(), .packed = malloc(ROOM)};
    cr_assert_not_null(fixture.packed);
    list_make(fixture.folder.path, "l");
    return fixture;
}

static void end(struct fixture *fixture)
{
    free(fixture->packed);
    folder_remove(&fixture->folder);
}

static enum ki_status import(struct fixture *fixture, const char *data, size_t nbytes)
{
    return import_text(fixture->folder.path, "l", data, nbytes, &fixture->told, NULL,
                       &fixture->result, &fixture->diag);
}

Test(packed, members_are_unpacked_one_after_the_other)
{
    struct fixture fixture = begin();
    size_t nbytes = pack(MD5_A "  a\n" MD5_A, 36 + 32, fixture.packed);
    nbytes += pack("  b\n" SHA1_A "  c\n", 4 + 44, fixture.packed + nbytes);
    cr_assert_eq(import(&fixture, fixture.packed, nbytes), KI_OK, "%s",
                 fixture.diag.message);
    cr_expect_eq(fixture.result.nadded, 3);
    cr_expect_str_eq(fixture.result.format, "hash-text");
    end(&fixture);
}

Test(packed, every_cut_and_every_flipped_byte_adds_nothing)
{
    struct fixture fixture = begin();
    size_t nbytes = pack(MD5_A "  a\n", 36, fixture.packed);
    for (size_t cut = 2; cut < nbytes; cut++) {
        cr_expect_eq(import(&fixture, fixture.packed, cut), KI_ERR_FORMAT, "%zu", cut);
    }
    for (size_t at = nbytes - 8; at < nbytes; at++) { /* checksum and size */
        fixture.packed[at] ^= 1;
        cr_expect_eq(import(&fixture, fixture.packed, nbytes), KI_ERR_FORMAT);
        fixture.packed[at] ^= 1;
    }
    memcpy(fixture.packed + nbytes, "junk", 4);
    cr_expect_eq(import(&fixture, fixture.packed, nbytes + 4), KI_ERR_FORMAT);
    cr_expect_eq(list_info(fixture.folder.path, "l").nentries, 0);
    end(&fixture);
}

Test(packed, a_bomb_is_refused)
{
    enum { BOMB_NBYTES = 100 << 20 };
    struct fixture fixture = begin();
    char *zeros = calloc(1, BOMB_NBYTES);
    cr_assert_not_null(zeros);
    memset(zeros, '\n', BOMB_NBYTES);
    size_t nbytes = pack(zeros, BOMB_NBYTES, fixture.packed);
    free(zeros);
    cr_expect_eq(import_text(fixture.folder.path, "l", fixture.packed, nbytes,
                             &fixture.told, "hash-text", &fixture.result,
                             &fixture.diag),
                 KI_ERR_FORMAT);
    cr_expect(strstr(fixture.diag.message, "200 times"), "%s", fixture.diag.message);
    end(&fixture);
}

Test(packed, twice_is_once_too_often)
{
    struct fixture fixture = begin();
    char once[256];
    size_t nbytes = pack(MD5_A "  a\n", 36, fixture.packed);
    memcpy(once, fixture.packed, nbytes);
    nbytes = pack(once, nbytes, fixture.packed);
    cr_expect_eq(import(&fixture, fixture.packed, nbytes), KI_ERR_FORMAT);
    cr_expect(strstr(fixture.diag.message, "packed twice"), "%s", fixture.diag.message);
    end(&fixture);
}

#define NCMEC(...) "<queryResult><images count=\"1\">" __VA_ARGS__ "</images>"
#define ADDED                                                                          \
    "<image><member id=\"1\"/><id>a</id><fingerprints><md5>" MD5_A                     \
    "</md5></fingerprints></image>"
#define DELETED "<deletedImage><member id=\"1\"/><id>a</id></deletedImage>"

Test(foreign_import, withdrawals_remove_and_partial_pages_are_told)
{
    static const char added[] =
        NCMEC(ADDED) "<paging><next>x</next></paging></queryResult>";
    static const char deleted[] = NCMEC(DELETED) "</queryResult>";
    struct fixture fixture = begin();
    cr_assert_eq(import(&fixture, added, sizeof added - 1), KI_OK);
    cr_expect_str_eq(fixture.result.format, "ncmec-xml");
    cr_expect_eq(fixture.result.nadded, 1);
    cr_expect_eq(fixture.result.nrejected, 0);
    cr_expect_eq(fixture.told.nrejects, 1);
    cr_expect_str_eq(fixture.told.reason[0],
                     "warning: partial: the page names a next one");
    cr_expect_eq(list_info(fixture.folder.path, "l").nentries, 1);
    cr_assert_eq(import(&fixture, deleted, sizeof deleted - 1), KI_OK);
    cr_expect_eq(fixture.result.nremoved, 1);
    cr_expect_eq(list_info(fixture.folder.path, "l").nentries, 0);
    uint64_t generation = fixture.result.generation;
    cr_assert_eq(import(&fixture, deleted, sizeof deleted - 1), KI_OK);
    cr_expect_eq(fixture.result.nremoved, 0);
    cr_expect_eq(fixture.result.nunchanged, 1);
    cr_expect_eq(fixture.result.generation, generation);
    end(&fixture);
}

Test(foreign_import, a_broken_file_adds_nothing)
{
    static const char text[] = NCMEC(ADDED) "</queryResult";
    struct fixture fixture = begin();
    cr_expect_eq(import(&fixture, text, sizeof text - 1), KI_ERR_FORMAT);
    cr_expect(strstr(fixture.diag.message, "line 1: XML is broken"), "%s",
              fixture.diag.message);
    cr_expect_eq(list_info(fixture.folder.path, "l").nentries, 0);
    end(&fixture);
}
