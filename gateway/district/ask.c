/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a question. Readers are tables: parameters by name, operators by
 * text (the longer one first). What is not understood whole is refused whole.
 */
#include "district/ask.h"

struct reader {
    const struct ask_metadata *metadata;
    struct arena *arena;
    struct ask *ask;
};

static const struct {
    struct span text;
    enum ask_op op;
} OPS[] = {
    {{(const uint8_t *)"!=", 2}, ASK_NE},      {{(const uint8_t *)">=", 2}, ASK_GE},
    {{(const uint8_t *)"<=", 2}, ASK_LE},      {{(const uint8_t *)"=", 1}, ASK_EQ},
    {{(const uint8_t *)">", 1}, ASK_GT},       {{(const uint8_t *)"<", 1}, ASK_LT},
    {{(const uint8_t *)"~", 1}, ASK_CONTAINS},
};

static bool is_name_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == ':';
}

/* "roles.org.sourcedId" is the id of a reference: the member is "roles.org". */
static struct span without_id(struct span path)
{
    static const char tail[] = ".sourcedId";
    size_t len = sizeof(tail) - 1;

    if (path.len > len && memcmp(path.ptr + path.len - len, tail, len) == 0) {
        path.len -= len;
    }
    return path;
}

static bool find_metadata(const struct reader *r, struct span path, int *number)
{
    enum shape_id shape = r->ask->view->shape;
    struct span name = span_from(path, 9);

    if (!span_starts(path, SPAN("metadata."))) {
        return false;
    }
    for (size_t i = 0; i < r->metadata->counts[shape]; i++) {
        if (span_eq(name, r->metadata->names[shape][i])) {
            *number = SHAPE_FIRST_METADATA + (int)i;
            return true;
        }
    }
    return false;
}

/* True if there is such a field and filters may look at it. */
static bool find_field(const struct reader *r, struct span path, struct ask_field *out)
{
    const struct shape *s = &SHAPES[r->ask->view->shape];
    struct span stem = without_id(path);
    int number = shape_member(s, stem);

    if (find_metadata(r, path, &out->number)) {
        out->member = NULL;
        return true;
    }
    if (number < 0 || s->members[number].reach == REACH_NONE ||
        (stem.len != path.len && s->members[number].ref == SHAPE_NONE)) {
        return false;
    }
    *out = (struct ask_field){&s->members[number], number};
    return true;
}

static bool read_op(struct span *text, enum ask_op *op)
{
    for (size_t i = 0; i < sizeof(OPS) / sizeof(OPS[0]); i++) {
        if (span_starts(*text, OPS[i].text)) {
            *op = OPS[i].op;
            *text = span_from(*text, OPS[i].text.len);
            return true;
        }
    }
    return false;
}

/* 'text' with '' for a quote inside; what follows the closing quote is left in `*text`. */
static enum err read_value(struct reader *r, struct span *text, struct span *out)
{
    uint8_t *copy = arena_alloc(r->arena, text->len + 1);
    size_t at = 1;
    size_t n = 0;

    if (copy == NULL) {
        return ERR_MEMORY;
    }
    if (text->len == 0 || text->ptr[0] != '\'') {
        return ERR_FILTER;
    }
    while (at < text->len) {
        bool quote = text->ptr[at] == '\'';

        if (quote && (at + 1 == text->len || text->ptr[at + 1] != '\'')) {
            *out = span_of(copy, n);
            *text = span_from(*text, at + 1);
            return OK;
        }
        copy[n++] = text->ptr[at];
        at += quote ? 2 : 1;
    }
    return ERR_FILTER;
}

static enum err read_clause(struct reader *r, struct span *text)
{
    struct ask_clause *c = &r->ask->clauses[r->ask->clause_count];
    size_t n = 0;

    if (r->ask->clause_count == ASK_MAX_CLAUSES) {
        return ERR_FILTER;
    }
    while (n < text->len && is_name_byte(text->ptr[n])) {
        n++;
    }
    struct span path = span_sub(*text, 0, n);

    *text = span_from(*text, n);
    if (n == 0 || !read_op(text, &c->op)) {
        return ERR_FILTER;
    }
    enum err e = read_value(r, text, &c->value);

    if (e != OK) {
        return e;
    }
    if (!find_field(r, path, &c->field)) {
        return ERR_FILTER_FIELD;
    }
    r->ask->clause_count++;
    return OK;
}

static enum err take_filter(struct reader *r, struct span text)
{
    enum err e = read_clause(r, &text);

