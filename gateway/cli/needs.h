/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_NEEDS_H
#define CLI_NEEDS_H

#include "policy/policy.h"
#include "roster/roster.h"

/* What decisions under a policy ask of a roster. */
struct needs {
    struct roster_needs all; /* its locals are those below: must stay where it is */
    struct roster_local locals[ROSTER_MAX_LOCALS];
};

void needs_find(const struct policy *p, struct needs *n);

#endif
