/* SPDX-License-Identifier: Apache-2.0 */
#include "knownimage/replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "common/message.h"
#include "common/output.h"
#include "common/stop.h"
#include "knownimage/replay_picture.h"
#include "report/json_parts.h"

/* Lines are taken together, as each look at the entries of an index reads all of it. */
enum {
    LINE_MOST_NBYTES = 4 << 20,
    BATCH_LINES = 10000,
    BATCH_NBYTES = 8 << 20,
    NGENERATIONS = 2 /* that stay on disk */
};

/* A generation, and what is asked of it. */
struct ground {
    struct ki_index *index; /* NULL: cannot be had */
    struct ki_ruling *ruling;
    const char *problem; /* why index or ruling is NULL */
    struct ki_entry_query *queries;
    size_t nqueries;
    size_t capacity;
};

struct item {
    uint64_t number;
    bool is_long;
    struct ki_told_line line;
    struct ground *ground; /* NULL: the line names none that is here */
    const char *problem;   /* why not */
    size_t first_query;
};

struct replay_run {
    const struct replay_request *request;
    struct ground grounds[NGENERATIONS]; /* current, previous */
    bool has_tried_previous;
    struct item *items;
    size_t nitems;
    char *text;
    uint64_t nlines;
    struct ki_hits hits;
    bool has_differed;
    bool has_doubt;
    bool has_failed;
};

static struct ki_hash_options all_options(void)
{
    struct ki_hash_options options = ki_hash_options_default();
    options.modes = KI_BIT(KI_NMODES) - 1;
    options.dihedral = true;
    return options;
}

static void make_ruling(const struct replay_run *run, struct ground *ground)
{
    const struct ki_hash_options options = all_options();
    struct ki_diag diag = {0};
    size_t nlists = ki_index_nlists(ground->index);
    enum ki_status status = ki_ruling_make(
        run->request->policy, nlists > 0 ? ki_index_list(ground->index, 0) : NULL,
        nlists, &options, &ground->ruling, &diag);
    if (status != KI_OK) {
        message_status(status, &diag);
        ground->problem = "policy-does-not-fit";
    }
}

static void open_previous(struct replay_run *run)
{
    struct ground *ground = &run->grounds[1];
    struct ki_diag diag = {0};
    run->has_tried_previous = true;
    enum ki_status status =
        ki_index_open_previous(run->request->folder->path, &ground->index, &diag);
    if (status == KI_OK) {
        make_ruling(run, ground);
    } else if (status != KI_ERR_NOT_FOUND) {
        message_status(status, &diag);
        ground->problem = "generation-unreadable";
    }
}

static void find_ground(struct replay_run *run, struct item *item)
{
    uint64_t generation = item->line.told.generation;
    uint64_t current = ki_index_generation(run->grounds[0].index);
    if (generation == current) {
        item->ground = &run->grounds[0];
    } else if (generation > current) {
        item->problem = "generation-unknown";
        return;
    } else {
        if (!run->has_tried_previous) {
            open_previous(run);
        }
        struct ground *previous = &run->grounds[1];
        bool is_it =
            previous->index && ki_index_generation(previous->index) == generation;
        item->ground = is_it ? previous : NULL;
        item->problem = previous->index || !previous->problem ? "generation-gone"
                                                              : previous->problem;
    }
    if (item->ground && !item->ground->ruling) {
        item->problem = item->ground->problem;
        item->ground = NULL;
    }
}

/* False if memory ran out. */
static bool add_queries(struct item *item)
{
    struct ground *ground = item->ground;
    size_t nhits = item->line.told.nhits;
    void *queries = ground->queries;
    if (!ki_array_reserve(&queries, &ground->capacity, ground->nqueries + nhits,
                          sizeof *ground->queries)) {
        return false;
    }
    ground->queries = queries;
    item->first_query = ground->nqueries;
    ki_replay_queries(&item->line.told, ground->index,
                      ground->queries + ground->nqueries);
    ground->nqueries += nhits;
    return true;
}

/* Reads a line without its newline; of a longer one the rest is dropped. False at the
 * end. */
static bool read_line(struct replay_run *run, size_t *nbytes, bool *is_long)
{
    FILE *in = run->request->in;
    int byte = getc(in);
    *nbytes = 0;
    *is_long = false;
    if (byte == EOF) {
        return false;
    }
    for (; byte != EOF && byte != '\n'; byte = getc(in)) {
        if (*nbytes < LINE_MOST_NBYTES) {
            run->text[(*nbytes)++] = (char)byte;
        } else {
            *is_long = true;
        }
    }
    run->nlines++;
    return true;
}

static bool is_told(const struct item *item)
{
    return !item->is_long && item->line.kind != KI_TOLD_BAD;
}

