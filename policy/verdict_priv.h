/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_VERDICT_PRIV_H
#define POLICY_VERDICT_PRIV_H

#include "policy/verdict.h"

/* Shared by verdict.c (requests) and verdict_row.c (records and references). */

enum { FIELDSET_WORDS = CATALOG_MAX_FIELDS / 64 };

/* True if the roster knows this org, class or course. */
bool place_is_known(const struct plan *plan, enum ref_type type, struct span id);

/*
 * True if an org, class or course lies within the agreement's `where`, by the
 * roster. An agreement without a rule that binds the type has the whole district
 * in scope, known or not. False for every other type.
 */
bool place_in_scope(const struct plan *plan, enum ref_type type, struct span id);

#endif
