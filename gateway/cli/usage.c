/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/usage.h"

static bool is_of(const struct program *p, unsigned field, const struct element *e)
{
    return fieldset_has(&p->keep, field) && p->elements[field] != ELEMENT_NONE &&
           element_at(p->elements[field]) == e;
}

bool usage_shares(const struct usage_question *q)
{
    const struct catalog *catalog = policy_catalog(q->policy);

    for (size_t i = 0; i < catalog_resource_count(catalog); i++) {
        const struct resource *r = catalog_resource(catalog, i);
        const struct program *p = policy_program(q->policy, q->agreement, r, q->role, q->day);

        for (unsigned f = 0; p != NULL && f < r->field_count; f++) {
            if (is_of(p, f, q->element)) {
                return true;
            }
        }
    }
    return false;
}

static bool shows_element(const struct program *p, const struct shown_shape *s,
                          const struct element *e)
{
    bool shown = false;

    for (unsigned f = 0; !shown && f < p->resource->field_count; f++) {
        shown = is_of(p, f, e) && shapes_have(s->fields, p->resource->fields[f].path);
    }
    return shown;
}

uint64_t usage_times(const struct usage_question *q, const struct shapes *shapes)
{
    struct span role = span_str(role_word(q->role));
    uint64_t n = 0;

    for (size_t i = 0; i < shapes->shown_count; i++) {
        const struct shown_shape *s = &shapes->shown[i];
        const struct resource *r = catalog_find(policy_catalog(q->policy), s->resource);

        if (r == NULL || !span_eq(s->agreement, q->agreement->id) || !shapes_have(s->roles, role)) {
            continue;
        }
        const struct program *p = policy_program(q->policy, q->agreement, r, q->role, q->day);

        n += p != NULL && shows_element(p, s, q->element) ? s->count : 0;
    }
    return n;
}
