/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bad updates of a list with a key, as a table: wrong, stolen, stale, mixed up or meant
 * to harm. After each the generation, the list and its hashes are what they were, and
 * the refusal is told; of a bad record among good ones nothing is taken but the serial.
 * The list holds e0 … e199 and update 10, and stands beside another with another key.
 */
#include "list/bad_updates.h"

Test(bad_updates, signatures)
{
    static const char *const told[NFLAWS] = {
        [ABSENT] = "there is no signature, and list l takes only",
        [EMPTY] = "signature, line 1: missing",
        [NOT_BASE64] = "signature, line 2",
        [CUT] = "signature, line 4: missing",
        [LONGER] = "signature: something follows line 4",
        [NUL_INSIDE] = "signature, line 3",
        [HUGE_COMMENT] = "trusted comment too long",
        [LEGACY] = "a legacy signature",
        [OTHER_ALGORITHM] = "not an Ed25519 signature",
        [UNKNOWN_KEY] = "but list l has key",
        [KEY_OF_OTHER_LIST] = "but list l has key",
        [FORGED_KEY_ID] = "does not belong to this content",
        [OF_OTHER_CONTENT] = "does not belong to this content",
        [COMMENT_CHANGED] = "the trusted comment is not the one that was signed",
        [GLOBAL_OF_OTHER] = "the trusted comment is not the one that was signed",
        [CONTENT_LONGER] = "does not belong to this content",
        [CONTENT_SHORTER] = "does not belong to this content",
    };
    struct world world;
    world_begin(&world);
    for (int flaw = SOUND + 1; flaw < NFLAWS; flaw++) {
        const struct bad bad = {
            .told = told[flaw], .comment = TELLS(11), .flaw = (enum flaw)flaw};
        expect_bad(&world, &bad);
    }
    world_end(&world, "signatures", 17);
}

Test(bad_updates, comments)
{
    static const struct bad cases[] = {
        {.told = "does not tell list", .comment = ""},
        {.told = "does not tell list", .comment = "timestamp:1 file:list"},
        {.told = "does not tell list", .comment = "serial=11 expires=" LATER},
        {.told = "does not tell serial", .comment = "list=l expires=" LATER},
        {.told = "does not tell expires", .comment = "list=l serial=11"},
        {.told = "for the list o,", .comment = "list=o serial=11 expires=" LATER},
        {.told = "for the list L,", .comment = "list=L serial=11 expires=" LATER},
        {.told = "for the list ll,", .comment = "list=ll serial=11 expires=" LATER},
        {.told = "second list", .comment = "list=o list=l serial=11 expires=" LATER},
        {.told = "second list", .comment = "list=l/o serial=11 expires=" LATER},
        {.told = "second serial",
         .comment = "list=l serial=1 serial=11 expires=" LATER},
        {.told = "second serial", .comment = "list=l serial=0 expires=" LATER},
        {.told = "second serial", .comment = "list=l serial=-1 expires=" LATER},
        {.told = "second serial", .comment = "list=l serial=+11 expires=" LATER},
        {.told = "second serial", .comment = "list=l serial=0x11 expires=" LATER},
        {.told = "second serial",
         .comment = "list=l serial=18446744073709551616 expires=" LATER},
        {.told = "second expires",
         .comment = "list=l serial=11 expires=" LATER " expires=" LATER},
        {.told = "second expires", .comment = "list=l serial=11 expires=never"},
        {.told = "second expires", .comment = "list=l serial=11 expires=4102358400"},
        {.told = "second expires", .comment = "list=l serial=11 expires=2099-12-31"},
        {.told = "second expires",
         .comment = "list=l serial=11 expires=2099-12-31T00:00:00+01:00"},
        {.told = "has expired, at 2026-01-01T00:00:00Z",
         .comment = "list=l serial=11 expires=2026-01-01T00:00:00Z"},
        {.told = "older (serial 9)", .comment = TELLS(9)},
        {.told = "older (serial 1)", .comment = TELLS(1)},
        {.told = "another update has the serial 10", .comment = TELLS(10)},
    };
    struct world world;
    world_begin(&world);
    EXPECT_ALL_BAD(&world, cases);
    world_end(&world, "comments", 25);
}

