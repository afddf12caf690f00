/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An open-addressing table over an append-only list. Readers share a lock; only
 * a student's first disclosure ever takes it alone. Ids are
 * heap copies that never move.
 */
#include "ledger/dictionary.h"

#include "base/mem.h"

#include <pthread.h>

enum { FIRST_SLOTS = 1024, FIRST_ROWS = 512 };

struct known {
    char *text; /* NULL: erased */
    size_t len;
    uint8_t salt[SUBJECT_SALT_BYTES];
};

struct dictionary {
    pthread_rwlock_t lock;
    uint64_t seed;      /* of the hash, random: ids are others' choice */
    struct known *rows; /* [number - 1] */
    size_t size, cap;
    uint32_t *slots; /* numbers; 0: free. At most half are taken */
    size_t slot_count;
};

void dictionary_free(struct dictionary **d)
{
    if (*d != NULL) {
        (void)pthread_rwlock_destroy(&(*d)->lock);
        for (size_t i = 0; i < (*d)->size; i++) {
            mem_free((*d)->rows[i].text);
        }
        mem_free((*d)->rows);
        mem_free((*d)->slots);
        mem_free(*d);
        *d = NULL;
    }
}

enum err dictionary_new(struct dictionary **out)
{
    struct dictionary *d = mem_alloc(sizeof(*d));

    if (d == NULL) {
        return ERR_MEMORY;
    }
    if (pthread_rwlock_init(&d->lock, NULL) != 0) {
        mem_free(d);
        return ERR_MEMORY;
    }
    d->slots = mem_alloc_array(FIRST_SLOTS, sizeof(*d->slots));
    d->slot_count = FIRST_SLOTS;
    enum err e = d->slots == NULL ? ERR_MEMORY : digest_random((uint8_t *)&d->seed, 8);

    if (e != OK) {
        dictionary_free(&d);
        return e;
    }
    *out = d;
    return OK;
}

/* FNV-1a from a random basis, then mixed: the low bits choose the slot. */
static uint64_t hash_of(const struct dictionary *d, struct span id)
{
    uint64_t h = d->seed ^ 0xcbf29ce484222325u;

    for (size_t i = 0; i < id.len; i++) {
        h = (h ^ id.ptr[i]) * 0x100000001b3u;
    }
    h ^= h >> 32;
    return h * 0x9e3779b97f4a7c15u >> 7;
}

static struct span id_of(const struct known *row)
{
    return span_of(row->text, row->len);
}

/* The slot that holds `id`, or the free one where it belongs. */
static size_t slot_of(const struct dictionary *d, struct span id)
{
    size_t mask = d->slot_count - 1;
    size_t at = (size_t)hash_of(d, id) & mask;

    while (d->slots[at] != 0 && !span_eq(id_of(&d->rows[d->slots[at] - 1]), id)) {
        at = (at + 1) & mask;
    }
    return at;
}

static enum err grow_slots(struct dictionary *d)
{
    uint32_t *old = d->slots;

    if ((d->size + 1) * 2 <= d->slot_count) {
        return OK;
    }
    uint32_t *slots = mem_alloc_array(d->slot_count * 2, sizeof(*slots));

    if (slots == NULL) {
        return ERR_MEMORY;
    }
    d->slots = slots;
    d->slot_count *= 2;
    for (size_t i = 0; i < d->size; i++) {
        if (d->rows[i].text != NULL) {
            d->slots[slot_of(d, id_of(&d->rows[i]))] = (uint32_t)i + 1;
        }
    }
    mem_free(old);
    return OK;
}

static enum err grow_rows(struct dictionary *d)
{
    if (d->size < d->cap) {
        return OK;
    }
    if (d->size >= UINT32_MAX) {
        return ERR_TOO_BIG;
    }
    size_t cap = d->cap == 0 ? FIRST_ROWS : d->cap * 2;
    struct known *rows = mem_resize(d->rows, cap * sizeof(*rows));

