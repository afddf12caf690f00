/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_IDS_H
#define ROSTER_IDS_H

#include "base/err.h"
#include "base/span.h"

/*
 * Strings, each kept once and numbered from 0 in the order of arrival. Keyed
 * hashing (SipHash-1-3) so that a source cannot choose ids that collide.
 */
#define IDS_NONE UINT32_MAX

struct ids_place {
    uint32_t at;
    uint32_t len;
};

struct ids {
    uint8_t *bytes; /* all strings end to end */
    size_t used, cap;
    struct ids_place *places;
    uint32_t count, place_cap;
    uint32_t *slots; /* number + 1; 0 is empty */
    uint32_t slot_count;
    uint64_t key[2];
};

/* An empty table; allocates nothing yet. ERR_CRYPTO: no random key. */
enum err ids_init(struct ids *t) MUST_CHECK;

/* Accepts a zeroed struct. */
void ids_fini(struct ids *t);

/* The number of `id`, which is copied when new. ERR_MEMORY; ERR_TOO_BIG over 4 GiB of strings. */
enum err ids_add(struct ids *t, struct span id, uint32_t *number) MUST_CHECK;

/* IDS_NONE when it was never added. Allocates nothing; any thread once adding has ended. */
uint32_t ids_find(const struct ids *t, struct span id);

/* The string of a number below `count`; valid until the next ids_add() or ids_shrink(). */
struct span ids_get(const struct ids *t, uint32_t number);

/* Gives back what growing took too much; keeps it when memory is short. */
void ids_shrink(struct ids *t);

/* Heap bytes held. */
size_t ids_bytes(const struct ids *t);

#endif