    if (e != OK || text.len == 0) {
        return e;
    }
    if (span_starts(text, SPAN(" AND "))) {
        text = span_from(text, 5);
    } else if (span_starts(text, SPAN(" OR "))) {
        r->ask->any = true;
        text = span_from(text, 4);
    } else {
        return ERR_FILTER;
    }
    e = read_clause(r, &text);
    return e == OK && text.len > 0 ? ERR_FILTER : e;
}

static enum err take_limit(struct reader *r, struct span text)
{
    if (!span_to_u64(text, UINT32_MAX, &r->ask->limit) || r->ask->limit == 0) {
        return ERR_PARAM_VALUE;
    }
    if (r->ask->limit > ASK_MAX_LIMIT) {
        r->ask->limit = ASK_MAX_LIMIT;
    }
    return OK;
}

static enum err take_offset(struct reader *r, struct span text)
{
    return span_to_u64(text, UINT32_MAX, &r->ask->offset) ? OK : ERR_PARAM_VALUE;
}

/* Lists have no order of their own, so they cannot be sorted by. */
static enum err take_sort(struct reader *r, struct span text)
{
    struct ask_field f;

    if (!find_field(r, text, &f) || f.member == NULL || f.member->reach == REACH_MANY) {
        return ERR_SORT_FIELD;
    }
    r->ask->sorted = f.number != 0;
    r->ask->sort = f;
    return OK;
}

static enum err take_order(struct reader *r, struct span text)
{
    r->ask->descending = span_eq(text, SPAN("desc"));
    return r->ask->descending || span_eq(text, SPAN("asc")) ? OK : ERR_PARAM_VALUE;
}

static enum err take_fields(struct reader *r, struct span text)
{
    const struct shape *s = &SHAPES[r->ask->view->shape];
    struct span rest = text;

    do {
        struct span path = span_cut(&rest, ',');
        int number;

        if (r->ask->field_count == ASK_MAX_FIELDS ||
            (shape_member(s, path) < 0 && !find_metadata(r, path, &number))) {
            return ERR_FIELDS;
        }
        r->ask->fields[r->ask->field_count++] = path;
    } while (rest.ptr != NULL);
    return OK;
}

static const struct {
    const char *name;
    bool item; /* allowed for one record, too */
    enum err (*take)(struct reader *r, struct span text);
} PARAMS[] = {
    {"limit", false, take_limit},   {"offset", false, take_offset}, {"sort", false, take_sort},
    {"orderBy", false, take_order}, {"filter", false, take_filter}, {"fields", true, take_fields},
};

enum { PARAM_COUNT = sizeof(PARAMS) / sizeof(PARAMS[0]) };

static enum err take_param(struct reader *r, const struct target_param *p, unsigned *seen)
{
    for (size_t i = 0; i < PARAM_COUNT; i++) {
        if (!span_eq_str(p->name, PARAMS[i].name) || (r->ask->item && !PARAMS[i].item)) {
            continue;
        }
        if ((*seen >> i & 1) != 0) {
            return ERR_PARAM_TWICE;
        }
        *seen |= 1u << i;
        return PARAMS[i].take(r, p->value);
    }
    return ERR_PARAM;
}

/* /ims/oneroster/rostering/v1p2/{view}[/{id}] */
static enum err read_path(const struct target *t, struct ask *ask)
{
    static const char *const base[] = {"ims", "oneroster", "rostering", "v1p2"};

    if (t->segment_count != 5 && t->segment_count != 6) {
        return ERR_PATH;
    }
    for (size_t i = 0; i < 4; i++) {
        if (!span_eq_str(t->segments[i], base[i])) {
            return ERR_PATH;
        }
    }
    for (size_t i = 0; i < VIEW_COUNT; i++) {
        if (span_eq_str(t->segments[4], VIEWS[i].segment)) {
            ask->view = &VIEWS[i];
        }
    }
    ask->item = t->segment_count == 6;
    ask->id = ask->item ? t->segments[5] : (struct span){NULL, 0};
    return ask->view == NULL ? ERR_PATH : OK;
}

enum err ask_read(const struct target *target, const struct ask_metadata *metadata,
                  struct arena *arena, struct ask *out)
{
    struct ask ask = {.limit = ASK_DEFAULT_LIMIT};
    struct reader r = {metadata, arena, &ask};
    unsigned seen = 0;
    enum err e = read_path(target, &ask);

    for (size_t i = 0; i < target->param_count && e == OK; i++) {
        e = take_param(&r, &target->params[i], &seen);
    }
    if (e == OK) {
        *out = ask;
    }
    return e;
}
