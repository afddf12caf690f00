/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_MATRIX_H
#define CLI_MATRIX_H

#include "base/buf.h"
#include "policy/explain.h"

/*
 * Who gets what: elements as rows, agreements as columns, on one day. Everything
 * is borrowed from policy and arena.
 */
enum matrix_state {
    MATRIX_NONE,
    MATRIX_LATER,   /* nothing yet, but from a day to come */
    MATRIX_WHOLE,   /* every field of the element, as it is */
    MATRIX_PART,    /* some of its fields, as they are */
    MATRIX_CHANGED, /* what leaves is changed: shortened, coded, hidden */
    MATRIX_MIXED,   /* some fields as they are, some changed */
    MATRIX_IDS,     /* the row of record ids */
    MATRIX_STATE_COUNT
};

/* One field of a cell; several resources that carry the same field count once. */
struct matrix_field {
    const struct field *field;
    struct field_rule rule;
    int32_t from; /* a day to come, or 0: it leaves now */
    struct matrix_field *next;
};

struct matrix_cell {
    enum matrix_state state;
    unsigned whole; /* fields that as-signed would release */
    unsigned sent, changed, later;
    struct matrix_field *fields;
};

struct matrix_row {
    enum role role;
    const struct element *element;   /* NULL: ids, or records about nobody */
    const struct resource *resource; /* records about nobody */
};

struct matrix {
    const struct policy *policy;
    int32_t day;
    const struct agreement **columns;
    const struct node **where; /* of each column's file, or NULL */
    size_t column_count;
    struct matrix_row *rows; /* only those where some column has something */
    size_t row_count;
    struct matrix_cell *cells; /* [row][column] */
};

/* ERR_MEMORY. */
enum err matrix_make(const struct policy *p, int32_t day, struct arena *arena,
                     struct matrix *out) MUST_CHECK;

const struct matrix_cell *matrix_cell(const struct matrix *m, size_t row, size_t column);

/* True if the agreement discloses on the matrix's day. */
bool matrix_in_force(const struct matrix *m, size_t column);

const char *matrix_state_word(enum matrix_state state); /* "whole", "part", ... "-" for none */

/* In plain words: "given name; family name (first letter only); from 2027-01-04: email". */
void matrix_put_cell(struct buf *out, const struct matrix *m, size_t row, size_t column);

/* "Student Name / First and/or Last", "record ids", "orgs". */
void matrix_put_row_name(struct buf *out, const struct matrix_row *row);

/* "2026-09-01". */
void matrix_put_date(struct buf *out, int32_t date);

#endif
