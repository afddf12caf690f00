/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places: what lies within the `where` of an agreement, by the roster alone. A class
 * must be listed itself, its course and one of its terms as well, each where the
 * agreement lists any; a course likewise; of sessions those listed, and those above
 * and below them. An unknown set meets no rule.
 */
#include "policy/verdict_priv.h"

static bool set_has(const struct fact_set *set, struct span item)
{
    for (size_t i = 0; i < set->count; i++) {
        if (span_eq(set->items[i], item)) {
            return true;
        }
    }
    return false;
}

static bool sets_meet(const struct fact_set *a, const struct fact_set *b)
{
    for (size_t i = 0; i < a->count; i++) {
        if (set_has(b, a->items[i])) {
            return true;
        }
    }
    return false;
}

bool facts_meet(const struct fact_set *rule, const struct fact_set *facts)
{
    return rule == NULL || (facts->known == TRI_YES && sets_meet(facts, rule));
}

bool facts_allow(const struct fact_set *rule, const struct fact_set *facts)
{
    return facts->known != TRI_YES || facts->count == 0 || facts_meet(rule, facts);
}

static struct place_facts place_of(const struct plan *plan, enum ref_type type, struct span id)
{
    struct place_facts place = {0};
    plan->roster->place(plan->roster->ctx, type, id, &place);
    return place;
}

bool place_is_known(const struct plan *plan, enum ref_type type, struct span id)
{
    return place_of(plan, type, id).known;
}

static bool is_listed(const struct fact_set *rule, struct span id)
{
    return rule == NULL || set_has(rule, id);
}

/* True if no rule of the agreement binds places of this type. */
static bool is_unbound(const struct agreement *a, enum ref_type type)
{
    switch (type) {
    case REF_ORG:
        return a->schools == NULL;
    case REF_ACADEMIC_SESSION:
        return a->terms == NULL;
    default:
        return a->schools == NULL && a->grades == NULL && a->classes == NULL &&
               a->courses == NULL && a->terms == NULL;
    }
}

/* A class or course whose schools and grades are in scope. */
static bool is_taught_in_scope(const struct agreement *a, enum ref_type type, struct span id,
                               const struct place_facts *place)
{
    if (type == REF_CLASS) {
        return is_listed(a->classes, id) && facts_meet(a->courses, &place->courses) &&
               facts_meet(a->terms, &place->terms);
    }
    return facts_meet(a->classes, &place->classes) && is_listed(a->courses, id) &&
           facts_meet(a->terms, &place->terms);
}

static enum row_reason judge_session(const struct plan *plan, struct span id)
{
    const struct fact_set *terms = plan->agreement->terms;
    if (is_listed(terms, id)) {
        return ROW_RELEASED;
    }
    struct place_facts place = place_of(plan, REF_ACADEMIC_SESSION, id);
    return place.known && facts_meet(terms, &place.terms) ? ROW_RELEASED : ROW_PLACE;
}

enum row_reason place_judge(const struct plan *plan, enum ref_type type, struct span id)
{
    const struct agreement *a = plan->agreement;
    bool taught = type == REF_CLASS || type == REF_COURSE;
    if ((!taught && type != REF_ORG && type != REF_ACADEMIC_SESSION) || id.len == 0) {
        return ROW_SCHOOL;
    }
    if (is_unbound(a, type)) {
        return ROW_RELEASED;
    }
    if (type == REF_ACADEMIC_SESSION) {
        return judge_session(plan, id);
    }
    struct place_facts place = place_of(plan, type, id);
    if (!place.known || !facts_meet(a->schools, &place.schools) ||
        (taught && !facts_allow(a->grades, &place.grades))) {
        return ROW_SCHOOL;
    }
    return !taught || is_taught_in_scope(a, type, id, &place) ? ROW_RELEASED : ROW_PLACE;
}

bool place_in_scope(const struct plan *plan, enum ref_type type, struct span id)
{
    return place_judge(plan, type, id) == ROW_RELEASED;
}
