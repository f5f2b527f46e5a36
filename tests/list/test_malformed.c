/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with lines and files of the simple formats, and how it is told. Those
 * of hotlines and case tools have tests of their own. */
#include "list/parsed.h"

#define HASHDEEP "%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n"
#define CSV "id,md5\n"

static const struct parse_case pdq_malformed[] = {
    {"hello\n", "1 !hash has a character that is not a hex digit\n"},
    {"hash=\n", "1 !hash is missing\n"},
    {"hash=,filename=a\n", "1 !hash is missing\n"},
    {MD5_A "\n", "1 !hash has 32 hex digits, expected 64\n"},
    {SHA1_A ",100,a\n", "1 !hash has 40 hex digits, expected 64\n"},
    {PDQ_A "0,100,a\n", "1 !hash has 65 hex digits, expected 64\n"},
    {"x" PDQ_A "\n", "1 !hash has a character that is not a hex digit\n"},
    {"hash:" PDQ_A "\n", "1 !hash has a character that is not a hex digit\n"},
    {"HASH=" PDQ_A "\n", "1 !hash has a character that is not a hex digit\n"},
    {PDQ_A ";100;a\n", "1 !hash has a character that is not a hex digit\n"},
    {PDQ_A " 100 a\n", "1 !hash has a character that is not a hex digit\n"},
    {"100," PDQ_A ",a\n", "1 !hash has 3 hex digits, expected 64\n"},
    {ZERO32 ZERO32 ",100,a\n", "1 !hash is all zero\n"},
    {"5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa,100,a\n",
     "1 !hash says nothing: of a flat or striped picture, or of none\n"},
    {PDQ_A ",100,a\x01\n", "1 !entry id has a control character\n"},
    {PDQ_A ",100,\x7f\n", "1 !entry id has a control character\n"},
    {"hash=" PDQ_A ",filename=a\tb\n", "1 !entry id has a control character\n"},
    {",100,a\n", "1 !hash is missing\n"},
    {",,\n", "1 !hash is missing\n"},
    {"\"" PDQ_A "\",100,a\n", "1 !hash has a character that is not a hex digit\n"},
    {"AAAA\n", "1 !hash has 4 hex digits, expected 64\n"},
    {"ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8,99,a\n",
     "1 !hash has a character that is not a hex digit\n"},
    {"ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze==,99,a\n",
     "1 !hash has a character that is not a hex digit\n"},
    {"\xff\xfe\n", "1 !hash has a character that is not a hex digit\n"},
    {PDQ_A PDQ_A "\n", "1 !hash has 128 hex digits, expected 64\n"},
};

static const struct parse_case signal_malformed[] = {
    {"pdq\n", "1 !line has no space after the signal type\n"},
    {"pdq \n", "1 !line has no space after the signal type\n"},
    {PDQ_A "\n", "1 !line has no space after the signal type\n"},
    {PDQ_A " pdq\n", "1 !signal type not known\n"},
    {"pdq," PDQ_A "\n", "1 !line has no space after the signal type\n"},
    {"pdq=" PDQ_A "\n", "1 !line has no space after the signal type\n"},
    {"pdq " MD5_A "\n", "1 !hash has 32 hex digits, expected 64\n"},
    {"pdq " PDQ_A " a\n", "1 !hash has a character that is not a hex digit\n"},
    {"pdq " PDQ_A ",a\n", "1 !hash has a character that is not a hex digit\n"},
    {"pdq x\n", "1 !hash has a character that is not a hex digit\n"},
    {"pdq " ZERO32 ZERO32 "\n", "1 !hash is all zero\n"},
    {"md5 " SHA1_A "\n", "1 !hash has 40 hex digits, expected 32\n"},
    {"md5 " MD5_EMPTY "\n", "1 !hash of the empty file\n"},
    {"sha1 " SHA1_EMPTY "\n", "1 !hash of the empty file\n"},
    {"sha1 " MD5_A "\n", "1 !hash has 32 hex digits, expected 40\n"},
    {"sha256 " SHA256_EMPTY "\n", "1 !hash of the empty file\n"},
    {"sha256 " SHA1_A "\n", "1 !hash has 40 hex digits, expected 64\n"},
    {"sha256 0x" SHA256_A "\n", "1 !hash has a character that is not a hex digit\n"},
    {"raw_text hello\n", "1 !signal type not supported\n"},
    {"tmk AAAA\n", "1 !signal type not known\n"},
    {"vpdq " PDQ_A "\n", "1 !signal type not supported\n"},
    {"banana " PDQ_A "\n", "1 !signal type not known\n"},
    {" \" pdq\" " PDQ_A "\n", "1 !signal type not known\n"},
    {"\xff " PDQ_A "\n", "1 !signal type not known\n"},
    {"p\x01"
     "dq " PDQ_A "\n",
     "1 !signal type not known\n"},
};

