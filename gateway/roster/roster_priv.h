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
    PERSON_DEMOGRAPHICS = 64, /* a demographics record was seen */
    PERSON_BAD_BIRTH = 128,   /* its date could not be read, or there are two */
};

enum { PERSON_ROLES = ROLE_NONE }; /* students, guardians, teachers, staff */

struct person {
    uint32_t schools[PERSON_ROLES]; /* by class of role: set numbers, or SET_UNKNOWN */
    uint32_t grades, children;      /* the same */
    role_mask roles;
    role_mask named; /* classes of roles that name an org */
    uint8_t flags;
};

/* What a roster holds of a person only when decisions need it. */
enum tie { TIE_CLASSES, TIE_COURSES, TIE_TERMS, TIE_COUNT };

struct person_ties {
    uint32_t sets[TIE_COUNT];    /* set numbers, or SET_UNKNOWN */
    uint32_t statuses, programs; /* the same */
    int32_t birth;               /* yyyymmdd, 0: unknown */
};

/* Those with a school and grades stand first. */
enum place_kind { PLACE_ORG, PLACE_CLASS, PLACE_COURSE, PLACE_SESSION, PLACE_KIND_COUNT };
enum { PLACE_GRADED_END = PLACE_SESSION };

enum place_flag {
    PLACE_SEEN = 1,
    PLACE_UNUSABLE = 2,
    PLACE_SCHOOL = 4, /* an org of type school */
    PLACE_GRADES = 8, /* names a grade */
    PLACE_TIED = 16,  /* a class whose course was read */
};

struct place {
    uint32_t org;             /* parent, school or org: its number, or IDS_NONE */
    uint32_t course;          /* of a class: its course's number, or IDS_NONE */
    uint32_t schools, grades; /* set numbers, or SET_UNKNOWN; so are the next three */
    uint32_t ties[TIE_COUNT];
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
    struct ids words;         /* statuses and programs */
    struct ids locals;        /* what it was made for: 'p' or 's', and the field */
    struct person_ties *ties; /* as people; NULL when nothing of it is needed */
    bool has_enrollments, has_birth;

    struct sets schools;       /* members: orgs */
    struct sets person_grades; /* members: grade names */
    struct sets place_grades;
    struct sets children;        /* members: people */
    struct sets tied[TIE_COUNT]; /* of people and places; members: classes, courses, sessions */
    struct sets labels;          /* statuses and programs of people; members: words */
    uint32_t *students;          /* people numbers, in byte order of their ids */
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
