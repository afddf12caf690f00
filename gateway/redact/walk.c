/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of JSON (RFC 8259), strictly, as a state machine over the places
 * that stage 1 found.
 *
 *                 .---------------------- { ----------------------.
 *   TOP --{--> FIRST_KEY --"--> KEY_TEXT --"--> COLON --:--> VALUE
 *                  | }      ^                                | | |  [
 *                  |        '"--- KEY <---,---.     STRING <-' | '----> FIRST_ITEM
 *                  v                          |       | "      v           | ] (else as VALUE)
 *                 NEXT <----------------------+-------+---- LITERAL        v
 *                  | } ] at depth 0           '------------------------- NEXT --,--> VALUE
 *                  v
 *                 END
 *
 * Invariants: depth <= REDACT_MAX_DEPTH, skipping <= depth. A literal or an
 * escape is judged when its end is known, so that the first error of a document
 * is the same however it arrives. Does not look at what a member means: index.c.
 */
#include "redact/walk.h"

#include <assert.h>

#include "redact/literal.h"
#include "redact/walk_priv.h"

enum walk_state {
    AT_TOP,
    AT_FIRST_KEY,  /* behind { */
    AT_KEY,        /* behind , in an object */
    IN_KEY,        /* behind its opening quote */
    AT_COLON,      /* behind a key */
    AT_VALUE,      /* behind : , or behind , in an array */
    AT_FIRST_ITEM, /* behind [ */
    IN_STRING,
    IN_LITERAL,
    AT_NEXT, /* behind a value */
    AT_END,
    STATE_COUNT
};

#define TO(state) (1u << (state))
#define TO_MEMBER (TO(IN_KEY) | TO(AT_KEY) | TO(AT_VALUE) | TO(AT_NEXT))
#define TO_VALUE  (TO(AT_FIRST_KEY) | TO(AT_FIRST_ITEM) | TO(IN_STRING) | TO(IN_LITERAL))

static const struct {
    const char *name;
    unsigned next;
} EDGES[STATE_COUNT] = {
    [AT_TOP] = {"top", TO(AT_FIRST_KEY)},
    [AT_FIRST_KEY] = {"first-key", TO_MEMBER | TO(AT_END)},
    [AT_KEY] = {"key", TO_MEMBER},
    [IN_KEY] = {"in-key", TO(AT_COLON)},
    [AT_COLON] = {"colon", TO(AT_VALUE)},
    [AT_VALUE] = {"value", TO_VALUE},
    [AT_FIRST_ITEM] = {"first-item", TO_VALUE | TO(AT_NEXT)},
    [IN_STRING] = {"in-string", TO(AT_NEXT)},
    [IN_LITERAL] = {"in-literal", TO(AT_NEXT)},
    [AT_NEXT] = {"next", TO(AT_KEY) | TO(AT_VALUE) | TO(AT_NEXT) | TO(AT_END)},
    [AT_END] = {"end", 0},
};

static inline void enter(struct walker *k, enum walk_state state)
{
    assert((EDGES[k->state].next >> state & 1) != 0);
    assert(k->depth <= REDACT_MAX_DEPTH && k->skipping <= k->depth);
    k->state = (uint8_t)state;
}

void walk_start(struct walker *k, bool bare_record)
{
    index_start(k, bare_record);
    k->state = AT_TOP;
}

bool walk_is_done(const struct walker *k)
{
    return k->state == AT_END;
}

enum err walk_check_room(const struct walker *k, const uint8_t *at)
{
    return k->base != NULL && at - k->base > REDACT_MAX_RECORD ? ERR_UP_RECORD_LARGE : OK;
}

static uint32_t offset(const struct walker *k, const uint8_t *at)
{
    return k->base == NULL ? 0 : (uint32_t)(at - k->base);
}

static bool in_object(const struct walker *k)
{
    return k->depth > 0 && (k->objects >> (k->depth - 1) & 1) != 0;
}

static enum err open_container(struct walker *k, const uint8_t *at)
{
    enum err e = index_open(k, at, *at == '{');

    if (e == OK) {
        enter(k, *at == '{' ? AT_FIRST_KEY : AT_FIRST_ITEM);
    }
    return e;
}

static enum err close_container(struct walker *k, const uint8_t *at)
{
    if (k->depth == 0 || *at != (in_object(k) ? '}' : ']')) {
        return ERR_UP_JSON;
    }
    enum err e = index_close(k, at);

    if (e == OK) {
        enter(k, k->depth == 0 ? AT_END : AT_NEXT);
    }
    return e;
}

static enum err begin_key(struct walker *k, const uint8_t *at)
{
    enum err e = k->skipping != 0 ? OK : index_key_begins(k, at);

    if (e == OK) {
        k->opened = offset(k, at);
        k->escaped = false;
        enter(k, IN_KEY);
    }
    return e;
}

static enum err at_key(struct walker *k, const uint8_t *at)
{
    return *at == '"' ? begin_key(k, at) : ERR_UP_JSON;
}

static enum err at_first_key(struct walker *k, const uint8_t *at)
{
    return *at == '}' ? close_container(k, at) : at_key(k, at);
}

/* What stands between the opening quote and `at`; its escapes are judged here. */
static enum err take_string(struct walker *k, const uint8_t *at, struct span *raw)
{
    const uint8_t *from = k->base + k->opened + 1;

