/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deciding requests: may this be asked at all, and what may be forwarded. Records
 * are decided in verdict_row.c, references in verdict_person.c. Everything starts
 * from "no": a program must exist, a field must be in it, an id must be in scope.
 */
#include "policy/verdict.h"

#include "policy/translation.h"
#include "policy/verdict_priv.h"

static const char *const reason_words[ROW_REASON_COUNT] = {
    [ROW_RELEASED] = "released", [ROW_ROLE] = "role",     [ROW_SUBJECT] = "subject",
    [ROW_SCHOOL] = "school",     [ROW_GRADE] = "grade",   [ROW_STOPPED] = "stopped",
    [ROW_FILTER] = "filter",     [ROW_REF] = "reference", [ROW_PLACE] = "place",
    [ROW_STATUS] = "status",     [ROW_NAMED] = "named",   [ROW_CONSENT] = "consent",
    [ROW_REFUSED] = "refused",   [ROW_OWN] = "own-facts", [ROW_ID] = "id",
};

const char *row_reason_word(enum row_reason reason)
{
    return (unsigned)reason < ROW_REASON_COUNT ? reason_words[reason] : "";
}

static enum err refuse(struct refusal *why, enum err e, const char *param, const char *clause)
{
    *why = (struct refusal){.param = span_str(param), .clause = span_str(clause)};
    return e;
}

/* --- what the agreement shares ------------------------------------------------ */

static enum err check_dates(const struct request_facts *facts, struct refusal *why)
{
    if (facts->local_date < facts->agreement->from) {
        return refuse(why, ERR_AGREEMENT_NOT_YET, NULL, "from");
    }
    if (facts->local_date > facts->agreement->ends) {
        return refuse(why, ERR_AGREEMENT_ENDED, NULL, "ends");
    }
    int32_t barred = facts->agreement->barred_until;
    if (barred != 0 && facts->local_date <= barred) {
        return refuse(why, ERR_AGREEMENT_ENDED, NULL, "barred-until");
    }
    int32_t stopped = facts->agreement->stopped_on;
    bool over = stopped != 0 && facts->local_date >= stopped;
    return over ? refuse(why, ERR_AGREEMENT_ENDED, NULL, "ended") : OK;
}

/* Leaves that a program releases unchanged. */
static struct fieldset plain_of(const struct program *p)
{
    struct fieldset plain = {{0}};
    for (unsigned i = 0; i < p->resource->field_count; i++) {
        if (fieldset_has(&p->keep, i) && p->rules[i].transform == TRANSFORM_AS_IS) {
            fieldset_add(&plain, i);
        }
    }
    return plain;
}

static bool find_programs(const struct request_facts *facts, struct plan *plan)
{
    bool found = false;
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if ((plan->resource->roles & ROLE_BIT(role)) == 0) {
            continue;
        }
        const struct program *p = policy_program(facts->policy, facts->agreement, plan->resource,
                                                 (enum role)role, facts->local_date);
        plan->programs[role] = p;
        if (p != NULL) {
            plan->plain[role] = plain_of(p);
            found = true;
        }
    }
    return found;
}

/* Roles of a resource, without those in `known`, that the agreement shares. */
static role_mask roles_shared_in(const struct request_facts *facts, const struct resource *r,
                                 role_mask known)
{
    role_mask shared = 0;
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        bool open = (r->roles & ROLE_BIT(role)) != 0 && (known & ROLE_BIT(role)) == 0;
        if (open && policy_program(facts->policy, facts->agreement, r, (enum role)role,
                                   facts->local_date) != NULL) {
            shared |= ROLE_BIT(role);
        }
    }
    return shared;
}

static role_mask shared_roles(const struct request_facts *facts)
{
    const struct catalog *c = policy_catalog(facts->policy);
    role_mask shared = 0;
    for (size_t i = 0; i < catalog_resource_count(c); i++) {
        shared |= roles_shared_in(facts, catalog_resource(c, i), shared);
    }
    return shared;
}

/* Leaves that some role's program releases. */
static struct fieldset granted_of(const struct plan *plan)
{
    struct fieldset granted = {{0}};
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        for (size_t w = 0; plan->programs[role] != NULL && w < FIELDSET_WORDS; w++) {
            granted.word[w] |= plan->programs[role]->keep.word[w];
        }
    }
    return granted;
}

/* --- rows and totals ---------------------------------------------------------- */

/* A required reference that can be out of scope or malformed takes its row with it. */
static bool has_required_ref(const struct plan *plan)
{
    const struct resource *r = plan->resource;
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        bool bound = f->ref != REF_ACADEMIC_SESSION || plan->agreement->terms != NULL;
        if (f->kind == FIELD_REF && f->required && bound) {
            return true;
        }
    }
    return false;
}

/*
 * True unless no rule of the agreement can ever withhold a record of this resource.
 * Whoever a record is about can be stopped, restricted, opted out or unknown.
 */
static bool rows_are_ruled(const struct plan *plan)
{
    const struct agreement *a = plan->agreement;
    if (plan->resource->roles != ROLE_BIT(ROLE_NONE) || has_required_ref(plan)) {
        return true;
    }
    if (translation_is_on(a) && !ref_keeps_id(plan->resource->ref)) {
        return true; /* an id that is too long for a code */
    }
    switch (plan->resource->ref) {
    case REF_ACADEMIC_SESSION:
        return a->terms != NULL;
    case REF_ORG:
        return a->schools != NULL;
    case REF_COURSE:
        return a->schools != NULL || a->grades != NULL || a->classes != NULL ||
               a->courses != NULL || a->terms != NULL;
    default:
        return true;
    }
}

