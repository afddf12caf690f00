/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_ENDING_H
#define POLICY_ENDING_H

#include "policy/policy.h"

/*
 * The end of a contract as an agreement's file tells it under `ended:` (NDPA
 * Exhibit D). An ended agreement stays on file until its destruction is certified
 * (SAFETY L8). Days are yyyymmdd; 0: not there.
 */
struct ending {
    int32_t on;           /* first day after the contract */
    int32_t directed_on;  /* the district directed what becomes of the data */
    int32_t certified_on; /* the partner certified that it is done */
    int32_t due;          /* last day to do it, counted as `destroy-within` says; 0: it does not run
                             yet, because it waits for the district's directive */
    int32_t stopped_on;   /* first day without any disclosure: the earlier of the first two */
    bool transfer;        /* the directive is to transfer, else to destroy */
    bool partial;         /* of some categories, else of all */
};

/*
 * What holds for an agreement. `due` is also counted for one whose last day stands
 * in the contract alone; `on` and `stopped_on` are 0 then.
 */
void policy_ending(const struct policy *p, const struct agreement *a, struct ending *out);

#endif
