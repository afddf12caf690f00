/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SUITE_H
#define CLI_SUITE_H

#include "cli/trial.h"
#include "policy/doc_read.h"

/*
 * A suite of policy tests: a file tests/NAME.yaml beside the policy (docs/policy.md
 * explains it). It brings people, places, students' own facts and cases; a case is a
 * request, the records that a source would answer with, and what may leave. What a
 * case does not list must not leave.
 */
struct suite_person {
    struct span id;
    role_mask roles;
    bool stopped;
    struct fact_set schools, grades, children;
    struct fact_set classes, courses, terms, statuses, programs;
    int32_t birth;
    struct own_facts own;
};

struct suite_place {
    struct span id;
    enum ref_type type;
    struct fact_set schools, grades, classes, courses, terms;
};

struct suite_case {
    const struct node *at;
    struct span name;
    struct span agreement;       /* or empty: the suite's */
    struct span client;          /* or empty: the agreement's first purpose counts */
    struct span request;         /* "GET /students?limit=3" or without the method */
    int32_t on;                  /* or 0: the suite's */
    const struct node *record;   /* this, or the next, or neither */
    const struct node *records;  /* a list */
    struct span denied;          /* the refusal's code, "yes" for any, or empty: not refused */
    const struct node *released; /* records as they must leave, in order; NULL: none */
    const struct node *withheld; /* id: reason; ids that are not listed need no reason */
};

struct suite {
    const struct doc *doc;
    const struct policy *policy;
    struct span name;
    struct span agreement;
    int32_t on; /* 0: the day given on the command line */
    struct suite_person *people;
    size_t person_count;
    struct suite_place *places;
    size_t place_count;
    struct suite_case *cases;
    size_t case_count;
};

/*
 * Reads a parsed file; every problem is a message. False if any was an error.
 * Everything is borrowed from the document, its arena and the policy.
 */
bool suite_read(const struct doc *d, const struct policy *p, struct suite *out);

/* The suite's people and places, and its students' own facts, as decisions see them. */
struct roster_view suite_roster(const struct suite *s);
struct own_view suite_own(const struct suite *s);

/* What the cases of all suites have shown: which granted fields left, which limits withheld. */
struct coverage;

/* A case's outcome: `why` is empty when it passed, else sentences, one a line. */
enum err suite_run(const struct suite *s, const struct suite_case *c, int32_t day,
                   struct coverage *coverage, struct buf *why) MUST_CHECK;

/* ERR_MEMORY. */
enum err coverage_new(const struct policy *p, struct coverage **out) MUST_CHECK;
void coverage_free(struct coverage **c);

/* Marks what a record shows. */
void coverage_add(struct coverage *c, const struct plan *plan, const struct redact_record *record);

/* Appends one line; with `all`, then one for each rule that no case has shown. */
void coverage_put(const struct coverage *c, int32_t day, bool all, struct buf *out);

#endif
