/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_OWN_H
#define ROSTER_OWN_H

#include "policy/own.h"
#include "roster/own_read.h"

/*
 * Students' own facts ready to be asked: an immutable snapshot, shared by
 * reference count, hashed by student. Any thread; lookups neither allocate nor
 * fail.
 */
struct own_set;

/*
 * Makes a snapshot of rows of all four files; they are copied. A bad row
 * withholds its student from everybody (SAFETY S1). `complete`: every file was
 * read whole. ERR_MEMORY, ERR_CRYPTO (no random hash key). One reference, the caller's.
 */
enum err own_set_new(const struct own_row *rows, size_t count, bool complete,
                     struct own_set **out) MUST_CHECK;

struct own_set *own_set_ref(struct own_set *set);
void own_set_unref(struct own_set **set); /* the last one frees; NULL is accepted */

bool own_set_is_complete(const struct own_set *set);

/* Students that some row is about. */
size_t own_set_students(const struct own_set *set);

/*
 * The policy's view; the set outlives it. What counts on a day: rows from
 * `since` to `until`, both included; a consent from the day it was signed to its
 * last day or the day before it was revoked, for the purpose and party that it
 * names. A parent's or guardian's consent ends with the day before the first of
 * the month of the 18th birthday, a student's own counts if the student was 18
 * when signing (SAFETY F3, 34 CFR 99.5); without a birth date none counts.
 * Opt-outs know nothing of enrollment: they survive leaving (34 CFR 99.37(b)).
 */
void own_set_view(const struct own_set *set, struct own_view *out);

/*
 * True if what may leave of a student under `now` may be less than under `was`,
 * for an agreement whose basis looks at namings, consents or opt-outs as said.
 */
struct own_matters {
    bool named, consents, opt_outs;
};
bool own_facts_narrowed(const struct own_facts *was, const struct own_facts *now,
                        const struct own_matters *matters);

#endif
