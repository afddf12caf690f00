/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_SEARCH_H
#define DISTRICT_SEARCH_H

#include "base/buf.h"
#include "district/ask.h"

/*
 * Questions as SQL over the tables of build.h. Text is made of our own names
 * and numbers only; every value of the question is a parameter (?1, ?2).
 *
 * A clause on a list holds if any item satisfies it; != holds if the field has
 * a value and no item equals. A field without value satisfies nothing. = != < >
 * compare bytes, ~ is a substring with ASCII case folded.
 */

/*
 * Appends " FROM ... WHERE ..." for the question's view and clauses. The
 * collection's table is `u`. A single clause that asks a list for a value starts
 * from the value, where its records stand in order; all else starts from `u`.
 */
void search_rows(struct buf *out, const struct ask *ask);

/* The column that holds a row's place: a constant. SQLite sees its order only under this name. */
const char *search_place(const struct ask *ask);

/*
 * Appends " ORDER BY ...": by the sort field, then by sourcedId ascending. A
 * record without a value of the sort field counts as the empty text.
 */
void search_order(struct buf *out, const struct ask *ask);

#endif
