/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/span.h"

/*
 * Bump allocation for one exchange, one policy load, one file read: everything
 * is freed at once. It is bounded; running over the bound (or out of memory) is
 * sticky, returns NULL from then on, and makes the owner refuse the request.
 */
struct arena_block;

struct arena {
    struct arena_block *head; /* newest block */
    size_t used;              /* bytes in blocks, all counted */
    size_t max;
    bool overflow;
};

/* An empty arena of at most `max` bytes; allocates nothing yet. */
void arena_init(struct arena *a, size_t max);

/* Frees every block. Accepts a zeroed struct. */
void arena_fini(struct arena *a);

/* Frees all but one block of ordinary size and clears `overflow`. */
void arena_reset(struct arena *a);

/* `size` zeroed bytes aligned for any type, or NULL with `overflow` set. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((warn_unused_result));

/* `count` zeroed items of `size` bytes, or NULL. */
void *arena_array(struct arena *a, size_t count, size_t size) __attribute__((warn_unused_result));

/* A copy that lives as long as the arena, NUL-terminated behind the span; empty span on failure. */
struct span arena_copy(struct arena *a, struct span bytes);

#endif
