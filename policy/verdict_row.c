/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deciding one record. Record and roster must both allow where both know
 * (invariant 6). A person whom either takes for a student is a student
 * and nothing else; every other role stands on its own conditions, and what
 * leaves is what all standing roles allow.
 */
#include "policy/verdict_priv.h"

/* One record while it is decided. */
struct deciding {
    const struct plan *plan;
    const struct record_facts *facts;
    struct own_limits limits; /* of the subjects so far */
    struct row_verdict *out;
};

/* --- people ------------------------------------------------------------------- */

/* What the subjects leave of a role's program. False: nothing that may leave. */
static bool left_of(const struct deciding *d, const struct own_limits *limits, enum role role,
                    struct fieldset *keep)
{
    const struct program *p = d->plan->programs[role];
    *keep = p->keep;
    bool concerned = role == ROLE_STUDENT || role == ROLE_GUARDIAN;
    return !concerned || own_narrow(p, limits, keep);
}

static enum row_reason judge_subjects(struct deciding *d)
{
    const struct fact_set *subjects = &d->facts->subjects;
    for (size_t i = 0; i < subjects->count; i++) {
        enum row_reason reason =
            student_judge(d->plan, subjects->items[i], ROLE_STUDENT, &d->limits);
        if (reason != ROW_RELEASED) {
            return reason;
        }
        d->out->subjects[d->out->subject_count++] = subjects->items[i];
    }
    return ROW_RELEASED;
}

/* Every student's record of this resource comes from a class, even if it does not say from which.
 */
static bool comes_from_class(const struct resource *r)
{
    bool says = false;
    for (size_t i = 0; i < r->field_count; i++) {
        says |= (r->fields[i].facts & FACT_CLASS) != 0;
    }
    return says;
}

/*
 * A student in scope brings the records of classes in scope alone. One that names no
 * class is of any: where the agreement lists classes, courses or terms it stays.
 */
static bool classes_allowed(const struct deciding *d)
{
    const struct agreement *a = d->plan->agreement;
    const struct fact_set *classes = &d->facts->classes;
    bool listed = a->classes != NULL || a->courses != NULL || a->terms != NULL;
    if (!comes_from_class(d->plan->resource) || d->plan->resource->is_person) {
        return true;
    }
    if (classes->known == TRI_UNKNOWN) {
        return !listed && a->schools == NULL && a->grades == NULL;
    }
    if (classes->count == 0) {
        return !listed;
    }
    bool all = true;
    for (size_t i = 0; i < classes->count; i++) {
        all &= place_in_scope(d->plan, REF_CLASS, classes->items[i]);
    }
    return all;
}

static enum row_reason decide_student(struct deciding *d)
{
    const struct agreement *a = d->plan->agreement;
    struct fieldset keep;
    if (d->plan->programs[ROLE_STUDENT] == NULL) {
        return ROW_ROLE;
    }
    enum row_reason reason = judge_subjects(d);
    if (reason != ROW_RELEASED) {
        return reason;
    }
    if (!facts_allow(a->schools, &d->facts->schools)) {
        return ROW_SCHOOL;
    }
    if (!facts_allow(a->grades, &d->facts->grades)) {
        return ROW_GRADE;
    }
    if (!classes_allowed(d)) {
        return ROW_PLACE;
    }
    if (!facts_allow(a->statuses, &d->facts->statuses) ||
        !facts_allow(a->programs, &d->facts->programs)) {
        return ROW_STATUS;
    }
    d->out->roles = ROLE_BIT(ROLE_STUDENT);
    return left_of(d, &d->limits, ROLE_STUDENT, &keep) ? ROW_RELEASED : own_reason(d->plan);
}

static void add_children(const struct person_facts *person, struct row_verdict *out)
{
    for (size_t i = 0; i < person->children.count; i++) {
        out->subjects[out->subject_count++] = person->children.items[i];
    }
}

/* One role of a person who is no student; a guardian's children limit the record. */
static enum row_reason decide_role(struct deciding *d, const struct person_facts *person,
                                   enum role role)
{
    struct own_limits limits = OWN_LIMITS_NONE;
    struct fieldset keep;
    enum row_reason reason = role_judge(d->plan, person, d->facts, role, &limits);
    if (reason == ROW_RELEASED && !left_of(d, &limits, role, &keep)) {
        reason = own_reason(d->plan);
    }
    if (reason == ROW_RELEASED) {
        d->out->roles |= ROLE_BIT(role);
        d->limits = role == ROLE_GUARDIAN ? limits : d->limits;
    }
    return reason;
}

/* A person who is no student: the shared roles that stand, together. */
static enum row_reason decide_others(struct deciding *d, const struct person_facts *person)
{
    static const enum role order[] = {ROLE_GUARDIAN, ROLE_TEACHER, ROLE_STAFF};
    role_mask held = d->facts->roles | person->roles;
    enum row_reason worst = ROW_ROLE;
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        if ((held & ROLE_BIT(order[i])) == 0 || d->plan->programs[order[i]] == NULL) {
            continue;
        }
        enum row_reason reason = decide_role(d, person, order[i]);
        worst = reason == ROW_RELEASED ? worst : reason;
    }
    if (d->out->roles == 0) {
        return worst;
    }
    if ((d->out->roles & ROLE_BIT(ROLE_GUARDIAN)) != 0) {
        add_children(person, d->out);
    }
    return ROW_RELEASED;
}

