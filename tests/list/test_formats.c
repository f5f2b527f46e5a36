/* SPDX-License-Identifier: Apache-2.0 */
/* What each format makes of good and of bad lines. */
#include "list/parsed.h"

Test(pdq_text, every_shape_of_line)
{
    expect_parsed("pdq-text", -1,
                  "# a comment\n"
                  "hash=" PDQ_A
                  ",norm=128,delta=0,quality=100,filename=a, b.jpg\n" PDQ_A "\n" PDQ_A
                  ",98,dir/c.jpg\n"
                  "\n"
                  "  " PDQ_B "  \n"
                  "F8F8F0CEE0F4A84F06370A22038F63F0B36E2ED596621E1D33E6B39C4E9C9B22\n"
                  "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=,99,base64.jpg\n",
                  "2 a, b.jpg pdq:f8f8f0\n"
                  "3 3 pdq:f8f8f0\n"
                  "4 dir/c.jpg pdq:f8f8f0\n"
                  "6 6 pdq:012345\n"
                  "7 7 pdq:f8f8f0\n"
                  "8 base64.jpg pdq:012345\n");
}

Test(pdq_text, bad_lines_are_told_and_the_others_read)
{
    expect_parsed("pdq-text", -1,
                  "hello\n" PDQ_A ",1,a\n" MD5_A "\n" ZERO32 ZERO32 "\n"
                  "hash=,quality=1\n"
                  "g" PDQ_A "\n" PDQ_B ",1,b\x01\n" PDQ_B ",1,b\n",
                  "1 !hash has a character that is not a hex digit\n"
                  "2 a pdq:f8f8f0\n"
                  "3 !hash has 32 hex digits, expected 64\n"
                  "4 !hash is all zero\n"
                  "5 !hash is missing\n"
                  "6 !hash has a character that is not a hex digit\n"
                  "7 !entry id has a control character\n"
                  "8 b pdq:012345\n");
}

Test(signal_text, types_that_are_known_supported_or_neither)
{
    expect_parsed("signal-text", -1,
                  "pdq " PDQ_A "\nvideo_md5 " MD5_A "\nsha1 " SHA1_A
                  "\nSHA256 " SHA256_A "\ntmk_pdqf AAAA\nbanana 12\npdq\npdq " MD5_A
                  "\n",
                  "1 1 pdq:f8f8f0\n"
                  "2 2 md5:900150\n"
                  "3 3 sha1:a9993e\n"
                  "4 4 sha256:ba7816\n"
                  "5 !signal type not supported\n"
                  "6 !signal type not known\n"
                  "7 !line has no space after the signal type\n"
                  "8 !hash has 32 hex digits, expected 64\n");
}

Test(hash_text, gnu_and_bsd_lines)
{
    expect_parsed("hash-text", -1,
                  MD5_A "  a.jpg\n" SHA1_A " *bin.jpg\n" SHA256_A
                        "  with  two spaces\n" MD5_A "\n"
                        "MD5 (b (1).jpg) = " MD5_A "\n"
                        "SHA1 (c) = " SHA1_A "\n"
                        "SHA256 (d) = " SHA256_A "\n"
                        "\\" MD5_A "  back\\\\slash\n",
                  "1 a.jpg md5:900150\n"
                  "2 bin.jpg sha1:a9993e\n"
                  "3 with  two spaces sha256:ba7816\n"
                  "4 4 md5:900150\n"
                  "5 b (1).jpg md5:900150\n"
                  "6 c sha1:a9993e\n"
                  "7 d sha256:ba7816\n"
                  "8 back\\slash md5:900150\n");
}

Test(hash_text, blanks_before_a_line_and_names_like_bsd_lines_are_no_obstacle)
{
    expect_parsed("hash-text", -1,
                  "  " MD5_A "  a\n\t\\" MD5_A "  b\\\\c\n " MD5_A "\n" MD5_A
                  "  (d)=e\n" SHA1_A "  (f) = g\n" MD5_A "\th\n" MD5_A " i\n",
                  "1 a md5:900150\n"
                  "2 b\\c md5:900150\n"
                  "3 3 md5:900150\n"
                  "4 (d)=e md5:900150\n"
                  "5 (f) = g sha1:a9993e\n"
                  "6 h md5:900150\n"
                  "7 i md5:900150\n");
}

