/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H

#include "cli/shapes.h"
#include "policy/policy.h"
#include "policy/vocabulary.h"

/* What is declared beside what was really disclosed: an element, for a role, on a day. */
struct usage_question {
    const struct policy *policy;
    const struct agreement *agreement;
    enum role role;
    const struct element *element;
    int32_t day;
};

/* True if the agreement shares a field of the element with records of the role. */
bool usage_shares(const struct usage_question *q);

/* How many disclosures showed one, by a ledger's shapes. */
uint64_t usage_times(const struct usage_question *q, const struct shapes *shapes);

#endif
