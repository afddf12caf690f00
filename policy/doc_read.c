/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading typed values out of a document's tree, with messages that say what
 * was expected and where. Every reader leaves its output untouched on failure.
 */
#include "policy/doc_read.h"

#include <stdio.h>

#include "base/clock.h"
#include "policy/nearest.h"

/* --- typed values ------------------------------------------------------------ */

/* Plain nothing, `~` or null: nobody meant that as text. */
static bool is_null(const struct node *n)
{
    return !n->quoted &&
           (n->text.len == 0 || span_eq_str(n->text, "~") || span_eq_nocase(n->text, SPAN("null")));
}

/* Says that a value is missing, and of which key: whoever fills in a form looks for the word. */
static void say_empty(const struct doc *d, const struct node *n, const char *what)
{
    const char *colon = n->key.len == 0 ? "" : ": ";

    doc_error(d, n, "%.*s%s%s", (int)n->key.len, (const char *)n->key.ptr, colon, what);
}

static bool is_scalar(const struct doc *d, const struct node *n, const char *what)
{
    if (n->kind != NODE_SCALAR) {
        doc_error(d, n, "expected %s, not a %s", what, n->kind == NODE_LIST ? "list" : "map");
        return false;
    }
    if (is_null(n) || n->text.len == 0) {
        char text[80];

        (void)snprintf(text, sizeof(text), "expected %s; the value is empty", what);
        say_empty(d, n, text);
        return false;
    }
    return true;
}

bool doc_read_text(const struct doc *d, const struct node *n, void *span)
{
    if (!is_scalar(d, n, "text")) {
        return false;
    }
    *(struct span *)span = n->text;
    return true;
}

static bool is_id_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool doc_read_id(const struct doc *d, const struct node *n, void *span)
{
    enum { MAX_ID = 64 };

    if (!is_scalar(d, n, "an id")) {
        return false;
    }
    bool good = n->text.len <= MAX_ID && n->text.ptr[0] != '-';

    for (size_t i = 0; good && i < n->text.len; i++) {
        good = is_id_byte(n->text.ptr[i]);
    }
    if (!good) {
        doc_error(d, n, "\"%s\" is not an id: 1 to 64 of a-z, 0-9 and -, not starting with -",
                  shown_of(n->text).text);
        return false;
    }
    *(struct span *)span = n->text;
    return true;
}

bool doc_read_date(const struct doc *d, const struct node *n, void *i32)
{
    if (!is_scalar(d, n, "a date (2026-07-01)")) {
        return false;
    }
    if (!clock_parse_date(n->text, (int32_t *)i32)) {
        doc_error(d, n, "\"%s\" is not a date of the form 2026-07-01", shown_of(n->text).text);
        return false;
    }
    return true;
}

bool doc_read_yes(const struct doc *d, const struct node *n, void *boolean)
{
    if (!is_scalar(d, n, "yes or no")) {
        return false;
    }
    bool yes = span_eq_str(n->text, "yes") || span_eq_str(n->text, "true");

    if (!yes && !span_eq_str(n->text, "no") && !span_eq_str(n->text, "false")) {
        doc_error(d, n, "\"%s\" is neither yes nor no", shown_of(n->text).text);
        return false;
    }
    *(bool *)boolean = yes;
    return true;
}

bool doc_read_u64(const struct doc *d, const struct node *n, void *u64)
{
    uint64_t value;

    if (!is_scalar(d, n, "a whole number")) {
        return false;
    }
    if (!span_to_u64(n->text, INT64_MAX, &value)) {
        doc_error(d, n, "\"%s\" is not a whole number", shown_of(n->text).text);
        return false;
    }
    *(uint64_t *)u64 = value;
    return true;
}

bool doc_read_texts(const struct doc *d, const struct node *n, void *texts)
{
    if (!doc_is_list(d, n)) {
        return false;
    }
    struct span *items = arena_array(d->arena, n->count, sizeof(*items));
    bool good = true;
    size_t at = 0;

    for (const struct node *i = n->first; items != NULL && i != NULL; i = i->next) {
        good = doc_read_text(d, i, &items[at++]) && good;
    }
    if (items == NULL || !good) {
        return false;
    }
    *(struct texts *)texts = (struct texts){items, n->count};
    return true;
}

bool doc_read_node(const struct doc *d, const struct node *n, void *node)
{
    (void)d;
    *(const struct node **)node = n;
    return true;
}

static bool is_full(const struct doc *d, const struct node *n, enum node_kind kind,
                    const char *what)
{
    bool blank = n->kind == NODE_SCALAR && is_null(n);
    char text[80];

    if (n->kind == kind && n->count > 0) {
        return true;
    }
    if (n->kind != kind && !blank) {
        doc_error(d, n, "expected a %s", what);
        return false;
    }
    (void)snprintf(text, sizeof(text),
                   blank ? "expected a %s; the value is empty" : "the %s is empty", what);
    say_empty(d, n, text);
    return false;
}

bool doc_is_map(const struct doc *d, const struct node *n)
{
    return is_full(d, n, NODE_MAP, "map (key: value)");
}

bool doc_is_list(const struct doc *d, const struct node *n)
{
    return is_full(d, n, NODE_LIST, "list");
}

/* --- maps by table ------------------------------------------------------------ */

static const struct doc_rule *find_rule(const struct doc_rule *rules, size_t n, struct span key)
{
    for (size_t i = 0; i < n; i++) {
        if (span_eq_str(key, rules[i].key)) {
            return &rules[i];
        }
    }
    return NULL;
}

static void unknown_key(const struct doc *d, const struct node *m, const struct doc_rule *rules,
                        size_t n)
{
    struct nearest near;

    nearest_init(&near, m->key);
    for (size_t i = 0; i < n; i++) {
        nearest_try(&near, span_str(rules[i].key));
    }
    doc_error_key(d, m, "\"%s\" is not known here%s", shown_of(m->key).text,
                  nearest_hint(&near).text);
}

static bool check_missing(const struct doc *d, const struct node *map, const struct doc_rule *rules,
                          size_t n)
{
    bool good = true;

    for (size_t i = 0; i < n; i++) {
        if (rules[i].required && node_member(map, rules[i].key) == NULL) {
            doc_error(d, map, "\"%s\" is missing", rules[i].key);
            good = false;
        }
    }
    return good;
}

bool doc_fill(const struct doc *d, const struct node *map, const struct doc_rule *rules, size_t n,
              void *out)
{
    if (d->on_fill != NULL) {
        d->on_fill(d, map, rules, n);
    }
    if (!doc_is_map(d, map)) {
        return false;
    }
    bool good = check_missing(d, map, rules, n);

    for (const struct node *m = map->first; m != NULL; m = m->next) {
        const struct doc_rule *rule = find_rule(rules, n, m->key);

        if (rule == NULL) {
            unknown_key(d, m, rules, n);
        }
        good = rule != NULL && rule->read(d, m, (char *)out + rule->offset) && good;
    }
    return good;
}
