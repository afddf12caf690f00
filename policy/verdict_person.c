/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People: whom the agreement takes in, by the roster and by students' own facts, and
 * which references may stand (SAFETY R5).
 */
#include "policy/verdict_priv.h"

struct person_facts person_of(const struct plan *plan, struct span id)
{
    struct person_facts person = {0};
    plan->roster->person(plan->roster->ctx, id, &person);
    return person;
}

/* --- where ---------------------------------------------------------------------- */

/* Classes, courses and terms bind students and those who teach. */
static bool is_placed(const struct agreement *a, const struct person_facts *person)
{
    return facts_meet(a->classes, &person->classes) && facts_meet(a->courses, &person->courses) &&
           facts_meet(a->terms, &person->terms);
}

static enum row_reason judge_where(const struct agreement *a, const struct person_facts *person)
{
    if (!facts_meet(a->schools, &person->schools[ROLE_STUDENT])) {
        return ROW_SCHOOL;
    }
    if (!facts_meet(a->grades, &person->grades)) {
        return ROW_GRADE;
    }
    if (!is_placed(a, person)) {
        return ROW_PLACE;
    }
    bool met =
        facts_meet(a->statuses, &person->statuses) && facts_meet(a->programs, &person->programs);
    return met ? ROW_RELEASED : ROW_STATUS;
}

/* --- students and others ---------------------------------------------------------- */

enum row_reason student_judge(const struct plan *plan, struct span id, enum role role,
                              struct own_limits *limits)
{
    struct person_facts person = person_of(plan, id);
    if (!person.known || (person.roles & ROLE_BIT(ROLE_STUDENT)) == 0) {
        return ROW_SUBJECT;
    }
    if (person.stopped) {
        return ROW_STOPPED;
    }
    enum row_reason reason = own_judge(plan, id, person.birth, role, limits);
    return reason == ROW_RELEASED ? judge_where(plan->agreement, &person) : reason;
}

/* Every linked child must pass: one outside the scope keeps the guardian outside. */
static enum row_reason judge_guardian(const struct plan *plan, const struct person_facts *person,
                                      struct own_limits *limits)
{
    const struct fact_set *children = &person->children;
    if (children->known != TRI_YES || children->count == 0 || children->count > MAX_SUBJECTS) {
        return ROW_SUBJECT;
    }
    for (size_t i = 0; i < children->count; i++) {
        enum row_reason reason = student_judge(plan, children->items[i], ROLE_GUARDIAN, limits);
        if (reason != ROW_RELEASED) {
            return reason;
        }
    }
    return ROW_RELEASED;
}

enum row_reason role_judge(const struct plan *plan, const struct person_facts *person,
                           const struct record_facts *record, enum role role,
                           struct own_limits *limits)
{
    const struct fact_set *schools = plan->agreement->schools;
    if (role == ROLE_GUARDIAN) {
        return judge_guardian(plan, person, limits);
    }
    if (!facts_meet(schools, &person->schools[role]) ||
        (record != NULL && !facts_allow(schools, &record->schools))) {
        return ROW_SCHOOL;
    }
    return is_placed(plan->agreement, person) ? ROW_RELEASED : ROW_PLACE;
}

/* --- references ------------------------------------------------------------------- */

static bool row_has_subject(const struct row_verdict *row, struct span id)
{
    for (size_t i = 0; i < row->subject_count; i++) {
        if (span_eq(row->subjects[i], id)) {
            return true;
        }
    }
    return false;
}

static bool person_ref_stands(const struct plan *plan, const struct row_verdict *row,
                              struct span id)
{
    struct person_facts person = person_of(plan, id);
    if (!person.known || person.stopped) {
        return false;
    }
    if ((person.roles & ROLE_BIT(ROLE_STUDENT)) != 0) {
        return (plan->shared & ROLE_BIT(ROLE_STUDENT)) != 0 && row_has_subject(row, id);
    }
    for (unsigned role = ROLE_GUARDIAN; role <= ROLE_STAFF; role++) {
        struct own_limits limits = OWN_LIMITS_NONE;
        if ((person.roles & plan->shared & ROLE_BIT(role)) != 0 &&
            role_judge(plan, &person, NULL, (enum role)role, &limits) == ROW_RELEASED) {
            return true;
        }
    }
    return false;
}

bool verdict_ref(const struct plan *plan, const struct row_verdict *row, enum ref_type type,
                 struct span id)
{
    if (id.len == 0 || row->reason != ROW_RELEASED) {
        return false;
    }
    switch (type) {
    case REF_ORG:
    case REF_CLASS:
    case REF_COURSE:
    case REF_ACADEMIC_SESSION:
        return place_in_scope(plan, type, id);
    case REF_USER:
    case REF_DEMOGRAPHICS:
        return person_ref_stands(plan, row, id);
    default:
        return ref_is_free(type);
    }
}

bool verdict_role_item(role_mask roles, struct span word)
{
    enum role role;
    return role_of_word(word, &role) && (roles & ROLE_BIT(role)) != 0;
}
