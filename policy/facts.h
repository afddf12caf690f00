/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_FACTS_H
#define POLICY_FACTS_H

#include "base/span.h"

/*
 * What a decision may know. Facts have three values (invariant 6): unknown makes
 * an allowing condition false and a withholding condition true.
 */
enum tri { TRI_NO, TRI_YES, TRI_UNKNOWN };

/* The classes of people that `share:` speaks of, and none for records about no person. */
enum role { ROLE_STUDENT, ROLE_GUARDIAN, ROLE_TEACHER, ROLE_STAFF, ROLE_NONE, ROLE_COUNT };

/* A set of roles: bit (1 << role). */
typedef uint8_t role_mask;
#define ROLE_BIT(role) ((role_mask)(1u << (role)))

/*
 * The class of a OneRoster role name: student; guardian, parent, relative ->
 * guardian; teacher; aide, counselor, principal, proctor and the administrators
 * -> staff. False, and `*out` untouched, for any other word (invariant 1).
 */
bool role_of_word(struct span word, enum role *out);

/* The word used in policy files and ledger entries: "students", "guardians", ... */
const char *role_word(enum role role);

/* What a record or reference can point at; the GUIDRef types of OneRoster 1.2. */
enum ref_type {
    REF_NONE,
    REF_ACADEMIC_SESSION,
    REF_ASSESSMENT_LINE_ITEM,
    REF_ASSESSMENT_RESULT,
    REF_CATEGORY,
    REF_CLASS,
    REF_COURSE,
    REF_DEMOGRAPHICS, /* same ids as users */
    REF_ENROLLMENT,
    REF_LINE_ITEM,
    REF_ORG,
    REF_RESOURCE,
    REF_RESULT,
    REF_SCORE_SCALE,
    REF_USER,
    REF_COUNT
};

/* True for what is about neither a person nor a place: any reference to it may stand. */
bool ref_is_free(enum ref_type type);

/* True for what the roster knows by id: orgs, classes, courses, sessions, people. */
bool ref_is_known(enum ref_type type);

/* The GUIDRef `type` word ("org"), and the collection path segment ("orgs"). */
const char *ref_word(enum ref_type type);
const char *ref_path(enum ref_type type);

/* The type of a GUIDRef `type` word. False, and `*out` untouched, for any other word. */
bool ref_of_word(struct span word, enum ref_type *out);

/*
 * True for what partners know by the district's own ids whatever the agreement says
 * of ids: orgs and academic sessions, which are about nobody (SAFETY I1).
 */
bool ref_keeps_id(enum ref_type type);

/* A set of strings: school ids, grades, children. Borrowed from where it was looked up. */
struct fact_set {
    enum tri known; /* TRI_YES: `items` is the whole set (perhaps empty). Else unknown. */
    const struct span *items;
    size_t count;
};

/* What the roster knows of one person; unknown person: known = false, all else zero. */
struct person_facts {
    bool known;
    bool stopped;    /* `hallpass stop student`, or a restriction on all data: withhold */
    role_mask roles; /* all classes of roles held */
    /* By class of role: a student of one school who is an aide at another is a student at the
     * first only. Unknown for a class of role that names no org. */
    struct fact_set schools[ROLE_COUNT];
    struct fact_set grades;
    struct fact_set children; /* of a guardian: student ids */
    /* Of a student or of who teaches, by enrollments that have not ended; unknown while the roster
     * holds none. Terms with all sessions above them: a school year takes in its semesters. */
    struct fact_set classes;
    struct fact_set courses;
    struct fact_set terms;
    /* Of a student, from local fields that district.yaml classifies as such; else unknown. */
    struct fact_set statuses;
    struct fact_set programs;
    int32_t birth; /* yyyymmdd, or 0: unknown */
};

/* An org, class, course or academic session as the roster knows it. */
struct place_facts {
    bool known;
    struct fact_set schools; /* org: itself if a school, else the schools below it; class: its
                                school; course: the schools below its org */
    struct fact_set grades;  /* of a class or course; unknown when the source gives none */
    struct fact_set classes; /* of a course: its classes */
    struct fact_set courses; /* of a class: its course */
    struct fact_set terms;   /* of a class: its terms, of a course: those of its classes, each with
                                all above them; of a session: itself, and all above and below it */
};

/*
 * The roster as the policy sees it: lookups by id into an immutable snapshot.
 * They do no I/O and never fail; results live as long as the snapshot.
 */
struct roster_view {
    const void *ctx;
    void (*person)(const void *ctx, struct span id, struct person_facts *out);
    void (*place)(const void *ctx, enum ref_type type, struct span id, struct place_facts *out);
};

#endif
