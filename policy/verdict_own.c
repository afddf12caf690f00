/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Students' own facts in a decision (SAFETY S1-S5). They take away: a student's
 * records whole, or elements of them. The two that open something, consents and
 * namings, open only what an agreement of such a basis shares in any case. What is
 * not held whole withholds every record about a student.
 *
 * What every record shows cannot be taken from it: a restriction on the id that a
 * partner knows a student by, or on the school, takes the records whole.
 */
#include "policy/directory.h"
#include "policy/verdict_priv.h"

/* --- one subject --------------------------------------------------------------- */

static bool has_element(const struct element_set *set, const char *element)
{
    return element_set_has(set, element_number(element_parse(span_str(element))));
}

/* 99.37(a)(2): of directory information as a whole, or of the name that it goes by. */
static bool refuses_directory(const struct own_facts *own)
{
    if (own->refused_all || element_set_is_empty(&own->refused)) {
        return own->refused_all;
    }
    struct element_set name = directory_elements(DIRECTORY_NAME);
    bool refused = false;
    for (unsigned w = 0; w < ELEMENT_WORDS; w++) {
        refused |= (own->refused.word[w] & name.word[w]) != 0;
    }
    return refused;
}

/* The student's id as this partner gets it. */
static bool hides_student_id(const struct agreement *a, const struct element_set *lost)
{
    return has_element(lost, a->ids == IDS_DISTRICT
                                 ? "Student Identifiers / Local ID number"
                                 : "Student Identifiers / Provider/App assigned student ID number");
}

/*
 * Records of this resource say a student's school: with the roles, or under another
 * element beside it (an enrollment's school and class are schedule, a result's class
 * is transcript). Whoever may not know the school gets none of them.
 */
static bool says_school(const struct plan *plan)
{
    const struct resource *r = plan->resource;
    bool says = false;
    for (size_t i = 0; i < r->field_count; i++) {
        bool told = r->fields[i].grant[ROLE_STUDENT].by == GRANT_STRUCTURE ||
                    (r->fields[i].kind == FIELD_REF && !r->is_person);
        says |= (r->fields[i].facts & (FACT_SCHOOL | FACT_CLASS)) != 0 && told;
    }
    return says;
}

/*
 * True if something is lost that every record of the role shows: then all of it is.
 * A guardian is judged the same behind every reference, whatever record it stands in.
 */
static bool loses_structure(const struct plan *plan, const struct element_set *lost, enum role role)
{
    bool school = has_element(lost, "Enrollment / Student school enrollment");
    if (role == ROLE_GUARDIAN) {
        return school || has_element(lost, "Parent/Guardian ID / Parent ID number");
    }
    return (school && says_school(plan)) || hides_student_id(plan->agreement, lost);
}

static void limit(const struct agreement *a, const struct own_facts *own,
                  const struct element_set *lost, struct own_limits *limits)
{
    for (unsigned w = 0; w < ELEMENT_WORDS; w++) {
        limits->left.word[w] &= ~lost->word[w];
        limits->left.word[w] &= a->by_directory ? a->designated.word[w] : UINT64_MAX;
        limits->left.word[w] &= a->by_consent ? own->consents.word[w] : UINT64_MAX;
    }
}

static enum row_reason judge_elements(const struct plan *plan, const struct own_facts *own,
                                      enum role role, struct own_limits *limits)
{
    const struct agreement *a = plan->agreement;
    struct element_set lost = own->restricted;
    if (a->by_directory) {
        element_set_join(&lost, &own->refused);
    }
    limit(a, own, &lost, limits);
    if (element_set_is_empty(&lost)) {
        return ROW_RELEASED;
    }
    limits->unnamed |= role == ROLE_GUARDIAN && hides_student_id(a, &lost);
    return loses_structure(plan, &lost, role) ? own_reason(plan) : ROW_RELEASED;
}

