/* SPDX-License-Identifier: Apache-2.0 */
#include "list/formats/json_walk.h"

#include <string.h>

enum expects {
    EXPECTS_VALUE, /* at the root, or after '[', ',' or ':' */
    EXPECTS_FIRST, /* a value or the end of the array */
    EXPECTS_KEY,   /* after ',' */
    EXPECTS_FIRST_KEY,
    EXPECTS_COLON,
    EXPECTS_COMMA, /* or the end */
    EXPECTS_REST   /* of a value */
};

void ki_json_walk_begin(struct ki_json_walk *walk)
{
    memset(walk, 0, sizeof *walk);
}

bool ki_json_walk_is_whole(const struct ki_json_walk *walk)
{
    return walk->nlevels == 0 && walk->expects == EXPECTS_VALUE;
}

struct ki_span ki_json_walk_key(const struct ki_json_walk *walk)
{
    return (struct ki_span){walk->key, walk->key_nbytes};
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_structure(char c)
{
    return c == ',' || c == ']' || c == '}' || c == ':' || is_space(c);
}

static enum ki_json_event broken(struct ki_json_walk *walk, const char *what)
{
    walk->broken = what;
    return KI_JSON_BROKEN;
}

static const struct ki_json_level *top(const struct ki_json_walk *walk)
{
    return walk->nlevels > 0 ? &walk->levels[walk->nlevels - 1] : NULL;
}

static void value_is_done(struct ki_json_walk *walk)
{
    walk->expects = walk->nlevels > 0 ? EXPECTS_COMMA : EXPECTS_VALUE;
}

static enum ki_json_event enter(struct ki_json_walk *walk, char bracket, int role)
{
    if (walk->nlevels == KI_JSON_MOST_LEVELS) {
        return broken(walk, "JSON nests its records too deep");
    }
    walk->levels[walk->nlevels++] = (struct ki_json_level){bracket == '{', role};
    walk->expects = bracket == '{' ? EXPECTS_FIRST_KEY : EXPECTS_FIRST;
    walk->role = role;
    return KI_JSON_ENTERED;
}

static enum ki_json_event leave(struct ki_json_walk *walk, char bracket)
{
    const struct ki_json_level *level = top(walk);
    if (!level || level->is_object != (bracket == '}')) {
        return broken(walk, "JSON has a closing bracket where none belongs");
    }
    walk->role = level->role;
    walk->nlevels--;
    value_is_done(walk);
    return KI_JSON_LEFT;
}

static enum ki_json_event begin_value(struct ki_json_walk *walk, ki_json_choose choose,
                                      char c, size_t *consumed)
{
    const struct ki_json_level *level = top(walk);
    bool has_key = level && level->is_object;
    bool is_container = c == '{' || c == '[';
    if (is_structure(c)) {
        return broken(walk, "JSON has no value where one belongs");
    }
    walk->nroots += level == NULL;
    walk->choice = choose(level ? level->role : KI_JSON_ROOT,
                          has_key ? ki_json_walk_key(walk) : ki_span_of(""));
    if (walk->choice.action == KI_JSON_ENTER && is_container) {
        *consumed = 1;
        return enter(walk, c, walk->choice.role);
    }
    if (!level && walk->choice.nested && c == '[') {
        *consumed = 1;
        return enter(walk, c, walk->choice.nested_role);
    }
    walk->action =
        walk->choice.action == KI_JSON_ENTER ? KI_JSON_SKIP : walk->choice.action;
    walk->is_skipping = walk->action == KI_JSON_SKIP;
    walk->is_scalar = !is_container && c != '"';
    walk->is_key_next = c == '{';
    walk->is_in_string = walk->is_escaped = walk->is_array_next = false;
    walk->depth = 0;
    walk->nscanned = 0;
    walk->expects = EXPECTS_REST;
    return KI_JSON_MOVED;
}

/* A string at depth 1 that is a key is remembered by where it begins, and looked at
 * when it ends. */
static void scan_string(struct ki_json_walk *walk, const char *data, size_t i)
{
    if (walk->is_escaped) {
        walk->is_escaped = false;
    } else if (data[i] == '\\') {
        walk->is_escaped = true;
    } else if (data[i] == '"') {
        walk->is_in_string = false;
        if (walk->depth == 1 && walk->is_key_next && walk->choice.nested &&
            !walk->is_skipping) {
            struct ki_span key = {data + walk->string_first, i - walk->string_first};
            walk->is_array_next = ki_span_equals_nocase(key, walk->choice.nested);
        }
        walk->is_key_next = false;
    }
}

/* True if the byte ends the value; bytes of a scalar's surroundings do not belong. */
static bool scan_byte(struct ki_json_walk *walk, const char *data, size_t i)
{
    char c = data[i];
    if (walk->is_in_string) {
        scan_string(walk, data, i);
        return walk->depth == 0 && !walk->is_in_string;
    }
    if (c == '"') {
        walk->is_in_string = true;
        walk->string_first = i + 1;
    } else if (c == '{' || c == '[') {
        walk->depth++;
    } else if (c == '}' || c == ']') {
        walk->depth -= walk->depth > 0;
        return walk->depth == 0;
    } else if (c == ',' && walk->depth == 1) {
        walk->is_key_next = data[0] == '{';
    }
    walk->is_array_next = walk->is_array_next && (c == ':' || is_space(c) || c == '[');
    return false;
}

static enum ki_json_event end_value(struct ki_json_walk *walk, const char *data,
                                    size_t nbytes, size_t *consumed)
{
    *consumed = nbytes;
    walk->value = (struct ki_span){data, nbytes};
    value_is_done(walk);
    return walk->is_skipping ? KI_JSON_MOVED : KI_JSON_VALUE;
}

/* Gives a value up: what was seen of it is taken, the rest is skipped. */
static enum ki_json_event give_up(struct ki_json_walk *walk, enum ki_json_event event,
                                  size_t *consumed)
{
    *consumed = walk->nscanned;
    walk->nscanned = 0;
    walk->is_skipping = true;
    return walk->action == KI_JSON_FACT ? KI_JSON_MOVED : event;
}

static enum ki_json_event need_more(struct ki_json_walk *walk, size_t *consumed)
{
    if (!walk->is_skipping) {
        return KI_JSON_MORE;
    }
    *consumed = walk->nscanned;
    walk->nscanned = 0;
    return *consumed > 0 ? KI_JSON_MOVED : KI_JSON_MORE;
}

static enum ki_json_event scan_scalar(struct ki_json_walk *walk, const char *data,
                                      size_t nbytes, bool is_last, size_t *consumed)
{
    for (; walk->nscanned < nbytes; walk->nscanned++) {
        if (is_structure(data[walk->nscanned])) {
            return end_value(walk, data, walk->nscanned, consumed);
        }
        if (walk->nscanned >= KI_FACT_MAX_NBYTES) {
            return broken(walk, "JSON has a number or word of more than 4096 bytes");
        }
    }
    return is_last ? end_value(walk, data, nbytes, consumed) : KI_JSON_MORE;
}

static enum ki_json_event scan_value(struct ki_json_walk *walk, const char *data,
                                     size_t nbytes, size_t *consumed)
{
    const size_t limit =
        walk->action == KI_JSON_RECORD ? KI_OBJECT_MAX_NBYTES : KI_FACT_MAX_NBYTES;
    while (walk->nscanned < nbytes) {
        if (!walk->is_skipping && walk->nscanned >= limit) {
            return give_up(walk, KI_JSON_TOO_LONG, consumed);
        }
        bool is_nested = walk->is_array_next && data[walk->nscanned] == '[' &&
                         walk->depth == 1 && !walk->is_skipping;
        bool is_end = scan_byte(walk, data, walk->nscanned++);
        if (is_nested) {
            *consumed = walk->nscanned;
            (void)enter(walk, '{', walk->choice.role);
            return enter(walk, '[', walk->choice.nested_role);
        }
        if (is_end) {
            return end_value(walk, data, walk->nscanned, consumed);
        }
        if (!walk->is_skipping && walk->depth > KI_JSON_MAX_DEPTH) {
            return give_up(walk, KI_JSON_TOO_DEEP, consumed);
        }
    }
    return need_more(walk, consumed);
}

/* A key is kept while it goes by; no limit but on what is kept of it. */
static enum ki_json_event take_key(struct ki_json_walk *walk, const char *data,
                                   size_t nbytes, size_t *consumed)
{
    for (size_t i = 0; i < nbytes; i++) {
        bool is_end = data[i] == '"' && !walk->is_escaped;
        walk->is_escaped = data[i] == '\\' && !walk->is_escaped;
        *consumed = i + 1;
        if (is_end) {
            walk->is_in_key = false;
            walk->expects = EXPECTS_COLON;
            break;
        }
        if (walk->key_nbytes < KI_JSON_KEY_NBYTES) {
            walk->key[walk->key_nbytes++] = data[i];
        }
    }
    return KI_JSON_MOVED;
}

static enum ki_json_event take_punctuation(struct ki_json_walk *walk, char c)
{
    if (c == '}' || c == ']') {
        return walk->expects == EXPECTS_KEY || walk->expects == EXPECTS_COLON
                   ? broken(walk, "JSON has a closing bracket where a name belongs")
                   : leave(walk, c);
    }
    if (walk->expects == EXPECTS_COMMA && c == ',') {
        walk->expects = top(walk)->is_object ? EXPECTS_KEY : EXPECTS_VALUE;
        return KI_JSON_MOVED;
    }
    if (walk->expects == EXPECTS_COLON && c == ':') {
        walk->expects = EXPECTS_VALUE;
        return KI_JSON_MOVED;
    }
    bool is_key = walk->expects == EXPECTS_KEY || walk->expects == EXPECTS_FIRST_KEY;
    if (is_key && c == '"') {
        walk->is_in_key = true;
        walk->is_escaped = false;
        walk->key_nbytes = 0;
        return KI_JSON_MOVED;
    }
    if (is_key) {
        return broken(walk, "JSON has no name where one belongs");
    }
    return broken(walk, walk->expects == EXPECTS_COLON
                            ? "JSON has a name without a colon"
                            : "JSON has no comma where one belongs");
}

static bool expects_value(const struct ki_json_walk *walk, char c)
{
    return walk->expects == EXPECTS_VALUE ||
           (walk->expects == EXPECTS_FIRST && c != ']');
}

enum ki_json_event ki_json_walk_step(struct ki_json_walk *walk, ki_json_choose choose,
                                     const char *data, size_t nbytes, bool is_last,
                                     size_t *consumed)
{
    *consumed = 0;
    if (nbytes == 0) {
        return KI_JSON_MORE;
    }
    if (walk->expects == EXPECTS_REST) {
        return walk->is_scalar ? scan_scalar(walk, data, nbytes, is_last, consumed)
                               : scan_value(walk, data, nbytes, consumed);
    }
    if (walk->is_in_key) {
        return take_key(walk, data, nbytes, consumed);
    }
    if (is_space(data[0])) {
        while (*consumed < nbytes && is_space(data[*consumed])) {
            ++*consumed;
        }
        return KI_JSON_MOVED;
    }
    if (expects_value(walk, data[0])) {
        return begin_value(walk, choose, data[0], consumed);
    }
    *consumed = 1;
    return take_punctuation(walk, data[0]);
}
