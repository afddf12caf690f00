/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_OFFER_H
#define POLICY_OFFER_H

#include "policy/policy.h"
#include "policy/share.h"

/*
 * A general offer of terms (NDPA Exhibit E): another district's agreement, as its
 * file came from there, in offers/ID.yaml. Who accepts it pins the file by digest
 * and can narrow it, never widen it.
 */

/*
 * Checks what an agreement ticks and shares against the offer it accepts. `offer`:
 * the file, or NULL when the folder has none of that name. False, with messages at
 * the agreement's places, when the digest differs, the time for accepting is over,
 * or anything is wider than the offer. Works in mine->scratch.
 */
bool offer_check(const struct policy_file *offer, struct sharing *mine);

#endif
