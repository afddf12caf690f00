/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_AGREEMENT_H
#define POLICY_AGREEMENT_H

#include "policy/ending.h"
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
    const struct node *adds;    /* lines of Exhibit B that count from `from`, or NULL */
    const struct node *removes; /* lines that count until the day before, or NULL */
};

/* One box of Exhibit B; whether it counts from the contract's first day. */
struct tick {
    const struct element *element;
    struct span detail; /* behind the colon of a "please specify" line, or empty */
    bool from_start;    /* false: an amendment adds it */
};

/* What an amendment does to a box, from its day on; in the order of their days. */
struct tick_change {
    size_t tick;
    int32_t on;
    bool adds;
};

/* A line of Exhibit B as something shared needs it ticked. */
struct line {
    const struct element *element; /* NULL: the form does not govern it */
    struct span field;             /* a local field, which a "please specify" line must name */
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
    struct tick_change *changes;
    size_t change_count;
    struct ending ending;
    const struct node *offer_at; /* `accepts-offer-of:`, or NULL; the next two are its members */
    struct span offer;
    struct span offer_sha256;
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

/* True if the line is ticked on that day. */
bool agreement_ticks(const struct agreement_file *a, const struct line *line, int32_t date);

/*
 * The first day of the time in which the line is ticked that holds the date or
 * comes next after it; 0: it is not ticked then any more.
 */
int32_t agreement_ticks_from(const struct agreement_file *a, const struct line *line, int32_t date);

/* True if it is ticked on any day. */
bool agreement_ever_ticks(const struct agreement_file *a, const struct line *line);

#endif