static enum row_reason decide_person(struct deciding *d)
{
    const struct record_facts *facts = d->facts;
    const struct fact_set *subjects = &facts->subjects;
    if (subjects->known != TRI_YES || subjects->count == 0 || subjects->count > MAX_SUBJECTS) {
        return ROW_SUBJECT;
    }
    struct person_facts person = person_of(d->plan, subjects->items[0]);
    if (!person.known) {
        return ROW_SUBJECT;
    }
    if (person.stopped) {
        return ROW_STOPPED;
    }
    if (facts->roles_unknown) {
        return ROW_ROLE;
    }
    if (((facts->roles | person.roles) & ROLE_BIT(ROLE_STUDENT)) != 0 || subjects->count > 1) {
        return decide_student(d);
    }
    return decide_others(d, &person);
}

/* --- places ------------------------------------------------------------------- */

/* The school of a class is listed; that of a course may also stand above a listed one. */
static bool record_schools_allowed(const struct plan *plan, const struct record_facts *facts)
{
    if (plan->resource->ref != REF_COURSE) {
        return facts_allow(plan->agreement->schools, &facts->schools);
    }
    bool said = facts->schools.known == TRI_YES && facts->schools.count > 0;
    bool met = !said;
    for (size_t i = 0; said && !met && i < facts->schools.count; i++) {
        met = place_in_scope(plan, REF_ORG, facts->schools.items[i]);
    }
    return met;
}

/* Records about nobody. */
static enum row_reason decide_thing(const struct deciding *d)
{
    const struct plan *plan = d->plan;
    enum ref_type type = plan->resource->ref;
    if (plan->programs[ROLE_NONE] == NULL) {
        return ROW_ROLE;
    }
    enum row_reason reason =
        ref_is_known(type) ? place_judge(plan, type, d->facts->id) : ROW_RELEASED;
    if (reason != ROW_RELEASED) {
        return reason;
    }
    if (type != REF_ACADEMIC_SESSION && !record_schools_allowed(plan, d->facts)) {
        return ROW_SCHOOL;
    }
    if (type != REF_ACADEMIC_SESSION && !facts_allow(plan->agreement->grades, &d->facts->grades)) {
        return ROW_GRADE;
    }
    d->out->roles = ROLE_BIT(ROLE_NONE);
    return ROW_RELEASED;
}

/* --- fields ------------------------------------------------------------------- */

/* Leaves only what both release, by the same rule; `keep` is of the other program. */
static void narrow(struct row_verdict *out, const struct program *other,
                   const struct fieldset *keep)
{
    for (size_t w = 0; w < FIELDSET_WORDS; w++) {
        out->keep.word[w] &= keep->word[w];
    }
    for (unsigned i = 0; i < other->resource->field_count; i++) {
        if (fieldset_has(&out->keep, i) && !field_rule_equal(&out->rules[i], &other->rules[i])) {
            out->keep.word[i / 64] &= ~((uint64_t)1 << (i % 64));
        }
    }
}

static void settle_fields(const struct deciding *d)
{
    const struct plan *plan = d->plan;
    struct row_verdict *out = d->out;
    const struct fieldset *plain = NULL;
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        const struct program *p = plan->programs[role];
        struct fieldset keep;
        if ((out->roles & ROLE_BIT(role)) == 0) {
            continue;
        }
        (void)left_of(d, &d->limits, (enum role)role, &keep); /* it stands: this was asked before */
        if (out->rules == NULL) {
            out->rules = p->rules;
            out->keep = keep;
            plain = &plan->plain[role];
        } else {
            narrow(out, p, &keep);
        }
    }
    for (size_t w = 0; plain != NULL && w < FIELDSET_WORDS; w++) {
        out->match.word[w] = out->keep.word[w] & plain->word[w];
        out->keep.word[w] &= plan->asked.word[w];
    }
}

/* False when the clauses that this record can answer are too few for the filter to hold. */
static bool can_match(const struct query *q, const struct fieldset *match)
{
    size_t usable = 0;
    for (size_t i = 0; i < q->clause_count; i++) {
        usable += fieldset_has(match, q->clauses[i].field->number);
    }
    return q->any ? usable > 0 : usable == q->clause_count;
}

static enum row_reason decide(struct deciding *d)
{
    const struct plan *plan = d->plan;
    if (d->facts->id.len == 0) {
        return plan->resource->is_person ? ROW_SUBJECT : ROW_REF;
    }
    bool thing = plan->resource->roles == ROLE_BIT(ROLE_NONE);
    enum row_reason reason = thing ? decide_thing(d) : decide_person(d);
    if (reason != ROW_RELEASED) {
        return reason;
    }
    settle_fields(d);
    return can_match(plan->query, &d->out->match) ? ROW_RELEASED : ROW_FILTER;
}

static void clear(struct row_verdict *out)
{
    out->roles = 0;
    out->keep = (struct fieldset){{0}};
    out->match = (struct fieldset){{0}};
    out->rules = NULL;
    out->subject_count = 0;
}

void verdict_row(const struct plan *plan, const struct record_facts *facts, struct row_verdict *out)
{
    struct deciding d = {.plan = plan, .facts = facts, .limits = OWN_LIMITS_NONE, .out = out};
    clear(out);
    out->reason = decide(&d);
    if (out->reason != ROW_RELEASED) {
        clear(out);
    }
}
