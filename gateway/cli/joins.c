/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins between agreements. Coarser values count: who gets a birth date can work
 * out the year that another gets. Keyed values join only under the same key.
 */
#include "cli/joins.h"

struct join_field {
    size_t resource; /* the first that carries this kind of record */
    const struct resource *of;
    const struct field *field;
    enum role role;
    struct field_rule rule;
    bool id; /* the record's own */
};

/* --- one side ----------------------------------------------------------------------------- */

static bool is_record_id(const struct field *f)
{
    return f->parent == CATALOG_ROOT && span_eq_str(f->name, "sourcedId");
}

static bool can_join(const struct program *p, const struct field *f)
{
    if (!fieldset_has(&p->keep, f->number)) {
        return false;
    }
    if (f->grant[p->role].by == GRANT_STRUCTURE) {
        return is_record_id(f) && p->resource->is_person;
    }
    return transform_row(p->rules[f->number].transform)->linkable;
}

static size_t first_carrier(const struct catalog *c, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (span_eq(catalog_resource(c, i)->item, catalog_resource(c, at)->item)) {
            return i;
        }
    }
    return at;
}

static bool is_there(const struct join_side *s, const struct join_field *f)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct join_field *have = &s->fields[i];

        if (have->resource == f->resource && have->role == f->role &&
            span_eq(have->field->path, f->field->path) && field_rule_equal(&have->rule, &f->rule)) {
            return true;
        }
    }
    return false;
}

static void add_program(const struct program *p, size_t resource, struct join_side *out)
{
    for (size_t i = 0; i < p->resource->field_count && out->count < JOINS_MAX; i++) {
        const struct field *f = &p->resource->fields[i];
        const struct join_field made = {.resource = resource,
                                        .of = p->resource,
                                        .field = f,
                                        .role = p->role,
                                        .rule = p->rules[i],
                                        .id = is_record_id(f)};

        if (can_join(p, f) && !is_there(out, &made)) {
            out->fields[out->count++] = made;
        }
    }
}

enum err joins_gather(const struct policy *p, const struct agreement *a, int32_t day,
                      struct arena *arena, struct join_side *out)
{
    static const enum role roles[] = {ROLE_STUDENT, ROLE_GUARDIAN};
    const struct catalog *c = policy_catalog(p);
    struct join_field found[JOINS_MAX] = {{.resource = 0}};

    *out = (struct join_side){.agreement = a, .fields = found};
    for (size_t i = 0; i < catalog_resource_count(c) * 2; i++) {
        const struct program *program =
            policy_program(p, a, catalog_resource(c, i / 2), roles[i % 2], day);

        if (program != NULL) {
            add_program(program, first_carrier(c, i / 2), out);
        }
    }
    out->fields = arena_array(arena, out->count + 1, sizeof(*out->fields));
    if (out->fields == NULL) {
        return ERR_MEMORY;
    }
    memcpy(out->fields, found, out->count * sizeof(*found));
    return OK;
}

/* --- two sides ------------------------------------------------------------------------------ */

static bool sets_may_meet(const struct fact_set *a, const struct fact_set *b)
{
    bool meet = a == NULL || b == NULL;

    for (size_t i = 0; !meet && i < a->count; i++) {
        for (size_t k = 0; k < b->count; k++) {
            meet |= span_eq(a->items[i], b->items[k]);
        }
    }
    return meet;
}

bool joins_overlap(const struct agreement *a, const struct agreement *b, int32_t day)
{
    return agreement_in_force(a, day) && agreement_in_force(b, day) &&
           sets_may_meet(a->schools, b->schools) && sets_may_meet(a->grades, b->grades);
}

/* Keys and ids of the partner's own are the same for both. */
static bool share_keys(const struct agreement *a, const struct agreement *b)
{
    return span_eq(a->partner, b->partner) && !a->ids_for_agreement && !b->ids_for_agreement &&
           a->epoch == b->epoch;
}

static bool ids_join(const struct agreement *a, const struct agreement *b)
{
    if (a->ids != b->ids) {
        return false;
    }
    return a->ids == IDS_DISTRICT || share_keys(a, b);
}

/* References to people and things carry ids, but orgs and sessions keep the district's. */
static bool carries_ids(const struct join_field *f)
{
    const struct field *field = f->field;
    bool id = f->id || field->kind == FIELD_REF || field->type == TYPE_ID;

    return id && field->ref != REF_ORG && field->ref != REF_ACADEMIC_SESSION;
}

static bool rules_join(const struct join_field *x, const struct join_field *y,
                       const struct agreement *a, const struct agreement *b)
{
    const struct transform_row *of_x = transform_row(x->rule.transform);
    const struct transform_row *of_y = transform_row(y->rule.transform);

    if (carries_ids(x)) {
        return ids_join(a, b);
    }
    if (of_x->keyed != of_y->keyed) {
        return false;
    }
    return !of_x->keyed || (x->rule.transform == y->rule.transform && share_keys(a, b));
}

static bool is_said(const struct join *list, size_t count, const struct join_field *f)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].role == f->role && span_eq(list[i].path, f->field->path) &&
            span_eq(list[i].record, f->of->item)) {
            return true;
        }
    }
    return false;
}

static bool has_partner(const struct join_side *s, const struct join_field *f,
                        const struct agreement *other)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct join_field *have = &s->fields[i];

        if (have->resource == f->resource && have->role == f->role &&
            span_eq(have->field->path, f->field->path) &&
            rules_join(f, have, other, s->agreement)) {
            return true;
        }
    }
    return false;
}

size_t joins_between(const struct join_side *a, const struct join_side *b, struct join *out)
{
    size_t count = 0;

    for (size_t i = 0; i < a->count && count < JOINS_MAX; i++) {
        const struct join_field *f = &a->fields[i];

        if (has_partner(b, f, a->agreement) && !is_said(out, count, f)) {
            out[count++] = (struct join){f->of->item, f->field->path, f->role};
        }
    }
    return count;
}
