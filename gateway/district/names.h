/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISTRICT_NAMES_H
#define DISTRICT_NAMES_H

#include "district/canary.h"

/*
 * Invented names of many shapes, each unique because it carries its canary:
 * plain, accents, apostrophes, hyphens, particles, CJK, one grapheme (one
 * ideograph, or a letter under three combining marks), quotes and backslash,
 * and several hundred bytes long. The shape depends on the number alone, so that
 * twenty students show every one.
 */

/* Field CANARY_GIVEN or CANARY_PREFERRED_GIVEN. */
void names_given(struct buf *out, struct canary c);

/* Field CANARY_FAMILY or CANARY_PREFERRED_FAMILY; `family` gives siblings the same stem. */
void names_family(struct buf *out, struct canary c, uint32_t family);

/* Field CANARY_MIDDLE or CANARY_PREFERRED_MIDDLE; appends nothing for every third number. */
void names_middle(struct buf *out, struct canary c);

#endif
