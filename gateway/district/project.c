/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Projection of our own compact documents (no blanks between tokens). The depth
 * is that of the shapes; a document that is deeper is refused.
 */
#include "district/project.h"

enum { MAX_DEPTH = 8, MAX_PATH = 256 };

struct projection {
    struct buf *out;
    const struct span *names;
    size_t count;
    char path[MAX_PATH]; /* of the value being looked at */
    size_t path_len;
    unsigned depth;
};

enum choice { CHOICE_DROP, CHOICE_KEEP, CHOICE_INSIDE };

/* The length of the string at the start of `text`, quotes included; 0 when there is none. */
static size_t string_len(struct span text)
{
    if (text.len == 0 || text.ptr[0] != '"') {
        return 0;
    }
    for (size_t i = 1; i < text.len; i++) {
        if (text.ptr[i] == '\\') {
            i++;
        } else if (text.ptr[i] == '"') {
            return i + 1;
        }
    }
    return 0;
}

/* The length of the value at the start of `text`: a string, object or list; 0 for others. */
static size_t value_len(struct span text)
{
    unsigned depth = 0;

    for (size_t i = 0; i < text.len;) {
        uint8_t c = text.ptr[i];
        size_t step = c == '"' ? string_len(span_from(text, i)) : 1;

        if (step == 0) {
            return 0;
        }
        depth += c == '{' || c == '[';
        depth -= (c == '}' || c == ']') && depth > 0;
        i += step;
        if (depth == 0) {
            return c == '"' || c == '}' || c == ']' ? i : 0;
        }
    }
    return 0;
}

static enum choice choose(const struct projection *p)
{
    struct span path = span_of(p->path, p->path_len);
    enum choice best = CHOICE_DROP;

    for (size_t i = 0; i < p->count; i++) {
        if (span_eq(p->names[i], path)) {
            return CHOICE_KEEP;
        }
        if (p->names[i].len > path.len && p->names[i].ptr[path.len] == '.' &&
            span_starts(p->names[i], path)) {
            best = CHOICE_INSIDE;
        }
    }
    return best;
}

static enum err project_object(struct projection *p, struct span *text);

static enum err project_list(struct projection *p, struct span *text)
{
    bool first = true;

    *text = span_from(*text, 1);
    buf_put_byte(p->out, '[');
    while (text->len > 0 && text->ptr[0] != ']') {
        if (!first) {
            buf_put_byte(p->out, ',');
        }
        first = false;
        enum err e = project_object(p, text);

        if (e != OK) {
            return e;
        }
        if (text->len > 0 && text->ptr[0] == ',') {
            *text = span_from(*text, 1);
        }
    }
    buf_put_byte(p->out, ']');
    *text = span_from(*text, 1);
    return OK;
}

/* Extends the path by a key; ERR_INPUT when it is longer than any of ours. */
static enum err push(struct projection *p, struct span key)
{
    if (p->path_len + key.len + 1 > sizeof(p->path)) {
        return ERR_INPUT;
    }
    if (p->path_len > 0) {
        p->path[p->path_len++] = '.';
    }
    memcpy(p->path + p->path_len, key.ptr, key.len);
    p->path_len += key.len;
    return OK;
}

/* `text` stands on the value of `key`, a string with its quotes. */
static enum err project_member(struct projection *p, struct span key, struct span *text)
{
    size_t len = value_len(*text);
    enum choice choice = choose(p);

    if (len == 0) {
        return ERR_INPUT;
    }
    if (choice == CHOICE_DROP || (choice == CHOICE_INSIDE && text->ptr[0] == '"')) {
        *text = span_from(*text, len);
        return OK;
    }
    struct span so_far = buf_span(p->out);

    if (so_far.len > 0 && so_far.ptr[so_far.len - 1] != '{') {
        buf_put_byte(p->out, ',');
    }
    buf_put(p->out, key);
    buf_put_byte(p->out, ':');
    if (choice == CHOICE_INSIDE) {
        return text->ptr[0] == '[' ? project_list(p, text) : project_object(p, text);
    }
    buf_put(p->out, span_sub(*text, 0, len));
    *text = span_from(*text, len);
    return OK;
}

static enum err project_members(struct projection *p, struct span *text)
{
    while (text->len > 0 && text->ptr[0] != '}') {
        size_t before = p->path_len;
        size_t len = string_len(*text);
        struct span key = span_sub(*text, 0, len);
        enum err e = len < 2 || len >= text->len || text->ptr[len] != ':'
                         ? ERR_INPUT
                         : push(p, span_sub(key, 1, len - 2));

        *text = span_from(*text, len + 1);
        e = e != OK ? e : project_member(p, key, text);
        p->path_len = before;
        if (e != OK) {
            return e;
        }
        if (text->len > 0 && text->ptr[0] == ',') {
            *text = span_from(*text, 1);
        }
    }
    return text->len == 0 ? ERR_INPUT : OK;
}

static enum err project_object(struct projection *p, struct span *text)
{
    if (text->len == 0 || text->ptr[0] != '{' || ++p->depth > MAX_DEPTH) {
        return ERR_INPUT;
    }
    *text = span_from(*text, 1);
    buf_put_byte(p->out, '{');
    enum err e = project_members(p, text);

    if (e != OK) {
        return e;
    }
    buf_put_byte(p->out, '}');
    *text = span_from(*text, 1);
    p->depth--;
    return OK;
}

enum err project_record(struct buf *out, struct span document, const struct span *names,
                        size_t count)
{
    struct projection p = {.out = out, .names = names, .count = count};
    enum err e = project_object(&p, &document);

    if (e != OK) {
        return e;
    }
    return document.len > 0 ? ERR_INPUT : buf_err(out);
}