enum row_reason own_judge(const struct plan *plan, struct span student, int32_t birth,
                          enum role role, struct own_limits *limits)
{
    const struct agreement *a = plan->agreement;
    if (plan->own == NULL || !plan->own->complete) {
        return ROW_OWN;
    }
    const struct own_question question = {.partner = a->partner,
                                          .agreement = a->id,
                                          .purpose = plan->purpose,
                                          .date = plan->local_date,
                                          .birth = birth};
    struct own_facts own = {.withheld = true};
    plan->own->facts(plan->own->ctx, student, &question, &own);
    if (own.withheld) {
        return ROW_STOPPED;
    }
    if (a->by_naming && !own.named) {
        return ROW_NAMED;
    }
    if (a->by_consent && !own.consented) {
        return ROW_CONSENT;
    }
    if (a->by_directory && refuses_directory(&own)) {
        return ROW_REFUSED;
    }
    return judge_elements(plan, &own, role, limits);
}

/* --- fields -------------------------------------------------------------------- */

static void drop(struct fieldset *set, unsigned n)
{
    set->word[n / 64] &= ~((uint64_t)1 << (n % 64));
}

static bool is_structure(const struct program *p, unsigned n)
{
    return p->resource->fields[n].grant[p->role].by == GRANT_STRUCTURE;
}

static bool takes_nothing(const struct own_limits *limits)
{
    bool all = !limits->unnamed;
    for (unsigned w = 0; w < ELEMENT_WORDS; w++) {
        all &= limits->left.word[w] == UINT64_MAX;
    }
    return all;
}

/* Another person's id: a guardian's record names the children by theirs. */
static bool names_person(const struct field *f)
{
    return f->ref == REF_USER && f->kind == FIELD_REF;
}

/* A field of no element that is more than structure is left only where everything is. */
static bool is_left(const struct program *p, const struct own_limits *limits, unsigned n)
{
    if (is_structure(p, n)) {
        return true;
    }
    return element_set_has(&limits->left, p->elements[n]) &&
           !(limits->unnamed && names_person(&p->resource->fields[n]));
}

static bool is_leaf_below(const struct resource *r, const struct field *f, uint16_t object)
{
    uint16_t parent = f->parent;
    while (parent != CATALOG_ROOT && parent != object) {
        parent = r->fields[parent].parent;
    }
    return f->kind != FIELD_OBJECT && parent == object;
}

/* Takes all that stands in an object. */
static void drop_below(const struct resource *r, uint16_t object, struct fieldset *keep)
{
    for (unsigned i = object + 1U; i < r->field_count; i++) {
        if (is_leaf_below(r, &r->fields[i], object)) {
            drop(keep, i);
        }
    }
}

/* What must stand beside its siblings and has no stand-in. */
static bool is_needed(const struct field *f)
{
    return f->required && f->kind != FIELD_OBJECT && f->placeholder.len == 0;
}

/* Objects stand before their members, so that the innermost are mended first. */
static bool mend(const struct program *p, struct fieldset *keep)
{
    const struct resource *r = p->resource;
    for (unsigned i = (unsigned)r->field_count; i-- > 0;) {
        const struct field *f = &r->fields[i];
        if (!is_needed(f) || fieldset_has(keep, i)) {
            continue;
        }
        if (f->parent == CATALOG_ROOT) {
            return false;
        }
        drop_below(r, f->parent, keep);
    }
    return true;
}

bool own_narrow(const struct program *p, const struct own_limits *limits, struct fieldset *keep)
{
    bool shows = false;
    if (takes_nothing(limits)) {
        return true;
    }
    for (unsigned i = 0; i < p->resource->field_count; i++) {
        if (fieldset_has(keep, i) && !is_left(p, limits, i)) {
            drop(keep, i);
        }
    }
    if (!mend(p, keep)) {
        return false;
    }
    for (unsigned i = 0; i < p->resource->field_count; i++) {
        shows |= fieldset_has(keep, i) && !is_structure(p, i);
    }
    return shows;
}

enum row_reason own_reason(const struct plan *plan)
{
    if (plan->agreement->by_consent) {
        return ROW_CONSENT;
    }
    return plan->agreement->by_directory ? ROW_REFUSED : ROW_STOPPED;
}

/* What a record must show to leave at all is not missing from one that does. */
bool own_can_take(const struct plan *plan, enum role role, const struct field *f)
{
    bool concerned = role == ROLE_STUDENT || role == ROLE_GUARDIAN;
    if (!concerned || (plan->own != NULL && plan->own->empty)) {
        return false;
    }
    return f->grant[role].by != GRANT_STRUCTURE && !(is_needed(f) && f->parent == CATALOG_ROOT);
}
