/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_SIV_H
#define REDACT_SIV_H

#include "base/err.h"
#include "base/span.h"

/*
 * AES-SIV (RFC 5297), the deterministic authenticated encryption, for many short
 * texts under one key: equal texts under equal associated data give equal bytes,
 * and nothing else about a text shows but its length. Composed of AES blocks,
 * because a context of OpenSSL's own costs more to rewind than such a text does to
 * encrypt; the associated data is taken in once (docs/decisions/052).
 */
enum { SIV_BLOCK = 16, SIV_MAX_PLAIN = 64, SIV_MAX_BYTES = SIV_BLOCK + SIV_MAX_PLAIN };

struct siv; /* one key; not shared between threads */

/* Associated data that has been taken in, for texts under the key it was taken in with. */
struct siv_bound {
    uint8_t state[SIV_BLOCK];
};

/* `key`: 32 bytes for AES-128, 64 for AES-256; copied. ERR_INPUT, ERR_MEMORY, ERR_CRYPTO. */
enum err siv_new(struct span key, struct siv **out) MUST_CHECK;

/* Accepts NULL inside; sets it to NULL. Wipes what came of the key. */
void siv_free(struct siv **s);

/* Takes in the strings of associated data, in this order. ERR_CRYPTO. */
enum err siv_bind(struct siv *s, const struct span *parts, size_t count,
                  struct siv_bound *out) MUST_CHECK;

/* Writes SIV || ciphertext, plain.len + SIV_BLOCK bytes. ERR_TOO_BIG over the maximum. ERR_CRYPTO.
 */
enum err siv_seal(struct siv *s, const struct siv_bound *bound, struct span plain,
                  uint8_t *out) MUST_CHECK;

/*
 * The reverse: sealed.len - SIV_BLOCK bytes to `out`. ERR_INPUT for what was not
 * sealed under this key and data, found in a time that depends on the length alone;
 * `out` is wiped then. ERR_CRYPTO.
 */
enum err siv_open(struct siv *s, const struct siv_bound *bound, struct span sealed,
                  uint8_t *out) MUST_CHECK;

#endif
