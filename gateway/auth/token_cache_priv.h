/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTH_TOKEN_CACHE_PRIV_H
#define AUTH_TOKEN_CACHE_PRIV_H

#include "auth/token_cache.h"
#include "base/digest.h"
#include "policy/policy.h"

#include <openssl/evp.h>

/* A verified token. The digest is SHA-256 over its exact bytes. */
struct token_entry {
    uint8_t digest[DIGEST_BYTES];
    const struct client *client;
    int64_t not_before_ms;
    int64_t expires_ms;
};

/* Forgets everything if `serial` (of the keyring) is not the last one seen. */
void token_cache_bind(struct token_cache *c, uint64_t serial);

/* The entry, or NULL; counts a hit or a miss. Valid until the next change of the cache. */
const struct token_entry *token_cache_find(struct token_cache *c,
                                           const uint8_t digest[DIGEST_BYTES]);

/* Adds one that token_cache_find() did not find, in place of the oldest when full. */
void token_cache_add(struct token_cache *c, const struct token_entry *entry);

/* Takes one out, if it is there. */
void token_cache_drop(struct token_cache *c, const uint8_t digest[DIGEST_BYTES]);

/* The worker's contexts for hashing and verifying. */
struct digest *token_cache_digest(struct token_cache *c);
EVP_MD_CTX *token_cache_context(struct token_cache *c);

#endif
