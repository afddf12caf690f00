/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_QUERY_H
#define POLICY_QUERY_H

#include "base/buf.h"
#include "policy/catalog.h"

/*
 * A partner's question, parsed strictly and written anew for the source
 * (invariant 3). Grammar: OneRoster 1.2, at most two clauses, AND or OR.
 */
enum filter_op {
    FILTER_EQ, /* =  */
    FILTER_NE, /* != */
    FILTER_GT,
    FILTER_GE,
    FILTER_LT,
    FILTER_LE,
    FILTER_CONTAINS, /* ~ , ASCII case folded */
};

enum { QUERY_MAX_CLAUSES = 2, QUERY_DEFAULT_LIMIT = 100, QUERY_MAX_LIMIT = 10000 };
enum { QUERY_MAX_OFFSET = 1000000000 }; /* no sum of positions overflows, and sources can read it */

struct clause {
    const struct field *field; /* a leaf; a ref is written "class.sourcedId" and compared by it */
    enum filter_op op;
    struct span value; /* unquoted; lives in the arena given to query_parse() */
};

struct query {
    const struct resource *resource;
    struct clause clauses[QUERY_MAX_CLAUSES];
    uint8_t clause_count;
    bool any; /* OR; else AND */
    bool descending;
    bool has_fields;
    const struct field *sort; /* or NULL */
    uint64_t limit;           /* 1..QUERY_MAX_LIMIT */
    uint64_t offset;          /* 0..QUERY_MAX_OFFSET */
    struct span cursor;       /* our own, or empty */
    struct fieldset fields;   /* leaves selected by `fields`, when has_fields; an object selects
                                 all leaves below it */
    struct fieldset named;    /* the same as written: objects by their own number */
};

/* Decoded parameters, in the order of the request. */
struct param {
    struct span name;
    struct span value;
};

struct params {
    const struct param *items;
    size_t count;
};

/*
 * What was wrong. All words come from the catalog or from code, never from the
 * request, so that they may be logged: what is not known stays empty.
 */
struct refusal {
    struct span param;  /* "filter" */
    struct span field;  /* dotted path of the catalog */
    struct span clause; /* of the agreement, e.g. "ends", "exhibit-b", "where" */
};

/*
 * Reads the parameters of a collection (`limit offset sort orderBy filter fields
 * cursor`) or an item (`fields`). Errors: ERR_PARAM, ERR_PARAM_TWICE,
 * ERR_PARAM_VALUE, ERR_FILTER, ERR_FILTER_FIELD (no such field), ERR_SORT_FIELD,
 * ERR_FIELDS, ERR_MEMORY; `why` then names the parameter. A limit over the
 * maximum is lowered to it; an offset over its maximum is ERR_PARAM_VALUE.
 */
enum err query_parse(const struct route *route, const struct params *params, struct arena *arena,
                     struct query *out, struct refusal *why) MUST_CHECK;

/* Appends all clauses in canonical form: the question, to bind a cursor to or to link again. */
void query_put_clauses(struct buf *out, const struct query *q);

/*
 * Appends the filter for the source in canonical form, not percent-encoded. What
 * the source must not decide is left out: != over a list (the rows it would drop
 * tell of items that are withheld), fields outside of `open` (those that every
 * record shows unchanged), and what stands beside `=` on the id of a record or a
 * person; OR stays whole or not at all. So it may append nothing. Records that
 * come back are compared with all clauses in any case.
 */
void query_put_filter(struct buf *out, const struct query *q, const struct fieldset *open);

/* Appends a field as `sort` and `filter` name it: a ref as "class.sourcedId". */
void query_put_field(struct buf *out, const struct field *f);

/*
 * Appends the value of `fields` for the source: the names of the record's own
 * members that hold any leaf of `leaves`, comma-separated, in catalog order.
 */
void query_put_fields(struct buf *out, const struct resource *r, const struct fieldset *leaves);

/*
 * Compares one value with a clause: = and != by bytes, ~ as an ASCII case folded
 * substring, the others by byte order. A field with several values is the
 * caller's loop: it matches when any released value does, != when there is at
 * least one and clause_matches() holds for each; no value matches nothing.
 */
bool clause_matches(const struct clause *c, struct span value);

#endif
