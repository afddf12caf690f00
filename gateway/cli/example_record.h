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

struct example_question {
    bool item;
    struct span query;
    struct span purpose;
    int32_t day;
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

/*
 * Whether a question is allowed, asked of the sample district: of the record itself
 * (`item`) or of its kind. `query` holds parameters ("filter=..."), or is empty. The
 * error is the one that a partner would get; `field` is what it names, or empty.
 */
enum err example_ask(const struct example *x, const struct policy *p, const struct agreement *a,
                     const struct example_question *q, struct span *field) MUST_CHECK;

/* Appends a value as this field of the record holds it, percent-encoded. */
void example_put_value(const struct example *x, const struct field *f, struct buf *out);

#endif
