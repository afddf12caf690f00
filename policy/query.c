/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions: OneRoster 1.2 parameters in, clauses out, and the same question
 * written anew for the source. Nothing of the request's text survives but the
 * values between quotes, and those are quoted again (invariant 3). Whether a
 * partner may ask is not decided here but in verdict.c.
 */
#include "policy/query.h"

enum { MAX_FILTER_VALUE = 256 };

struct query_reader {
    const struct resource *resource;
    struct arena *arena;
    struct query query;
    struct refusal why;
    bool ordered; /* orderBy was given */
};

/* --- fields ------------------------------------------------------------------ */

/* The leaf that `sort` or a clause names and bytes can be compared of; a ref only by its
 * sourcedId. NULL when none. */
static const struct field *find_leaf(const struct resource *r, struct span path)
{
    static const char suffix[] = ".sourcedId";
    const struct field *f = resource_field(r, path);
    if (f != NULL) {
        return f->kind == FIELD_VALUE && !field_is_literal(f) ? f : NULL;
    }
    size_t cut = sizeof(suffix) - 1;
    if (path.len <= cut || !span_eq_str(span_from(path, path.len - cut), suffix)) {
        return NULL;
    }
    f = resource_field(r, span_sub(path, 0, path.len - cut));
    return f != NULL && f->kind == FIELD_REF ? f : NULL;
}

static bool is_below(const struct resource *r, const struct field *f, uint16_t object)
{
    uint16_t parent = f->parent;
    while (parent != CATALOG_ROOT && parent != object) {
        parent = r->fields[parent].parent;
    }
    return parent == object;
}

/* Adds a leaf, or all leaves below an object. */
static void select_field(struct query_reader *q, const struct field *f)
{
    const struct resource *r = q->resource;
    fieldset_add(&q->query.named, f->number);
    if (f->kind != FIELD_OBJECT) {
        fieldset_add(&q->query.fields, f->number);
        return;
    }
    for (size_t i = 0; i < r->field_count; i++) {
        if (r->fields[i].kind != FIELD_OBJECT && is_below(r, &r->fields[i], f->number)) {
            fieldset_add(&q->query.fields, (unsigned)i);
        }
    }
}

/* --- filter ------------------------------------------------------------------ */

/* Two-byte operators first: the longest one counts. */
static const struct {
    const char *text;
    enum filter_op op;
} ops[] = {
    {"!=", FILTER_NE}, {">=", FILTER_GE}, {"<=", FILTER_LE},      {"=", FILTER_EQ},
    {">", FILTER_GT},  {"<", FILTER_LT},  {"~", FILTER_CONTAINS},
};

static const char *op_text(enum filter_op op)
{
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        if (ops[i].op == op) {
            return ops[i].text;
        }
    }
    return "=";
}

static bool read_op(struct span *rest, enum filter_op *op)
{
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        if (span_starts(*rest, span_str(ops[i].text))) {
            *op = ops[i].op;
            *rest = span_from(*rest, strlen(ops[i].text));
            return true;
        }
    }
    return false;
}

static bool is_path_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

static struct span read_path(struct span *rest)
{
    size_t n = 0;
    while (n < rest->len && is_path_byte(rest->ptr[n])) {
        n++;
    }
    struct span path = span_sub(*rest, 0, n);
    *rest = span_from(*rest, n);
    return path;
}

static bool is_plain_text(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7F) {
            return false;
        }
    }
    return span_is_utf8(text);
}

/*
 * Reads 'text' with '' for a quote. ERR_FILTER, ERR_MEMORY; on success `*rest`
 * stands behind the closing quote.
 */
static enum err read_value(struct query_reader *q, struct span *rest, struct span *value)
{
    if (rest->len < 2 || rest->ptr[0] != '\'') {
        return ERR_FILTER;
    }
    uint8_t *text = arena_alloc(q->arena, rest->len);
    if (text == NULL) {
        return ERR_MEMORY;
    }
    size_t n = 0;
    for (size_t i = 1; i < rest->len; i++) {
        if (rest->ptr[i] != '\'') {
            text[n++] = rest->ptr[i];
        } else if (i + 1 < rest->len && rest->ptr[i + 1] == '\'') {
            text[n++] = rest->ptr[i++];
        } else {
            *value = span_of(text, n);
            *rest = span_from(*rest, i + 1);
            return n <= MAX_FILTER_VALUE && is_plain_text(*value) ? OK : ERR_FILTER;
        }
    }
    return ERR_FILTER;
}

static enum err read_clause(struct query_reader *q, struct span *rest)
{
    struct clause *c = &q->query.clauses[q->query.clause_count];
    struct span path = read_path(rest);
    if (path.len == 0 || !read_op(rest, &c->op)) {
        return ERR_FILTER;
    }
    enum err e = read_value(q, rest, &c->value);
    if (e != OK) {
        return e;
    }
    c->field = find_leaf(q->resource, path);
    q->query.clause_count++;
    return c->field != NULL ? OK : ERR_FILTER_FIELD;
}

