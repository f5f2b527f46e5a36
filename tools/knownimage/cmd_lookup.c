/* SPDX-License-Identifier: Apache-2.0 */
/* knownimage lookup: hashes in, entries out. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <knownimage/match.h>

#include "common/index_folder.h"
#include "common/line_reader.h"
#include "common/message.h"
#include "common/option_groups.h"
#include "common/option_types.h"
#include "common/output.h"
#include "common/stop.h"
#include "hash/gate.h"
#include "knownimage/commands.h"
#include "knownimage/lists.h"
#include "knownimage/policies.h"
#include "match/category.h"
#include "match/hits.h"
#include "match/ruling.h"
#include "report/report.h"

enum { NO_KIND = -1, ECHO_NBYTES = 8 };

struct lookup_arguments {
    const char *index;
    const char *policy;
    bool is_previous;
    int kind;
    int radius;
};

struct lookup_run {
    const struct ki_index *index;
    struct ki_ruling *ruling;
    enum ki_kind kind;
    int radius; /* or KI_RADIUS_OF_LIST */
    struct ki_hits hits;
    bool has_matched;
    bool has_failed;
};

/* Hits in lists of purpose allow make no match. */
static enum ki_verdict verdict_of(const struct ki_hits *hits)
{
    for (size_t i = 0; i < hits->nhits; i++) {
        if (hits->items[i].list->purpose != KI_PURPOSE_ALLOW &&
            !hits->items[i].is_inert) {
            return KI_VERDICT_MATCH;
        }
    }
    return KI_VERDICT_NO_MATCH;
}

static void print_failure(struct lookup_run *run, const char *query, size_t length,
                          const char *reason)
{
    struct ki_report_lookup line = {
        .query = query,
        .query_nbytes = length,
        .verdict = KI_VERDICT_NOT_EXAMINED,
        .reason = reason,
        .policy = ki_policy_version(run->ruling->policy),
    };
    ki_report_lookup_line(stdout, &line);
    run->has_failed = true;
}

static void print_hits(struct lookup_run *run, const struct ki_hash *query)
{
    char hex[2 * KI_HASH_MAX_NBYTES + 1];
    ki_hash_to_hex(query, hex);
    ki_hits_mark_inert(run->ruling->policy, &run->hits);
    ki_hits_settle(&run->hits);
    struct ki_report_lookup line = {
        .query = hex,
        .query_nbytes = strlen(hex),
        .verdict = verdict_of(&run->hits),
        .hits = run->hits.items,
        .nhits = run->hits.nhits,
        .policy = ki_policy_version(run->ruling->policy),
    };
    ki_report_lookup_line(stdout, &line);
    run->has_matched = run->has_matched || line.verdict == KI_VERDICT_MATCH;
}

/* Such a query is near to every flat or striped picture that may be listed. */
static bool says_nothing(const struct ki_hash *query)
{
    struct ki_pdq pdq;
    if (query->kind != KI_KIND_PDQ) {
        return false;
    }
    memcpy(pdq.bytes, query->bytes, sizeof pdq.bytes);
    return ki_pdq_is_meaningless(&pdq);
}

/* Hits within the radius that was asked for, else within the one that is in force for
 * each list. A bare hash has no quality, mode or transform that a policy could want. */
static enum ki_status find_hits(struct lookup_run *run, const struct ki_hash *query)
{
    struct ki_hits *hits = &run->hits;
    bool is_given = run->radius != KI_RADIUS_OF_LIST;
    hits->nhits = 0;
    enum ki_status status = ki_index_lookup(
        run->index, query, is_given ? run->radius : run->ruling->radius, hits);
    size_t kept = 0;
    for (size_t i = 0; i < hits->nhits; i++) {
        const struct ki_hit *hit = &hits->items[i];
        if (is_given || hit->distance <= ki_ruling_of(run->ruling, hit->list)->radius) {
            hits->items[kept++] = *hit;
        }
    }
    hits->nhits = kept;
    return status;
}

/* Looks up one query and prints its line. False if it is not a hash of the kind. */
static bool look_up(struct lookup_run *run, const char *text, size_t length)
{
    struct ki_hash query;
    if (!ki_hash_from_hex(run->kind, text, length, &query)) {
        print_failure(run, text, length, "bad-query");
        return false;
    }
    if (says_nothing(&query)) {
        print_failure(run, text, length, ki_reason_text(KI_REASON_LOW_INFORMATION));
        return true;
    }
    enum ki_status status = find_hits(run, &query);
    if (status != KI_OK) {
        message("lookup: %s", ki_status_text(status));
        print_failure(run, text, length, ki_reason_text(KI_REASON_OUT_OF_MEMORY));
    } else {
        print_hits(run, &query);
    }
    return true;
}

/* Messages end up in logs, where a hash, be it of the wrong kind, has no place. */
static void complain(const struct lookup_run *run, const char *query)
{
    bool is_short = strlen(query) <= ECHO_NBYTES;
    message("'%.*s%s': not a %s of %zu hex digits", ECHO_NBYTES, query,
            is_short ? "" : "…", ki_kind_text(run->kind),
            2 * ki_kind_nbytes(run->kind));
}