    if (rows == NULL) {
        return ERR_MEMORY;
    }
    d->rows = rows;
    d->cap = cap;
    return OK;
}

/* Appends a row. The lock is held alone. */
static enum err append(struct dictionary *d, const struct dictionary_row *row)
{
    char *text = NULL;
    enum err e = grow_rows(d);

    e = e != OK ? e : grow_slots(d);
    if (e != OK) {
        return e;
    }
    if (row->id.ptr != NULL) {
        text = mem_copy(row->id.ptr, row->id.len);
        if (text == NULL) {
            return ERR_MEMORY;
        }
    }
    struct known *mine = &d->rows[d->size];

    *mine = (struct known){.text = text, .len = row->id.len};
    memcpy(mine->salt, row->salt, sizeof(mine->salt));
    size_t slot = text == NULL ? 0 : slot_of(d, row->id);

    d->size++;
    if (text != NULL) {
        d->slots[slot] = (uint32_t)d->size;
    }
    return OK;
}

enum err dictionary_load(struct dictionary *d, const struct dictionary_row *row)
{
    enum err e = ERR_INPUT;

    (void)pthread_rwlock_wrlock(&d->lock);
    bool known = row->id.ptr != NULL && d->slots[slot_of(d, row->id)] != 0;

    if (row->number == d->size + 1 && !known) {
        e = append(d, row);
    }
    (void)pthread_rwlock_unlock(&d->lock);
    return e;
}

/* True if all were known. The lock is held, shared or alone. */
static bool look_up(const struct dictionary *d, const struct span *ids, size_t count,
                    struct subject *out)
{
    bool all = true;

    for (size_t i = 0; i < count; i++) {
        out[i] = (struct subject){d->slots[slot_of(d, ids[i])], ids[i]};
        all = all && out[i].number != 0;
    }
    return all;
}

static enum err give_number(struct dictionary *d, struct subject *s)
{
    struct dictionary_row row = {.id = s->id};
    size_t slot = slot_of(d, s->id);
    enum err e;

    if (d->slots[slot] == 0) {
        e = digest_random(row.salt, sizeof(row.salt));
        e = e != OK ? e : append(d, &row);
        if (e != OK) {
            return e;
        }
        slot = slot_of(d, s->id);
    }
    s->number = d->slots[slot];
    return OK;
}

enum err dictionary_number(struct dictionary *d, const struct span *ids, size_t count,
                           struct subject *out)
{
    enum err e = OK;

    (void)pthread_rwlock_rdlock(&d->lock);
    bool all = look_up(d, ids, count, out);

    (void)pthread_rwlock_unlock(&d->lock);
    if (all) {
        return OK;
    }
    (void)pthread_rwlock_wrlock(&d->lock);
    for (size_t i = 0; i < count && e == OK; i++) {
        e = out[i].number != 0 ? OK : give_number(d, &out[i]);
    }
    (void)pthread_rwlock_unlock(&d->lock);
    return e;
}

void dictionary_find(struct dictionary *d, const struct span *ids, size_t count, uint32_t *out)
{
    (void)pthread_rwlock_rdlock(&d->lock);
    for (size_t i = 0; i < count; i++) {
        out[i] = d->slots[slot_of(d, ids[i])];
    }
    (void)pthread_rwlock_unlock(&d->lock);
}

uint32_t dictionary_size(struct dictionary *d)
{
    (void)pthread_rwlock_rdlock(&d->lock);
    uint32_t size = (uint32_t)d->size;

    (void)pthread_rwlock_unlock(&d->lock);
    return size;
}

void dictionary_get(struct dictionary *d, uint32_t number, struct dictionary_row *out)
{
    (void)pthread_rwlock_rdlock(&d->lock);
    const struct known *row = &d->rows[number - 1];

    *out = (struct dictionary_row){.number = number, .id = id_of(row)};
    memcpy(out->salt, row->salt, sizeof(out->salt));
    (void)pthread_rwlock_unlock(&d->lock);
}