static void settle_rows(struct plan *plan)
{
    plan->has_row_rules = rows_are_ruled(plan) || plan->query->clause_count > 0;
    plan->totals = !plan->has_row_rules;
}

/* --- what the basis allows to be asked ------------------------------------------ */

/*
 * A transfer is about one student at a time (34 CFR 99.34): records are asked for by
 * id. A directory's client may not address a person's record by id at all: the id is
 * the student's number, which is no directory information, and an answer would confirm
 * whose it is (99.37(e), SAFETY R6).
 */
static bool basis_allows(const struct plan *plan)
{
    const struct agreement *a = plan->agreement;
    if (!plan->about_students) {
        return true;
    }
    return plan->item ? !a->by_directory : a->kind != BASIS_TRANSFER;
}

/* --- the id in the path ------------------------------------------------------- */

/* What the roster alone says of a person; the record may still take away more. */
static bool person_may_show(const struct plan *plan)
{
    struct row_verdict row;
    struct record_facts facts = {
        .id = plan->id,
        .subjects = {.known = TRI_YES, .items = &plan->id, .count = 1},
        .schools = {.known = TRI_UNKNOWN},
        .grades = {.known = TRI_UNKNOWN},
    };
    verdict_row(plan, &facts, &row);
    return row.reason == ROW_RELEASED;
}

/* Sets plan->vouched. False: refused without asking the source. */
static bool id_may_show(struct plan *plan)
{
    if (plan->id.len == 0) {
        return false; /* what the partner wrote is no id of its own (SAFETY R4) */
    }
    if (plan->resource->is_person) {
        plan->vouched = person_may_show(plan);
        return plan->vouched;
    }
    switch (plan->resource->ref) {
    case REF_ORG:
    case REF_CLASS:
    case REF_COURSE:
        plan->vouched = place_is_known(plan, plan->resource->ref, plan->id) &&
                        place_in_scope(plan, plan->resource->ref, plan->id);
        return plan->vouched;
    case REF_ACADEMIC_SESSION:
        return place_in_scope(plan, REF_ACADEMIC_SESSION, plan->id);
    default:
        return !ref_is_known(plan->resource->ref); /* decided on the record */
    }
}

/* --- what to ask the source for ------------------------------------------------ */

/* Fields that decide over rows and items, whether they leave or not. */
static bool decides(const struct field *f)
{
    bool id = f->parent == CATALOG_ROOT && span_eq_str(f->name, "sourcedId");
    return id || f->facts != 0 || f->guards_item || (f->kind == FIELD_REF && f->required);
}

/* A bar is needed beside what it bars, and never asked for by itself: it may be an SSN. */
static bool bars_something(const struct plan *plan, const struct field *bar)
{
    const struct resource *r = plan->resource;
    for (unsigned i = 0; bar->bar != BAR_NONE && i < r->field_count; i++) {
        if (r->fields[i].parent == bar->parent && fieldset_has(&plan->upstream, i)) {
            return true;
        }
    }
    return false;
}

static void settle_upstream(struct plan *plan, const struct fieldset *granted)
{
    for (size_t w = 0; w < FIELDSET_WORDS; w++) {
        plan->upstream.word[w] = plan->asked.word[w] & granted->word[w];
    }
    for (unsigned i = 0; i < plan->resource->field_count; i++) {
        const struct field *f = &plan->resource->fields[i];
        if (decides(f) || bars_something(plan, f)) {
            fieldset_add(&plan->upstream, i);
        }
    }
    for (size_t i = 0; i < plan->query->clause_count; i++) {
        fieldset_add(&plan->upstream, plan->query->clauses[i].field->number);
    }
}

enum err verdict_request(const struct request_facts *facts, struct plan *plan, struct refusal *why)
{
    struct plan made = {
        .policy = facts->policy,
        .agreement = facts->agreement,
        .roster = facts->roster,
        .own = facts->own,
        .purpose = facts->purpose,
        .local_date = facts->local_date,
        .resource = facts->route->resource,
        .query = facts->query,
        .item = facts->route->item,
        .id = facts->route->id,
    };
    enum err e = check_dates(facts, why);
    if (e != OK) {
        return e;
    }
    if (!find_programs(facts, &made)) {
        return refuse(why, ERR_RESOURCE, NULL, "share");
    }
    made.about_students =
        made.programs[ROLE_STUDENT] != NULL || made.programs[ROLE_GUARDIAN] != NULL;
    if (!basis_allows(&made)) {
        return refuse(why, ERR_RESOURCE, NULL, "basis");
    }
    made.shared = shared_roles(facts);
    made.asked = facts->query->has_fields ? facts->query->fields : leaves_of(made.resource);
    if (made.item && !id_may_show(&made)) {
        return refuse(why, ERR_RECORD, NULL, NULL);
    }
    struct fieldset granted = granted_of(&made);
    made.open = open_of(&made);
    e = question_check(&made, &granted, why);
    if (e != OK) {
        return e;
    }
    settle_rows(&made);
    settle_upstream(&made, &granted);
    *plan = made;
    return OK;
}