#define HEAD(list, serial, expires)                                                    \
    "{\"knownimage_list\":1,\"list\":\"" list "\",\"serial\":" #serial                 \
    ",\"expires\":\"" expires "\",\"files\":"
#define FILES(files) HEAD("l", 11, LATER) "[" files "]}"
#define DIGEST "00000000000000000000000000000000000000000000000000000000000000aa"
#define NAMED(name) "{\"name\":\"" name "\",\"nbytes\":1,\"sha256\":\"" DIGEST "\"}"

Test(bad_updates, manifests)
{
    static const struct bad cases[] = {
        {.told = "file 1 has not", .content = FILES(NAMED("a/b"))},
        {.told = "file 1 has not", .content = FILES(NAMED("/etc/passwd"))},
        {.told = "file 1 has not", .content = FILES(NAMED(".."))},
        {.told = "file 1 has not", .content = FILES(NAMED(""))},
        {.told = "file 1 has not", .content = FILES(NAMED("a\\n"))},
        {.told = "manifest: line 1", .content = FILES(NAMED("a\\u0000"))},
        {.told = "file 1 has not", .content = FILES("{\"name\":\"a\",\"nbytes\":1}")},
        {.told = "file 1 has not",
         .content = FILES("{\"name\":\"a\",\"nbytes\":-1,\"sha256\":\"" DIGEST "\"}")},
        {.told = "file 1 has not",
         .content = FILES("{\"name\":\"a\",\"nbytes\":1.0,\"sha256\":\"" DIGEST "\"}")},
        {.told = "file 1 has not",
         .content = FILES("{\"name\":\"a\",\"nbytes\":1,\"sha256\":\"aa\"}")},
        {.told = "file 1 has not", .content = FILES("[]")},
        {.told = "file 2 has the name of file 1",
         .content = FILES(NAMED("a") "," NAMED("a"))},
        {.told = "files is no array of 1 to 256", .content = FILES("")},
        {.told = "files is no array of 1 to 256",
         .content = HEAD("l", 11, LATER) "{\"a\":1}}"},
        {.told = "file missing is missing", .content = FILES(NAMED("missing"))},
        {.told = "fifo is no regular file", .content = FILES(NAMED("fifo"))},
        {.told = "folder is no regular file", .content = FILES(NAMED("folder"))},
        {.told = "zero is no regular file", .content = FILES(NAMED("zero"))},
        {.told = "good has more than the 1 bytes", .content = FILES(NAMED("good"))},
        {.told = "empty has fewer than the 1 bytes", .content = FILES(NAMED("empty"))},
        {.told = "one is not the file", .content = FILES(NAMED("one"))},
        {.told = "of a version that is not known",
         .content = "{\"knownimage_list\":2,\"list\":\"l\"}"},
        {.told = "members are missing", .content = "{\"knownimage_list\":1}"},
        {.told = "members are missing",
         .content =
             "{\"knownimage_list\":1,\"list\":\"l\",\"serial\":11,\"expires\":\"" LATER
             "\",\"replaces\":true,\"files\":[" NAMED("one") "]}"},
        {.told = "a member twice",
         .content =
             "{\"knownimage_list\":1,\"list\":\"o\",\"list\":\"l\",\"serial\":11,"
             "\"expires\":\"" LATER "\",\"files\":[" NAMED("one") "]}"},
        {.told = "a member twice", .content = FILES(NAMED("one")) "x"},
        {.told = "a member twice", .content = "{\"knownimage_list\":1,\"list\":"},
        {.told = "serial is not a number",
         .content = HEAD("l", 0, LATER) "[" NAMED("one") "]}"},
        {.told = "serial is not a number",
         .content = HEAD("l", "11", LATER) "[" NAMED("one") "]}"},
        {.told = "expires is no time",
         .content = HEAD("l", 11, "") "[" NAMED("one") "]}"},
        {.told = "list is no name",
         .content = HEAD("", 11, LATER) "[" NAMED("one") "]}"},
        {.told = "for the list o,",
         .content = HEAD("o", 11, LATER) "[" NAMED("one") "]}"},
        {.told = "has expired",
         .content = HEAD("l", 11, "2026-01-01T00:00:00Z") "[" NAMED("one") "]}"},
        {.told = "older (serial 9)",
         .content = HEAD("l", 9, LATER) "[" NAMED("one") "]}"},
        {.told = "another update has the serial 10",
         .content = HEAD("l", 10, LATER) "[" NAMED("one") "]}"},
        {.told = "contradict each other",
         .content = FILES(NAMED("one")),
         .comment = "serial=12"},
        {.told = "contradict each other",
         .content = FILES(NAMED("one")),
         .comment = "list=o"},
        {.told = "does not belong to this content",
         .content = FILES(NAMED("one")),
         .flaw = OF_OTHER_CONTENT},
    };
    struct world world;
    char path[128];
    world_begin(&world);
    file_write(world.folder.path, "good", "000000000000000000000000000000ca  e201\n",
               39);
    file_write(world.folder.path, "one", "x", 1);
    file_write(world.folder.path, "empty", "", 0);
    (void)snprintf(path, sizeof path, "%s/fifo", world.folder.path);
    cr_assert_eq(mkfifo(path, 0600), 0);
    (void)snprintf(path, sizeof path, "%s/folder", world.folder.path);
    cr_assert_eq(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/zero", world.folder.path);
    cr_assert_eq(symlink("/dev/zero", path), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bad bad = cases[i];
        bad.comment = bad.comment ? bad.comment : "of several files";
        expect_bad(&world, &bad);
    }
    world_end(&world, "manifests", 38);
}

/* A manifest whose first file is good. */
static void expect_bad_pair(struct world *world, const char *second, const char *told)
{
    static const char good[] =
        "{\"t\":\"md5\",\"h\":\"000000000000000000000000000000ca\","
        "\"id\":\"e201\"}\n";
    char manifest[2048];
    file_write(world->folder.path, "first", good, strlen(good));
    file_write(world->folder.path, "second", second, strlen(second));
    (void)snprintf(manifest, sizeof manifest, HEAD("l", 11, LATER) "[%s,%s]}",
                   file_json("first", good, strlen(good)),
                   file_json("second", second, strlen(second)));
    const struct bad bad = {.told = told, .comment = "pair", .content = manifest};
    expect_bad(world, &bad);
}

Test(bad_updates, files_of_manifests)
{
    struct world world;
    char name[32];
    world_begin(&world);
    expect_bad_pair(&world, "000000000000000000000000000000cb  e202\n",
                    "second: has format hash-text, those before ndjson");
    expect_bad_pair(&world, "{\"images\":[", "second: ");
    expect_bad_pair(&world,
                    "\x7f"
                    "ELF\x01\x01",
                    "second: ");
    expect_bad_pair(&world, HEAD("l", 12, LATER) "[]}", "second: is itself a manifest");
    /* The files of another update than the manifest's. */
    file_write(world.folder.path, "first", "{}", 2);
    const struct bad mixed = {
        .told = "second is not the file",
        .comment = "mixed",
        .content =
            FILES("{\"name\":\"second\",\"nbytes\":58,\"sha256\":\"" DIGEST "\"}")};
    file_write(world.folder.path, "second", FILES(""), 58);
    expect_bad(&world, &mixed);
    /* One file more than may be. */
    char *text = NULL;
    size_t nbytes = 0;
    FILE *out = open_memstream(&text, &nbytes);
    cr_assert_not_null(out);
    (void)fputs(HEAD("l", 11, LATER) "[" NAMED("one"), out);
    for (unsigned i = 0; i < 256; i++) {
        (void)snprintf(name, sizeof name, "f%u", i);
        (void)fprintf(out, "," NAMED("%s"), name);
    }
    (void)fputs("]}", out);
    (void)fclose(out);
    const struct bad many = {
        .told = "files is no array of 1 to 256", .comment = "many", .content = text};
    expect_bad(&world, &many);
    free(text);
    world_end(&world, "files of manifests", 6);
}

/* head, then fill nfill times, then tail. */
static char *filled(const char *head, const char *fill, size_t nfill, const char *tail)
{
    char *text = NULL;
    size_t nbytes = 0;
    FILE *out = open_memstream(&text, &nbytes);
    cr_assert_not_null(out);
    (void)fputs(head, out);
    for (size_t i = 0; i < nfill; i++) {
        (void)fputs(fill, out);
    }
    (void)fputs(tail, out);
    (void)fclose(out);
    return text;
}

#define IMAGES "<queryResult><images>"
#define PDF "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"

/* Well signed, but no list, not whole, or made to exhaust its reader. */
Test(bad_updates, contents)
{
    static const struct bad cases[] = {
        {.told = "DOCTYPE", .content = "<!DOCTYPE queryResult><queryResult/>"},
        {.told = "DOCTYPE",
         .content = "<!DOCTYPE a [<!ENTITY b \"cc\"><!ENTITY d \"&b;&b;\">]>"
                    "<queryResult>&d;</queryResult>"},
        {.told = "DOCTYPE",
         .content = "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><queryResult/>"},
        {.told = "line", .format = "ncmec-xml", .content = IMAGES "<image><id>a</id>"},
        {.told = "line", .format = "ncmec-xml", .content = IMAGES "</image>"},
        {.told = "line", .format = "ncmec-xml", .content = IMAGES "&x;</images>"},
        {.told = "line", .format = "vics-json", .content = "{\"value\":["},
        {.told = "line", .format = "vics-json", .content = "{\"value\":]}"},
        {.told = "line", .format = "stopncii-json", .content = "{\"hashRecords\":[{"},
        {.told = "line", .format = "threatexchange-json", .content = "{\"data\":[}"},
        {.told = "SQLite", .format = "tsk-kdb", .content = "SQLite format 3"},
        {.told = "SQLite", .format = "tsk-kdb", .content = "000000000000000000000000"},
        {.told = "a PDF", .content = PDF},
        {.told = "", .content = "\x89PNG\r\n\x1a\n", .nbytes = 8},
        {.told = "", .content = "\0\0\0\0\0\0\0\0", .nbytes = 8},
        {.told = "hashdeep", .format = "hashdeep", .content = "%%%% HASHDEEP-2.0\n"},
        {.told = "columns",
         .format = "hashdeep",
         .content = "%%%% HASHDEEP-1.0\n%%%% size,filename\n"},
        {.told = "every record of the update was refused",
         .content = "00000000000000000000000000000000  a\n"
                    "00000000000000000000000000000000  b\n"},
        {.told = "every record of the update was refused",
         .content = "d41d8cd98f00b204e9800998ecf8427e  empty\n"},
        {.told = "every record of the update was refused",
         .format = "pdq-text",
         .content = "ffffffffffffffffffffffffffffffff"
                    "ffffffffffffffffffffffffffffffff,100,white\n"},
        {.told = "every record of the update was refused",
         .format = "pdq-text",
         .content =
             "0000000000000000000000000000000000000000000000000000000000000000\n"},
    };
    struct world world;
    world_begin(&world);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bad bad = cases[i];
        bad.comment = TELLS(11);
        expect_bad(&world, &bad);
    }
    world_end(&world, "contents", 21);
}

