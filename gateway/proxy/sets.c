/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small open table with the set used last in front: consecutive records
 * nearly always share it. A full table forgets everything, which costs repeated
 * entries and nothing else.
 */
#include "proxy/sets.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/text.h"

#include <assert.h>

enum { SLOTS = 1024, MAX_TEXT = 64 * 1024 };

struct set_slot {
    const struct resource *resource; /* NULL: empty */
    uint64_t world;
    struct fieldset keep;
    role_mask roles;
    char name[SET_NAME_CHARS + 1];
};

struct set_cache {
    struct set_slot slots[SLOTS];
    unsigned used;
    struct set_slot *last;
};

enum err set_cache_new(struct set_cache **out)
{
    struct set_cache *c = mem_alloc(sizeof(*c));

    if (c == NULL) {
        return ERR_MEMORY;
    }
    *out = c;
    return OK;
}

void set_cache_free(struct set_cache **c)
{
    mem_free(*c);
    *c = NULL;
}

void set_cache_clear(struct set_cache *c)
{
    *c = (struct set_cache){0};
}

static bool is_same(const struct set_slot *s, const struct set_parts *p)
{
    return s->resource == p->resource && s->world == p->world && s->roles == p->roles &&
           memcmp(&s->keep, p->keep, sizeof(s->keep)) == 0;
}

static enum err name_of(const struct set_parts *p, char name[SET_NAME_CHARS + 1])
{
    const struct resource *r = p->resource;
    struct buf text;
    uint8_t digest[DIGEST_BYTES];

    buf_init(&text, MAX_TEXT);
    buf_put(&text, r->name);
    buf_printf(&text, "\n%u\n", (unsigned)p->roles);
    for (unsigned i = 0; i < r->field_count; i++) {
        if (fieldset_has(p->keep, i) && r->fields[i].kind != FIELD_OBJECT) {
            buf_put(&text, r->fields[i].path);
            buf_put_byte(&text, '\n');
        }
    }
    enum err e = buf_err(&text);

    e = e != OK ? e : digest_of(buf_span(&text), digest);
    buf_clear(&text);
    text_hex(&text, span_of(digest, SET_NAME_CHARS / 2));
    e = e != OK ? e : buf_err(&text);
    if (e == OK) {
        memcpy(name, buf_span(&text).ptr, SET_NAME_CHARS);
        name[SET_NAME_CHARS] = '\0';
    }
    buf_fini(&text);
    return e;
}

static struct set_slot *find(struct set_cache *c, const struct set_parts *p)
{
    const uint64_t *word = p->keep->word;
    uint64_t h = word[0] * 0x9E3779B97F4A7C15u ^ word[1] * 0xC2B2AE3D27D4EB4Fu ^
                 (uintptr_t)p->resource / 64 ^ (uint64_t)p->roles << 7;

    for (size_t i = (size_t)(h >> 32) % SLOTS;; i = (i + 1) % SLOTS) {
        struct set_slot *s = &c->slots[i];

        if (s->resource == NULL || is_same(s, p)) {
            return s;
        }
    }
}

enum err set_cache_name(struct set_cache *c, const struct set_parts *parts,
                        char name[SET_NAME_CHARS + 1], bool *is_new)
{
    assert(parts->resource != NULL); /* NULL marks an empty slot */
    struct set_slot *s = c->last != NULL && is_same(c->last, parts) ? c->last : find(c, parts);

    *is_new = s->resource == NULL;
    if (*is_new && c->used > SLOTS / 2) {
        set_cache_clear(c);
        s = find(c, parts);
    }
    if (*is_new) {
        enum err e = name_of(parts, s->name);

        if (e != OK) {
            return e;
        }
        s->resource = parts->resource;
        s->world = parts->world;
        s->keep = *parts->keep;
        s->roles = parts->roles;
        c->used++;
    }
    c->last = s;
    memcpy(name, s->name, SET_NAME_CHARS + 1);
    return OK;
}
