/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/err.h"
#include "base/span.h"

/*
 * SHA-256, random bytes and authenticated sealing over OpenSSL, behind our own
 * types. Contexts are made once and reused (one-shot calls cost 2-3 times more).
 */
enum { DIGEST_BYTES = 32, SEAL_KEY_BYTES = 32, SEAL_OVERHEAD = 28 };

struct digest; /* one running SHA-256; not shared between threads */

/* ERR_MEMORY or ERR_CRYPTO. */
enum err digest_new(struct digest **out) MUST_CHECK;
void digest_free(struct digest **d);

/* Starts anew; any unfinished digest is forgotten. */
enum err digest_begin(struct digest *d) MUST_CHECK;
enum err digest_add(struct digest *d, struct span bytes) MUST_CHECK;
enum err digest_end(struct digest *d, uint8_t out[DIGEST_BYTES]) MUST_CHECK;

/* SHA-256 of one span. ERR_CRYPTO. */
enum err digest_of(struct span bytes, uint8_t out[DIGEST_BYTES]) MUST_CHECK;

/* HMAC-SHA-256. ERR_CRYPTO. */
enum err digest_hmac(struct span key, struct span bytes, uint8_t out[DIGEST_BYTES]) MUST_CHECK;

/* Random bytes fit for keys. ERR_CRYPTO: then nothing may be sent that needed them. */
enum err digest_random(uint8_t *out, size_t len) MUST_CHECK;

/*
 * A pseudo-random stream from a secret seed: the AES-256-CTR key stream with
 * counter zero (16-byte block i is AES-256(seed, i as 128 bits, big-endian)). ERR_CRYPTO.
 */
enum err digest_expand(const uint8_t seed[SEAL_KEY_BYTES], uint8_t *out, size_t len) MUST_CHECK;

/*
 * AES-256-GCM with a random 96-bit nonce: `out` gets nonce || ciphertext || tag,
 * plain.len + SEAL_OVERHEAD bytes. `bound` is authenticated, not stored.
 */
enum err digest_seal(const uint8_t key[SEAL_KEY_BYTES], struct span plain, struct span bound,
                     uint8_t *out) MUST_CHECK;

/* The reverse: sealed.len - SEAL_OVERHEAD bytes to `out`; ERR_INPUT when forged or foreign. */
enum err digest_open(const uint8_t key[SEAL_KEY_BYTES], struct span sealed, struct span bound,
                     uint8_t *out) MUST_CHECK;

#endif