    *raw = span_of(from, (size_t)(at - from));
    k->escapes |= k->escaped;
    return k->escaped && !literal_escapes_are_valid(*raw) ? ERR_UP_JSON : OK;
}

static enum err in_key(struct walker *k, const uint8_t *at)
{
    struct span raw;

    if (*at == '\\') {
        k->escaped = true;
        return OK;
    }
    enum err e = take_string(k, at, &raw);

    if (e == OK && k->skipping == 0) {
        e = index_key(k, raw, k->escaped);
    }
    if (e == OK) {
        enter(k, AT_COLON);
    }
    return e;
}

static enum err at_colon(struct walker *k, const uint8_t *at)
{
    if (*at != ':') {
        return ERR_UP_JSON;
    }
    enter(k, AT_VALUE);
    return OK;
}

static enum err begin_leaf(struct walker *k, const uint8_t *at)
{
    enum err e = k->skipping != 0 ? OK : index_leaf_begins(k, *at);

    if (e == OK) {
        k->opened = offset(k, at);
        k->escaped = false;
        enter(k, *at == '"' ? IN_STRING : IN_LITERAL);
    }
    return e;
}

static enum err at_value(struct walker *k, const uint8_t *at)
{
    switch (*at) {
    case '{':
    case '[':
        return open_container(k, at);
    case '}':
    case ']':
    case ':':
    case ',':
        return ERR_UP_JSON;
    default:
        return begin_leaf(k, at);
    }
}

static enum err at_first_item(struct walker *k, const uint8_t *at)
{
    return *at == ']' ? close_container(k, at) : at_value(k, at);
}

static enum err in_string(struct walker *k, const uint8_t *at)
{
    struct span raw;

    if (*at == '\\') {
        k->escaped = true;
        return OK;
    }
    enum err e = take_string(k, at, &raw);

    if (e == OK && k->skipping == 0) {
        e = index_leaf(k, (struct entry){.from = k->opened + 1,
                                         .to = offset(k, at),
                                         .kind = ENTRY_STRING,
                                         .flags = k->escaped ? ENTRY_ESCAPED : 0});
    }
    if (e == OK) {
        enter(k, AT_NEXT);
    }
    return e;
}

static enum err at_next(struct walker *k, const uint8_t *at)
{
    if (*at != ',') {
        return *at == '}' || *at == ']' ? close_container(k, at) : ERR_UP_JSON;
    }
    enter(k, in_object(k) ? AT_KEY : AT_VALUE);
    return OK;
}

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* A literal ends at whitespace or at the next place, `at`, which is then taken in turn. */
static enum err in_literal(struct walker *k, const uint8_t *at)
{
    struct span text = span_of(k->base + k->opened, offset(k, at) - k->opened);

    while (text.len > 0 && is_space(text.ptr[text.len - 1])) {
        text.len--;
    }
    if (!literal_is_valid(text)) {
        return ERR_UP_JSON;
    }
    struct entry leaf = {.from = k->opened,
                         .to = k->opened + (uint32_t)text.len,
                         .kind = text.ptr[0] == 'n' ? ENTRY_NULL : ENTRY_LITERAL};
    enum err e = k->skipping != 0 ? OK : index_leaf(k, leaf);

    if (e != OK) {
        return e;
    }
    enter(k, AT_NEXT);
    return at_next(k, at);
}

static enum err at_end(struct walker *k, const uint8_t *at)
{
    (void)k;
    (void)at;
    return ERR_UP_JSON;
}

typedef enum err step_fn(struct walker *k, const uint8_t *at);

static step_fn *const STEPS[STATE_COUNT] = {
    [AT_TOP] = at_value,       [AT_FIRST_KEY] = at_first_key,
    [AT_KEY] = at_key,         [IN_KEY] = in_key,
    [AT_COLON] = at_colon,     [AT_VALUE] = at_value,
    [IN_STRING] = in_string,   [AT_FIRST_ITEM] = at_first_item,
    [IN_LITERAL] = in_literal, [AT_NEXT] = at_next,
    [AT_END] = at_end,
};

static enum err take_members(struct walker *k, const uint8_t *bytes,
                             const struct scan_index *places, size_t *i)
{
    static const uint8_t states[] = {
        [STOP_KEY] = AT_KEY, [STOP_VALUE] = AT_VALUE, [STOP_NEXT] = AT_NEXT};
    struct place_run run = {.at = places->at + *i, .left = places->count - *i};
    enum err e = index_members(k, bytes, &run);

    if (run.left < places->count - *i) {
        enter(k, states[run.stop]);
    }
    *i = places->count - run.left;
    return e;
}

enum err walk_places(struct walker *k, const uint8_t *bytes, const struct scan_index *places,
                     size_t *i)
{
    enum err e = OK;

    while (e == OK && *i < places->count && !k->whole) {
        if (k->state == AT_KEY || k->state == AT_FIRST_KEY) {
            e = take_members(k, bytes, places, i);
            if (e != OK || *i == places->count) {
                break;
            }
        }
        const uint8_t *at = bytes + places->at[(*i)++];

        e = walk_check_room(k, at + 1);
        if (e == OK) {
            e = STEPS[k->state](k, at);
        }
    }
    return e;
}