Test(hash_text, bad_lines_are_told)
{
    expect_parsed("hash-text", -1,
                  MD5_EMPTY "  e\n" SHA1_EMPTY "  e\n" SHA256_EMPTY "  e\n"
                            "SHA512 (x) = 00\nabc  x\nxyz  x\n"
                            "\\" MD5_A "  bad\\qescape\n" ZERO32 "  z\n",
                  "1 !hash of the empty file\n"
                  "2 !hash of the empty file\n"
                  "3 !hash of the empty file\n"
                  "4 !digest is not MD5, SHA1 or SHA256\n"
                  "5 !hash has 3 hex digits, expected 32, 40 or 64\n"
                  "6 !hash has a character that is not a hex digit\n"
                  "7 !file name has an unknown escape\n"
                  "8 !hash is all zero\n");
}

Test(hash_text, a_stated_kind_is_kept_to)
{
    expect_parsed("hash-text", KI_KIND_MD5,
                  MD5_A "  a\n" SHA1_A "  b\nSHA1 (c) = " SHA1_A "\n",
                  "1 a md5:900150\n"
                  "2 !hash has 40 hex digits, expected 32\n"
                  "3 !digest is not of the kind asked for, md5\n");
}

Test(hashdeep, columns_are_what_the_header_says)
{
    expect_parsed("hashdeep", -1,
                  "%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n"
                  "## Invoked from: /x\n## \n"
                  "12," MD5_A "," SHA256_A ",a, b.jpg\n12," MD5_A "\n"
                  "12," MD5_A "x," SHA256_A ",c\n",
                  "5 a, b.jpg md5:900150 sha256:ba7816\n"
                  "6 !line has too few columns\n"
                  "7 c sha256:ba7816\n");
}

Test(hashdeep, files_that_are_none)
{
    expect_parsed("hashdeep", -1, "12," MD5_A ",a\n",
                  "BAD file does not begin with '%%%% HASHDEEP-1.0'\n");
    expect_parsed("hashdeep", -1, "%%%% HASHDEEP-2.0\n",
                  "BAD hashdeep version is not 1.0\n");
    expect_parsed("hashdeep", -1, "%%%% HASHDEEP-1.0\n%%%% size,filename\n",
                  "BAD hashdeep columns name none of md5, sha1, sha256\n");
    expect_parsed("hashdeep", -1, "%%%% HASHDEEP-1.0\n%%%% size,md5\n",
                  "BAD hashdeep columns do not end with filename\n");
    expect_parsed("hashdeep", -1, "%%%% HASHDEEP-1.0\n12," MD5_A ",a\n",
                  "BAD line '%%%% size,…,filename' with the columns is missing\n");
}

Test(csv, a_header_names_the_columns)
{
    expect_parsed("csv", -1,
                  "id,PDQ,md5,Category,scheme\n"
                  "x1," PDQ_A "," MD5_A ",3,s\n"
                  "\"x,2\"," PDQ_B ",,\"4\"\"b\",\n"
                  "x3,,,,\nx4," PDQ_A "x,,,\n",
                  "2 x1 pdq:f8f8f0 md5:900150 [s/3]\n"
                  "3 x,2 pdq:012345 [/4\"b]\n"
                  "4 !record has no hash\n"
                  "5 !pdq: hash has a character that is not a hex digit\n");
}

Test(csv, comments_may_stand_before_the_header_and_not_after_it)
{
    expect_parsed("csv", -1, "# hashes, md5\n\n#\nid,md5\n#1," MD5_A "\n",
                  "5 #1 md5:900150\n");
    expect_parsed("hashdeep", -1,
                  "# joined\n%%%% HASHDEEP-1.0\n%%%% md5,filename\n" MD5_A ",a\n",
                  "4 a md5:900150\n");
}

