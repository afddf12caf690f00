/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_SETS_H
#define PROXY_SETS_H

#include "base/err.h"
#include "policy/verdict.h"

/*
 * Names of field sets. A disclosure names the set of fields that left; the set
 * itself is an entry, written once by each worker before its first use. The name
 * is a digest of resource, roles and field paths, so that it means the same in
 * every worker and after every restart.
 */
struct set_cache;

enum { SET_NAME_CHARS = 16 };

enum err set_cache_new(struct set_cache **out) MUST_CHECK;
void set_cache_free(struct set_cache **c);

/* What a set is made of; borrowed. */
struct set_parts {
    uint64_t world; /* version of the world that `resource` belongs to: addresses come again */
    const struct resource *resource;
    role_mask roles;
    const struct fieldset *keep;
};

/*
 * The set's name. `*is_new`: it was not asked for before; write its entry, and
 * set_cache_clear() if that fails. ERR_MEMORY, ERR_CRYPTO.
 */
enum err set_cache_name(struct set_cache *c, const struct set_parts *parts,
                        char name[SET_NAME_CHARS + 1], bool *is_new) MUST_CHECK;

/* Forgets all. */
void set_cache_clear(struct set_cache *c);

#endif
