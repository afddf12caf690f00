/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_WORLD_H
#define PROXY_WORLD_H

#include "auth/token.h"
#include "redact/field_keys.h"
#include "redact/id_keys.h"
#include "roster/roster.h"

/*
 * A world is one immutable snapshot of policy, keys and roster (invariant 9). It
 * is built whole, then swapped; an exchange pins the one it began with. Policy
 * and roster change at their own pace, so a world shares both by reference.
 */
struct rules {
    struct catalog *catalog;
    struct policy *policy;
    struct keyring *keyring;
    struct field_keys *field_keys;     /* keyed transforms'; owned */
    struct id_keys *id_keys;           /* owned */
    struct span href_base;             /* public URL + catalog base; owned */
    struct span href_bases[REF_COUNT]; /* of types served under another base; owned */
    char digest[65];                   /* SHA-256 of the policy, hex */
    _Atomic unsigned refs;
};

/* What rules are made of. */
struct rules_parts {
    struct catalog *catalog;
    struct policy *policy;
    struct keyring *keyring;
    const struct keys
        *keys; /* the master key, only read while rules are made; NULL: there is none */
};

/*
 * Takes over catalog, policy and keyring on success, and derives every key that
 * the policy needs; on ERR_MEMORY, ERR_CRYPTO and ERR_INPUT (it needs keys and
 * there is no master key) they are still the caller's. One reference, the caller's.
 */
enum err rules_new(const struct rules_parts *parts, struct span public_url,
                   struct rules **out) MUST_CHECK;
struct rules *rules_ref(struct rules *r);
void rules_unref(struct rules **r);

struct world {
    struct rules *rules;
    struct roster *roster;
    uint64_t version; /* set by world_box_swap(), from 1 */
    _Atomic unsigned refs;
};

/* Takes its own references to rules and roster. ERR_MEMORY. One reference, the caller's. */
enum err world_new(struct rules *rules, struct roster *roster, struct world **out) MUST_CHECK;
struct world *world_ref(struct world *w);
void world_unref(struct world **w);

/* The current world of a process; any thread may read, one thread swaps. */
struct world_box;

enum err world_box_new(struct world_box **out) MUST_CHECK;
void world_box_free(struct world_box **box);

/* Puts a world in force (taking the caller's reference) and lets the last one go. */
void world_box_swap(struct world_box *box, struct world *w);

/* A reference to the world in force, or NULL before the first. */
struct world *world_box_get(struct world_box *box);

/* The version in force, without a lock: workers ask before each exchange. */
uint64_t world_box_version(const struct world_box *box);

#endif
