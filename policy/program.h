/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_PROGRAM_H
#define POLICY_PROGRAM_H

#include "policy/transform.h"

/*
 * A field program: what one agreement releases of one resource for one role.
 * Immutable, made when the policy loads. `fields=` and students' own facts only
 * narrow `keep` further, by bitsets (DESIGN 8). The redactor executes it.
 */

struct program {
    const struct resource *resource;
    enum role role;
    struct fieldset keep;           /* leaves with a rule other than omit, and structure */
    const struct field_rule *rules; /* resource->field_count of them */
    const uint8_t *elements;        /* by field: element_number() of its grant, or ELEMENT_NONE */
};

#endif
