/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_SETS_H
#define ROSTER_SETS_H

#include "roster/ids.h"

/*
 * Sets of strings, each distinct set kept once: thousands of students share the
 * set of their one school. First edges (owner, member) are collected, then all
 * sets are made at once.
 */
struct edge {
    uint32_t from, to;
};

struct edges {
    struct edge *items;
    size_t count, cap;
};

enum err edges_add(struct edges *e, uint32_t from, uint32_t to) MUST_CHECK;
void edges_fini(struct edges *e);

/* By owner, then member; what stands twice stands once afterwards. */
void edges_sort(struct edges *e);

/* Set number 0 is the empty set. */
struct set_place {
    uint32_t first, count;
};

struct sets {
    struct span *items; /* members of all sets, end to end; point into the ids */
    uint32_t item_count;
    struct set_place *places;
    uint32_t count;
};

/*
 * Makes the sets of `e`, which is sorted in passing: `of[owner]`, for each owner
 * below `owners`, gets its set's number. Members are numbers of `names`, whose
 * strings must not move any more. Duplicates count once. ERR_MEMORY: `out` is
 * left empty.
 */
enum err sets_build(struct edges *e, const struct ids *names, uint32_t owners, uint32_t *of,
                    struct sets *out) MUST_CHECK;
void sets_fini(struct sets *s);

static inline const struct span *sets_items(const struct sets *s, uint32_t set, size_t *count)
{
    *count = s->places[set].count;
    return s->items + s->places[set].first;
}

size_t sets_bytes(const struct sets *s);

#endif
