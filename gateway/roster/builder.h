/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_BUILDER_H
#define ROSTER_BUILDER_H

#include "roster/roster.h"

/* Makes a snapshot out of the source's collections, page by page. One thread. */
struct roster_builder;

enum { ROSTER_MAX_DOCUMENT = 16 * 1024 * 1024, ROSTER_MAX_ID = 1024 };

/*
 * Building: documents of the source's collections are fed in any order; orgs
 * are needed before finish. ERR_MEMORY, ERR_CRYPTO (no random hash key).
 */
enum err roster_builder_new(struct roster_builder **out) MUST_CHECK;
void roster_builder_free(struct roster_builder **b);

/*
 * Before the first page: what the snapshot is to hold beyond people and places;
 * `today` (yyyymmdd, district-local) tells which enrollments have ended. Needs are
 * copied. ERR_MEMORY; ERR_INPUT: a local field of another resource or shape.
 */
enum err roster_builder_need(struct roster_builder *b, const struct roster_needs *needs,
                             int32_t today) MUST_CHECK;

/*
 * Adds one page of `resource`, told apart by its name (orgs, academicSessions, users,
 * classes, courses, demographics, enrollments; others are ERR_INPUT). `document` is a whole JSON
 * text of at most ROSTER_MAX_DOCUMENT bytes (else ERR_TOO_BIG) and is borrowed for the call.
 * `*rows` gets the number of records seen, for paging; untouched on failure.
 *
 * Fail closed: a record without a usable id is skipped and counted. A person
 * whose roles (1.2: `roles`, 1.1: `role` and `orgs`; both are unreadable) cannot be read, or whose
 * status is anything but active or absent, is unknown from then on. A person seen twice keeps the
 * union of roles, schools, grades and links. A class or course with malformed grades is unknown. An
 * enrollment counts only when its status is active, its role one that is known, and its endDate
 * absent, empty or a date that is not over. A birth date that is malformed, or two that differ, is
 * unknown. ERR_UP_JSON (also a duplicate key, and some failed allocations of the JSON parser),
 * ERR_UP_ENVELOPE (also members beside the array), ERR_MEMORY: after those the builder may only be
 * freed.
 */
enum err roster_builder_add(struct roster_builder *b, const struct resource *resource,
                            struct span document, size_t *rows) MUST_CHECK;

/* Grows with each page that brings something new: else the source does not page. */
size_t roster_builder_ids(const struct roster_builder *b);

/*
 * Makes the snapshot (one reference, the caller's); the builder may only be
 * freed afterwards. ERR_MEMORY; ERR_INPUT when there is no org of type school.
 */
enum err roster_build(struct roster_builder *b, int64_t now_ms, struct roster **out) MUST_CHECK;

#endif
