/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_ROSTER_PRIV_H
#define ROSTER_ROSTER_PRIV_H

#include "roster/ids.h"
#include "roster/roster.h"
#include "roster/sets.h"

#include <stdatomic.h>

/*
 * How a snapshot lies in memory. Everything is numbered: an id's number in its
 * table is the index of its row. A row may exist only because others point at
 * it; then it was not `seen`.
 */
#define SET_UNKNOWN UINT32_MAX

enum person_flag {
    PERSON_SEEN = 1,
    PERSON_UNUSABLE = 2,   /* tobedeleted, or its roles could not be read: unknown to lookups */
    PERSON_GRADES = 8,     /* names a grade */
    PERSON_BAD_LINKS = 16, /* agents[] could not be read */
    PERSON_BAD_GRADES = 32,
};

enum { PERSON_ROLES = ROLE_NONE }; /* students, guardians, teachers, staff */

struct person {
    uint32_t schools[PERSON_ROLES]; /* by class of role: set numbers, or SET_UNKNOWN */
    uint32_t grades, children;      /* the same */
    role_mask roles;
    role_mask named; /* classes of roles that name an org */
    uint8_t flags;
};

enum place_kind { PLACE_ORG, PLACE_CLASS, PLACE_COURSE, PLACE_KIND_COUNT };

enum place_flag {
    PLACE_SEEN = 1,
    PLACE_UNUSABLE = 2,
    PLACE_SCHOOL = 4, /* an org of type school */
    PLACE_GRADES = 8, /* names a grade */
};

struct place {
    uint32_t org;             /* parent, school or org: its number, or IDS_NONE */
    uint32_t schools, grades; /* set numbers, or SET_UNKNOWN */
    uint8_t flags;
};

struct place_table {
    struct ids ids;
    struct place *rows;
    uint32_t cap;
};

struct roster {
    atomic_uint refs;
    struct ids people_ids;
    struct person *people;
    uint32_t people_cap;
    struct place_table places[PLACE_KIND_COUNT];
    struct ids grade_names;

    struct sets schools;       /* members: orgs */
    struct sets person_grades; /* members: grade names */
    struct sets place_grades;
    struct sets children; /* members: people */
    uint32_t *students;   /* people numbers, in byte order of their ids */
    struct roster_counts counts;
};

/* Frees what a snapshot or a half-built one holds, and the block. */
void roster_destroy(struct roster *r);

static inline bool person_is_known(const struct person *p)
{
    return (p->flags & (PERSON_SEEN | PERSON_UNUSABLE)) == PERSON_SEEN;
}

static inline bool person_is_student(const struct person *p)
{
    return person_is_known(p) && (p->roles & ROLE_BIT(ROLE_STUDENT)) != 0;
}

static inline bool place_is_known(const struct place *p)
{
    return (p->flags & (PLACE_SEEN | PLACE_UNUSABLE)) == PLACE_SEEN;
}

static inline bool place_is_school(const struct place *p)
{
    return place_is_known(p) && (p->flags & PLACE_SCHOOL) != 0;
}

#endif