struct giant {
    const char *format;
    const char *head;
    const char *fill;
    size_t nfill;
    const char *tail;
    const char *told;
};

Test(bad_updates, giants)
{
    static const struct giant cases[] = {
        {"ncmec-xml", "<queryResult>", "<images>", 200, "", "nested deeper"},
        {"ncmec-xml", "<queryResult a=\"", "x", 5000000, "\"/>", ""},
        {"ncmec-xml", "<queryResult><", "x", 5000000, "/></queryResult>", ""},
        {"vics-json", "", "[", 100000, "", ""},
        {"vics-json", "{\"value\":", "{\"a\":", 100000, "", ""},
        {"vics-json", "{\"", "k", 5000000, "", ""},
        {"stopncii-json", "{\"a\":\"", "x", 3000000, "", ""},
        {NULL, "{\"knownimage_list\":1,\"list\":", "[", 500000, "", "manifest: line 1"},
        {NULL, "{\"knownimage_list\":1,\"list\":\"", "x", 1100000, "\"}",
         "longer than 1048576 bytes"},
        {"ndjson", "", "{\"t\":", 1, "", "every record"},
        {"ndjson", "{\"t\":\"md5\",\"id\":\"", "x", 2000000, "\"}\n", "every record"},
        {"hash-text", "", "0", 1000000, "\n", "every record"},
        {"csv", "kind,hash\nmd5,\"", "0", 1000000, "\n", "every record"},
    };
    struct world world;
    world_begin(&world);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct giant *giant = &cases[i];
        char *text = filled(giant->head, giant->fill, giant->nfill, giant->tail);
        const struct bad bad = {.told = giant->told,
                                .comment = TELLS(11),
                                .content = text,
                                .format = giant->format};
        expect_bad(&world, &bad);
        free(text);
    }
    world_end(&world, "giants", 13);
}

