/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrix of a policy. What is in it comes from the fates of fields, so from
 * the programs that decide.
 */
#include "cli/matrix.h"

enum { COLUMN_SCRATCH = 16 * 1024 * 1024 };

/* All rows there can be; those without any content are dropped at the end. */
struct making {
    struct matrix *m;
    struct arena *arena;
    struct matrix_row *rows;
    struct matrix_cell *cells; /* [row][column] */
    size_t row_count;
};

static const char *const state_words[MATRIX_STATE_COUNT] = {
    [MATRIX_NONE] = "-",    [MATRIX_LATER] = "later",     [MATRIX_WHOLE] = "whole",
    [MATRIX_PART] = "part", [MATRIX_CHANGED] = "changed", [MATRIX_MIXED] = "mixed",
    [MATRIX_IDS] = "ids",
};

const char *matrix_state_word(enum matrix_state state)
{
    return state_words[state];
}

const struct matrix_cell *matrix_cell(const struct matrix *m, size_t row, size_t column)
{
    return &m->cells[row * m->column_count + column];
}

bool matrix_in_force(const struct matrix *m, size_t column)
{
    return agreement_in_force(m->columns[column], m->day);
}

/* --- rows ------------------------------------------------------------------------------ */

static void add_row(struct making *k, struct matrix_row row)
{
    k->rows[k->row_count++] = row;
}

/* For each role its ids and every element; then the kinds of record about nobody. */
static bool list_rows(struct making *k)
{
    const struct catalog *c = policy_catalog(k->m->policy);
    size_t most = ROLE_COUNT * (element_count() + 1) + catalog_resource_count(c);

    k->rows = arena_array(k->arena, most, sizeof(*k->rows));
    if (k->rows == NULL) {
        return false;
    }
    for (unsigned role = 0; role < ROLE_NONE; role++) {
        add_row(k, (struct matrix_row){.role = (enum role)role});
        for (size_t i = 0; i < element_count(); i++) {
            add_row(k, (struct matrix_row){.role = (enum role)role, .element = element_at(i)});
        }
    }
    for (size_t i = 0; i < catalog_resource_count(c); i++) {
        if ((catalog_resource(c, i)->roles & ROLE_BIT(ROLE_NONE)) != 0) {
            add_row(k, (struct matrix_row){.role = ROLE_NONE, .resource = catalog_resource(c, i)});
        }
    }
    k->cells = arena_array(k->arena, k->row_count * (k->m->column_count + 1), sizeof(*k->cells));
    return k->cells != NULL;
}

static struct matrix_cell *cell_at(const struct making *k, size_t row, size_t column)
{
    return &k->cells[row * k->m->column_count + column];
}

static size_t row_of(const struct making *k, const struct resource *r, enum role role,
                     const struct element *e)
{
    size_t i = 0;

    while (i < k->row_count) {
        const struct matrix_row *row = &k->rows[i];
        bool same = role == ROLE_NONE ? row->resource == r : row->element == e;

        if (row->role == role && same) {
            break;
        }
        i++;
    }
    return i;
}

/* --- cells ------------------------------------------------------------------------------- */

static bool has_field(const struct matrix_cell *cell, const struct field *f,
                      const struct field_fate *fate, int32_t from)
{
    for (const struct matrix_field *m = cell->fields; m != NULL; m = m->next) {
        if (span_eq(m->field->path, f->path) && m->from == from &&
            field_rule_equal(&m->rule, &fate->rule)) {
            return true;
        }
    }
    return false;
}

/* In the catalog's order; a field that another resource gave already is left out. */
static void add_field(struct making *k, struct matrix_cell *cell, const struct field *f,
                      const struct field_fate *fate)
{
    int32_t from = fate->fate == FATE_LATER ? fate->from : 0;
    struct matrix_field *made = arena_alloc(k->arena, sizeof(*made));
    struct matrix_field **end = &cell->fields;

    if (made == NULL || has_field(cell, f, fate, from)) {
        return; /* the arena remembers */
    }
    *made = (struct matrix_field){.field = f, .rule = fate->rule, .from = from};
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = made;
}

static void count_field(struct making *k, struct matrix_cell *cell, const struct field *f,
                        enum role role, const struct field_fate *fate)
{
    cell->whole += f->grant[role].by == GRANT_ELEMENT;
    if (fate->fate != FATE_SENT && fate->fate != FATE_LATER) {
        return;
    }
    add_field(k, cell, f, fate);
    cell->later += fate->fate == FATE_LATER;
    cell->sent += fate->fate == FATE_SENT;
    cell->changed += fate->fate == FATE_SENT && fate->rule.transform != TRANSFORM_AS_IS;
}

