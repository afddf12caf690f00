/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_NEIGHBOURS_H
#define POLICY_NEIGHBOURS_H

#include "policy/policy_priv.h"

/*
 * What agreements of one district mean for each other; after all files are read.
 * Every problem is an error at the agreement that would have to change: records
 * that no student can be identified by beside identified ones of the same hands
 * (SAFETY I5), and one emergency soon after another (L4).
 */
void neighbours_check(const struct policy *p);

#endif
