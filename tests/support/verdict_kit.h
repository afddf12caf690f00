/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_VERDICT_KIT_H
#define SUPPORT_VERDICT_KIT_H

#include "policy/verdict.h"
#include "policy/vocabulary.h"
#include "tests/support/policy_kit.h"

/*
 * The example policy with three agreements more, and a roster worked out by hand:
 * for tests of verdicts. Agreement `narrow` shares students, guardians and
 * teachers at riverside (school-07) in grade 07; `wide` shares little of the whole
 * district; `staff` shares teachers and staff at riverside. All of them run from
 * 2024-07-01 to 2026-06-30. verdict_kit.c lists the people and places.
 */
struct verdict_kit {
    struct policy_kit policy;
    struct roster_view roster;
    const struct own_view *own; /* the district has none of its own until verdict_kit_own() */
    struct own_view own_view;
    const struct kit_own *own_rows;
    size_t own_count;
    struct own_question asked; /* the last question put to own_view */
    struct span purpose;
    struct query query;
    struct refusal why; /* of the last refusal */
    struct arena arena;
    int32_t date;
};

/* One student's own facts; elements stand as "Category / Element; Category / Element". */
struct kit_own {
    const char *student;
    bool withheld, named, consented, refused_all;
    const char *restricted, *refused, *consents;
};

void verdict_kit_open(struct verdict_kit *k);
void verdict_kit_close(struct verdict_kit *k);

/* Gives the district own facts: those of the table and no others. The rows are borrowed. */
void verdict_kit_own(struct verdict_kit *k, const struct kit_own *rows, size_t n);

/* The agreement, to bend as a table needs it. */
struct agreement *verdict_kit_bend(struct verdict_kit *k, const char *agreement);

/* "Category / Element; ..." as a set; NULL is empty. Fails the test on an unknown element. */
struct element_set verdict_kit_elements(const char *lines);

/* Decides the record of a person, or the enrollment "row" of one, that says these roles alone. */
void verdict_kit_decide(struct verdict_kit *k, const struct plan *plan, const char *id,
                        role_mask roles, struct row_verdict *out);

/*
 * Asks for a path such as "users" or "users/s-in" with a query such as
 * "filter=familyName='a'&sort=givenName" (or NULL). Errors of query_parse() and
 * verdict_request(). The plan lives until the next call or close.
 */
enum err verdict_kit_ask(struct verdict_kit *k, const char *agreement, const char *path,
                         const char *query, struct plan *plan) MUST_CHECK;

/* As above, and fails the test unless it is allowed. */
struct plan verdict_kit_plan(struct verdict_kit *k, const char *agreement, const char *path,
                             const char *query);

/* "a b c" as a set; NULL gives an unknown one, "" a known empty one. Lives as long as the kit. */
struct fact_set verdict_kit_set(struct verdict_kit *k, const char *words);

/* The dotted paths of a set, joined by blanks; until the next call. */
const char *verdict_kit_paths(const struct resource *r, const struct fieldset *set);

#endif
