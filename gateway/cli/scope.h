/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SCOPE_H
#define CLI_SCOPE_H

#include "policy/policy.h"
#include "roster/roster.h"

/*
 * How many students of a roster an agreement takes in by `where`, on a day;
 * students' own facts are not looked at. False when it shares nothing of students
 * on that day.
 */
bool scope_count(const struct policy *p, const struct agreement *a, const struct roster *roster,
                 int32_t day, size_t *count);

#endif
