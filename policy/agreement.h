/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_AGREEMENT_H
#define POLICY_AGREEMENT_H

#include "policy/policy.h"
#include "policy/where.h"

/*
 * agreements/ID.yaml as read: every member checked by itself and against
 * district.yaml. What is shared is only pointed at; share.h reads it.
 */
struct document {
    struct span is; /* "original", "amendment 1" */
    int32_t signed_on;
    int32_t from;
    struct span file;
    struct span sha256;
    const struct node *adds; /* lines of Exhibit B that count from `from`, or NULL */
};

/* One box of Exhibit B and the day from which it counts. */
struct tick {
    const struct element *element;
    int32_t from;
};

struct agreement_file {
    const struct doc *doc;
    const struct district *district;
    struct span id;
    struct span partner;
    struct span form;
    int32_t from; /* of the original */
    int32_t ends;
    const struct document *documents;
    size_t document_count;
    enum basis basis; /* BASIS_COUNT when it could not be read */
    struct span interest;
    struct texts purposes;
    struct texts where[WHERE_COUNT]; /* empty: not limited by it */
    enum ids_mode ids;
    bool ids_for_agreement;
    uint64_t requests_per_minute; /* 0: no limit; so is the next */
    uint64_t students_per_day;
    struct span destroy_within; /* "60 days after request", or empty */
    struct span *subprocessors; /* their names */
    size_t subprocessor_count;
    struct tick *ticks;
    size_t tick_count;
    const struct node *because;
    const struct node *share;
    const struct node *partner_at; /* place of `partner:` */
};

/*
 * Reads and checks the whole file; every problem is a message. False if any was
 * an error; `out` then holds what could be read. Borrows from document and arena.
 * `catalog` gives the grade words.
 */
bool agreement_read(const struct doc *d, const struct district *district,
                    const struct catalog *catalog, struct agreement_file *out);

/* The day from which a line is ticked, or 0: it is not. */
int32_t agreement_ticked(const struct agreement_file *a, const struct element *e);

#endif
