/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL text. Items are reached by subqueries, or by their primary key when they
 * lead, so that a record stands once in an answer whatever its items do.
 */
#include "district/search.h"

static const char *const OPS[] = {[ASK_EQ] = "=",  [ASK_NE] = "<>", [ASK_GT] = ">",
                                  [ASK_GE] = ">=", [ASK_LT] = "<",  [ASK_LE] = "<="};

static void put_compare(struct buf *out, const char *value, enum ask_op op, size_t param)
{
    if (op == ASK_CONTAINS) {
        /* lower() folds ASCII only, here and in the gateway. */
        buf_printf(out, "instr(lower(%s),lower(?%zu))>0", value, param);
    } else {
        buf_printf(out, "%s%s?%zu", value, OPS[op], param);
    }
}

static void put_items(struct buf *out, const struct ask *ask, int number)
{
    buf_printf(out, "u.at IN(SELECT i.at FROM %s_items AS i WHERE i.field=%d",
               SHAPES[ask->view->shape].name, number);
}

static void put_many(struct buf *out, const struct ask *ask, const struct ask_clause *c,
                     size_t param)
{
    put_items(out, ask, c->field.number);
    if (c->op == ASK_NE) {
        buf_put(out, SPAN(") AND NOT "));
        put_items(out, ask, c->field.number);
        buf_printf(out, " AND i.value=?%zu)", param);
        return;
    }
    buf_put(out, SPAN(" AND "));
    put_compare(out, "i.value", c->op, param);
    buf_put_byte(out, ')');
}

static void put_column(struct buf *out, const struct ask_field *f)
{
    if (f->number == 0) {
        buf_put(out, SPAN("u.id"));
    } else {
        buf_printf(out, "u.f_%s", f->member->path);
    }
}

static bool is_list(const struct ask_field *f)
{
    return f->member == NULL || f->member->reach == REACH_MANY;
}

static void put_clause(struct buf *out, const struct ask *ask, size_t at)
{
    const struct ask_clause *c = &ask->clauses[at];
    struct buf column;

    buf_put_byte(out, '(');
    if (is_list(&c->field)) {
        put_many(out, ask, c, at + 1);
    } else {
        buf_init(&column, 256);
        put_column(&column, &c->field);
        buf_put_byte(&column, 0);
        if (buf_err(&column) == OK) {
            put_compare(out, (const char *)buf_span(&column).ptr, c->op, at + 1);
        } else {
            out->failed = buf_err(&column);
        }
        buf_fini(&column);
    }
    buf_put_byte(out, ')');
}

static void put_view(struct buf *out, const struct ask *ask, const char *join)
{
    if (ask->view->bit != VIEW_ALL) {
        buf_printf(out, "%su.views&%d", join, ask->view->bit);
    }
}

/* A value's records: (field, value, at) is the primary key, so none comes twice. */
static void put_from_value(struct buf *out, const struct ask *ask)
{
    const char *name = SHAPES[ask->view->shape].name;

    buf_printf(out, " FROM %s_items AS i", name);
    if (ask->view->bit != VIEW_ALL || ask->sorted) {
        buf_printf(out, " CROSS JOIN %s AS u ON u.at=i.at", name);
    }
    buf_printf(out, " WHERE i.field=%d AND i.value=?1", ask->clauses[0].field.number);
    put_view(out, ask, " AND ");
}

static bool leads_with_value(const struct ask *ask)
{
    return ask->clause_count == 1 && ask->clauses[0].op == ASK_EQ &&
           is_list(&ask->clauses[0].field);
}

const char *search_place(const struct ask *ask)
{
    return leads_with_value(ask) ? "i.at" : "u.at";
}

void search_rows(struct buf *out, const struct ask *ask)
{
    if (leads_with_value(ask)) {
        put_from_value(out, ask);
        return;
    }
    buf_printf(out, " FROM %s AS u", SHAPES[ask->view->shape].name);
    put_view(out, ask, " WHERE ");
    if (ask->clause_count == 0) {
        return;
    }
    buf_put_str(out, ask->view->bit == VIEW_ALL ? " WHERE (" : " AND (");
    for (size_t i = 0; i < ask->clause_count; i++) {
        if (i > 0) {
            buf_put_str(out, ask->any ? " OR " : " AND ");
        }
        put_clause(out, ask, i);
    }
    buf_put_byte(out, ')');
}

void search_order(struct buf *out, const struct ask *ask)
{
    const char *down = ask->descending ? " DESC" : "";

    buf_put(out, SPAN(" ORDER BY "));
    if (ask->sorted) {
        put_column(out, &ask->sort);
        buf_printf(out, "%s,%s", down, search_place(ask));
    } else {
        buf_printf(out, "%s%s", search_place(ask), down);
    }
}