/* Lines that tell no match are let go. */
static enum ki_status take_line(struct replay_run *run, size_t nbytes, bool is_long)
{
    struct item *item = &run->items[run->nitems];
    *item = (struct item){.number = run->nlines, .is_long = is_long};
    enum ki_status status =
        is_long ? KI_OK : ki_told_parse(run->text, nbytes, &item->line);
    if (status == KI_OK && is_told(item) && item->line.kind != KI_TOLD_OTHER) {
        find_ground(run, item);
        if (item->ground && !add_queries(item)) {
            status = KI_ERR_NO_MEMORY;
        }
    }
    if (status != KI_OK || item->line.kind == KI_TOLD_OTHER) {
        ki_told_free(&item->line);
        return status;
    }
    run->nitems++;
    return KI_OK;
}

static enum ki_status read_batch(struct replay_run *run, bool *is_over)
{
    size_t nbytes;
    size_t total = 0;
    bool is_long;
    enum ki_status status = KI_OK;
    *is_over = false;
    while (status == KI_OK && run->nitems < BATCH_LINES && total < BATCH_NBYTES) {
        if (stop_is_requested() || !read_line(run, &nbytes, &is_long)) {
            *is_over = true;
            break;
        }
        status = take_line(run, nbytes, is_long);
        total += nbytes;
    }
    return status;
}

static void put_was(struct ki_json *json, const struct ki_told *told)
{
    const struct ki_result was = {.has_action = told->has_action,
                                  .action = told->action,
                                  .demoted = told->demoted};
    ki_json_object_begin(json, "was");
    ki_json_text(json, "verdict", ki_verdict_text(KI_VERDICT_MATCH));
    ki_json_text(json, "tier", ki_tier_text(told->tier));
    ki_json_action(json, &was);
    ki_json_text_or_null(json, "policy", told->policy ? told->policy : "");
    ki_json_object_end(json);
}

static void put_is(struct ki_json *json, const struct replay_outcome *outcome)
{
    if (!outcome->has_result) {
        ki_json_null(json, "is");
        return;
    }
    const struct ki_result *is = &outcome->result;
    bool is_known = outcome->is_picture || is->verdict == KI_VERDICT_MATCH;
    ki_json_object_begin(json, "is");
    ki_json_text_or_null(json, "verdict", is_known ? ki_verdict_text(is->verdict) : "");
    ki_json_text_or_null(json, "tier", ki_tier_text(is->tier));
    ki_json_action(json, is);
    ki_json_text(json, "policy", is->policy);
    ki_json_object_end(json);
}

static void put_same(struct ki_json *json, enum replay_same same)
{
    if (same == REPLAY_UNKNOWN) {
        ki_json_null(json, "same");
    } else {
        ki_json_bool(json, "same", same == REPLAY_SAME);
    }
}

static void print(struct replay_run *run, const struct item *item,
                  const struct replay_outcome *outcome)
{
    struct ki_json json = ki_json_line_begin(stdout);
    ki_json_uint(&json, "line", item->number);
    if (item->line.path) {
        ki_json_path(&json, item->line.path);
    } else {
        ki_json_null(&json, "path");
    }
    ki_json_text(&json, "checked", outcome->is_picture ? "picture" : "hits");
    if (is_told(item)) {
        put_was(&json, &item->line.told);
    } else {
        ki_json_null(&json, "was");
    }
    put_is(&json, outcome);
    put_same(&json, outcome->same);
    ki_json_text_or_null(&json, "reason", outcome->reason ? outcome->reason : "");
    ki_json_line_end(&json);
    run->has_differed = run->has_differed || outcome->same == REPLAY_DIFFERENT;
    run->has_doubt = run->has_doubt || outcome->same == REPLAY_UNKNOWN;
}

/* What the first difference is in; NULL: there is none. */
static const char *difference(const struct ki_told *told, const struct ki_result *is)
{
    if (is->verdict != KI_VERDICT_MATCH) {
        return "verdict";
    }
    if (told->tier != is->tier) {
        return "tier";
    }
    if (told->has_action != is->has_action ||
        (is->has_action && told->action != is->action)) {
        return "action";
    }
    return told->has_demoted && told->demoted != is->demoted ? "demoted" : NULL;
}

static struct ki_result result_of(const struct ki_judgement *judgement,
                                  const struct ki_policy *policy)
{
    struct ki_result result = {.tier = judgement->tier};
    if (judgement->tier != KI_TIER_NONE) {
        result.verdict = KI_VERDICT_MATCH;
        result.has_action = true;
        result.action = judgement->action;
        result.demoted = judgement->demoted;
    }
    (void)snprintf(result.policy, sizeof result.policy, "%s",
                   ki_policy_version(policy));
    return result;
}

