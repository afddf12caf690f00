/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DIFF_PRINT_H
#define CLI_DIFF_PRINT_H

#include "base/buf.h"
#include "policy/diff.h"

/* What is printed of a comparison, and in how much detail. */
struct diff_report {
    const struct policy *was;
    const struct policy *now;
    const struct diff *diff;
    int32_t since;
    bool all;   /* name unchanged fields too */
    bool brief; /* as JSON: no unchanged fields, no example records */
};

/* For people, on standard output: by partner, with an example record before and after. */
enum err diff_print_words(const struct diff_report *r) MUST_CHECK;

/* The same as one JSON object. Errors of the redactor on an example record; of the buffer. */
enum err diff_put_json(const struct diff_report *r, struct buf *out) MUST_CHECK;

/* One line, "2 widened, 1 narrowed, 31 unchanged". */
void diff_put_sum(const struct diff *d, struct buf *out);

#endif
