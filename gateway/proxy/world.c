/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules, worlds and the box that holds the current one. The lock is taken to
 * copy a pointer and count a reference, never while anything is built or freed.
 */
#include "proxy/world.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#include <pthread.h>
#include <stdatomic.h>

struct world_box {
    pthread_mutex_t lock;
    struct world *current;
    _Atomic uint64_t version;
};

static enum err put_digest(const struct policy *policy, char out[65])
{
    uint8_t digest[32];
    struct buf hex;

    policy_digest(policy, digest);
    buf_init(&hex, 64);
    text_hex(&hex, span_of(digest, sizeof(digest)));
    enum err e = buf_err(&hex);

    if (e == OK) {
        memcpy(out, buf_span(&hex).ptr, 64);
        out[64] = '\0';
    }
    buf_fini(&hex);
    return e;
}

static enum err join(struct span a, struct span b, struct span *out)
{
    uint8_t *text = mem_alloc(a.len + b.len + 1);

    if (text == NULL) {
        return ERR_MEMORY;
    }
    memcpy(text, a.ptr, a.len);
    memcpy(text + a.len, b.ptr, b.len);
    *out = span_of(text, a.len + b.len);
    return OK;
}

/* What links begin with: that of the catalog, and of each type that stands elsewhere. */
static enum err fill_links(struct rules *r, struct span url)
{
    const struct catalog *c = policy_catalog(r->policy);
    struct span base = catalog_base(c);
    enum err e = join(url, base, &r->href_base);

    for (size_t i = 0; e == OK && i < catalog_resource_count(c); i++) {
        const struct resource *found = catalog_resource(c, i);
        struct span *own = &r->href_bases[found->ref];

        if (own->len == 0 && !span_eq(found->base, base)) {
            e = join(url, found->base, own);
        }
    }
    return e;
}

static void free_links(struct rules *r)
{
    mem_free((void *)(uintptr_t)r->href_base.ptr);
    for (unsigned type = 0; type < REF_COUNT; type++) {
        mem_free((void *)(uintptr_t)r->href_bases[type].ptr);
    }
}

/* Everything that is derived from the parts. */
static enum err fill_rules(struct rules *r, const struct rules_parts *parts, struct span url)
{
    enum err e = put_digest(parts->policy, r->digest);

    e = e != OK ? e : field_keys_new(parts->policy, parts->keys, &r->field_keys);
    e = e != OK ? e : id_keys_new(parts->policy, parts->keys, &r->id_keys);
    e = e != OK ? e : fill_links(r, url);
    if (e != OK) {
        free_links(r);
        id_keys_free(&r->id_keys);
        field_keys_free(&r->field_keys);
    }
    return e;
}

enum err rules_new(const struct rules_parts *parts, struct span public_url, struct rules **out)
{
    struct rules *r = mem_alloc(sizeof(*r));

    if (r == NULL) {
        return ERR_MEMORY;
    }
    r->policy = parts->policy;
    enum err e = fill_rules(r, parts, public_url);

    if (e != OK) {
        mem_free(r);
        return e;
    }
    r->catalog = parts->catalog;
    r->keyring = parts->keyring;
    atomic_init(&r->refs, 1);
    *out = r;
    return OK;
}

struct rules *rules_ref(struct rules *r)
{
    atomic_fetch_add(&r->refs, 1);
    return r;
}

void rules_unref(struct rules **r)
{
    struct rules *gone = *r;

    *r = NULL;
    if (gone == NULL || atomic_fetch_sub(&gone->refs, 1) != 1) {
        return;
    }
    keyring_free(&gone->keyring);
    id_keys_free(&gone->id_keys);
    field_keys_free(&gone->field_keys);
    policy_free(&gone->policy);
    catalog_free(&gone->catalog);
    free_links(gone);
    mem_free(gone);
}

enum err world_new(struct rules *rules, struct roster *roster, struct world **out)
{
    struct world *w = mem_alloc(sizeof(*w));

    if (w == NULL) {
        return ERR_MEMORY;
    }
    w->rules = rules_ref(rules);
    w->roster = roster_ref(roster);
    atomic_init(&w->refs, 1);
    *out = w;
    return OK;
}

struct world *world_ref(struct world *w)
{
    atomic_fetch_add(&w->refs, 1);
    return w;
}

void world_unref(struct world **w)
{
    struct world *gone = *w;

    *w = NULL;
    if (gone == NULL || atomic_fetch_sub(&gone->refs, 1) != 1) {
        return;
    }
    rules_unref(&gone->rules);
    roster_unref(&gone->roster);
    mem_free(gone);
}

enum err world_box_new(struct world_box **out)
{
    struct world_box *box = mem_alloc(sizeof(*box));

    if (box == NULL) {
        return ERR_MEMORY;
    }
    if (pthread_mutex_init(&box->lock, NULL) != 0) {
        mem_free(box);
        return ERR_MEMORY;
    }
    *out = box;
    return OK;
}

void world_box_free(struct world_box **box)
{
    if (*box == NULL) {
        return;
    }
    world_unref(&(*box)->current);
    (void)pthread_mutex_destroy(&(*box)->lock);
    mem_free(*box);
    *box = NULL;
}

void world_box_swap(struct world_box *box, struct world *w)
{
    (void)pthread_mutex_lock(&box->lock);
    struct world *last = box->current;

    w->version = atomic_load(&box->version) + 1;
    box->current = w;
    atomic_store(&box->version, w->version);
    (void)pthread_mutex_unlock(&box->lock);
    world_unref(&last);
}

struct world *world_box_get(struct world_box *box)
{
    (void)pthread_mutex_lock(&box->lock);
    struct world *w = box->current == NULL ? NULL : world_ref(box->current);

    (void)pthread_mutex_unlock(&box->lock);
    return w;
}

uint64_t world_box_version(const struct world_box *box)
{
    return atomic_load(&box->version);
}