static enum err read_filter(struct query_reader *q, struct span text)
{
    enum err e = read_clause(q, &text);
    if (e != OK || text.len == 0) {
        return e;
    }
    if (span_starts(text, SPAN(" AND "))) {
        text = span_from(text, 5);
    } else if (span_starts(text, SPAN(" OR "))) {
        q->query.any = true;
        text = span_from(text, 4);
    } else {
        return ERR_FILTER;
    }
    e = read_clause(q, &text);
    return e != OK || text.len == 0 ? e : ERR_FILTER;
}

/* --- the other parameters ---------------------------------------------------- */

static enum err read_limit(struct query_reader *q, struct span text)
{
    uint64_t limit;
    if (!span_to_u64(text, UINT64_MAX, &limit) || limit == 0) {
        return ERR_PARAM_VALUE;
    }
    q->query.limit = limit < QUERY_MAX_LIMIT ? limit : QUERY_MAX_LIMIT;
    return OK;
}

static enum err read_offset(struct query_reader *q, struct span text)
{
    return span_to_u64(text, QUERY_MAX_OFFSET, &q->query.offset) ? OK : ERR_PARAM_VALUE;
}

static enum err read_sort(struct query_reader *q, struct span text)
{
    q->query.sort = find_leaf(q->resource, text);
    return q->query.sort != NULL ? OK : ERR_SORT_FIELD;
}

static enum err read_order(struct query_reader *q, struct span text)
{
    q->ordered = true;
    q->query.descending = span_eq_str(text, "desc");
    return q->query.descending || span_eq_str(text, "asc") ? OK : ERR_PARAM_VALUE;
}

static enum err read_fields(struct query_reader *q, struct span text)
{
    struct span rest = text;
    q->query.has_fields = true;
    do {
        const struct field *f = resource_field(q->resource, span_cut(&rest, ','));
        if (f == NULL) {
            return ERR_FIELDS;
        }
        select_field(q, f);
    } while (rest.ptr != NULL);
    return OK;
}

static enum err read_cursor(struct query_reader *q, struct span text)
{
    q->query.cursor = text;
    return text.len > 0 ? OK : ERR_CURSOR;
}

static const struct {
    const char *name;
    enum catalog_param bit;
    enum err (*read)(struct query_reader *q, struct span text);
} readers[] = {
    {"limit", PARAM_LIMIT, read_limit},    {"offset", PARAM_OFFSET, read_offset},
    {"sort", PARAM_SORT, read_sort},       {"orderBy", PARAM_ORDER_BY, read_order},
    {"filter", PARAM_FILTER, read_filter}, {"fields", PARAM_FIELDS, read_fields},
    {"cursor", PARAM_CURSOR, read_cursor},
};

enum { READER_COUNT = sizeof(readers) / sizeof(readers[0]) };

static enum err read_param(struct query_reader *q, const struct param *p, unsigned allowed,
                           unsigned *seen)
{
    for (size_t i = 0; i < READER_COUNT; i++) {
        if (!span_eq_str(p->name, readers[i].name)) {
            continue;
        }
        q->why.param = span_str(readers[i].name);
        if ((allowed & readers[i].bit) == 0) {
            return ERR_PARAM;
        }
        if ((*seen & readers[i].bit) != 0) {
            return ERR_PARAM_TWICE;
        }
        *seen |= readers[i].bit;
        return readers[i].read(q, p->value);
    }
    q->why = (struct refusal){0};
    return ERR_PARAM;
}

enum err query_parse(const struct route *route, const struct params *params, struct arena *arena,
                     struct query *out, struct refusal *why)
{
    const struct resource *r = route->resource;
    unsigned allowed = route->item ? r->item_params : r->collection_params;
    struct query_reader q = {
        .resource = r, .arena = arena, .query = {.resource = r, .limit = QUERY_DEFAULT_LIMIT}};
    unsigned seen = 0;
    enum err e = OK;
    for (size_t i = 0; e == OK && i < params->count; i++) {
        e = read_param(&q, &params->items[i], allowed, &seen);
    }
    if (e == OK && q.ordered && q.query.sort == NULL) {
        q.why.param = SPAN("orderBy");
        e = ERR_PARAM_VALUE;
    }
    if (e != OK) {
        *why = q.why;
        return e;
    }
    *out = q.query;
    return OK;
}

/* --- writing anew ------------------------------------------------------------ */

void query_put_field(struct buf *out, const struct field *f)
{
    buf_put(out, f->path);
    if (f->kind == FIELD_REF) {
        buf_put_str(out, ".sourcedId");
    }
}

