/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_ASK_H
#define DISTRICT_ASK_H

#include "base/arena.h"
#include "base/err.h"
#include "district/shape.h"
#include "http/target.h"

/*
 * One question to the embedded source, read strictly from a request target
 * (OneRoster 1.2: limit, offset, sort, orderBy, filter, fields).
 */
enum ask_op { ASK_EQ, ASK_NE, ASK_GT, ASK_GE, ASK_LT, ASK_LE, ASK_CONTAINS };

enum {
    ASK_MAX_CLAUSES = 2,
    ASK_MAX_FIELDS = 48,
    ASK_DEFAULT_LIMIT = 100,
    ASK_MAX_LIMIT = 10000, /* a larger limit is lowered to it */
};

/* A value that filter or sort compares: a member, or a metadata key of the bundle. */
struct ask_field {
    const struct member *member; /* NULL: metadata */
    int number;                  /* of the member; SHAPE_FIRST_METADATA and up for metadata */
};

struct ask_clause {
    struct ask_field field;
    enum ask_op op;
    struct span value; /* unquoted, in the arena */
};

struct ask {
    const struct view *view;
    bool item;      /* one record, by id */
    struct span id; /* borrowed from the target */
    uint64_t limit;
    uint64_t offset;
    bool sorted; /* by `sort`; else by sourcedId */
    struct ask_field sort;
    bool descending;
    bool any; /* the clauses are joined by OR; else by AND */
    size_t clause_count;
    struct ask_clause clauses[ASK_MAX_CLAUSES];
    size_t field_count; /* 0: all members */
    struct span fields[ASK_MAX_FIELDS];
};

/* The names of the metadata keys of a shape, in the order of their numbers. */
struct ask_metadata {
    const struct span *names[SHAPE_COUNT];
    size_t counts[SHAPE_COUNT];
};

/*
 * ERR_PATH (no such path), ERR_PARAM, ERR_PARAM_TWICE, ERR_PARAM_VALUE,
 * ERR_FILTER (syntax), ERR_FILTER_FIELD, ERR_SORT_FIELD, ERR_FIELDS (no such
 * field, or not one to select by), ERR_MEMORY.
 */
enum err ask_read(const struct target *target, const struct ask_metadata *metadata,
                  struct arena *arena, struct ask *out) MUST_CHECK;

#endif
