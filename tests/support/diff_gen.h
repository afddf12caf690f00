/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_DIFF_GEN_H
#define SUPPORT_DIFF_GEN_H

#include "tests/support/policy_kit.h"
#include "tests/support/redact_gen.h"

/*
 * Random agreements and random changes of them, for the property that what a
 * comparison calls narrower lets nothing more through. A shape is a list of small
 * choices; its text is the file agreements/acme-math.yaml of the example district.
 */
enum { SHAPE_CHOICES = 40 };

struct shape {
    uint8_t choice[SHAPE_CHOICES];
};

void shape_random(struct gen *g, struct shape *s);

/* Changes one to three choices. */
void shape_change(struct gen *g, struct shape *s);

/* Gives the kit this agreement, and schools whose ids are school-0, school-1, school-2. */
void shape_put(const struct shape *s, struct policy_kit *k);

#endif
