/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum value { FLAG, NUMBER, DECIMAL, TEXT };

enum {
    MAKE = KI_COMMAND_MAKE,
    PICTURE = KI_COMMAND_PICTURE,
    LIST = KI_COMMAND_LIST,
    MAX_SIDE = 32768,
    MAX_PICTURES = 1000000
};

struct option_info {
    const char *name;
    const char *argument; /* NULL: none */
    const char *help;
    unsigned commands;
    enum value value;
    size_t offset; /* in struct ki_corpus_options */
    uint64_t max;  /* of a number; 0: none */
};

#define AT(field) offsetof(struct ki_corpus_options, field)

static const struct option_info infos[] = {
    {"seed", "N", "where everything comes from (1)", MAKE | PICTURE | LIST, NUMBER,
     AT(seed), 0},
    {"originals", "N", "pictures that are on a list (24)", MAKE, NUMBER, AT(noriginals),
     MAX_PICTURES},
    {"strangers", "N", "pictures that are on none (60)", MAKE, NUMBER, AT(nstrangers),
     MAX_PICTURES},
    {"list-uniform", "N", "list entries of random bits (make: 1000)", MAKE | LIST,
     NUMBER, AT(nuniform), 0},
    {"list-correlated", "N", "list entries as real pictures give", MAKE | LIST, NUMBER,
     AT(ncorrelated), 0},
    {"names", NULL, "lines of hash, quality and name", LIST, FLAG, AT(names), 0},
    {"kind", "KIND", "kind of picture (all in turn)", MAKE | PICTURE, TEXT, AT(kind),
     0},
    {"width", "PIXELS", "width of pictures (varied)", MAKE | PICTURE, NUMBER, AT(width),
     MAX_SIDE},
    {"height", "PIXELS", "height of pictures (varied)", MAKE | PICTURE, NUMBER,
     AT(height), MAX_SIDE},
    {"megapixels", "M", "size of pictures instead, 4:3", MAKE | PICTURE, DECIMAL,
     AT(megapixels), 0},
    {"quality", "1-100", "JPEG quality (92)", PICTURE, NUMBER, AT(quality), 100},
    {"progressive", NULL, "a progressive JPEG", PICTURE, FLAG, AT(progressive), 0},
    {"force", NULL, "write into a folder that is not empty", MAKE, FLAG, AT(force), 0},
    {"help", NULL, "print this", MAKE | PICTURE | LIST, FLAG, AT(help), 0},
};

enum { NINFOS = sizeof infos / sizeof infos[0] };

void ki_corpus_options_init(struct ki_corpus_options *options)
{
    *options = (struct ki_corpus_options){
        .seed = 1, .noriginals = 24, .nstrangers = 60, .quality = 92};
}

static bool read_number(const char *text, uint64_t max, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end || errno || (max && value > max)) {
        return false;
    }
    *out = value;
    return true;
}

static bool read_decimal(const char *text, double *out)
{
    char *end = NULL;
    double value = strtod(text, &end);
    if (!isdigit((unsigned char)text[0]) || *end || !(value > 0 && value <= 1000)) {
        return false;
    }
    *out = value;
    return true;
}

static bool store(const struct option_info *info, const char *text,
                  struct ki_corpus_options *options)
{
    char *field = (char *)options + info->offset;
    bool ok = true;
    if (info->value == FLAG) {
        memcpy(field, &(bool){true}, sizeof(bool));
    } else if (info->value == NUMBER) {
        uint64_t number = 0;
        ok = read_number(text, info->max, &number);
        memcpy(field, &number, sizeof number);
    } else if (info->value == DECIMAL) {
        double number = 0;
        ok = read_decimal(text, &number);
        memcpy(field, &number, sizeof number);
    } else {
        memcpy(field, &text, sizeof text);
    }
    if (!ok) {
        (void)fprintf(stderr, "knownimage-corpus: --%s: not a valid %s: %s\n",
                      info->name, info->argument, text);
    }
    return ok;
}

/* The options of one command for getopt; val is the index into infos, plus one. */
static void getopt_table(enum ki_corpus_command command,
                         struct option table[NINFOS + 1])
{
    int n = 0;
    for (int i = 0; i < NINFOS; i++) {
        if (infos[i].commands & (unsigned)command) {
            table[n++] = (struct option){
                .name = infos[i].name,
                .has_arg = infos[i].argument ? required_argument : no_argument,
                .val = i + 1,
            };
        }
    }
    table[n] = (struct option){0};
}

bool ki_corpus_options_parse(enum ki_corpus_command command, int narguments,
                             char *arguments[], struct ki_corpus_options *options)
{
    struct option table[NINFOS + 1];
    getopt_table(command, table);
    optind = 1;
    opterr = 1;
    for (;;) {
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): called before any thread exists */
        int found = getopt_long(narguments, arguments, "", table, NULL);
        if (found == -1) {
            break;
        }
        if (found == '?' || !store(&infos[found - 1], optarg, options)) {
            return false;
        }
    }
    if (options->help) {
        return true;
    }
    if (narguments - optind != 1) {
        (void)fprintf(stderr, "knownimage-corpus %s: give one path\n", arguments[0]);
        return false;
    }
    options->path = arguments[optind];
    return true;
}

void ki_corpus_options_help(FILE *out, enum ki_corpus_command command)
{
    for (int i = 0; i < NINFOS; i++) {
        if (infos[i].commands & (unsigned)command) {
            char name[40];
            (void)snprintf(name, sizeof name, "--%s %s", infos[i].name,
                           infos[i].argument ? infos[i].argument : "");
            (void)fprintf(out, "  %-22s %s\n", name, infos[i].help);
        }
    }
}
