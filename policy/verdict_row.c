/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deciding one record and one reference. Record and roster must both allow where
 * both know (invariant 6). A person whom either takes for a student is a student
 * and nothing else; every other role stands on its own conditions, and what
 * leaves is what all standing roles allow.
 */
#include "policy/verdict_priv.h"

/* --- sets --------------------------------------------------------------------- */

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

/* A rule that must be met: no rule is met by all, an unknown set by none. */
static bool meets(const struct fact_set *rule, const struct fact_set *facts)
{
    return rule == NULL || (facts->known == TRI_YES && sets_meet(facts, rule));
}

/* As meets(), for facts that may be absent: only what is said can be against. */
static bool allows(const struct fact_set *rule, const struct fact_set *facts)
{
    return facts->known != TRI_YES || facts->count == 0 || meets(rule, facts);
}

/* --- places ------------------------------------------------------------------- */

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

bool place_in_scope(const struct plan *plan, enum ref_type type, struct span id)
{
    const struct agreement *a = plan->agreement;
    bool graded = type == REF_CLASS || type == REF_COURSE;
    if ((!graded && type != REF_ORG) || id.len == 0) {
        return false;
    }
    if (a->schools == NULL && (!graded || a->grades == NULL)) {
        return true;
    }
    struct place_facts place = place_of(plan, type, id);
    return place.known && meets(a->schools, &place.schools) &&
           (!graded || allows(a->grades, &place.grades));
}

/* --- people ------------------------------------------------------------------- */

static struct person_facts person_of(const struct plan *plan, struct span id)
{
    struct person_facts person = {0};
    plan->roster->person(plan->roster->ctx, id, &person);
    return person;
}

/* ROW_RELEASED if the roster knows this student and `where` takes the student in. */
static enum row_reason judge_student(const struct plan *plan, struct span id)
{
    struct person_facts person = person_of(plan, id);
    if (!person.known || (person.roles & ROLE_BIT(ROLE_STUDENT)) == 0) {
        return ROW_SUBJECT;
    }
    if (person.stopped) {
        return ROW_STOPPED;
    }
    if (!meets(plan->agreement->schools, &person.schools[ROLE_STUDENT])) {
        return ROW_SCHOOL;
    }
    return meets(plan->agreement->grades, &person.grades) ? ROW_RELEASED : ROW_GRADE;
}

/* Every linked child must pass: one outside the scope keeps the guardian outside. */
static enum row_reason judge_guardian(const struct plan *plan, const struct person_facts *person)
{
    const struct fact_set *children = &person->children;
    if (children->known != TRI_YES || children->count == 0 || children->count > MAX_SUBJECTS) {
        return ROW_SUBJECT;
    }
    for (size_t i = 0; i < children->count; i++) {
        enum row_reason reason = judge_student(plan, children->items[i]);
        if (reason != ROW_RELEASED) {
            return reason;
        }
    }
    return ROW_RELEASED;
}

/* Whether a role other than student stands; `record` (may be NULL) must not be against it. */
static enum row_reason judge_role(const struct plan *plan, const struct person_facts *person,
                                  const struct record_facts *record, enum role role)
{
    const struct fact_set *schools = plan->agreement->schools;
    if (role == ROLE_GUARDIAN) {
        return judge_guardian(plan, person);
    }
    bool good = meets(schools, &person->schools[role]) &&
                (record == NULL || allows(schools, &record->schools));
    return good ? ROW_RELEASED : ROW_SCHOOL;
}

/* --- records ------------------------------------------------------------------ */

static enum row_reason decide_student(const struct plan *plan, const struct record_facts *facts,
                                      struct row_verdict *out)
{
    if (plan->programs[ROLE_STUDENT] == NULL) {
        return ROW_ROLE;
    }
    for (size_t i = 0; i < facts->subjects.count; i++) {
        enum row_reason reason = judge_student(plan, facts->subjects.items[i]);
        if (reason != ROW_RELEASED) {
            return reason;
        }
        out->subjects[out->subject_count++] = facts->subjects.items[i];
    }
    if (!allows(plan->agreement->schools, &facts->schools)) {
        return ROW_SCHOOL;
    }
    if (!allows(plan->agreement->grades, &facts->grades)) {
        return ROW_GRADE;
    }
    out->roles = ROLE_BIT(ROLE_STUDENT);
    return ROW_RELEASED;
}

static void add_children(const struct person_facts *person, struct row_verdict *out)
{
    for (size_t i = 0; i < person->children.count; i++) {
        out->subjects[out->subject_count++] = person->children.items[i];
    }
}