static const struct parse_case hash_malformed[] = {
    {"hello\n", "1 !hash has a character that is not a hex digit\n"},
    {"900150983cd24fb0d6963f7d28e17f7  a\n",
     "1 !hash has 31 hex digits, expected 32, 40 or 64\n"},
    {MD5_A "0  a\n", "1 !hash has 33 hex digits, expected 32, 40 or 64\n"},
    {"g00150983cd24fb0d6963f7d28e17f72  a\n",
     "1 !hash has a character that is not a hex digit\n"},
    {"0x" MD5_A "  a\n", "1 !hash has a character that is not a hex digit\n"},
    {MD5_A ",a\n", "1 !hash has a character that is not a hex digit\n"},
    {MD5_A ":a\n", "1 !hash has a character that is not a hex digit\n"},
    {"a  " MD5_A "\n", "1 !hash has 1 hex digits, expected 32, 40 or 64\n"},
    {ZERO32 "  a\n", "1 !hash is all zero\n"},
    {MD5_EMPTY "  a\n", "1 !hash of the empty file\n"},
    {SHA1_EMPTY "  a\n", "1 !hash of the empty file\n"},
    {SHA256_A SHA256_A "  a\n", "1 !hash has 128 hex digits, expected 32, 40 or 64\n"},
    {"MD5 (a) " MD5_A "\n", "1 !hash has a character that is not a hex digit\n"},
    {"MD5 (a = " MD5_A "\n", "1 !hash has a character that is not a hex digit\n"},
    {"MD5 a = " MD5_A "\n", "1 !hash has a character that is not a hex digit\n"},
    {"MD5 (a) = " SHA1_A "\n", "1 !hash has 40 hex digits, expected 32\n"},
    {"SHA1 (a) = " MD5_A "\n", "1 !hash has 32 hex digits, expected 40\n"},
    {"MD4 (a) = " MD5_A "\n", "1 !digest is not MD5, SHA1 or SHA256\n"},
    {"SHA512 (a) = " SHA256_A "\n", "1 !digest is not MD5, SHA1 or SHA256\n"},
    {"MD5 (a) = \n", "1 !hash is missing\n"},
    {"\\" MD5_A "  a\\q\n", "1 !file name has an unknown escape\n"},
    {MD5_A "  a\x02\n", "1 !entry id has a control character\n"},
    {"SHA256 (a) = " SHA256_EMPTY "\n", "1 !hash of the empty file\n"},
};

static const struct parse_case hashdeep_malformed[] = {
    {"12," MD5_A ",a\n", "BAD file does not begin with '%%%% HASHDEEP-1.0'\n"},
    {"%%%% HASHDEEP-2.0\n", "BAD hashdeep version is not 1.0\n"},
    {"%%%% HASHDEEP-\n", "BAD hashdeep version is not 1.0\n"},
    {"%%%% HASHDEEP-1.0x\n", "BAD hashdeep version is not 1.0\n"},
    {"%%%%HASHDEEP-1.0\n", "BAD file does not begin with '%%%% HASHDEEP-1.0'\n"},
    {"%%%% HASHDEEP-1.0\n%%%% size,filename\n",
     "BAD hashdeep columns name none of md5, sha1, sha256\n"},
    {"%%%% HASHDEEP-1.0\n%%%% size,md5\n",
     "BAD hashdeep columns do not end with filename\n"},
    {"%%%% HASHDEEP-1.0\n%%%% filename,md5\n",
     "BAD hashdeep columns do not end with filename\n"},
    {"%%%% HASHDEEP-1.0\n%%%% \n",
     "BAD hashdeep columns name none of md5, sha1, sha256\n"},
    {"%%%% HASHDEEP-1.0\n%%%% size,tiger,whirlpool,filename\n",
     "BAD hashdeep columns name none of md5, sha1, sha256\n"},
    {"%%%% HASHDEEP-1.0\n%%%% md5,md5,filename\n",
     "BAD columns of hashes cannot be told apart\n"},
    {"%%%% HASHDEEP-1.0\n12," MD5_A ",a\n",
     "BAD line '%%%% size,…,filename' with the columns is missing\n"},
    {"%%%% HASHDEEP-1.0\n%%%% HASHDEEP-1.0\n12," MD5_A ",a\n",
     "BAD line '%%%% size,…,filename' with the columns is missing\n"},
    {HASHDEEP "12\n", "3 !line has too few columns\n"},
    {HASHDEEP "12," MD5_A "\n", "3 !line has too few columns\n"},
    {HASHDEEP ",,\n", "3 !record has no hash\n"},
    {HASHDEEP "12,,a\n", "3 !record has no hash\n"},
    {HASHDEEP "12," SHA1_A ",a\n", "3 !md5: hash has 40 hex digits, expected 32\n"},
    {HASHDEEP "12," MD5_A "x,a\n",
     "3 !md5: hash has a character that is not a hex digit\n"},
    {HASHDEEP "0," MD5_EMPTY ",a\n", "3 !md5: hash of the empty file\n"},
    {HASHDEEP "12," ZERO32 ",a\n", "3 !md5: hash is all zero\n"},
    {HASHDEEP "12;" MD5_A ";a\n", "3 !line has too few columns\n"},
    {HASHDEEP "12," MD5_A ",a\x03\n", "3 !entry id has a control character\n"},
    {HASHDEEP MD5_A ",12,a\n", "3 !md5: hash has 2 hex digits, expected 32\n"},
    {HASHDEEP "12," MD5_A ",\n%%%% HASHDEEP-2.0\n",
     "3 3 md5:900150\nBAD hashdeep version is not 1.0\n"},
    {HASHDEEP "%%%% md5\n", "BAD hashdeep columns do not end with filename\n"},
    {HASHDEEP "12,\xff,a\n", "3 !md5: hash has a character that is not a hex digit\n"},
};

