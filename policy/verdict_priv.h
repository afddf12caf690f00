/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_VERDICT_PRIV_H
#define POLICY_VERDICT_PRIV_H

#include "policy/verdict.h"

/*
 * Shared by the files of a verdict: verdict.c (requests), verdict_query.c (what a
 * question names), verdict_row.c (records), verdict_person.c (people and references),
 * verdict_place.c (`where`) and verdict_own.c (students' own facts).
 */

enum { FIELDSET_WORDS = CATALOG_MAX_FIELDS / 64 };

/* --- verdict_place.c */

/* A rule that must be met: no rule is met by all, an unknown set by none. */
bool facts_meet(const struct fact_set *rule, const struct fact_set *facts);

/* As facts_meet(), for facts that may be absent: only what is said can be against. */
bool facts_allow(const struct fact_set *rule, const struct fact_set *facts);

/* True if the roster knows this org, class, course or session. */
bool place_is_known(const struct plan *plan, enum ref_type type, struct span id);

/*
 * ROW_RELEASED if an org, class, course or academic session lies within the
 * agreement's `where`, by the roster (SAFETY R5). An agreement without a rule that
 * binds the type has the whole district in scope, known or not. Every other type
 * lies outside.
 */
enum row_reason place_judge(const struct plan *plan, enum ref_type type, struct span id);
bool place_in_scope(const struct plan *plan, enum ref_type type, struct span id);

/* --- verdict_own.c */

/* What the subjects of a record leave of its fields; starts as OWN_LIMITS_NONE. */
struct own_limits {
    struct element_set left; /* the elements that every subject leaves */
    bool unnamed;            /* some subject's own id is withheld */
};
#define OWN_LIMITS_NONE                                                                            \
    {                                                                                              \
        .left = {.word = {UINT64_MAX, UINT64_MAX} }                                                \
    }

/*
 * Takes one subject of a record of `role` into the limits: ROW_RELEASED, or why
 * nothing about this student may leave, in the order of docs/policy.md.
 */
enum row_reason own_judge(const struct plan *plan, struct span student, int32_t birth,
                          enum role role, struct own_limits *limits);

/*
 * Takes from `keep`, a part of what `p` keeps, what the limits do not leave, and
 * each item of a list that would lack what strict clients require of it. False if
 * the record would, or if nothing but structure remains: then it does not leave.
 */
bool own_narrow(const struct program *p, const struct own_limits *limits, struct fieldset *keep);

/* The reason for a record of which own_narrow() leaves nothing. */
enum row_reason own_reason(const struct plan *plan);

/* True if own facts could take the leaf from some record of the role and not from another. */
bool own_can_take(const struct plan *plan, enum role role, const struct field *f);

/* --- verdict_person.c */

struct person_facts person_of(const struct plan *plan, struct span id);

/* ROW_RELEASED if this is a student whom the agreement takes in; narrows the limits. */
enum row_reason student_judge(const struct plan *plan, struct span id, enum role role,
                              struct own_limits *limits);

/*
 * ROW_RELEASED if a role other than student stands. A guardian's stands if every
 * linked child is taken in; the children narrow the limits. `record` (may be NULL)
 * must not be against the role's schools.
 */
enum row_reason role_judge(const struct plan *plan, const struct person_facts *person,
                           const struct record_facts *record, enum role role,
                           struct own_limits *limits);

/* --- verdict_query.c */

/* Leaves that every record shows unchanged. */
struct fieldset open_of(const struct plan *plan);

/*
 * Whether the plan's question names only what it may: ERR_FILTER_FIELD,
 * ERR_SORT_FIELD, ERR_FIELDS. `granted`: leaves that some role's program releases.
 */
enum err question_check(const struct plan *plan, const struct fieldset *granted,
                        struct refusal *why) MUST_CHECK;

/* All leaves of a resource. */
struct fieldset leaves_of(const struct resource *r);

#endif
