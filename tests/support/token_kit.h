/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_TOKEN_KIT_H
#define SUPPORT_TOKEN_KIT_H

#include "auth/token.h"
#include "base/buf.h"

#include <openssl/evp.h>

/*
 * Tokens for tests, made with OpenSSL directly and byte for byte as told: any
 * header, any payload, any key. The kit has one client, acme-1, with an ES256
 * key "ec" and an RS256 key "rsa", another client, zeta-1, with a key that is
 * also called "ec", and a verifier that knows both.
 */
#define KIT_NOW_S    1800000000
#define KIT_NOW_MS   (KIT_NOW_S * INT64_C(1000))
#define KIT_AUDIENCE "https://data.example.org"
#define KIT_EC       "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"at+jwt\"}"
#define KIT_RSA      "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"typ\":\"at+jwt\"}"

struct token_kit {
    EVP_PKEY *ec;
    EVP_PKEY *rsa;
    EVP_PKEY *foreign; /* zeta-1's */
    struct client acme;
    struct client zeta;
    struct buf acme_keys;
    struct buf zeta_keys;
    struct arena arena;
    struct diag_list diags;
    struct keyring *ring;
    struct token_cache *cache;
    struct token_info info; /* of the last check */
    struct buf header;      /* the last Authorization value */
    struct buf payload;
};

/* For cmocka: *state becomes a struct token_kit *. The RSA key is made once a process. */
int kit_setup(void **state);
int kit_teardown(void **state);

/* The standard payload with `member` as the raw JSON `value`; without it when value is NULL.
 * Member NULL: as it stands. Valid until the next call. */
struct span kit_payload(struct token_kit *kit, const char *member, const char *value);

/* "Bearer " and a token over header and payload, signed as the key's type signs. Valid until
 * the next call. */
struct span kit_sign(struct token_kit *kit, struct span header, struct span payload, EVP_PKEY *key);

/* token_check() of a value now; the result is in kit->info. */
enum err kit_check(struct token_kit *kit, struct span authorization);

/* kit_check() of the standard header and payload with one member replaced. */
enum err kit_try(struct token_kit *kit, const char *member, const char *value);

/* kit_check() of the standard payload under another header, signed with the EC key. */
enum err kit_try_header(struct token_kit *kit, const char *header);

/* Signature alone: r || s for EC, PKCS#1 v1.5 for RSA. Appended. */
void kit_put_signature(EVP_PKEY *key, struct span input, struct buf *out);

/* A public JWK with this kid (NULL: none) and more members, raw, such as ",\"use\":\"sig\"". */
void kit_put_jwk(EVP_PKEY *key, const char *kid, const char *more, struct buf *out);

#endif
