/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_JOINS_H
#define CLI_JOINS_H

#include "policy/policy.h"

/*
 * By what two agreements' records of the same students can be joined (SAFETY I4):
 * ids that are the same to both, and fields whose values stay equal, or can be
 * made equal, in what both get. That nothing is listed does not mean that nobody
 * could join them: rows stand in the same order, and other sources exist.
 */
enum { JOINS_MAX = 4 * CATALOG_MAX_FIELDS };

struct join {
    struct span record; /* "user" */
    struct span path;   /* "email" */
    enum role role;     /* whose: students or guardians */
};

/* What one agreement releases that can join. */
struct join_side {
    const struct agreement *agreement;
    struct join_field *fields;
    size_t count;
};

/* Gathers one side on a day; it lives in the arena. ERR_MEMORY. */
enum err joins_gather(const struct policy *p, const struct agreement *a, int32_t day,
                      struct arena *arena, struct join_side *out) MUST_CHECK;

/* True if both may be about the same students on that day. */
bool joins_overlap(const struct agreement *a, const struct agreement *b, int32_t day);

/* Writes at most JOINS_MAX joins to `out`; how many. */
size_t joins_between(const struct join_side *a, const struct join_side *b, struct join *out);

#endif