Test(bad_updates, growth_and_removals)
{
    struct world world;
    size_t nbytes;
    world_begin(&world);
    struct bad bad = {.comment = TELLS(11)};
    char *texts[] = {md5_lines(202, 243, &nbytes), md5_lines(0, 189, &nbytes),
                     md5_lines(210, 250, &nbytes), md5_lines(0, 1, &nbytes)};
    bad.content = texts[0];
    bad.told = "add 41 entries in a list of 200";
    expect_bad(&world, &bad);
    bad.content = texts[1];
    bad.told = "remove 11 entries in a list of 200";
    bad.replaces = true;
    expect_bad(&world, &bad);
    bad.content = texts[2];
    bad.told = "remove 200 entries";
    expect_bad(&world, &bad);
    bad.content = texts[3];
    bad.told = "remove 199 entries";
    expect_bad(&world, &bad);
    bad.content =
        "00000000000000000000000000000001  e0\n00000000000000000000000000000000"
        "  bad\n";
    bad.told = "records were refused: a list is not replaced";
    expect_bad(&world, &bad);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        free(texts[i]);
    }
    world_end(&world, "growth and removals", 5);
}

#define E0 "00000000000000000000000000000001"
#define E0_LINE E0 "  e0\n"
#define E0_JSON "{\"t\":\"md5\",\"h\":\"" E0 "\",\"id\":\"e0\"}\n"

