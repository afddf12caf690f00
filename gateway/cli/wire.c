/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the words of Exhibit B to fields of the catalog.
 */
#include "cli/wire.h"

static bool is_granted(const struct field_grant *g)
{
    return g->by == GRANT_ELEMENT || g->by == GRANT_NAME;
}

/* Fields of one role of a resource that an element stands for; of any when `e` is NULL. */
static bool stands_for(const struct field *f, enum role role, const struct element *e)
{
    const struct field_grant *g = &f->grant[role];

    return f->kind != FIELD_OBJECT && is_granted(g) && (e == NULL || element_of_grant(g) == e);
}

bool wire_has(const struct catalog *c, enum role role, struct span category,
              const struct element *e)
{
    for (size_t i = 0; i < catalog_resource_count(c); i++) {
        const struct resource *r = catalog_resource(c, i);
        bool has_role = (r->roles & ROLE_BIT(role)) != 0;

        for (size_t k = 0; has_role && k < r->field_count; k++) {
            const struct field *f = &r->fields[k];

            if (stands_for(f, role, e) && f->grant[role].by == GRANT_ELEMENT &&
                span_eq(f->grant[role].category, category)) {
                return true;
            }
        }
    }
    return false;
}

/* "user: a, b*": false when there is nothing. */
static bool put_record(struct buf *out, const struct resource *r, enum role role,
                       const struct element *e)
{
    bool first = true;

    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];

        if (!stands_for(f, role, e)) {
            continue;
        }
        if (first) {
            buf_put(out, r->item);
        }
        buf_put_str(out, first ? ": " : ", ");
        buf_put(out, f->path);
        buf_put_str(out, f->grant[role].by == GRANT_NAME ? "*" : "");
        first = false;
    }
    return !first;
}

/* True if an earlier resource carries the same kind of record for the role. */
static bool is_repeated(const struct catalog *c, size_t at, enum role role)
{
    const struct resource *r = catalog_resource(c, at);

    for (size_t i = 0; i < at; i++) {
        const struct resource *before = catalog_resource(c, i);

        if ((before->roles & ROLE_BIT(role)) != 0 && span_eq(before->item, r->item)) {
            return true;
        }
    }
    return false;
}

void wire_put(struct buf *out, const struct catalog *c, enum role role, const struct element *e)
{
    size_t start = out->len;

    for (size_t i = 0; i < catalog_resource_count(c); i++) {
        const struct resource *r = catalog_resource(c, i);
        size_t before = out->len;

        if ((r->roles & ROLE_BIT(role)) == 0 || is_repeated(c, i, role)) {
            continue;
        }
        buf_put_str(out, before > start ? "; " : "");
        if (!put_record(out, r, role, e)) {
            buf_cut(out, before);
        }
    }
}

void wire_put_records(struct buf *out, const struct resource *r)
{
    (void)put_record(out, r, ROLE_NONE, NULL);
}
