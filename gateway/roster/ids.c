/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open addressing with linear probing over numbers; strings lie end to end in
 * one block. At most two thirds of the slots are taken. Nothing is removed.
 */
#include "roster/ids.h"

#include "base/digest.h"
#include "base/mem.h"

enum { FIRST_SLOTS = 64, FIRST_PLACES = 32, FIRST_BYTES = 1024 };

enum err ids_init(struct ids *t)
{
    *t = (struct ids){0};
    return digest_random((uint8_t *)t->key, sizeof(t->key));
}

void ids_fini(struct ids *t)
{
    mem_free(t->bytes);
    mem_free(t->places);
    mem_free(t->slots);
    *t = (struct ids){0};
}

static uint64_t rotate(uint64_t v, unsigned by)
{
    return v << by | v >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

/* Up to eight bytes, little endian. */
static uint64_t load(const uint8_t *p, size_t n)
{
    uint64_t word = 0;

    for (size_t i = 0; i < n; i++) {
        word |= (uint64_t)p[i] << (8 * i);
    }
    return word;
}

/* SipHash-1-3 (Aumasson, Bernstein: one round a word, three at the end). */
static uint64_t hash(const struct ids *t, struct span id)
{
    uint64_t v[4] = {t->key[0] ^ 0x736f6d6570736575u, t->key[1] ^ 0x646f72616e646f6du,
                     t->key[0] ^ 0x6c7967656e657261u, t->key[1] ^ 0x7465646279746573u};
    size_t whole = id.len & ~(size_t)7;

    id.ptr = id.len == 0 ? (const uint8_t *)"" : id.ptr;
    for (size_t at = 0; at <= whole; at += 8) {
        size_t n = at < whole ? 8 : id.len - whole;
        uint64_t word = load(id.ptr + at, n) | (at < whole ? 0 : (uint64_t)id.len << 56);

        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    v[2] ^= 0xff;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

struct span ids_get(const struct ids *t, uint32_t number)
{
    return span_of(t->bytes + t->places[number].at, t->places[number].len);
}

/* The slot that holds `id`, or the empty one where it belongs. */
static uint32_t probe(const struct ids *t, struct span id)
{
    uint32_t mask = t->slot_count - 1;
    uint32_t slot = (uint32_t)hash(t, id) & mask;

    while (t->slots[slot] != 0 && !span_eq(ids_get(t, t->slots[slot] - 1), id)) {
        slot = (slot + 1) & mask;
    }
    return slot;
}

uint32_t ids_find(const struct ids *t, struct span id)
{
    return t->slot_count == 0 ? IDS_NONE : t->slots[probe(t, id)] - 1;
}

static enum err grow_slots(struct ids *t)
{
    uint32_t want = t->slot_count == 0 ? FIRST_SLOTS : t->slot_count * 2;

    if ((uint64_t)(t->count + 1) * 3 <= (uint64_t)t->slot_count * 2) {
        return OK;
    }
    uint32_t *slots = want == 0 ? NULL : mem_alloc_array(want, sizeof(*slots));

    if (slots == NULL) {
        return ERR_MEMORY;
    }
    mem_free(t->slots);
    t->slots = slots;
    t->slot_count = want;
    for (uint32_t i = 0; i < t->count; i++) {
        t->slots[probe(t, ids_get(t, i))] = i + 1;
    }
    return OK;
}

static enum err grow_places(struct ids *t)
{
    uint32_t cap = t->place_cap == 0 ? FIRST_PLACES : t->place_cap * 2;

    if (t->count < t->place_cap) {
        return OK;
    }
    struct ids_place *moved = mem_resize(t->places, cap * sizeof(*moved));

    if (moved == NULL) {
        return ERR_MEMORY;
    }
    t->places = moved;
    t->place_cap = cap;
    return OK;
}

static enum err grow_bytes(struct ids *t, size_t need)
{
    size_t cap = t->cap == 0 ? FIRST_BYTES : t->cap;

    if (need > UINT32_MAX - t->used) {
        return ERR_TOO_BIG;
    }
    while (cap - t->used < need) {
        cap *= 2;
    }
    if (cap == t->cap) {
        return OK;
    }
    uint8_t *moved = mem_resize(t->bytes, cap);

    if (moved == NULL) {
        return ERR_MEMORY;
    }
    t->bytes = moved;
    t->cap = cap;
    return OK;
}

static enum err grow(struct ids *t, size_t need)
{
    enum err e = grow_slots(t);

    e = e != OK ? e : grow_places(t);
    return e != OK ? e : grow_bytes(t, need);
}

enum err ids_add(struct ids *t, struct span id, uint32_t *number)
{
    uint32_t found = ids_find(t, id);

    if (found != IDS_NONE) {
        *number = found;
        return OK;
    }
    enum err e = grow(t, id.len);

    if (e != OK) {
        return e;
    }
    if (id.len > 0) {
        memcpy(t->bytes + t->used, id.ptr, id.len);
    }
    t->places[t->count] = (struct ids_place){(uint32_t)t->used, (uint32_t)id.len};
    t->used += id.len;
    t->slots[probe(t, id)] = ++t->count;
    *number = t->count - 1;
    return OK;
}

void ids_shrink(struct ids *t)
{
    uint8_t *bytes = t->used == 0 ? NULL : mem_resize(t->bytes, t->used);
    struct ids_place *places =
        t->count == 0 ? NULL : mem_resize(t->places, t->count * sizeof(*places));

    if (bytes != NULL) {
        t->bytes = bytes;
        t->cap = t->used;
    }
    if (places != NULL) {
        t->places = places;
        t->place_cap = t->count;
    }
}

size_t ids_bytes(const struct ids *t)
{
    return t->cap + t->place_cap * sizeof(*t->places) + t->slot_count * sizeof(*t->slots);
}
