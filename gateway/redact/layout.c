/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a resource matters to one plan, found once so that no record pays for
 * it. A field that is not `needed` gets no entry, and what has no entry cannot
 * leave.
 */
#include "policy/translation.h"
#include "redact/redact_priv.h"

static const struct field *field_at(const struct redactor *r, size_t i)
{
    return &r->setup.plan->resource->fields[i];
}

/* Fields that decide whether the object they stand in is released at all. */
static bool is_judge(const struct field *f)
{
    return f->guards_item || f->bar != BAR_NONE || (f->required && f->kind != FIELD_VALUE);
}

static bool is_kept(const struct plan *plan, unsigned number)
{
    bool kept = false;

    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        const struct program *p = plan->programs[role];

        kept |= p != NULL && fieldset_has(&p->keep, number);
    }
    return kept;
}

static bool is_asked(const struct redactor *r, const struct field *f)
{
    const struct query *q = r->setup.plan->query;
    bool asked = fieldset_has(&r->setup.plan->asked, f->number);

    for (unsigned i = 0; q != NULL && i < q->clause_count; i++) {
        asked |= q->clauses[i].field == f;
    }
    return asked && is_kept(r->setup.plan, f->number);
}

/* The object that holds this field, and the one that holds that ... */
static void need(struct redactor *r, const struct field *f)
{
    fieldset_add(&r->walker.needed, f->number);
    while (f->parent != CATALOG_ROOT) {
        f = field_at(r, f->parent);
        fieldset_add(&r->walker.needed, f->number);
    }
}

static void mark_facts(struct redactor *r, const struct field *f)
{
    const struct field *outer = f;

    r->layout.marks |= f->facts;
    if ((f->facts & FACT_ROLE) != 0) {
        r->layout.roles[r->layout.role_count++] = f->number;
    }
    r->layout.facts[f->number] |= f->facts;
    while (outer->parent != CATALOG_ROOT) {
        outer = field_at(r, outer->parent);
        r->layout.facts[outer->number] |= f->facts;
    }
}

/* What `ids:` of the agreement makes of the field. */
static void place_form(struct redactor *r, const struct field *f)
{
    const struct agreement *a = r->setup.plan->agreement;

    if (translation_is_coded(a, f)) {
        fieldset_add(&r->layout.coded, f->number);
    }
    if (translation_is_cut(a, f)) {
        fieldset_add(&r->layout.cut, f->number);
    }
}

static void place(struct redactor *r, const struct field *f)
{
    struct layout *l = &r->layout;
    bool id = f->parent == CATALOG_ROOT && span_eq(f->name, SPAN("sourcedId"));

    l->id = id ? f->number : l->id;
    if (f->kind == FIELD_OBJECT) {
        fieldset_add(&l->objects, f->number);
    }
    if (f->facts != 0) {
        mark_facts(r, f);
    }
    place_form(r, f);
    if (f->required) {
        l->required[l->required_count++] = f->number;
    }
    if (is_judge(f)) {
        l->judges[l->judge_count++] = f->number;
    }
    if (id || f->facts != 0 || (f->kind != FIELD_OBJECT && is_asked(r, f))) {
        need(r, f);
    }
}

/*
 * What judges an object is read where the object may leave or must be there. The
 * catalog has an object before its members.
 */
static void need_judges(struct redactor *r)
{
    for (size_t i = 0; i < r->layout.judge_count; i++) {
        const struct field *f = field_at(r, r->layout.judges[i]);

        if (f->parent == CATALOG_ROOT || fieldset_has(&r->walker.needed, f->parent)) {
            need(r, f);
        }
    }
}

void layout_make(struct redactor *r)
{
    r->layout.id = CATALOG_ROOT;
    for (size_t i = 0; i < r->setup.plan->resource->field_count; i++) {
        place(r, field_at(r, i));
    }
    need_judges(r);
    r->again.needed = r->walker.needed;
}