static const struct parse_case csv_malformed[] = {
    {"id,hash\na," MD5_A "\n", "BAD header has a column of hashes but none that says "
                               "their kind; state the kind\n"},
    {"a,b\n1,2\n",
     "BAD header names no column pdq, md5, sha1 or sha256, and not kind and hash\n"},
    {"\"id\"x,md5\n", "BAD header has a quoted field followed by other text\n"},
    {"id\n",
     "BAD header names no column pdq, md5, sha1 or sha256, and not kind and hash\n"},
    {MD5_A "\n",
     "BAD header names no column pdq, md5, sha1 or sha256, and not kind and hash\n"},
    {"id,md5,md5\n", "BAD columns of hashes cannot be told apart\n"},
    {"id,sha256,SHA-256\n", "BAD columns of hashes cannot be told apart\n"},
    {"id,hash,value,kind\n", "BAD columns of hashes cannot be told apart\n"},
    {"id,md5,hash\n", "BAD columns of hashes cannot be told apart\n"},
    {",\n",
     "BAD header names no column pdq, md5, sha1 or sha256, and not kind and hash\n"},
    {"kind,id\nmd5,a\n",
     "BAD header names no column pdq, md5, sha1 or sha256, and not kind and hash\n"},
    {CSV "a\n", "2 !record has no hash\n"},
    {CSV "a,\n", "2 !record has no hash\n"},
    {CSV ",\n", "2 !record has no hash\n"},
    {CSV "a," SHA1_A "\n", "2 !md5: hash has 40 hex digits, expected 32\n"},
    {CSV "a," MD5_A "x\n", "2 !md5: hash has a character that is not a hex digit\n"},
    {CSV "a," ZERO32 "\n", "2 !md5: hash is all zero\n"},
    {CSV "a," MD5_EMPTY "\n", "2 !md5: hash of the empty file\n"},
    {CSV "a;" MD5_A "\n", "2 !record has no hash\n"},
    {CSV "\"a\"b," MD5_A "\n", "2 !quoted field is followed by other text\n"},
    {CSV "\"a," MD5_A "\n", "2 !quoted field is not closed within 65536 bytes\n"},
    {CSV "\"two\nlines\"," MD5_A "\n", "2 !entry id has a control character\n"},
    {CSV "a\x04," MD5_A "\n", "2 !entry id has a control character\n"},
    {CSV "a,\"" MD5_A "\n", "2 !quoted field is not closed within 65536 bytes\n"},
    {"id,kind,hash\na,banana,00\n", "2 !signal type not known\n"},
    {"id,kind,hash\na,tmk_pdqf,00\n", "2 !signal type not supported\n"},
    {"id,kind,hash\na,,00\n", "2 !signal type not known\n"},
    {"id,kind,hash\na,md5,\n", "2 !hash is missing\n"},
    {"id,pdq,md5\na," MD5_A "," PDQ_A "\n",
     "2 !pdq: hash has 32 hex digits, expected 64\n"},
};

Test(malformed, pdq)
{
    expect_cases("pdq-text", pdq_malformed,
                 sizeof pdq_malformed / sizeof *pdq_malformed);
}

Test(malformed, signal)
{
    expect_cases("signal-text", signal_malformed,
                 sizeof signal_malformed / sizeof *signal_malformed);
}

Test(malformed, hash)
{
    expect_cases("hash-text", hash_malformed,
                 sizeof hash_malformed / sizeof *hash_malformed);
}

Test(malformed, hashdeep)
{
    expect_cases("hashdeep", hashdeep_malformed,
                 sizeof hashdeep_malformed / sizeof *hashdeep_malformed);
}

Test(malformed, csv)
{
    expect_cases("csv", csv_malformed, sizeof csv_malformed / sizeof *csv_malformed);
}