Test(csv, kind_and_hash_columns_and_other_delimiters)
{
    expect_parsed("csv", -1,
                  "entry;type;hash\na;pdq;" PDQ_A "\nb;sha-1;" SHA1_A "\n"
                  "c;tmk_pdqf;00\nd;banana;00\n",
                  "2 a pdq:f8f8f0\n"
                  "3 b sha1:a9993e\n"
                  "4 !signal type not supported\n"
                  "5 !signal type not known\n");
    expect_parsed("csv", KI_KIND_MD5, "name\thash\nn\t" MD5_A "\n", "2 n md5:900150\n");
}

Test(csv, quoted_fields_may_hold_line_ends_only_where_ids_may)
{
    expect_parsed("csv", -1, "id,md5\n\"two\nlines\"," MD5_A "\nnext," MD5_A "\n",
                  "2 !entry id has a control character\n4 next md5:900150\n");
    expect_parsed("csv", -1, "id,md5\n\"a\"b," MD5_A "\nnext," MD5_A "\n",
                  "2 !quoted field is followed by other text\n3 next md5:900150\n");
}

Test(csv, headers_that_say_too_little)
{
    expect_parsed("csv", -1, "id,hash\na," MD5_A "\n",
                  "BAD header has a column of hashes but none that says their kind; "
                  "state the kind\n");
    expect_parsed(
        "csv", -1, "a,b\n1,2\n",
        "BAD header names no column pdq, md5, sha1 or sha256, and not kind and "
        "hash\n");
    expect_parsed("csv", -1, "\"id\"x,md5\n",
                  "BAD header has a quoted field followed by other text\n");
}

Test(records, ids_and_categories_have_limits)
{
    char line[4096];
    char id[1100];
    memset(id, 'i', sizeof id);
    (void)snprintf(line, sizeof line, "%s  %.1024s\n%s  %.1025s\n", MD5_A, id, MD5_A,
                   id);
    char *got = parse_in_pieces("hash-text", -1, line, strlen(line), 0, NULL);
    cr_expect(strstr(got, "\n2 !entry id is longer than 1024 bytes\n"), "%s", got);
    cr_expect_eq(strncmp(got, "1 iiii", 6), 0);
    free(got);
    (void)snprintf(line, sizeof line, "md5,code\n%s,%.64s\n%s,a\tb\n", MD5_A, id,
                   MD5_A);
    expect_parsed("csv", -1, line,
                  "2 !category code is longer than 63 bytes\n"
                  "3 !category code has a control character\n");
}

/* They are near to every flat or striped picture. */
Test(pdq_text, hashes_that_say_nothing_are_refused)
{
    expect_parsed(
        "pdq-text", -1,
        "5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa,100,a\n"
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\n"
        "hash=FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00FF00,x\n"
        "VVWqqlVVqqpVVaqqVVWqqlVVqqpVVaqqVVWqqlVVqqo=\n" PDQ_A ",100,b\n",
        "1 !hash says nothing: of a flat or striped picture, or of none\n"
        "2 !hash says nothing: of a flat or striped picture, or of none\n"
        "3 !hash says nothing: of a flat or striped picture, or of none\n"
        "4 !hash says nothing: of a flat or striped picture, or of none\n"
        "5 b pdq:f8f8f0\n");
    expect_parsed("hash-text", KI_KIND_SHA256,
                  "5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa\n",
                  "1 1 sha256:5555aa\n");
}

Test(signal_text, a_tab_separates_as_well)
{
    expect_parsed("signal-text", -1,
                  "pdq\t" PDQ_A "\nmd5 \t " MD5_A "\n\tsha1\t" SHA1_A "\t\n",
                  "1 1 pdq:f8f8f0\n2 2 md5:900150\n3 3 sha1:a9993e\n");
}

/* A number before the name is a quality, whatever it is. */
Test(pdq_text, a_quality_out_of_range_costs_not_the_name)
{
    expect_parsed("pdq-text", -1,
                  PDQ_A ",101,a.jpg\n" PDQ_A ",-1,b, c.jpg\n" PDQ_A
                        ",99.5,d.jpg\n" PDQ_A ",1000\n" PDQ_A ",x,y\n",
                  "1 a.jpg pdq:f8f8f0\n2 b, c.jpg pdq:f8f8f0\n3 d.jpg pdq:f8f8f0\n"
                  "4 4 pdq:f8f8f0\n5 5 pdq:f8f8f0\n");
}
