/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_TRANSLATION_H
#define POLICY_TRANSLATION_H

#include "policy/policy.h"

/*
 * What does not leave as it is because of an agreement's `ids:` alone, whatever is
 * shared (SAFETY I1, F6). Under `district-ids` nothing.
 */

/* True if partners of this agreement know records by other ids than the district's. */
bool translation_is_on(const struct agreement *a);

/*
 * True for ids and references whose codes stand for them, wherever they stand: all
 * but those of orgs and academic sessions. An id of nothing known is translated too,
 * which no code can do: it is withheld.
 */
bool translation_is_coded(const struct agreement *a, const struct field *f);

/*
 * True for date-times that come with every record and are cut to their day: to the
 * millisecond they would tell two partners which of their records are the same.
 */
bool translation_is_cut(const struct agreement *a, const struct field *f);

#endif
