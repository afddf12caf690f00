/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_HEAP_H
#define NET_HEAP_H

#include "net/loop.h"

/* Armed timers of a loop, the earliest on top: a binary heap of borrowed pointers. */
struct timer_heap {
    struct timer **slots; /* slots[0] is heap_at 1 */
    uint32_t count;
    uint32_t cap;
};

/* Takes in a timer that is in no heap, by its due_ms, then its order. ERR_MEMORY. */
enum err heap_put(struct timer_heap *h, struct timer *t) MUST_CHECK;

/* Takes out a timer that is in this heap. */
void heap_take(struct timer_heap *h, struct timer *t);

/* The earliest, or NULL. */
struct timer *heap_top(const struct timer_heap *h);

/* Forgets all timers and frees the slots. */
void heap_fini(struct timer_heap *h);

#endif
