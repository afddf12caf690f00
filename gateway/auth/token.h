/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTH_TOKEN_H
#define AUTH_TOKEN_H

#include "auth/keyring.h"
#include "auth/token_cache.h"

/*
 * Verifying partners' tokens (RFC 9068 at+jwt, RFC 8725): our own strict
 * verifier, because the library that mints accepts what must be refused. A
 * direct token is signed by the client itself: iss, sub and client_id are the
 * client's id, aud is our resource id, exp - iat is at most the client's maximum
 * (SAFETY A1), iat and nbf are at most 10 s ahead. Tokens never appear in any
 * output.
 */
struct token_rules {
    const struct keyring *keyring;
    const struct policy *policy; /* what the keyring was made from */
    struct span audience;        /* our resource id, exact */
};

struct token_info {
    const struct client *client; /* of rules->policy */
    int64_t expires_ms;
    uint8_t digest[32]; /* SHA-256 of the compact token, for the ledger's request entry */
};

/*
 * Checks the value of the one Authorization header (empty: there is none; that
 * there are not two is the caller's to see). `now_ms` is the wall clock.
 *
 * ERR_TOKEN_MISSING   no header, or another scheme than Bearer
 * ERR_TOKEN_REQUEST   not `Bearer` SP and one token68 word (RFC 6750 2.1)
 * ERR_TOKEN_FORM, ERR_TOKEN_ALG, ERR_TOKEN_TYPE, ERR_TOKEN_CLAIM   as it is written
 * ERR_TOKEN_KEY       unknown client, unknown key, other algorithm, bad signature:
 *                     one answer for all, at about the same cost (SAFETY A4)
 * ERR_TOKEN_ISSUER, ERR_TOKEN_AUDIENCE, ERR_TOKEN_LIFETIME, ERR_TOKEN_EXPIRED,
 * ERR_TOKEN_EARLY, ERR_TOKEN_BINDING   only to the holder of a registered key
 * ERR_MEMORY, ERR_CRYPTO
 *
 * `*out` is untouched on failure.
 */
enum err token_check(const struct token_rules *rules, struct token_cache *cache,
                     struct span authorization, int64_t now_ms, struct token_info *out) MUST_CHECK;

#endif