/* A person who is no student: the shared roles that stand, together. */
static enum row_reason decide_others(const struct plan *plan, const struct person_facts *person,
                                     const struct record_facts *facts, struct row_verdict *out)
{
    static const enum role order[] = {ROLE_GUARDIAN, ROLE_TEACHER, ROLE_STAFF};
    role_mask held = facts->roles | person->roles;
    enum row_reason worst = ROW_ROLE;
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        enum role role = order[i];
        if ((held & ROLE_BIT(role)) == 0 || plan->programs[role] == NULL) {
            continue;
        }
        enum row_reason reason = judge_role(plan, person, facts, role);
        if (reason == ROW_RELEASED) {
            out->roles |= ROLE_BIT(role);
        } else {
            worst = reason;
        }
    }
    if (out->roles == 0) {
        return worst;
    }
    if ((out->roles & ROLE_BIT(ROLE_GUARDIAN)) != 0) {
        add_children(person, out);
    }
    return ROW_RELEASED;
}

static enum row_reason decide_person(const struct plan *plan, const struct record_facts *facts,
                                     struct row_verdict *out)
{
    const struct fact_set *subjects = &facts->subjects;
    if (subjects->known != TRI_YES || subjects->count == 0 || subjects->count > MAX_SUBJECTS) {
        return ROW_SUBJECT;
    }
    struct person_facts person = person_of(plan, subjects->items[0]);
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
        return decide_student(plan, facts, out);
    }
    return decide_others(plan, &person, facts, out);
}

/* The school of a class is listed; that of a course may also stand above a listed one. */
static bool record_schools_allowed(const struct plan *plan, const struct record_facts *facts)
{
    if (plan->resource->ref != REF_COURSE) {
        return allows(plan->agreement->schools, &facts->schools);
    }
    bool said = facts->schools.known == TRI_YES && facts->schools.count > 0;
    bool met = !said;
    for (size_t i = 0; said && !met && i < facts->schools.count; i++) {
        met = place_in_scope(plan, REF_ORG, facts->schools.items[i]);
    }
    return met;
}

/* Records about nobody: places by `where`, sessions always. */
static enum row_reason decide_thing(const struct plan *plan, const struct record_facts *facts,
                                    struct row_verdict *out)
{
    enum ref_type type = plan->resource->ref;
    if (plan->programs[ROLE_NONE] == NULL) {
        return ROW_ROLE;
    }
    if (type != REF_ACADEMIC_SESSION) {
        if (!place_in_scope(plan, type, facts->id) || !record_schools_allowed(plan, facts)) {
            return ROW_SCHOOL;
        }
        if (!allows(plan->agreement->grades, &facts->grades)) {
            return ROW_GRADE;
        }
    }
    out->roles = ROLE_BIT(ROLE_NONE);
    return ROW_RELEASED;
}

/* --- fields ------------------------------------------------------------------- */

static bool rules_equal(const struct field_rule *a, const struct field_rule *b)
{
    return a->transform == b->transform && span_eq(a->constant, b->constant);
}

/* Leaves only what both programs release, by the same rule. */
static void narrow(struct fieldset *keep, const struct field_rule *rules,
                   const struct program *other)
{
    for (size_t w = 0; w < FIELDSET_WORDS; w++) {
        keep->word[w] &= other->keep.word[w];
    }
    for (unsigned i = 0; i < other->resource->field_count; i++) {
        if (fieldset_has(keep, i) && !rules_equal(&rules[i], &other->rules[i])) {
            keep->word[i / 64] &= ~((uint64_t)1 << (i % 64));
        }
    }
}

static void settle_fields(const struct plan *plan, struct row_verdict *out)
{
    const struct fieldset *plain = NULL;
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        const struct program *p = plan->programs[role];
        if ((out->roles & ROLE_BIT(role)) == 0) {
            continue;
        }
        if (out->rules == NULL) {
            out->rules = p->rules;
            out->keep = p->keep;
            plain = &plan->plain[role];
        } else {
            narrow(&out->keep, out->rules, p);
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

static enum row_reason decide(const struct plan *plan, const struct record_facts *facts,
                              struct row_verdict *out)
{
    if (facts->id.len == 0) {
        return plan->resource->is_person ? ROW_SUBJECT : ROW_REF;
    }
    bool thing = plan->resource->roles == ROLE_BIT(ROLE_NONE);
    enum row_reason reason =
        thing ? decide_thing(plan, facts, out) : decide_person(plan, facts, out);
    if (reason != ROW_RELEASED) {
        return reason;
    }
    settle_fields(plan, out);
    return can_match(plan->query, &out->match) ? ROW_RELEASED : ROW_FILTER;
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
    clear(out);
    out->reason = decide(plan, facts, out);
    if (out->reason != ROW_RELEASED) {
        clear(out);
    }
}

/* --- references --------------------------------------------------------------- */

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
        role_mask bit = ROLE_BIT(role);
        if ((person.roles & plan->shared & bit) != 0 &&
            judge_role(plan, &person, NULL, (enum role)role) == ROW_RELEASED) {
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
        return place_in_scope(plan, type, id);
    case REF_USER:
    case REF_DEMOGRAPHICS:
        return person_ref_stands(plan, row, id);
    case REF_ACADEMIC_SESSION:
    case REF_RESOURCE:
        return true;
    default:
        return false;
    }
}

bool verdict_role_item(role_mask roles, struct span word)
{
    enum role role;
    return role_of_word(word, &role) && (roles & ROLE_BIT(role)) != 0;
}
