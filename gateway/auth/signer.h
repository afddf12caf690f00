/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTH_SIGNER_H
#define AUTH_SIGNER_H

#include "base/buf.h"

/*
 * The partner's side, for `hallpass token` and `hallpass key`: a private key
 * that signs direct tokens. The gateway itself never holds one of these.
 */
struct signer;

/* A new key for "ES256" (P-256) or "RS256" (3072 bits). ERR_INPUT (other alg), ERR_MEMORY,
 * ERR_CRYPTO. */
enum err signer_generate(struct span alg, struct signer **out) MUST_CHECK;

/*
 * From PEM, PKCS#8 or traditional, not encrypted; EC P-256 becomes ES256, RSA of
 * 2048 to 8192 bits RS256. ERR_INPUT for any other, ERR_MEMORY, ERR_CRYPTO. The
 * bytes are copied; the caller wipes its own.
 */
enum err signer_read(struct span pem, struct signer **out) MUST_CHECK;

/* Wipes the key. Accepts NULL. */
void signer_free(struct signer **s);

/* The RFC 7638 thumbprint, which is the `kid` unless another is given. Lives as long as `s`. */
struct span signer_thumbprint(const struct signer *s);

/* Appends the private key as PKCS#8 PEM; end such a buffer with buf_wipe(). ERR_CRYPTO,
 * ERR_MEMORY, ERR_TOO_BIG. */
enum err signer_put_pem(const struct signer *s, struct buf *out) MUST_CHECK;

/* Appends a JWK set with the public key, on one line: what goes into a partner file. */
enum err signer_put_jwks(const struct signer *s, struct buf *out) MUST_CHECK;

struct token_request {
    const char *client;   /* iss, sub and client_id */
    const char *audience; /* the gateway's resource id */
    const char *kid;      /* NULL: the thumbprint */
    int64_t issued_s;     /* seconds since 1970 */
    int64_t seconds;      /* lifetime */
};

/* Appends a compact at+jwt (RFC 9068) with a random jti. ERR_CRYPTO, ERR_MEMORY, ERR_TOO_BIG. */
enum err signer_mint(const struct signer *s, const struct token_request *r,
                     struct buf *out) MUST_CHECK;

#endif
