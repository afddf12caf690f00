/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_ROSTER_H
#define ROSTER_ROSTER_H

#include "policy/catalog.h"

/*
 * The gateway's own index of the facts that decisions need, loaded from the
 * source. A snapshot is immutable once built and shared by reference count.
 */
struct roster;
struct roster_builder;

struct roster_counts {
    size_t people, students, orgs, classes, courses; /* that lookups know */
    size_t skipped;                                  /* records that could not be used */
    size_t bytes;                                    /* heap held by the snapshot */
    int64_t built_ms;                                /* wall clock */
};

enum { ROSTER_MAX_DOCUMENT = 16 * 1024 * 1024, ROSTER_MAX_ID = 1024 };

/*
 * Building: documents of the source's collections are fed in any order; orgs
 * are needed before finish. ERR_MEMORY, ERR_CRYPTO (no random hash key).
 */
enum err roster_builder_new(struct roster_builder **out) MUST_CHECK;
void roster_builder_free(struct roster_builder **b);

/*
 * Adds one page of `resource`, told apart by its name (orgs, users, classes,
 * courses; others are ERR_INPUT). `document` is a whole JSON text of at most
 * ROSTER_MAX_DOCUMENT bytes (else ERR_TOO_BIG) and is borrowed for the call.
 * `*rows` gets the number of records seen, for paging; untouched on failure.
 *
 * Fail closed: a record without a usable id is skipped and counted. A person
 * whose roles cannot be read, or whose status is `tobedeleted`, is unknown from
 * then on. A person seen twice keeps the union of roles, schools, grades and
 * links. A class or course with malformed grades is unknown.
 * ERR_UP_JSON (also a duplicate key), ERR_UP_ENVELOPE, ERR_MEMORY: after those
 * the builder may only be freed.
 */
enum err roster_builder_add(struct roster_builder *b, const struct resource *resource,
                            struct span document, size_t *rows) MUST_CHECK;

/* Distinct ids taken so far: a page that adds none comes from a source that does not page. */
size_t roster_builder_ids(const struct roster_builder *b);

/*
 * Makes the snapshot (one reference, the caller's); the builder may only be
 * freed afterwards. ERR_MEMORY; ERR_INPUT when there is no org of type school.
 */
enum err roster_build(struct roster_builder *b, int64_t now_ms, struct roster **out) MUST_CHECK;

/* Any thread. */
struct roster *roster_ref(struct roster *r);
void roster_unref(struct roster **r); /* the last one frees; NULL is accepted */

void roster_read_counts(const struct roster *r, struct roster_counts *out);

/*
 * One hash probe, no allocation, any thread; the sets live as long as the
 * snapshot. `stopped` is always false here. A person's schools are the orgs of
 * type school among roles[].org and primaryOrg; unknown when no org is named at
 * all. Children, of anyone but a student: the students (or ids that nobody has)
 * in the person's agents[], and the students whose agents[] name the person.
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
