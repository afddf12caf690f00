/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_CODES_H
#define PROXY_CODES_H

#include "redact/id_keys.h"

/*
 * A worker's maps of partners' ids that no exchange is using. Making one costs what
 * a dozen ids cost, and exchanges of one agreement follow each other.
 */
enum { CODE_SPARES = 16 };

struct code_spare {
    uint64_t world; /* the version of the world whose keys it has; 0: empty */
    const struct agreement *agreement;
    struct idmap *map;
};

struct code_pool { /* zeroed: empty */
    struct code_spare spares[CODE_SPARES];
    unsigned next; /* who makes room for the next one */
};

/*
 * A map for an agreement of this world, the caller's until it gives it back; NULL in
 * `*out` where ids are the district's. Errors as id_keys_map().
 */
enum err code_pool_take(struct code_pool *p, uint64_t world, const struct id_keys *keys,
                        const struct agreement *a, struct idmap **out) MUST_CHECK;

/* Takes the map back; NULL is accepted. A spare of an older world is freed for it first. */
void code_pool_give(struct code_pool *p, uint64_t world, const struct agreement *a,
                    struct idmap *map);

/* Frees every spare. */
void code_pool_clear(struct code_pool *p);

#endif
