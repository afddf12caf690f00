/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTH_KEY_PRIV_H
#define AUTH_KEY_PRIV_H

#include "auth/jws_priv.h"

#include <jansson.h>
#include <openssl/evp.h>

/* One public key, made once from a JWK (RFC 7517), pinned to one algorithm (RFC 8725bis 3.1). */
struct key {
    enum jws_alg alg;
    EVP_PKEY *pkey;
    size_t signature_len;
    char kid[JWS_MAX_KID + 1]; /* the JWK's, or its RFC 7638 thumbprint */
};

enum { KEY_THUMBPRINT_CHARS = 43, KEY_MIN_RSA_BITS = 2048, KEY_MAX_RSA_BITS = 8192 };

/*
 * Checks and loads a JWK. On ERR_INPUT `*why` is a sentence about it (static).
 * Refused: private members; `use` other than sig; `key_ops` without verify; x5u;
 * other than EC P-256 with a point on the curve, or RSA of 2048 to 8192 bits with
 * an odd exponent from 65,537 to 2^32-1; an `alg` that is not the key's; members
 * that are not canonical base64url. ERR_MEMORY, ERR_CRYPTO.
 */
enum err key_read(const json_t *jwk, struct key *out, const char **why) MUST_CHECK;

/* A key that nobody holds, for spending the time of a verification (SAFETY A4). ERR_CRYPTO. */
enum err key_make_dummy(enum jws_alg alg, struct key *out) MUST_CHECK;

/* Accepts a zeroed struct. */
void key_fini(struct key *k);

/* RFC 7638 of a public key: 43 base64url characters and a NUL. ERR_CRYPTO, ERR_MEMORY. */
enum err key_thumbprint(const EVP_PKEY *pkey, enum jws_alg alg,
                        char out[KEY_THUMBPRINT_CHARS + 1]) MUST_CHECK;

/* The JWK's required members in RFC 7638 order, without braces, appended to `out`. */
struct buf;
enum err key_put_members(const EVP_PKEY *pkey, enum jws_alg alg, struct buf *out) MUST_CHECK;

/*
 * Verifies with contexts of the caller. ERR_TOKEN_KEY when the signature is not
 * this key's over `input`; ERR_CRYPTO when it could not be checked. Leaves the
 * thread's OpenSSL error queue empty, because TLS code reads it.
 */
enum err key_verify(const struct key *k, EVP_MD_CTX *ctx, struct span input,
                    struct span signature) MUST_CHECK;

#endif
