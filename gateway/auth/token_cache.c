/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of slots in order of age, and a hash table of chains over it. The key
 * is a SHA-256 of bytes that verified, so its first four bytes spread well and
 * nobody but a key holder can choose them.
 *
 * Invariant: every slot in use is in exactly one chain, that of its digest.
 */
#include "auth/token_cache.h"

#include "auth/token_cache_priv.h"
#include "base/mem.h"

enum { NONE = 0, MAX_ENTRIES = 1 << 20 }; /* links are slot numbers + 1 */

struct slot {
    struct token_entry entry;
    uint32_t next;
    bool used;
};

struct token_cache {
    struct slot *slots;
    uint32_t *heads;
    uint32_t max;
    uint32_t mask;   /* number of heads - 1; a power of two */
    uint32_t oldest; /* the slot that is written next */
    uint64_t serial;
    struct digest *digest;
    EVP_MD_CTX *context;
    struct token_cache_counts counts;
};

void token_cache_free(struct token_cache **c)
{
    if (*c != NULL) {
        EVP_MD_CTX_free((*c)->context);
        digest_free(&(*c)->digest);
        mem_free((*c)->heads);
        mem_free((*c)->slots);
        mem_free(*c);
        *c = NULL;
    }
}

static enum err build(struct token_cache *c, size_t max)
{
    size_t heads = 1;

    while (heads < max) {
        heads *= 2;
    }
    c->max = (uint32_t)max;
    c->mask = (uint32_t)heads - 1;
    c->slots = mem_alloc_array(max, sizeof(*c->slots));
    c->heads = mem_alloc_array(heads, sizeof(*c->heads));
    if (c->slots == NULL || c->heads == NULL) {
        return ERR_MEMORY;
    }
    c->context = EVP_MD_CTX_new();
    return c->context == NULL ? ERR_CRYPTO : digest_new(&c->digest);
}

enum err token_cache_new(size_t max, struct token_cache **out)
{
    struct token_cache *c = mem_alloc(sizeof(*c));

    if (c == NULL) {
        return ERR_MEMORY;
    }
    enum err e = build(c, max == 0 ? 1 : max > MAX_ENTRIES ? MAX_ENTRIES : max);

    if (e != OK) {
        token_cache_free(&c);
        return e;
    }
    *out = c;
    return OK;
}

void token_cache_clear(struct token_cache *c)
{
    mem_wipe(c->slots, c->max * sizeof(*c->slots));
    memset(c->heads, 0, ((size_t)c->mask + 1) * sizeof(*c->heads));
    c->oldest = 0;
    c->counts.entries = 0;
}

void token_cache_read(const struct token_cache *c, struct token_cache_counts *out)
{
    *out = c->counts;
}

void token_cache_bind(struct token_cache *c, uint64_t serial)
{
    if (c->serial != serial) {
        token_cache_clear(c);
        c->serial = serial;
    }
}

static uint32_t *head_of(struct token_cache *c, const uint8_t *digest)
{
    uint32_t hash;

    memcpy(&hash, digest, sizeof(hash));
    return &c->heads[hash & c->mask];
}

/* The link that leads to the entry, or to NONE at the end of its chain. */
static uint32_t *link_to(struct token_cache *c, const uint8_t *digest)
{
    uint32_t *link = head_of(c, digest);

    while (*link != NONE && !span_eq_secret(span_of(c->slots[*link - 1].entry.digest, DIGEST_BYTES),
                                            span_of(digest, DIGEST_BYTES))) {
        link = &c->slots[*link - 1].next;
    }
    return link;
}

const struct token_entry *token_cache_find(struct token_cache *c,
                                           const uint8_t digest[DIGEST_BYTES])
{
    uint32_t link = *link_to(c, digest);

    if (link == NONE) {
        c->counts.misses++;
        return NULL;
    }
    c->counts.hits++;
    return &c->slots[link - 1].entry;
}

void token_cache_drop(struct token_cache *c, const uint8_t digest[DIGEST_BYTES])
{
    uint32_t *link = link_to(c, digest);

    if (*link != NONE) {
        struct slot *gone = &c->slots[*link - 1];

        *link = gone->next;
        *gone = (struct slot){0};
        c->counts.entries--;
    }
}

void token_cache_add(struct token_cache *c, const struct token_entry *entry)
{
    struct slot *slot = &c->slots[c->oldest];

    if (slot->used) {
        uint8_t old[DIGEST_BYTES];

        memcpy(old, slot->entry.digest, sizeof(old));
        token_cache_drop(c, old);
    }
    uint32_t *head = head_of(c, entry->digest);

    *slot = (struct slot){.entry = *entry, .next = *head, .used = true};
    *head = c->oldest + 1;
    c->oldest = (c->oldest + 1) % c->max;
    c->counts.entries++;
}

struct digest *token_cache_digest(struct token_cache *c)
{
    return c->digest;
}

EVP_MD_CTX *token_cache_context(struct token_cache *c)
{
    return c->context;
}
