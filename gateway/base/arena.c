/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chained blocks, newest first. The first block of ordinary size survives a
 * reset so that a keep-alive connection allocates nothing per request.
 */
#include "base/arena.h"

#include "base/mem.h"

#include <stdalign.h>

enum { BLOCK_BYTES = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t cap;
    size_t at;
    alignas(max_align_t) uint8_t bytes[];
};

void arena_init(struct arena *a, size_t max)
{
    *a = (struct arena){.max = max};
}

static void free_chain(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *next = block->next;

        mem_free(block);
        block = next;
    }
}

void arena_fini(struct arena *a)
{
    free_chain(a->head);
    *a = (struct arena){.max = a->max};
}

void arena_reset(struct arena *a)
{
    struct arena_block *keep = a->head;

    if (keep == NULL || keep->cap != BLOCK_BYTES) {
        arena_fini(a);
        return;
    }
    free_chain(keep->next);
    memset(keep->bytes, 0, keep->at);
    keep->next = NULL;
    keep->at = 0;
    a->used = keep->cap;
    a->overflow = false;
}

static struct arena_block *add_block(struct arena *a, size_t need)
{
    size_t cap = need > BLOCK_BYTES ? need : BLOCK_BYTES;

    if (cap > a->max - a->used) {
        cap = a->max - a->used;
    }
    struct arena_block *block = cap < need ? NULL : mem_alloc(sizeof(*block) + cap);

    if (block == NULL) {
        a->overflow = true;
        return NULL;
    }
    block->cap = cap;
    block->next = a->head;
    a->head = block;
    a->used += cap;
    return block;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t need = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    struct arena_block *block = a->head;

    if (a->overflow || need < size) {
        a->overflow = true;
        return NULL;
    }
    if (block == NULL || need > block->cap - block->at) {
        block = add_block(a, need);
    }
    if (block == NULL) {
        return NULL;
    }
    void *at = block->bytes + block->at;

    block->at += need;
    return at;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total)) {
        a->overflow = true;
        return NULL;
    }
    return arena_alloc(a, total);
}

struct span arena_copy(struct arena *a, struct span bytes)
{
    uint8_t *copy = arena_alloc(a, bytes.len + 1);

    if (copy == NULL) {
        return (struct span){NULL, 0};
    }
    if (bytes.len > 0) {
        memcpy(copy, bytes.ptr, bytes.len);
    }
    return span_of(copy, bytes.len);
}
