/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every format: line ends, byte order marks, over-long lines, and that
 * it does not matter how a file is cut into pieces. */
#include "list/parsed.h"

static const char *const samples[][2] = {
    {"pdq-text", "hash=" PDQ_A ",norm=1,quality=7,filename=a.jpg\n" PDQ_B
                 ",98,b.jpg\r\n\n# c\n" MD5_A "\n" PDQ_A},
    {"signal-text", "pdq " PDQ_A "\nmd5 " MD5_A "\r\nphotodna x\nsha1 " SHA1_A},
    {"hash-text", MD5_A "  a\n\\" SHA1_A "  b\\\\c\r\nSHA256 (d) = " SHA256_A "\nx\n"},
    {"hashdeep", "%%%% HASHDEEP-1.0\r\n%%%% size,md5,sha1,filename\n## x\n1," MD5_A
                 "," SHA1_A ",n, m\n2," MD5_A "\n"},
    {"csv", "id,pdq,md5,code\n\"a\"\"b\"," PDQ_A ",,1\nc,," MD5_A
            ",\"2\n3\"\nd,\"" PDQ_B "\",,\r\n,,,\n\"open," PDQ_A},
    {"vics-json",
     "{\"@odata.context\":\"h/2.0.xml/US/$metadata#Media\",\"x\":[1,{\"a\":\"}\"}],\n"
     "\"value\":[{\"MediaID\":1,\"Category\":1,\"MD5\":\"" MD5_A
     "\"},\n{\"Category\":0,\"SHA1\":\"" SHA1_A
     "\"},{\"CaseID\":\"c\",\"Media\" : [{\"MD5\":\"" MD5_A
     "\",\"Category\":\"2\",\"Comments\":\"\\\"]}\"}],\"y\":null},7]}\n"},
    {"stopncii-json",
     "{\"count\":2,\"hasMoreRecords\":true,\"hashRecords\":[{\"signalType\":"
     "\"ImagePDQ\","
     "\"hashStatus\":\"Active\",\"hashValue\":\"" PDQ_A
     "\"},\n{\"signalType\":\"Text\",\"hashStatus\":\"Active\",\"hashValue\":\"x\"}]}"},
    {"threatexchange-json",
     "{\"data\":[{\"id\":\"1\",\"type\":\"HASH_PDQ\",\"indicator\":\"" PDQ_A
     "\",\"descriptors\":{\"data\":[{\"tags\":[\"t\"]}]}},\n{\"id\":\"2\","
     "\"should_delete\":true}],\"paging\":{\"next\":\"u\"}}\n{\"id\":\"3\"}"},
    {"ncmec-xml",
     "<?xml version=\"1.0\"?>\n<q:queryResult xmlns:q=\"u\"><images count=\"3\">\n"
     "<image><member id=\"42\">X</member><id>a&amp;b</id><classification>A1"
     "</classification><fingerprints><md5>" MD5_A "</md5><pdq>" PDQ_A
     "</pdq></fingerprints></image>\n<!-- > --><deletedImage><member id=\"4\"/>"
     "<id>c</id></deletedImage></images><paging><next>n</next></paging>"
     "</q:queryResult>\n"},
    {"icse-csv", "MD5;SHA1;Image ID;Baseline\r\n" MD5_A ";;7;true\n;" SHA1_A
                 ";\"8\";false;x;y\n;;;\n" MD5_A "\n"},
    {"threatexchange-csv",
     MD5_A ",1,2026-01-02T03:04:05Z,\"a b\"\n" SHA1_A ",2,3,x,c\n" PDQ_A ",1,2,3\n,\n"},
    {"nsrl-csv", "\"SHA-1\",\"MD5\",\"CRC32\",\"ProductCode\"\n\"" SHA1_A "\",\"" MD5_A
                 "\",\"0\",1\n\"x\",\"\",,\n"},
    {"arachnid-base64", "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=,x\nASN\n"},
    {"vpdq-text", "0,100," PDQ_A ",0.000\n1,101," PDQ_A ",1.0\n"},
};

enum { NSAMPLES = sizeof samples / sizeof *samples, MOST_NBYTES = 1 << 18 };

static void expect_same_in_pieces(struct random_state *random, const char *format,
                                  const char *data, size_t nbytes)
{
    static const size_t pieces[] = {1, 2, 7, 100, 70000};
    char *whole = parse_in_pieces(format, -1, data, nbytes, 0, NULL);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        if (pieces[i] < 100 && nbytes > 4000) {
            continue; /* quadratic */
        }
        char *got = parse_in_pieces(format, -1, data, nbytes, pieces[i], random);
        cr_assert_str_eq(got, whole, "%s in pieces of up to %zu", format, pieces[i]);
        free(got);
    }
    free(whole);
}