static enum ki_status judge(struct replay_run *run, const struct item *item,
                            struct replay_outcome *outcome)
{
    const struct ground *ground = item->ground;
    enum ki_replay_reason reason;
    struct ki_judgement judgement = {0};
    enum ki_status status =
        ki_replay(&item->line.told, ground->ruling, ground->queries + item->first_query,
                  &run->hits, &reason, &judgement);
    if (status != KI_OK || reason != KI_REPLAY_OK) {
        outcome->same = ki_replay_is_false(reason) ? REPLAY_DIFFERENT : REPLAY_UNKNOWN;
        outcome->reason = ki_replay_reason_text(reason);
        return status;
    }
    outcome->has_result = true;
    outcome->result = result_of(&judgement, run->request->policy);
    return KI_OK;
}

static enum ki_status replay_item(struct replay_run *run, const struct item *item)
{
    struct replay_outcome outcome = {.same = REPLAY_UNKNOWN};
    enum ki_status status = KI_OK;
    outcome.is_picture = run->request->picture != NULL;
    if (!is_told(item)) {
        outcome.reason = item->is_long ? "too-long" : "not-a-result";
    } else if (!item->ground) {
        outcome.reason = item->problem;
    } else if (outcome.is_picture) {
        status =
            replay_picture(run->request, item->ground->index, &item->line, &outcome);
    } else {
        status = judge(run, item, &outcome);
    }
    if (status == KI_OK && outcome.has_result && !outcome.reason) {
        outcome.reason = difference(&item->line.told, &outcome.result);
        outcome.same = outcome.reason ? REPLAY_DIFFERENT : REPLAY_SAME;
    }
    if (status == KI_OK) {
        print(run, item, &outcome);
    }
    return status;
}

static void forget_batch(struct replay_run *run)
{
    for (size_t i = 0; i < run->nitems; i++) {
        ki_told_free(&run->items[i].line);
    }
    run->nitems = 0;
    for (size_t i = 0; i < NGENERATIONS; i++) {
        run->grounds[i].nqueries = 0;
    }
}

static enum ki_status replay_batch(struct replay_run *run)
{
    enum ki_status status = KI_OK;
    for (size_t i = 0; i < NGENERATIONS && status == KI_OK; i++) {
        struct ground *ground = &run->grounds[i];
        if (ground->nqueries > 0) {
            status =
                ki_index_find_entries(ground->index, ground->queries, ground->nqueries);
        }
    }
    for (size_t i = 0; i < run->nitems && status == KI_OK && output_is_good(); i++) {
        status = replay_item(run, &run->items[i]);
    }
    return status;
}

/* A picture belongs to one line. False after a message. */
static bool can_have_picture(const struct replay_run *run)
{
    if (run->nlines == 1 && run->nitems == 1) {
        return true;
    }
    message("%s: --picture is for one line that tells a match, and no others",
            run->request->name);
    return false;
}

static enum ki_status replay_all(struct replay_run *run)
{
    bool is_over = false;
    enum ki_status status = KI_OK;
    while (status == KI_OK && !is_over && output_is_good()) {
        status = read_batch(run, &is_over);
        if (status == KI_OK && run->request->picture && !can_have_picture(run)) {
            run->has_failed = true;
            is_over = true;
        } else if (status == KI_OK) {
            status = replay_batch(run);
        }
        forget_batch(run);
    }
    return status;
}

static int exit_status_of(const struct replay_run *run)
{
    if (run->has_failed) {
        return EXIT_TROUBLE;
    }
    if (run->has_differed) {
        return EXIT_MATCHED;
    }
    return run->has_doubt ? EXIT_TROUBLE : EXIT_DONE;
}

static void close_grounds(struct replay_run *run)
{
    for (size_t i = 0; i < NGENERATIONS; i++) {
        ki_ruling_free(run->grounds[i].ruling);
        ki_index_close(run->grounds[i].index);
        free(run->grounds[i].queries);
    }
}

int replay(const struct replay_request *request)
{
    struct replay_run run = {.request = request};
    if (!index_folder_open(request->folder, false, &run.grounds[0].index)) {
        return EXIT_TROUBLE;
    }
    make_ruling(&run, &run.grounds[0]);
    struct item *items = calloc(BATCH_LINES, sizeof *items);
    run.items = items;
    char *text = malloc(LINE_MOST_NBYTES);
    run.text = text;
    stop_install();
    enum ki_status status = items && text ? replay_all(&run) : KI_ERR_NO_MEMORY;
    if (status != KI_OK) {
        message("%s: %s", request->name, ki_status_text(status));
        run.has_failed = true;
    }
    if (ferror(request->in) && !stop_is_requested()) {
        message("cannot read %s", request->name);
        run.has_failed = true;
    }
    free(items);
    free(text);
    ki_hits_free(&run.hits);
    close_grounds(&run);
    return stop_exit_status(exit_status_of(&run));
}