static void put_value(struct buf *out, struct span value)
{
    buf_put_byte(out, '\'');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '\'') {
            buf_put_byte(out, '\'');
        }
        buf_put_byte(out, value.ptr[i]);
    }
    buf_put_byte(out, '\'');
}

/* True if the field can have several values in one record. */
static bool is_many(const struct resource *r, const struct field *f)
{
    bool many = f->list;
    for (uint16_t p = f->parent; p != CATALOG_ROOT; p = r->fields[p].parent) {
        many |= r->fields[p].list;
    }
    return many;
}

/*
 * Every clause that holds for a record as released must hold for it as stored, or
 * the source would answer for values that are withheld (SAFETY R3). The one that
 * can do otherwise is != over several values, some of which are withheld. And a
 * field that some records show changed or not at all is not compared there: how
 * long the answer takes would tell the value.
 */
static bool may_forward(const struct query *q, const struct clause *c, const struct fieldset *open)
{
    return fieldset_has(open, c->field->number) &&
           (c->op != FILTER_NE || !is_many(q->resource, c->field));
}

/* True for a question about one record, or about one person's records. */
static bool names_one(const struct clause *c)
{
    const struct field *f = c->field;
    bool id = f->kind == FIELD_VALUE && f->type == TYPE_ID && f->parent == CATALOG_ROOT;

    return c->op == FILTER_EQ && (id || (f->kind == FIELD_REF && f->ref == REF_USER));
}

/*
 * The clauses that the source compares, a bit each. Where one names a record or a
 * person, the source is asked by that alone: with another clause beside it, it
 * would compare a value of just that record, withheld or not, and the time it
 * takes to send one row or none would tell.
 */
static unsigned forwarded(const struct query *q, const struct fieldset *open)
{
    unsigned all = (1u << q->clause_count) - 1;
    unsigned may = 0;
    unsigned one = 0;
    for (unsigned i = 0; i < q->clause_count; i++) {
        may |= may_forward(q, &q->clauses[i], open) ? 1u << i : 0;
        one |= names_one(&q->clauses[i]) ? 1u << i : 0;
    }
    if (q->any) {
        return may == all && (one == 0 || one == all) ? all : 0;
    }
    unsigned asks = may & one;
    return asks != 0 ? asks & (~asks + 1) : may; /* the first of them alone */
}

static void put_clause(struct buf *out, const struct clause *c)
{
    query_put_field(out, c->field);
    buf_put_str(out, op_text(c->op));
    put_value(out, c->value);
}

static void put_clauses(struct buf *out, const struct query *q, unsigned set)
{
    bool first = true;
    for (unsigned i = 0; i < q->clause_count; i++) {
        if ((set >> i & 1) == 0) {
            continue;
        }
        if (!first) {
            buf_put_str(out, q->any ? " OR " : " AND ");
        }
        put_clause(out, &q->clauses[i]);
        first = false;
    }
}

void query_put_clauses(struct buf *out, const struct query *q)
{
    put_clauses(out, q, ~0u);
}

void query_put_filter(struct buf *out, const struct query *q, const struct fieldset *open)
{
    put_clauses(out, q, forwarded(q, open));
}

static bool holds_leaf(const struct resource *r, const struct field *f,
                       const struct fieldset *leaves)
{
    if (f->kind != FIELD_OBJECT) {
        return fieldset_has(leaves, f->number);
    }
    for (size_t i = 0; i < r->field_count; i++) {
        if (fieldset_has(leaves, (unsigned)i) && is_below(r, &r->fields[i], f->number)) {
            return true;
        }
    }
    return false;
}

void query_put_fields(struct buf *out, const struct resource *r, const struct fieldset *leaves)
{
    bool first = true;
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        if (f->parent != CATALOG_ROOT || !holds_leaf(r, f, leaves)) {
            continue;
        }
        if (!first) {
            buf_put_byte(out, ',');
        }
        buf_put(out, f->name);
        first = false;
    }
}

/* --- comparing --------------------------------------------------------------- */

static uint8_t fold(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

static bool contains(struct span text, struct span part)
{
    for (size_t at = 0; at + part.len <= text.len; at++) {
        size_t i = 0;
        while (i < part.len && fold(text.ptr[at + i]) == fold(part.ptr[i])) {
            i++;
        }
        if (i == part.len) {
            return true;
        }
    }
    return false;
}

bool clause_matches(const struct clause *c, struct span value)
{
    switch (c->op) {
    case FILTER_EQ:
        return span_eq(value, c->value);
    case FILTER_NE:
        return !span_eq(value, c->value);
    case FILTER_GT:
        return span_cmp(value, c->value) > 0;
    case FILTER_GE:
        return span_cmp(value, c->value) >= 0;
    case FILTER_LT:
        return span_cmp(value, c->value) < 0;
    case FILTER_LE:
        return span_cmp(value, c->value) <= 0;
    case FILTER_CONTAINS:
        return contains(value, c->value);
    }
    return false;
}
