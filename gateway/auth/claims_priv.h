/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTH_CLAIMS_PRIV_H
#define AUTH_CLAIMS_PRIV_H

#include "policy/policy.h"

#include <jansson.h>

/*
 * The claims of a direct token: one that a client signed for itself (RFC 9068
 * 2.2; SAFETY A1). Times are whole seconds since 1970.
 */
struct claims {
    json_t *root; /* owns the text */
    struct span issuer;
    struct span subject;
    struct span client;
    struct span audience;
    int64_t expires_s;
    int64_t issued_s;
    int64_t not_before_s; /* 0 when absent */
    bool is_bound;        /* has `cnf` */
};

/* How far a token's clock may be ahead of ours (FAPI 2.0: 10 s accepted, over 60 s refused). */
enum { CLAIMS_SKEW_S = 10 };

/*
 * Reads the payload: one strict JSON object in which iss, sub, client_id, aud
 * and jti are strings of visible ASCII (1 to 256 characters; aud to 1,024), exp
 * and iat whole numbers, nbf too if present, scope a string if present.
 * ERR_TOKEN_CLAIM for all else (an `aud` array too, even of one), ERR_MEMORY.
 * On OK, and only then, end with claims_fini().
 */
enum err claims_read(struct span payload, struct claims *out) MUST_CHECK;
void claims_fini(struct claims *c);

/*
 * Judges claims whose signature has been verified with a key of `client`:
 * ERR_TOKEN_ISSUER  iss, sub, client_id are not all this client's id
 * ERR_TOKEN_AUDIENCE aud is not exactly `audience`
 * ERR_TOKEN_LIFETIME exp - iat is over the client's maximum, or not positive
 * ERR_TOKEN_EXPIRED, ERR_TOKEN_EARLY (iat or nbf ahead), ERR_TOKEN_BINDING (cnf is
 * present: a sender-constrained token must not be taken as a bearer token).
 */
enum err claims_check(const struct claims *c, const struct client *client, struct span audience,
                      int64_t now_ms) MUST_CHECK;

/* The part that time changes; asked again for each use of a cached token. */
enum err claims_check_time(int64_t not_before_ms, int64_t expires_ms, int64_t now_ms) MUST_CHECK;

#endif
