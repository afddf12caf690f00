/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_EXAMPLE_RECORD_H
#define CLI_EXAMPLE_RECORD_H

#include "base/buf.h"
#include "policy/policy.h"

/*
 * An invented record, complete and in scope, as a partner would get it: so that
 * staff see a change and not only read of it. Its person, school, class and so on
 * exist nowhere; every value says that it is a sample.
 */
struct example {
    const struct resource *resource;
    enum role role;
    /* Ids that records and roster agree on: chosen so that `where` takes them in. */
    struct span school, grade, class, course, term, status, program;
};

/* Chooses for a record that both agreements take in where they can; either may be NULL. */
void example_choose(struct example *x, const struct agreement *was, const struct agreement *now);

/* Appends the record as a source would give it, as one JSON object. */
void example_put(const struct example *x, struct buf *out);

/*
 * Appends what an agreement lets out of it on a day: one JSON object, or a reason in
 * words ("not shared", "withheld: school"). Errors of the redactor; ERR_MEMORY.
 */
enum err example_show(const struct example *x, const struct policy *p, const struct agreement *a,
                      int32_t day, struct buf *out) MUST_CHECK;

#endif