static void settle(struct matrix_cell *cell)
{
    if (cell->sent == 0) {
        cell->state = cell->later > 0 ? MATRIX_LATER : MATRIX_NONE;
    } else if (cell->changed > 0) {
        cell->state = cell->changed == cell->sent ? MATRIX_CHANGED : MATRIX_MIXED;
    } else {
        cell->state = cell->sent >= cell->whole ? MATRIX_WHOLE : MATRIX_PART;
    }
}

/* Structure says that records leave at all: for people that is their ids. */
static void open_records(struct making *k, const struct resource *r, enum role role, size_t column)
{
    struct matrix_cell *cell = cell_at(k, row_of(k, r, role, NULL), column);

    cell->state = role != ROLE_NONE            ? MATRIX_IDS
                  : cell->state == MATRIX_NONE ? MATRIX_PART
                                               : cell->state;
}

static void fill_fields(struct making *k, const struct explanation *e, const struct resource *r,
                        enum role role, size_t column)
{
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        enum grant_by by = f->grant[role].by;
        struct field_fate fate;

        if (f->kind == FIELD_OBJECT || (by != GRANT_ELEMENT && by != GRANT_NAME)) {
            continue;
        }
        fate = explain_field(e, r, role, f, k->m->day);
        size_t row = row_of(k, r, role, fate.element);

        if (row < k->row_count) {
            count_field(k, cell_at(k, row, column), f, role, &fate);
        }
    }
}

static void fill_column(struct making *k, const struct explanation *e, size_t column)
{
    const struct catalog *c = policy_catalog(k->m->policy);

    for (size_t i = 0; i < catalog_resource_count(c) * ROLE_COUNT; i++) {
        const struct resource *r = catalog_resource(c, i / ROLE_COUNT);
        enum role role = (enum role)(i % ROLE_COUNT);

        if ((r->roles & ROLE_BIT(role)) != 0) {
            fill_fields(k, e, r, role, column);
        }
    }
    for (size_t i = 0; i < k->row_count; i++) {
        settle(cell_at(k, i, column));
    }
    for (size_t i = 0; i < catalog_resource_count(c) * ROLE_COUNT; i++) {
        const struct resource *r = catalog_resource(c, i / ROLE_COUNT);
        enum role role = (enum role)(i % ROLE_COUNT);

        if (policy_program(k->m->policy, e->agreement, r, role, k->m->day) != NULL) {
            open_records(k, r, role, column);
        }
    }
}

static enum err fill_all(struct making *k)
{
    enum err e = OK;

    for (size_t i = 0; i < k->m->column_count && e == OK; i++) {
        struct explanation explanation;
        struct arena scratch;

        arena_init(&scratch, COLUMN_SCRATCH);
        e = explain_agreement(k->m->policy, k->m->columns[i], &scratch, &explanation);
        if (e == OK) {
            k->m->where[i] = explain_member(&explanation, "where"); /* the policy's own node */
        }
        if (e == OK && matrix_in_force(k->m, i)) {
            fill_column(k, &explanation, i);
        }
        arena_fini(&scratch);
    }
    return e != OK ? e : k->arena->overflow ? ERR_MEMORY : OK;
}

/* --- the whole ------------------------------------------------------------------------------ */

static bool has_content(const struct making *k, size_t row)
{
    bool any = false;

    for (size_t i = 0; i < k->m->column_count; i++) {
        any |= cell_at(k, row, i)->state != MATRIX_NONE;
    }
    return any;
}

static void keep_rows(struct making *k)
{
    struct matrix *m = k->m;

    m->rows = k->rows;
    m->cells = k->cells;
    for (size_t i = 0; i < k->row_count; i++) {
        if (!has_content(k, i)) {
            continue;
        }
        m->rows[m->row_count] = k->rows[i];
        for (size_t c = 0; c < m->column_count; c++) {
            m->cells[m->row_count * m->column_count + c] = *cell_at(k, i, c);
        }
        m->row_count++;
    }
}

enum err matrix_make(const struct policy *p, int32_t day, struct arena *arena, struct matrix *out)
{
    struct making k = {.m = out, .arena = arena};

    *out = (struct matrix){.policy = p, .day = day, .column_count = policy_agreement_count(p)};
    out->columns = arena_array(arena, out->column_count + 1, sizeof(*out->columns));
    out->where = arena_array(arena, out->column_count + 1, sizeof(*out->where));
    if (out->columns == NULL || out->where == NULL || !list_rows(&k)) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < out->column_count; i++) {
        out->columns[i] = policy_agreement(p, i);
    }
    enum err e = fill_all(&k);

    keep_rows(&k);
    return e;
}
