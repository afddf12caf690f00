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
    size_t people, students, orgs, classes, courses;
    int64_t built_ms; /* wall clock */
};

/*
 * Building: documents of the source's collections are fed in any order; orgs
 * are needed before finish. The builder reads whole JSON documents of at most
 * 16 MiB each (one page of a collection).
 */
enum err roster_builder_new(struct roster_builder **out) MUST_CHECK;
void roster_builder_free(struct roster_builder **b);

/*
 * Adds one page of `resource` (orgs, users, classes, courses; others are
 * ERR_INPUT). `*rows` gets the number of records seen, for paging. Records
 * without a usable id are skipped and counted; a person seen twice keeps the
 * union of roles (fail closed: more roles only take away). ERR_UP_JSON,
 * ERR_UP_ENVELOPE, ERR_MEMORY.
 */
enum err roster_builder_add(struct roster_builder *b, const struct resource *resource,
                            struct span document, size_t *rows) MUST_CHECK;

/* Makes the snapshot (one reference, the caller's). ERR_MEMORY; ERR_INPUT when there is no org. */
enum err roster_build(struct roster_builder *b, int64_t now_ms, struct roster **out) MUST_CHECK;

struct roster *roster_ref(struct roster *r);
void roster_unref(struct roster **r);

void roster_read_counts(const struct roster *r, struct roster_counts *out);

/*
 * The policy's view. `stopped` (may be NULL) is asked for every person: stops
 * live outside the snapshot because they bite at once (invariant 9).
 */
struct roster_stops {
    bool (*student)(const void *ctx, struct span id);
    const void *ctx;
};

void roster_lookup_person(const struct roster *r, struct span id, struct person_facts *out);
void roster_lookup_place(const struct roster *r, enum ref_type type, struct span id,
                         struct place_facts *out);

/* Every student id in ascending byte order, for dense ledger numbers: `i` from 0. */
struct span roster_student(const struct roster *r, size_t i);

#endif
