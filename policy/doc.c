/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strict YAML reader: libyaml's events into a tree. libyaml sees only bytes
 * that passed check_chars(), so that nothing a reviewer cannot see (control or
 * bidirectional characters, exotic line breaks) has a meaning here.
 *
 * It deliberately knows no types, no null and no schema: see doc_read.c.
 */
#include "policy/doc.h"

#include <stdarg.h>
#include <stdio.h>
#include <yaml.h>

#include "policy/nearest.h"

enum { MESSAGE_BYTES = 600 };

struct reader {
    struct doc *doc;
    yaml_parser_t parser;
    yaml_event_t event; /* the current one, owned */
    bool has_event;
    size_t nodes;
    enum err failed;
};

/* A node under construction: children are appended. */
struct level {
    struct node *node;
    struct node *last;
};

static enum err read_node(struct reader *r, struct node *out, unsigned depth);

/* --- characters ------------------------------------------------------------ */

/* Bytes of a UTF-8 sequence that is known to be well formed. */
static size_t char_bytes(uint8_t lead)
{
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

static uint32_t char_at(const uint8_t *p)
{
    size_t n = char_bytes(*p);
    uint32_t c = n == 1 ? *p : *p & (0xFFu >> (n + 1));

    for (size_t i = 1; i < n; i++) {
        c = c << 6 | (p[i] & 0x3F);
    }
    return c;
}

static bool is_bidi(uint32_t c)
{
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

/* Why a character may not stand in a file, or NULL. */
static const char *char_fault(uint32_t c)
{
    if (is_bidi(c)) {
        return "a bidirectional control character";
    }
    if (c == 0x85 || c == 0x2028 || c == 0x2029) {
        return "an invisible line break";
    }
    if ((c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0)) {
        return "a control character";
    }
    if (c == 0xFEFF || (c >= 0x200B && c <= 0x200D) || c == 0x2060 || c >= 0xE0000) {
        return "an invisible character";
    }
    return NULL;
}

/* A line ends in LF or CR LF; one byte order mark may open the file. */
static bool is_tolerated(struct span bytes, size_t at, uint32_t c)
{
    bool crlf = c == '\r' && at + 1 < bytes.len && bytes.ptr[at + 1] == '\n';

    return crlf || (at == 0 && c == 0xFEFF);
}

static size_t utf8_prefix(struct span bytes)
{
    size_t low = 0;

    for (size_t at = 0; at < bytes.len;) {
        size_t n = char_bytes(bytes.ptr[at]);

        low = at;
        if (n > bytes.len - at || !span_is_utf8(span_sub(bytes, at, n))) {
            return low;
        }
        at += n;
    }
    return bytes.len;
}

static enum err refuse_char(struct doc *d, unsigned line, unsigned column, const char *what)
{
    diag_add(d->diags, DIAG_ERROR, d->name, line, column, "%s is not allowed in this file", what);
    return ERR_INPUT;
}

static enum err check_chars(struct doc *d, struct span bytes)
{
    size_t end = utf8_prefix(bytes);
    unsigned line = 1;
    unsigned column = 1;

    for (size_t at = 0; at < end; at += char_bytes(bytes.ptr[at])) {
        uint32_t c = char_at(bytes.ptr + at);
        const char *fault = char_fault(c);

        if (fault != NULL && !is_tolerated(bytes, at, c)) {
            return refuse_char(d, line, column, fault);
        }
        column = c == '\n' ? 1 : column + 1;
        line += c == '\n';
    }
    return end == bytes.len ? OK : refuse_char(d, line, column, "a byte that is not UTF-8");
}

/* Escapes ("\u202E") can put into a value what the file itself may not hold. */
static const char *value_fault(struct span text)
{
    for (size_t at = 0; at < text.len; at += char_bytes(text.ptr[at])) {
        const char *fault = char_fault(char_at(text.ptr + at));

        if (fault != NULL) {
            return fault;
        }
    }
    return NULL;
}

/* --- events ----------------------------------------------------------------- */

static unsigned place(size_t zero_based)
{
    return (unsigned)zero_based + 1;
}

static enum err refuse(struct reader *r, yaml_mark_t at, const char *text)
{
    diag_add(r->doc->diags, DIAG_ERROR, r->doc->name, place(at.line), place(at.column), "%s", text);
    return ERR_INPUT;
}

static enum err parser_error(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    const char *context = p->context == NULL ? "" : p->context;

    if (p->error == YAML_MEMORY_ERROR) {
        return ERR_MEMORY;
    }
    diag_add(r->doc->diags, DIAG_ERROR, r->doc->name, place(p->problem_mark.line),
             place(p->problem_mark.column), "not valid YAML: %s%s%s",
             p->problem == NULL ? "unreadable" : p->problem, *context == '\0' ? "" : ", ", context);
    return ERR_INPUT;
}

/* Moves on to the next event. */
static enum err next_event(struct reader *r)
{
    if (r->has_event) {
        yaml_event_delete(&r->event);
        r->has_event = false;
    }
    if (!yaml_parser_parse(&r->parser, &r->event)) {
        return parser_error(r);
    }
    r->has_event = true;
    return OK;
}

static struct node *new_node(struct reader *r)
{
    struct node *n = r->nodes >= DOC_MAX_NODES ? NULL : arena_alloc(r->doc->arena, sizeof(*n));

    r->nodes++;
    return n;
}

static enum err no_node(struct reader *r)
{
    if (r->nodes > DOC_MAX_NODES) {
        return refuse(r, r->event.start_mark, "the file has more than 100,000 values");
    }
    return ERR_MEMORY;
}

static void append(struct level *level, struct node *child)
{
    if (level->last == NULL) {
        level->node->first = child;
    } else {
        level->last->next = child;
    }
    level->last = child;
    level->node->count++;
}

/* --- nodes ------------------------------------------------------------------ */

static enum err read_scalar(struct reader *r, struct span *text, bool *quoted)
{
    const yaml_event_t *e = &r->event;

    if (e->data.scalar.anchor != NULL) {
        return refuse(r, e->start_mark, "anchors and aliases are not allowed; write the value out");
    }
    if (e->data.scalar.tag != NULL) {
        return refuse(r, e->start_mark, "tags are not allowed");
    }
    struct span raw = span_of(e->data.scalar.value, e->data.scalar.length);
    const char *fault = value_fault(raw);

    if (fault != NULL) {
        return refuse_char(r->doc, place(e->start_mark.line), place(e->start_mark.column), fault);
    }
    *quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    *text = arena_copy(r->doc->arena, raw);
    return r->doc->arena->overflow ? ERR_MEMORY : OK;
}

static enum err refuse_duplicate(struct reader *r, const struct node *first)
{
    diag_add(r->doc->diags, DIAG_ERROR, r->doc->name, place(r->event.start_mark.line),
             place(r->event.start_mark.column), "\"%s\" stands twice; it is already in line %u",
             shown_of(first->key).text, first->key_line);
    return ERR_INPUT;
}

static enum err read_key(struct reader *r, const struct node *map, struct node *child)
{
    bool quoted = false;

    if (r->event.type == YAML_ALIAS_EVENT) {
        return refuse(r, r->event.start_mark, "anchors and aliases are not allowed");
    }
    if (r->event.type != YAML_SCALAR_EVENT) {
        return refuse(r, r->event.start_mark, "a key must be a word");
    }
    enum err e = read_scalar(r, &child->key, &quoted);

    if (e != OK) {
        return e;
    }
    if (!quoted && span_eq(child->key, SPAN("<<"))) {
        return refuse(r, r->event.start_mark, "merge keys are not allowed; write the members out");
    }
    if (map->count >= DOC_MAX_MEMBERS) {
        return refuse(r, r->event.start_mark, "a map has more than 4,096 members");
    }
    for (const struct node *m = map->first; m != NULL; m = m->next) {
        if (span_eq(m->key, child->key)) {
            return refuse_duplicate(r, m);
        }
    }
    child->key_line = place(r->event.start_mark.line);
    child->key_column = place(r->event.start_mark.column);
    return next_event(r);
}

/* One item or member; the current event is its first. */
static enum err read_child(struct reader *r, struct level *level, unsigned depth)
{
    struct node *child = new_node(r);
    enum err e = OK;

    if (child == NULL) {
        return no_node(r);
    }
    if (level->node->kind == NODE_MAP) {
        e = read_key(r, level->node, child);
    }
    if (e == OK) {
        e = read_node(r, child, depth + 1);
    }
    if (e == OK) {
        append(level, child);
        e = next_event(r);
    }
    return e;
}

static enum err read_children(struct reader *r, struct node *out, yaml_event_type_t end,
                              unsigned depth)
{
    struct level level = {out, NULL};
    enum err e = next_event(r);

    while (e == OK && r->event.type != end) {
        e = read_child(r, &level, depth);
    }
    return e;
}

static enum err open_node(struct reader *r, struct node *out, bool anchor, bool tag)
{
    if (anchor) {
        return refuse(r, r->event.start_mark, "anchors and aliases are not allowed");
    }
    if (tag) {
        return refuse(r, r->event.start_mark, "tags are not allowed");
    }
    out->quoted = false;
    return OK;
}

/* The value that starts with the current event; leaves its last event current. */
static enum err read_node(struct reader *r, struct node *out, unsigned depth)
{
    const yaml_event_t *ev = &r->event;
    enum err e = OK;

    out->line = place(ev->start_mark.line);
    out->column = place(ev->start_mark.column);
    if (depth > DOC_MAX_DEPTH) {
        return refuse(r, ev->start_mark, "the file is nested more than 32 deep");
    }
    switch (ev->type) {
    case YAML_SCALAR_EVENT:
        out->kind = NODE_SCALAR;
        return read_scalar(r, &out->text, &out->quoted);
    case YAML_SEQUENCE_START_EVENT:
        out->kind = NODE_LIST;
        e = open_node(r, out, ev->data.sequence_start.anchor != NULL,
                      ev->data.sequence_start.tag != NULL);
        return e != OK ? e : read_children(r, out, YAML_SEQUENCE_END_EVENT, depth);
    case YAML_MAPPING_START_EVENT:
        out->kind = NODE_MAP;
        e = open_node(r, out, ev->data.mapping_start.anchor != NULL,
                      ev->data.mapping_start.tag != NULL);
        return e != OK ? e : read_children(r, out, YAML_MAPPING_END_EVENT, depth);
    default:
        return refuse(r, ev->start_mark, "anchors and aliases are not allowed");
    }
}

/* --- the document ------------------------------------------------------------ */

static enum err expect_start(struct reader *r)
{
    enum err e = next_event(r); /* stream start */

    if (e == OK) {
        e = next_event(r);
    }
    if (e != OK) {
        return e;
    }
    if (r->event.type == YAML_STREAM_END_EVENT) {
        diag_add(r->doc->diags, DIAG_ERROR, r->doc->name, 1, 1, "the file is empty");
        return ERR_INPUT;
    }
    if (r->event.data.document_start.version_directive != NULL ||
        r->event.data.document_start.tag_directives.start !=
            r->event.data.document_start.tag_directives.end) {
        return refuse(r, r->event.start_mark, "directives (%...) are not allowed");
    }
    return next_event(r);
}

static enum err expect_end(struct reader *r)
{
    enum err e = next_event(r); /* document end */

    if (e == OK) {
        e = next_event(r);
    }
    if (e == OK && r->event.type != YAML_STREAM_END_EVENT) {
        return refuse(r, r->event.start_mark, "a file holds one document");
    }
    return e;
}

static enum err read_document(struct reader *r)
{
    struct node *root = new_node(r);
    enum err e = expect_start(r);

    if (root == NULL) {
        return ERR_MEMORY;
    }
    if (e == OK) {
        e = read_node(r, root, 1);
    }
    if (e == OK) {
        e = expect_end(r);
    }
    if (e == OK) {
        r->doc->root = root;
    }
    return e;
}

enum err doc_parse(struct doc *out, struct span bytes)
{
    struct reader r = {.doc = out};

    if (bytes.len > DOC_MAX_BYTES) {
        diag_add(out->diags, DIAG_ERROR, out->name, 0, 0, "the file is larger than 8 MiB");
        return ERR_INPUT;
    }
    enum err e = check_chars(out, bytes);

    if (e != OK) {
        return e;
    }
    if (!yaml_parser_initialize(&r.parser)) {
        return ERR_MEMORY;
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, bytes.len == 0 ? (const uint8_t *)"" : bytes.ptr,
                                 bytes.len);
    e = read_document(&r);
    if (r.has_event) {
        yaml_event_delete(&r.event);
    }
    yaml_parser_delete(&r.parser);
    return e;
}

/* --- messages and members ---------------------------------------------------- */

__attribute__((format(printf, 4, 0))) static void add(const struct doc *d, enum diag_level level,
                                                      const unsigned place[2], const char *format,
                                                      va_list args)
{
    char text[MESSAGE_BYTES];

    (void)vsnprintf(text, sizeof(text), format, args);
    diag_add(d->diags, level, d->name, place[0], place[1], "%s", text);
}

void doc_error(const struct doc *d, const struct node *at, const char *format, ...)
{
    unsigned place[2] = {at == NULL ? 0 : at->line, at == NULL ? 0 : at->column};
    va_list args;

    va_start(args, format);
    add(d, DIAG_ERROR, place, format, args);
    va_end(args);
}

void doc_error_key(const struct doc *d, const struct node *at, const char *format, ...)
{
    unsigned place[2] = {at->key_line, at->key_column};
    va_list args;

    va_start(args, format);
    add(d, DIAG_ERROR, place, format, args);
    va_end(args);
}

void doc_warn(const struct doc *d, const struct node *at, const char *format, ...)
{
    unsigned place[2] = {at == NULL ? 0 : at->line, at == NULL ? 0 : at->column};
    va_list args;

    va_start(args, format);
    add(d, DIAG_WARNING, place, format, args);
    va_end(args);
}

const struct node *node_member(const struct node *map, const char *key)
{
    if (map == NULL || map->kind != NODE_MAP) {
        return NULL;
    }
    for (const struct node *m = map->first; m != NULL; m = m->next) {
        if (span_eq_str(m->key, key)) {
            return m;
        }
    }
    return NULL;
}
