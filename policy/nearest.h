/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_NEAREST_H
#define POLICY_NEAREST_H

#include "base/span.h"

/* A short form of `text` fit for a message: one line, cut at 60 bytes. */
struct shown {
    char text[72];
};
struct shown shown_of(struct span text);

/*
 * The nearest of some words to what was written, for "did you mean". At most a
 * third of the characters may differ, or one is the start of the other.
 */
struct nearest {
    struct span want;
    struct span word; /* empty while none is near */
    size_t distance;
};
void nearest_init(struct nearest *n, struct span want);
void nearest_try(struct nearest *n, struct span word);

/* `; did you mean "x"?`, or nothing. */
struct shown nearest_hint(const struct nearest *n);

#endif
