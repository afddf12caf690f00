/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a question names. A partner may not select, sort or project by what it may
 * not see (invariant 5), and the source may compare only what every record shows
 * unchanged. All of it is settled by the agreement, whatever the data (SAFETY R3).
 */
#include "policy/translation.h"
#include "policy/verdict_priv.h"

static enum err refuse_field(struct refusal *why, enum err e, const char *param,
                             const struct field *f)
{
    *why = (struct refusal){.param = span_str(param), .field = f->path, .clause = SPAN("share")};
    return e;
}

/* The field is shared, but the form in which it leaves has no order that may be asked for. */
static enum err refuse_form(struct refusal *why, enum err e, const char *param,
                            const struct field *f)
{
    *why = (struct refusal){.param = span_str(param), .field = f->path, .clause = SPAN("ids")};
    return e;
}

static bool role_is_planned(const struct plan *plan, unsigned role)
{
    return plan->programs[role] != NULL;
}

struct fieldset leaves_of(const struct resource *r)
{
    struct fieldset all = {{0}};
    for (unsigned i = 0; i < r->field_count; i++) {
        if (r->fields[i].kind != FIELD_OBJECT) {
            fieldset_add(&all, i);
        }
    }
    return all;
}

/* Leaves that every record of a role shows unchanged. */
static struct fieldset open_to(const struct plan *plan, enum role role)
{
    struct fieldset open = plan->plain[role];
    for (unsigned i = 0; i < plan->resource->field_count; i++) {
        if (fieldset_has(&open, i) && own_can_take(plan, role, &plan->resource->fields[i])) {
            open.word[i / 64] &= ~((uint64_t)1 << (i % 64));
        }
    }
    return open;
}

struct fieldset open_of(const struct plan *plan)
{
    struct fieldset open = leaves_of(plan->resource);
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if (!role_is_planned(plan, role)) {
            continue;
        }
        struct fieldset to = open_to(plan, (enum role)role);
        for (size_t w = 0; w < FIELDSET_WORDS; w++) {
            open.word[w] &= to.word[w];
        }
    }
    return open;
}

/*
 * 99.37(e), SAFETY R6: directory information is neither disclosed nor confirmed to
 * whom selects students by anything else. Records about nobody are not concerned.
 */
static bool is_designated(const struct plan *plan, const struct field *f)
{
    const struct program *p = plan->programs[ROLE_STUDENT];
    if (!plan->agreement->by_directory || !plan->about_students) {
        return true;
    }
    return p != NULL && element_set_has(&plan->agreement->designated, p->elements[f->number]);
}

/* A code has neither order nor parts (SAFETY R4). */
static bool is_comparable(const struct plan *plan, const struct clause *c)
{
    bool equality = c->op == FILTER_EQ || c->op == FILTER_NE;
    return equality || !translation_is_coded(plan->agreement, c->field);
}

/* A clause may name what at least one role's records show unchanged. */
static enum err check_filter(const struct plan *plan, struct refusal *why)
{
    for (size_t i = 0; i < plan->query->clause_count; i++) {
        const struct field *f = plan->query->clauses[i].field;
        bool seen = false;
        for (unsigned role = 0; role < ROLE_COUNT; role++) {
            seen |= role_is_planned(plan, role) && fieldset_has(&plan->plain[role], f->number);
        }
        if (!seen || !is_designated(plan, f)) {
            return refuse_field(why, ERR_FILTER_FIELD, "filter", f);
        }
        if (!is_comparable(plan, &plan->query->clauses[i])) {
            return refuse_form(why, ERR_FILTER_FIELD, "filter", f);
        }
    }
    return OK;
}

/* True for references that can be dropped because what they name is out of scope. */
static bool is_scoped(const struct plan *plan, const struct field *f)
{
    if (f->kind != FIELD_REF || ref_is_free(f->ref)) {
        return false;
    }
    return f->ref != REF_ACADEMIC_SESSION || plan->agreement->terms != NULL;
}

/* A value may be missing in one record and not in another only if the source says so. */
static bool every_row_has(const struct plan *plan, const struct field *f)
{
    return fieldset_has(&plan->open, f->number) && !f->list && f->parent == CATALOG_ROOT &&
           (!is_scoped(plan, f) || f->required);
}

static enum err check_sort(const struct plan *plan, struct refusal *why)
{
    const struct field *f = plan->query->sort;
    if (f == NULL) {
        return OK;
    }
    if (!every_row_has(plan, f) || !is_designated(plan, f)) {
        return refuse_field(why, ERR_SORT_FIELD, "sort", f);
    }
    /* The source would sort by what stands behind the code, or by the time within the day. */
    bool changed =
        translation_is_coded(plan->agreement, f) || translation_is_cut(plan->agreement, f);
    return changed ? refuse_form(why, ERR_SORT_FIELD, "sort", f) : OK;
}

/* True if the field, or some leaf below an object, is in the set. */
static bool touches(const struct resource *r, const struct field *f, const struct fieldset *set)
{
    bool found = f->kind != FIELD_OBJECT && fieldset_has(set, f->number);
    for (size_t i = f->number + 1U; !found && i < r->field_count; i++) {
        found = r->fields[i].parent == f->number && touches(r, &r->fields[i], set);
    }
    return found;
}

static enum err check_fields(const struct plan *plan, const struct fieldset *granted,
                             struct refusal *why)
{
    const struct resource *r = plan->resource;
    for (unsigned i = 0; plan->query->has_fields && i < r->field_count; i++) {
        if (fieldset_has(&plan->query->named, i) && !touches(r, &r->fields[i], granted)) {
            return refuse_field(why, ERR_FIELDS, "fields", &r->fields[i]);
        }
    }
    return OK;
}

enum err question_check(const struct plan *plan, const struct fieldset *granted,
                        struct refusal *why)
{
    enum err e = check_filter(plan, why);
    e = e != OK ? e : check_sort(plan, why);
    return e != OK ? e : check_fields(plan, granted, why);
}
