/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_KEYS_H
#define REDACT_KEYS_H

#include "base/err.h"
#include "base/span.h"

/*
 * Keys for one use each, derived from the district's master key by HKDF-SHA256
 * (RFC 5869) without salt. info is
 *
 *     "hallpass" 00 purpose 00 partner 00 agreement 00 what 00 epoch
 *
 * with the epoch in decimal. No part may hold a NUL, so that no two names give
 * the same info. Whoever has one derived key learns nothing of another one.
 */
enum { MASTER_KEY_BYTES = 32, DERIVED_KEY_MAX = 64, KEY_PART_MAX = 512 };

struct keys; /* a master key; only read after keys_new(), by any thread */

struct key_name {
    const char *purpose;   /* "id", "field" */
    struct span partner;   /* never empty */
    struct span agreement; /* empty: the key is the partner's, whatever the agreement */
    struct span what;      /* "user", "user.email"; never empty */
    uint32_t epoch;        /* of the agreement */
};

/* Copies the master key; wiping the original is the caller's. ERR_MEMORY. */
enum err keys_new(const uint8_t master[MASTER_KEY_BYTES], struct keys **out) MUST_CHECK;

/*
 * From the text of a master key's file: 64 lower-case hexadecimal digits, with
 * at most one line feed behind them. ERR_INPUT on all else, ERR_MEMORY.
 */
enum err keys_read(struct span text, struct keys **out) MUST_CHECK;

/* Wipes. Accepts NULL inside; sets it to NULL. */
void keys_free(struct keys **k);

/*
 * `len` bytes (1 to DERIVED_KEY_MAX) to `out`, which the caller wipes. ERR_INPUT
 * (a part that is empty, holds a NUL or is over KEY_PART_MAX), ERR_MEMORY, ERR_CRYPTO; then
 * `out` is untouched.
 */
enum err keys_derive(const struct keys *k, const struct key_name *name, uint8_t *out,
                     size_t len) MUST_CHECK;

#endif
