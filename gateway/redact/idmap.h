/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_IDMAP_H
#define REDACT_IDMAP_H

#include "base/err.h"
#include "policy/facts.h"

/*
 * What stands for the district's ids in what one partner sees (SAFETY I1, I2):
 * the id, packed, under AES-SIV, as lower-case base 32 (RFC 4648 6, without
 * padding). Reversible here and nowhere else: who does not hold the key can neither
 * read a code nor make one. Users, students, teachers and demographics share their
 * codes, as they share ids; orgs and academic sessions keep the district's ids.
 *
 * What is packed: up to 53 digits; 35 of digits, letters of one case and either
 * hyphen or underline; 30 of digits, letters, hyphen, underline and full stop; UUIDs;
 * 21 bytes of anything else. What does not fit has no code, and does not leave.
 * A code tells which of four lengths the packed id has, and nothing more.
 */
enum { IDMAP_KEY_BYTES = 64, IDMAP_MAX_CODE = 64, IDMAP_MAX_ID = 64 };

struct idmap; /* the keyed contexts of one partner; not shared between threads */

/* Whose codes these are. All of it is authenticated with each code. */
struct idmap_bond {
    struct span scope; /* "partner" or "agreement" */
    struct span owner; /* its id */
    uint32_t epoch;
};

/* A code or an id, with room for it. */
struct idmap_text {
    uint8_t bytes[IDMAP_MAX_CODE];
    size_t len;
};

static inline struct span idmap_span(const struct idmap_text *t)
{
    return span_of(t->bytes, t->len);
}

/* Copies what it needs of key and bond. ERR_MEMORY, ERR_CRYPTO. */
enum err idmap_new(const uint8_t key[IDMAP_KEY_BYTES], const struct idmap_bond *bond,
                   struct idmap **out) MUST_CHECK;

/* Accepts NULL inside; sets it to NULL. */
void idmap_free(struct idmap **m);

/* True if an id of this type has a code. */
bool idmap_fits(const struct idmap *m, enum ref_type type, struct span id);

/* The code of an id. False: it has none, ids of this type are not translated, or AES failed. */
bool idmap_encode(struct idmap *m, enum ref_type type, struct span id, struct idmap_text *out);

/*
 * The id of a code. False for all that idmap_encode() did not give for this type
 * under this key and bond.
 */
bool idmap_decode(struct idmap *m, enum ref_type type, struct span code, struct idmap_text *out);

#endif
