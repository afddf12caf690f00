/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_ROSTER_H
#define ROSTER_ROSTER_H

#include "policy/catalog.h"

/*
 * The gateway's own index of the facts that decisions need, loaded from the
 * source (roster/builder.h makes one). A snapshot is immutable and shared by
 * reference count.
 */
struct roster;

/*
 * What decisions need beyond orgs, classes, courses and people; a roster holds
 * no more than it was made for.
 */
enum { ROSTER_MAX_LOCALS = 64 };

struct roster_local {
    struct span resource; /* "users", "demographics" or "enrollments" */
    struct span path;     /* in the record: "metadata.bus"; one or two names */
    bool program;         /* a program; else an enrollment status */
};

struct roster_needs {
    bool enrollments; /* classes, courses and terms: of people and of places */
    bool birth;
    const struct roster_local *locals; /* local fields that are facts; borrowed */
    size_t local_count;                /* at most ROSTER_MAX_LOCALS */
};

struct roster_counts {
    size_t people, students, orgs, classes, courses; /* that lookups know */
    size_t enrollments;                              /* that had not ended */
    size_t skipped;                                  /* records that could not be used */
    size_t bytes;                                    /* heap held by the snapshot */
    int64_t built_ms;                                /* wall clock */
};

/* Any thread. */
struct roster *roster_ref(struct roster *r);
void roster_unref(struct roster **r); /* the last one frees; NULL is accepted */

void roster_read_counts(const struct roster *r, struct roster_counts *out);

/* True if the roster was made for all of these needs. */
bool roster_holds(const struct roster *r, const struct roster_needs *needs);

/*
 * One hash probe, no allocation, any thread; the sets live as long as the
 * snapshot. `stopped` is always false here. A person's schools, for
 * each class of role, are the orgs of type school among roles[].org of that
 * class; unknown when it names no org. Children, of anyone but a student: the students (or ids that
 * nobody has) in the person's agents[], and the students whose agents[] name the person.
 *
 * Classes of a person: those of enrollments that are active and had not ended on
 * the day the roster was made, of a student as student, of anyone else as teacher,
 * administrator or proctor, and only classes that the roster knows. Courses and terms: those of
 * these classes. What the roster was not made for is unknown.
 */
void roster_lookup_person(const struct roster *r, struct span id, struct person_facts *out);
void roster_lookup_place(const struct roster *r, enum ref_type type, struct span id,
                         struct place_facts *out);

/* Every student id in ascending byte order: `i` from 0 below counts.students. */
struct span roster_student(const struct roster *r, size_t i);

/*
 * The policy's view of a snapshot. `student` (may be NULL) is asked for every
 * person: stops live outside the snapshot because they bite at once (invariant
 * 9). The lens and what it points at outlive the view.
 */
struct roster_lens {
    const struct roster *roster;
    bool (*student)(const void *ctx, struct span id); /* true: stopped */
    const void *ctx;
};
void roster_view_init(struct roster_view *view, const struct roster_lens *lens);

#endif
