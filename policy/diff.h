/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_DIFF_H
#define POLICY_DIFF_H

#include "policy/policy.h"

/*
 * What a change of policy changes for partners. Compiled programs are compared,
 * never texts (SAFETY P2), so that a rule moved to another line is no change and
 * a changed catalog is one.
 *
 * The comparison errs to one side only: NARROWED and UNCHANGED are proven, all
 * that cannot be proven is WIDENED. Where people can hold two roles at once, the
 * sum of two narrowings can widen (what a teacher and guardian shows is what both
 * roles allow): then the change names both roles.
 */
enum diff_kind { DIFF_UNCHANGED, DIFF_NARROWED, DIFF_WIDENED };

/* What a change is about. Columns: symbol, word. */
#define DIFF_SUBJECT_TABLE(S)                                                                      \
    S(DIFF_FIELD, "field")                                                                         \
    S(DIFF_AGREEMENT, "agreement")                                                                 \
    S(DIFF_PARTNER, "partner")                                                                     \
    S(DIFF_BASIS, "basis")                                                                         \
    S(DIFF_DATES, "dates")                                                                         \
    S(DIFF_SCHOOLS, "schools")                                                                     \
    S(DIFF_GRADES, "grades")                                                                       \
    S(DIFF_CLASSES, "classes")                                                                     \
    S(DIFF_COURSES, "courses")                                                                     \
    S(DIFF_TERMS, "terms")                                                                         \
    S(DIFF_STATUSES, "statuses")                                                                   \
    S(DIFF_PROGRAMS, "programs")                                                                   \
    S(DIFF_PURPOSES, "purposes")                                                                   \
    S(DIFF_DESIGNATED, "directory-information")                                                    \
    S(DIFF_IDS, "ids")                                                                             \
    S(DIFF_REQUESTS, "requests-per-minute")                                                        \
    S(DIFF_STUDENTS, "students-per-day")                                                           \
    S(DIFF_CLIENT, "client")                                                                       \
    S(DIFF_KEYS, "keys")                                                                           \
    S(DIFF_TOKENS, "max-token-seconds")                                                            \
    S(DIFF_CATALOG, "catalog")                                                                     \
    S(DIFF_TIME_ZONE, "time-zone")                                                                 \
    S(DIFF_SMALL_CELLS, "small-cell-minimum")                                                      \
    S(DIFF_FACTS, "student-facts")                                                                 \
    S(DIFF_SECOND, "widening-needs")

enum diff_subject {
#define DIFF_SYMBOL(sym, word) sym,
    DIFF_SUBJECT_TABLE(DIFF_SYMBOL)
#undef DIFF_SYMBOL
        DIFF_SUBJECT_COUNT
};

const char *diff_subject_word(enum diff_subject subject);
const char *diff_kind_word(enum diff_kind kind); /* "unchanged", "narrowed", "widened" */

struct diff_change {
    enum diff_kind kind;
    enum diff_subject subject;
    struct span partner;             /* this and the next are empty for the whole district */
    struct span agreement;           /* empty for a client that changed hands, and the district */
    struct span client;              /* of CLIENT, KEYS and TOKENS */
    const struct resource *resource; /* of FIELD and CATALOG, from the new policy's catalog if it
                                        is there, else from the old one's */
    const struct field *field;       /* of FIELD; from the same catalog */
    role_mask roles;                 /* of FIELD: several bits are people who hold all of them */
    int32_t from;                    /* first day (yyyymmdd) on which it makes a difference */
    struct span was;                 /* in words; empty: nothing */
    struct span now;
};

struct diff {
    struct diff_change *changes; /* by partner and agreement, then in the order of the table */
    size_t count;
    size_t of_kind[DIFF_WIDENED + 1]; /* how many of each */
};

/*
 * Compares two policies from day `since` (yyyymmdd; 0: always) on. Unchanged
 * fields are listed too; other unchanged subjects are not. The result lives in
 * the arena and points into both policies. ERR_MEMORY: the arena is full.
 */
enum err policy_diff(const struct policy *was, const struct policy *now, int32_t since,
                     struct arena *arena, struct diff *out) MUST_CHECK;

#endif
