/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edges are sorted, which makes each owner's members one run; runs are compared
 * as lists of numbers through a hash table that lives while the sets are made.
 */
#include "roster/sets.h"

#include "base/mem.h"

#include <stdlib.h>

enum { FIRST_EDGES = 256 };

enum err edges_add(struct edges *e, uint32_t from, uint32_t to)
{
    if (e->count == e->cap) {
        size_t cap = e->cap == 0 ? FIRST_EDGES : e->cap * 2;
        struct edge *moved = mem_resize(e->items, cap * sizeof(*moved));

        if (moved == NULL) {
            return ERR_MEMORY;
        }
        e->items = moved;
        e->cap = cap;
    }
    e->items[e->count++] = (struct edge){from, to};
    return OK;
}

void edges_fini(struct edges *e)
{
    mem_free(e->items);
    *e = (struct edges){0};
}

static int by_owner(const void *left, const void *right)
{
    const struct edge *a = left;
    const struct edge *b = right;

    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    return a->to == b->to ? 0 : a->to < b->to ? -1 : 1;
}

void edges_sort(struct edges *e)
{
    size_t kept = 0;

    if (e->count == 0) {
        return;
    }
    qsort(e->items, e->count, sizeof(*e->items), by_owner);
    for (size_t i = 1; i < e->count; i++) {
        if (by_owner(&e->items[kept], &e->items[i]) != 0) {
            e->items[++kept] = e->items[i];
        }
    }
    e->count = kept + 1;
}

/* What lives only while sets are made. */
struct work {
    struct sets *sets;
    uint32_t *members; /* numbers, parallel to sets->items */
    uint32_t *slots;   /* set number, 0 empty: the empty set is never looked up */
    uint32_t mask;
};

static uint32_t run_hash(const struct edge *run, size_t n)
{
    uint64_t h = 0x9e3779b97f4a7c15u;

    for (size_t i = 0; i < n; i++) {
        h = (h ^ run[i].to) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    return (uint32_t)h;
}

static bool run_is(const struct work *w, uint32_t set, const struct edge *run, size_t n)
{
    const struct set_place *p = &w->sets->places[set];

    for (size_t i = 0; i < n && p->count == n; i++) {
        if (w->members[p->first + i] != run[i].to) {
            return false;
        }
    }
    return p->count == n;
}

static uint32_t add_set(struct work *w, const struct ids *names, const struct edge *run, size_t n)
{
    struct sets *s = w->sets;

    s->places[s->count] = (struct set_place){s->item_count, (uint32_t)n};
    for (size_t i = 0; i < n; i++) {
        w->members[s->item_count] = run[i].to;
        s->items[s->item_count++] = ids_get(names, run[i].to);
    }
    return s->count++;
}

static uint32_t intern(struct work *w, const struct ids *names, const struct edge *run, size_t n)
{
    uint32_t slot = run_hash(run, n) & w->mask;

    while (w->slots[slot] != 0 && !run_is(w, w->slots[slot], run, n)) {
        slot = (slot + 1) & w->mask;
    }
    if (w->slots[slot] == 0) {
        w->slots[slot] = add_set(w, names, run, n);
    }
    return w->slots[slot];
}

static enum err work_init(struct work *w, const struct edges *e, struct sets *sets)
{
    size_t slots = 4;

    while (slots < e->count * 2) {
        slots *= 2;
    }
    if (e->count >= UINT32_MAX / 4) {
        return ERR_MEMORY;
    }
    w->sets = sets;
    w->mask = (uint32_t)slots - 1;
    w->slots = mem_alloc_array(slots, sizeof(*w->slots));
    w->members = mem_alloc_array(e->count, sizeof(*w->members));
    sets->items = mem_alloc_array(e->count, sizeof(*sets->items));
    sets->places = mem_alloc_array(e->count + 1, sizeof(*sets->places));
    sets->count = 1;
    return w->slots == NULL || w->members == NULL || sets->items == NULL || sets->places == NULL
               ? ERR_MEMORY
               : OK;
}

static void shrink(struct sets *s)
{
    struct set_place *places = mem_resize(s->places, s->count * sizeof(*places));
    struct span *items =
        s->item_count == 0 ? NULL : mem_resize(s->items, s->item_count * sizeof(*items));

    s->places = places == NULL ? s->places : places;
    s->items = items == NULL ? s->items : items;
}

static void make_all(struct work *w, const struct edges *e, const struct ids *names, uint32_t *of)
{
    for (size_t at = 0; at < e->count;) {
        size_t end = at + 1;

        while (end < e->count && e->items[end].from == e->items[at].from) {
            end++;
        }
        of[e->items[at].from] = intern(w, names, e->items + at, end - at);
        at = end;
    }
}

enum err sets_build(struct edges *e, const struct ids *names, uint32_t owners, uint32_t *of,
                    struct sets *out)
{
    struct work w = {0};
    struct sets made = {0};

    edges_sort(e);
    enum err err = work_init(&w, e, &made);

    if (err == OK) {
        memset(of, 0, owners * sizeof(*of));
        make_all(&w, e, names, of);
        shrink(&made);
        *out = made;
    } else {
        sets_fini(&made);
    }
    mem_free(w.slots);
    mem_free(w.members);
    return err;
}

void sets_fini(struct sets *s)
{
    mem_free(s->items);
    mem_free(s->places);
    *s = (struct sets){0};
}

size_t sets_bytes(const struct sets *s)
{
    return s->item_count * sizeof(*s->items) + s->count * sizeof(*s->places);
}
