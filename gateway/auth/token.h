/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTH_TOKEN_H
#define AUTH_TOKEN_H

#include "base/err.h"
#include "policy/policy.h"

/*
 * Verifying partners' tokens (RFC 9068 at+jwt, RFC 8725). Our own strict
 * verifier: reference in docs/decisions. Tokens never appear in any output.
 */
struct keyring;     /* every client's public keys as ready EVP_PKEYs; immutable, shared */
struct token_cache; /* verified tokens of one worker; bounded */

/*
 * Reads every client's JWK set. Problems go to `diags` against the partner's
 * file name and client id; any error gives ERR_INPUT. ERR_MEMORY, ERR_CRYPTO.
 * One key, one algorithm (RFC 8725bis 3.1): ES256 on P-256, RS256 with 2048 to
 * 8192 bits; a private part, a duplicate kid or an empty set is refused.
 */
enum err keyring_new(const struct policy *policy, struct diag_list *diags,
                     struct keyring **out) MUST_CHECK;
void keyring_free(struct keyring **k);

struct token_rules {
    const struct keyring *keyring;
    const struct policy *policy;
    struct span audience; /* our resource id, exact */
};

struct token_info {
    const struct client *client; /* of rules->policy */
    int64_t expires_ms;
    uint8_t digest[32]; /* SHA-256 of the compact token, for the ledger's request entry */
};

/*
 * Checks the value of the Authorization header. `now_ms` is the wall clock.
 * ERR_TOKEN_*; ERR_MEMORY, ERR_CRYPTO. The answer is the same for an unknown
 * client and a bad signature, and costs about the same (SAFETY A4).
 */
enum err token_check(const struct token_rules *rules, struct token_cache *cache,
                     struct span authorization, int64_t now_ms, struct token_info *out) MUST_CHECK;

/* Entries: `max` tokens, replaced in order of age. A cache serves one worker and one world:
 * token_cache_clear() when the world changes. */
enum err token_cache_new(size_t max, struct token_cache **out) MUST_CHECK;
void token_cache_free(struct token_cache **c);
void token_cache_clear(struct token_cache *c);

struct token_cache_counts {
    uint64_t hits, misses, entries;
};
void token_cache_read(const struct token_cache *c, struct token_cache_counts *out);

#endif