static void complain_of_line(const struct lookup_run *run, uint64_t line)
{
    message("-:%" PRIu64 ": not a %s of %zu hex digits", line, ki_kind_text(run->kind),
            2 * ki_kind_nbytes(run->kind));
}

static void look_up_stdin(struct lookup_run *run)
{
    struct line_reader reader = {.in = stdin};
    output_by_line(); /* who asks may wait for the answer before asking on */
    while (!stop_is_requested() && output_is_good() && line_reader_next(&reader)) {
        if (reader.length > 0 && !look_up(run, reader.text, reader.length)) {
            complain_of_line(run, reader.number);
        }
    }
    if (ferror(stdin) && !stop_is_requested()) {
        message("cannot read standard input");
        run->has_failed = true;
    }
}

static int look_up_all(struct lookup_run *run, const struct operands *queries)
{
    for (size_t i = 0; i < queries->nitems && !stop_is_requested(); i++) {
        const char *query = queries->items[i];
        if (strcmp(query, "-") == 0) {
            look_up_stdin(run);
        } else if (!look_up(run, query, strlen(query))) {
            complain(run, query);
        }
    }
    if (run->has_matched) {
        return stop_exit_status(EXIT_MATCHED);
    }
    return stop_exit_status(run->has_failed ? EXIT_TROUBLE : EXIT_DONE);
}

static bool make_ruling(const struct ki_index *index, const struct ki_policy *policy,
                        struct ki_ruling **ruling)
{
    struct ki_hash_options options = ki_hash_options_default();
    struct ki_diag diag = {0};
    size_t nlists = ki_index_nlists(index);
    enum ki_status status =
        ki_ruling_make(policy, nlists > 0 ? ki_index_list(index, 0) : NULL, nlists,
                       &options, ruling, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
    }
    return status == KI_OK;
}

static int look_up_in(const struct lookup_arguments *arguments,
                      const struct operands *operands, const struct ki_index *index,
                      const struct ki_policy *policy)
{
    struct lookup_run run = {
        .index = index,
        .kind = (enum ki_kind)arguments->kind,
        .radius = arguments->radius,
    };
    if (!make_ruling(index, policy, &run.ruling)) {
        return EXIT_TROUBLE;
    }
    stop_install();
    int exit_status = look_up_all(&run, operands);
    ki_hits_free(&run.hits);
    ki_ruling_free(run.ruling);
    return exit_status;
}

static int open_and_look_up(const struct lookup_arguments *arguments,
                            const struct operands *operands)
{
    struct index_folder folder;
    struct ki_policy *policy = NULL;
    struct ki_index *index;
    int exit_status = EXIT_TROUBLE;
    if (index_folder_find(arguments->index, &folder) &&
        policy_read(arguments->policy, &folder, &policy) &&
        index_folder_open(&folder, arguments->is_previous, &index)) {
        warn_expired(index);
        exit_status = look_up_in(arguments, operands, index, policy);
        ki_index_close(index);
    }
    ki_policy_free(policy);
    return exit_status;
}

static int run_lookup(const struct command *command, int argc, char **argv)
{
    struct lookup_arguments arguments = {.kind = NO_KIND, .radius = KI_RADIUS_OF_LIST};
    struct operands operands;
    int exit_status;
    if (!command_read(command, argc, argv, &arguments, &operands, &exit_status)) {
        return exit_status;
    }
    if (arguments.kind == NO_KIND) {
        return command_usage_error(command, "--kind is needed");
    }
    if (arguments.kind != KI_KIND_PDQ && arguments.radius != KI_RADIUS_OF_LIST) {
        return command_usage_error(command, "--radius is for --kind pdq only");
    }
    return open_and_look_up(&arguments, &operands);
}

static const struct option_type radius_type = {
    .read = option_read_int,
    .expected = "a number of bits from 0 to 47",
    .max = KI_RADIUS_MAX,
};

#define FIELD(member) offsetof(struct lookup_arguments, member)

static const struct option_spec specs[] = {
    {"kind", 'k', "KIND", &option_kind, FIELD(kind),
     "what the queries are; must be given"},
    {"radius", 'r', "BITS", &radius_type, FIELD(radius),
     "find PDQ hashes at this distance or less, 0 to 47\n"
     "(default: the radius of each list, or of the policy)"},
    {"previous", 0, NULL, &option_true, FIELD(is_previous),
     "use the generation before the current one"},
};

static const struct option_group groups[] = {
    {"options", specs, COUNT(specs), 0},
    POLICY_OPTION_GROUP(FIELD(policy)),
    INDEX_OPTION_GROUP(FIELD(index)),
};

const struct command command_lookup = {
    .name = "lookup",
    .operands = "HEX…|-",
    .min_operands = 1,
    .max_operands = ANY_NUMBER,
    .summary = "look up hashes",
    .details =
        "Prints one line of JSON a query: the query, the verdict, the hits. With - "
        "the\n"
        "queries are the lines of standard input. A PDQ hash of a flat or striped "
        "picture\n"
        "is not examined: it would match all others of its sort. Of a policy\n"
        "the radius of each list is used; its rules on actions are for scans.\n\n"
        "Exit status: 0 nothing matched, 1 something matched, 2 nothing matched but a\n"
        "query was bad or not examined, or something failed.",
    .groups = groups,
    .ngroups = COUNT(groups),
    .run = run_lookup,
};