/* A sample with some bytes changed, dropped or repeated. */
static size_t mutate(struct random_state *random, const char *sample, char *out)
{
    static const char letters[] = "\n\r\",; \t\\#%=ag0\0\x01\xef\xff{}[]:<>/&";
    size_t nbytes = strlen(sample);
    memcpy(out, sample, nbytes);
    for (uint32_t n = random_below(random, 6); n > 0; n--) {
        size_t at = random_below(random, (uint32_t)nbytes);
        switch (random_below(random, 3)) {
        case 0:
            out[at] = letters[random_below(random, sizeof letters - 1)];
            break;
        case 1:
            memmove(out + at, out + at + 1, nbytes - at - 1);
            nbytes--;
            break;
        default:
            memmove(out + at + 1, out + at, nbytes - at);
            nbytes++;
        }
    }
    return nbytes;
}

Test(parser, pieces_make_no_difference)
{
    struct random_state random = random_begin(71);
    char data[4096];
    for (int i = 0; i < 6000; i++) {
        const char *const *sample = samples[i % NSAMPLES];
        size_t nbytes = i < NSAMPLES ? strlen(sample[1]) : 0;
        memcpy(data, sample[1], nbytes);
        if (nbytes == 0) {
            nbytes = mutate(&random, sample[1], data);
        }
        expect_same_in_pieces(&random, sample[0], data, nbytes);
    }
}

Test(parser, a_byte_order_mark_and_windows_line_ends_are_no_part_of_a_record)
{
    expect_parsed("hash-text", -1, "\xef\xbb\xbf" MD5_A "  a\r\n" MD5_A "  b\r\n",
                  "1 a md5:900150\n2 b md5:900150\n");
    expect_parsed("csv", -1, "\xef\xbb\xbfid,md5\r\na," MD5_A "\r\n",
                  "2 a md5:900150\n");
    expect_parsed("hash-text", -1, "\xef\xbb",
                  "1 !hash has a character that is not a "
                  "hex digit\n");
}

Test(parser, a_last_line_needs_no_end)
{
    expect_parsed("hash-text", -1, MD5_A "  a", "1 a md5:900150\n");
    expect_parsed("hash-text", -1, "", "");
    expect_parsed("hash-text", -1, "\n\n  \n", "");
}

Test(parser, over_long_lines_and_zero_bytes_cost_one_record)
{
    struct random_state random = random_begin(72);
    char *data = malloc(MOST_NBYTES);
    cr_assert_not_null(data);
    memset(data, 'x', MOST_NBYTES);
    data[200000] = '\n';
    size_t nbytes = 200001;
    memcpy(data + nbytes, MD5_A "  a\n", 36);
    nbytes += 36;
    memcpy(data + nbytes, MD5_A "  b\0c\n", 38);
    nbytes += 38;
    memcpy(data + nbytes, MD5_A "  d\n", 36);
    nbytes += 36;
    char *got = parse_in_pieces("hash-text", -1, data, nbytes, 0, NULL);
    cr_expect_str_eq(got, "1 !line is longer than 65536 bytes\n"
                          "2 a md5:900150\n"
                          "3 !record has a NUL byte\n"
                          "4 d md5:900150\n");
    expect_same_in_pieces(&random, "hash-text", data, nbytes);
    free(got);
    free(data);
}

Test(parser, an_open_quote_does_not_swallow_the_file)
{
    struct random_state random = random_begin(73);
    char *data = malloc(MOST_NBYTES);
    cr_assert_not_null(data);
    int nbytes = snprintf(data, MOST_NBYTES, "id,md5\n\"open,%s\n", MD5_A);
    for (int i = 0; i < 3000; i++) {
        nbytes +=
            snprintf(data + nbytes, MOST_NBYTES - (size_t)nbytes, "%d,%s\n", i, MD5_A);
    }
    char *got = parse_in_pieces("csv", -1, data, (size_t)nbytes, 0, NULL);
    static const char begin[] = "2 !quoted field is not closed within 65536 bytes\n"
                                "3 0 md5";
    cr_expect_eq(strncmp(got, begin, sizeof begin - 1), 0, "%.100s", got);
    cr_expect(strstr(got, "\n3002 2999 md5:900150\n"));
    expect_same_in_pieces(&random, "csv", data, (size_t)nbytes);
    free(got);
    free(data);
}
