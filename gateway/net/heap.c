/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A binary heap of timers. Invariant: slots[i]->heap_at == i + 1, and no timer
 * is due before its parent ((i - 1) / 2).
 */
#include "net/heap.h"

#include "base/mem.h"

#include <assert.h>

static bool is_before(const struct timer *a, const struct timer *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->order < b->order;
}

static void place(struct timer_heap *h, uint32_t at, struct timer *t)
{
    h->slots[at] = t;
    t->heap_at = at + 1;
}

static void rise(struct timer_heap *h, uint32_t at, struct timer *t)
{
    while (at > 0 && is_before(t, h->slots[(at - 1) / 2])) {
        place(h, at, h->slots[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    place(h, at, t);
}

static void sink(struct timer_heap *h, uint32_t at, struct timer *t)
{
    for (uint32_t child = 2 * at + 1; child < h->count; child = 2 * at + 1) {
        if (child + 1 < h->count && is_before(h->slots[child + 1], h->slots[child])) {
            child++;
        }
        if (!is_before(h->slots[child], t)) {
            break;
        }
        place(h, at, h->slots[child]);
        at = child;
    }
    place(h, at, t);
}

enum err heap_put(struct timer_heap *h, struct timer *t)
{
    assert(t->heap_at == 0);
    if (h->count == h->cap) {
        uint32_t cap = h->cap == 0 ? 64 : h->cap * 2;
        struct timer **moved = mem_resize(h->slots, cap * sizeof(*moved));

        if (moved == NULL) {
            return ERR_MEMORY;
        }
        h->slots = moved;
        h->cap = cap;
    }
    h->count++;
    rise(h, h->count - 1, t);
    return OK;
}

void heap_take(struct timer_heap *h, struct timer *t)
{
    uint32_t at = t->heap_at - 1;

    assert(t->heap_at > 0 && t->heap_at <= h->count && h->slots[at] == t);
    struct timer *last = h->slots[--h->count];

    t->heap_at = 0;
    if (last != t) {
        sink(h, at, last);
        rise(h, last->heap_at - 1, last);
    }
}

struct timer *heap_top(const struct timer_heap *h)
{
    return h->count == 0 ? NULL : h->slots[0];
}

void heap_fini(struct timer_heap *h)
{
    for (uint32_t i = 0; i < h->count; i++) {
        h->slots[i]->heap_at = 0;
    }
    mem_free(h->slots);
    *h = (struct timer_heap){0};
}
