/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text is cut at a line's end and one line, or two, are put there. Where that
 * is comes from the parsed document; whether it went well, from parsing again.
 */
#include "cli/ended_edit.h"

#include "policy/doc.h"

enum { DOC_BYTES = 64 * 1024 * 1024 };

/* --- the same document? ------------------------------------------------------------- */

static bool same_tree(const struct node *a, const struct node *b);

/* Every member of `a` stands in `b` in the same order; `b` may have one more, called `extra`. */
static bool same_members(const struct node *a, const struct node *b, const char *extra)
{
    const struct node *y = b->first;

    for (const struct node *x = a->first; x != NULL; x = x->next, y = y->next) {
        if (y != NULL && extra != NULL && span_eq_str(y->key, extra) && !span_eq(x->key, y->key)) {
            y = y->next;
        }
        if (y == NULL || !same_tree(x, y)) {
            return false;
        }
    }
    return y == NULL || (extra != NULL && y->next == NULL && span_eq_str(y->key, extra));
}

static bool same_tree(const struct node *a, const struct node *b)
{
    return a->kind == b->kind && span_eq(a->key, b->key) && span_eq(a->text, b->text) &&
           same_members(a, b, NULL);
}

/* `now` is `was` with ended.KEY besides. */
static bool only_adds(const struct node *was, const struct node *now, const char *key)
{
    const struct node *old = node_member(was, "ended");
    const struct node *new_one = node_member(now, "ended");

    if (new_one == NULL || node_member(new_one, key) == NULL) {
        return false;
    }
    if (old == NULL) {
        return same_members(was, now, "ended") && new_one->count == 1;
    }
    const struct node *y = now->first;

    for (const struct node *x = was->first; x != NULL; x = x->next, y = y->next) {
        bool same = y != NULL && (x == old ? span_eq(x->key, y->key) && same_members(x, y, key)
                                           : same_tree(x, y));

        if (!same) {
            return false;
        }
    }
    return y == NULL;
}

/* --- places --------------------------------------------------------------------------- */

/* Where line `line` (1-based) begins; the text's length when there is none. */
static size_t line_start(struct span text, unsigned line)
{
    size_t at = 0;

    for (unsigned i = 1; i < line && at < text.len; i++) {
        at += span_find(span_from(text, at), '\n') + 1;
    }
    return at < text.len ? at : text.len;
}

static bool is_content(struct span line)
{
    for (size_t i = 0; i < line.len; i++) {
        uint8_t c = line.ptr[i];

        if (c != ' ' && c != '\t' && c != '\r') {
            return c != '#';
        }
    }
    return false;
}

/* The end of the last indented line with content from line `first` on. */
static size_t block_end(struct span text, unsigned first)
{
    size_t at = line_start(text, first);
    size_t end = at;

    while (at < text.len) {
        size_t len = span_find(span_from(text, at), '\n');
        struct span line = span_sub(text, at, len);
        size_t next = at + len < text.len ? at + len + 1 : text.len;
        bool content = is_content(line);

        if (content && line.ptr[0] != ' ') {
            break;
        }
        end = content ? next : end;
        at = next;
    }
    return end;
}

static void put_line(struct buf *out, unsigned indent, const char *key, struct span value)
{
    buf_printf(out, "%*s%s: ", (int)indent, "", key);
    buf_put(out, value);
    buf_put_byte(out, '\n');
}

static void end_line(struct buf *out)
{
    if (out->len > 0 && out->base[out->len - 1] != '\n') {
        buf_put_byte(out, '\n');
    }
}

/* --- adding ---------------------------------------------------------------------------- */

static enum err put_edited(struct span yaml, const struct node *root, const char *key,
                           struct span value, struct buf *out)
{
    const struct node *ended = node_member(root, "ended");

    if (root->kind != NODE_MAP || root->first == NULL || root->first->key_column != 1) {
        return ERR_INPUT;
    }
    if (ended == NULL) {
        buf_put(out, yaml);
        end_line(out);
        buf_put_str(out, "ended:\n");
        put_line(out, 2, key, value);
        return buf_err(out);
    }
    if (ended->kind != NODE_MAP || ended->first == NULL ||
        ended->first->key_line == ended->key_line) {
        return ERR_INPUT;
    }
    if (node_member(ended, key) != NULL) {
        return ERR_EXISTS;
    }
    size_t cut = block_end(yaml, ended->first->key_line);

    buf_put(out, span_sub(yaml, 0, cut));
    end_line(out);
    put_line(out, ended->first->key_column - 1, key, value);
    buf_put(out, span_from(yaml, cut));
    return buf_err(out);
}

enum err ended_add(struct span yaml, const char *key, struct span value, struct buf *out)
{
    struct diag_list diags;
    struct arena arena;

    arena_init(&arena, DOC_BYTES);
    diag_init(&diags, &arena);
    struct doc was = {.name = "was", .arena = &arena, .diags = &diags};
    struct doc now = {.name = "now", .arena = &arena, .diags = &diags};
    enum err e = doc_parse(&was, yaml);

    e = e == OK ? put_edited(yaml, was.root, key, value, out) : e;
    e = e == OK ? doc_parse(&now, buf_span(out)) : e;
    if (e == OK && !only_adds(was.root, now.root, key)) {
        e = ERR_INPUT;
    }
    arena_fini(&arena);
    return e;
}