/* One bad record beside one that says nothing new. */
Test(bad_updates, records)
{
    static const struct bad cases[] = {
        {.told = "zero", .content = E0_LINE "00000000000000000000000000000000  z\n"},
        {.told = "empty", .content = "d41d8cd98f00b204e9800998ecf8427e  z\n" E0_LINE},
        {.told = "NUL",
         .content = E0_LINE "0000\0x  z\n",
         .nbytes = sizeof E0_LINE + 9},
        {.told = "short", .content = E0_LINE "0000  z\n"},
        {.told = "json", .format = "ndjson", .content = E0_JSON "{\"t\":\"md5\"}\n"},
        {.told = "json zero",
         .format = "ndjson",
         .content = E0_JSON
         "{\"t\":\"md5\",\"h\":\"00000000000000000000000000000000\",\"id\":\"e0\"}\n"},
        {.told = "json cut",
         .format = "ndjson",
         .content = E0_JSON "{\"t\":\"md5\",\n"},
        {.told = "json twice",
         .format = "ndjson",
         .content = E0_JSON "{\"t\":\"md5\",\"h\":[\"" E0 "\"],\"id\":\"e0\"}\n"},
        {.told = "csv",
         .format = "csv",
         .content = "entry,kind,hash\ne0,md5," E0 "\nz,md6," E0 "\n"},
        {.told = "csv id",
         .format = "csv",
         .content = "entry,kind,hash\ne0,md5," E0 "\ne0,md5,xyz\n"},
        {.told = "hashdeep",
         .format = "hashdeep",
         .content =
             "%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n1," E0 ",e0\n1,zz,e1\n"},
    };
    struct world world;
    world_begin(&world);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char comment[KI_UPDATE_TEXT_NBYTES];
        struct bad bad = cases[i];
        (void)snprintf(comment, sizeof comment, "list=l serial=%zu expires=" LATER,
                       11 + i);
        bad.comment = comment;
        bad.is_taken = true;
        expect_bad(&world, &bad);
        cr_expect_eq(list_info(world.folder.path, "l").trust.update, 11 + i);
    }
    world_end(&world, "records", 11);
}
