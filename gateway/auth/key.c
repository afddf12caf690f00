/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys from JWKs. What is not needed is not accepted: two key types, one
 * curve, one algorithm each. Building is done once when a policy loads, so it
 * may be slow (public_check runs a primality test on an RSA modulus).
 */
#include "auth/key_priv.h"

#include "auth/strict_priv.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/text.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

enum { COORDINATE_BYTES = 32, MAX_MODULUS_BYTES = KEY_MAX_RSA_BITS / 8, MAX_EXPONENT_BYTES = 4 };

static const char *const PRIVATE_MEMBERS[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

/* The public numbers of a JWK, decoded. */
struct numbers {
    uint8_t point[1 + 2 * COORDINATE_BYTES]; /* 0x04 || x || y */
    uint8_t modulus[MAX_MODULUS_BYTES];
    size_t modulus_len;
    uint8_t exponent[MAX_EXPONENT_BYTES];
    size_t exponent_len;
};

void key_fini(struct key *k)
{
    EVP_PKEY_free(k->pkey);
    *k = (struct key){0};
}

static EVP_PKEY *from_params(const char *type, OSSL_PARAM_BLD *build)
{
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);

    if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        pkey = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    return pkey;
}

static EVP_PKEY *make_ec(const struct numbers *n)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY *pkey = NULL;

    if (build != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, n->point,
                                         sizeof(n->point)) == 1) {
        pkey = from_params("EC", build);
    }
    OSSL_PARAM_BLD_free(build);
    return pkey;
}

static EVP_PKEY *make_rsa(const struct numbers *n)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *modulus = BN_bin2bn(n->modulus, (int)n->modulus_len, NULL);
    BIGNUM *exponent = BN_bin2bn(n->exponent, (int)n->exponent_len, NULL);
    EVP_PKEY *pkey = NULL;

    if (build != NULL && modulus != NULL && exponent != NULL &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1) {
        pkey = from_params("RSA", build);
    }
    BN_free(exponent);
    BN_free(modulus);
    OSSL_PARAM_BLD_free(build);
    return pkey;
}

static bool decode(const json_t *jwk, const char *member, uint8_t *out, size_t cap, size_t *len)
{
    struct span text = strict_text(jwk, member);

    return text.len > 0 && text_base64url_decode(text, out, cap, len) == OK;
}

/* RFC 7518 6.2.1: x and y are octet strings of the full size of a coordinate. */
static const char *read_ec(const json_t *jwk, struct numbers *n)
{
    size_t x_len;
    size_t y_len;

    if (!span_eq(strict_text(jwk, "crv"), SPAN("P-256"))) {
        return "an EC key must be on P-256";
    }
    n->point[0] = 0x04;
    if (!decode(jwk, "x", n->point + 1, COORDINATE_BYTES, &x_len) || x_len != COORDINATE_BYTES ||
        !decode(jwk, "y", n->point + 1 + COORDINATE_BYTES, COORDINATE_BYTES, &y_len) ||
        y_len != COORDINATE_BYTES) {
        return "x and y must be 32 bytes each, in base64url without padding";
    }
    return NULL;
}

/* RFC 7518 6.3.1: unsigned, big-endian, no leading zero byte. */
static const char *read_rsa(const json_t *jwk, struct numbers *n)
{
    uint32_t e = 0;

    if (!decode(jwk, "n", n->modulus, sizeof(n->modulus), &n->modulus_len) || n->modulus[0] == 0) {
        return "n must be a number of at most 8192 bits in base64url without padding";
    }
    if (n->modulus_len < KEY_MIN_RSA_BITS / 8 ||
        (n->modulus_len == KEY_MIN_RSA_BITS / 8 && n->modulus[0] < 0x80)) {
        return "an RSA key must have at least 2048 bits";
    }
    if (!decode(jwk, "e", n->exponent, sizeof(n->exponent), &n->exponent_len) ||
        n->exponent[0] == 0) {
        return "e must be an odd number from 65537 to 4294967295 (usually \"AQAB\")";
    }
    for (size_t i = 0; i < n->exponent_len; i++) {
        e = e << 8 | n->exponent[i];
    }
    if (e < 65537 || e % 2 == 0) {
        return "e must be an odd number from 65537 to 4294967295 (usually \"AQAB\")";
    }
    return NULL;
}

static bool lists_verify(const json_t *ops)
{
    for (size_t i = 0; i < json_array_size(ops); i++) {
        const char *op = json_string_value(json_array_get(ops, i));

        if (op != NULL && strcmp(op, "verify") == 0) {
            return true;
        }
    }
    return false;
}

static const char *check_members(const json_t *jwk)
{
    const json_t *use = json_object_get(jwk, "use");
    const json_t *ops = json_object_get(jwk, "key_ops");

    for (size_t i = 0; i < sizeof(PRIVATE_MEMBERS) / sizeof(PRIVATE_MEMBERS[0]); i++) {
        if (json_object_get(jwk, PRIVATE_MEMBERS[i]) != NULL) {
            return "it holds a private key: replace the key, it is known to others now";
        }
    }
    if (json_object_get(jwk, "x5u") != NULL) {
        return "x5u is not supported";
    }
    if (use != NULL && !span_eq(strict_text(jwk, "use"), SPAN("sig"))) {
        return "use must be \"sig\"";
    }
    return ops != NULL && !lists_verify(ops) ? "key_ops must hold \"verify\"" : NULL;
}

static const char *read_type(const json_t *jwk, enum jws_alg *out)
{
    struct span kty = strict_text(jwk, "kty");
    const json_t *alg = json_object_get(jwk, "alg");

    if (!span_eq(kty, SPAN("EC")) && !span_eq(kty, SPAN("RSA"))) {
        return "kty must be \"EC\" or \"RSA\"";
    }
    *out = span_eq(kty, SPAN("EC")) ? JWS_ES256 : JWS_RS256;
    if (alg != NULL && !span_eq_str(strict_text(jwk, "alg"), jws_alg_name(*out))) {
        return "alg is not the one that this key type is used with (EC: ES256, RSA: RS256)";
    }
    return NULL;
}

static const char *read_numbers(const json_t *jwk, enum jws_alg *alg, struct numbers *n)
{
    const char *why = check_members(jwk);

    if (why == NULL) {
        why = read_type(jwk, alg);
    }
    if (why == NULL) {
        why = *alg == JWS_ES256 ? read_ec(jwk, n) : read_rsa(jwk, n);
    }
    return why;
}

static bool is_sound(EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    bool sound = ctx != NULL && EVP_PKEY_public_check(ctx) == 1;

    EVP_PKEY_CTX_free(ctx);
    return sound;
}

static enum err build(const struct numbers *n, struct key *k, const char **why)
{
    k->pkey = k->alg == JWS_ES256 ? make_ec(n) : make_rsa(n);
    k->signature_len = k->alg == JWS_ES256 ? JWS_ES256_BYTES : n->modulus_len;
    if (k->pkey != NULL && is_sound(k->pkey)) {
        return OK;
    }
    ERR_clear_error();
    *why = k->alg == JWS_ES256 ? "x and y are not a point on P-256" : "n is not an RSA modulus";
    return ERR_INPUT;
}

static enum err name_key(const json_t *jwk, struct key *k, const char **why)
{
    struct span kid = strict_text(jwk, "kid");

    if (json_object_get(jwk, "kid") == NULL) {
        return key_thumbprint(k->pkey, k->alg, k->kid);
    }
    if (!strict_is_name(kid, JWS_MAX_KID)) {
        *why = "kid must be 1 to 128 visible ASCII characters";
        return ERR_INPUT;
    }
    memcpy(k->kid, kid.ptr, kid.len);
    return OK;
}

enum err key_read(const json_t *jwk, struct key *out, const char **why)
{
    struct numbers n = {0};
    struct key k = {0};
    const char *wrong = json_is_object(jwk) ? read_numbers(jwk, &k.alg, &n) : "it is no object";

    if (wrong != NULL) {
        *why = wrong;
        return ERR_INPUT;
    }
    enum err e = build(&n, &k, why);

    if (e == OK) {
        e = name_key(jwk, &k, why);
    }
    if (e != OK) {
        key_fini(&k);
        return e;
    }
    *out = k;
    return OK;
}

/* Any odd number with its highest bit set serves: verifying takes no factors. */
static enum err fill_dummy(struct numbers *n)
{
    n->modulus_len = KEY_MIN_RSA_BITS / 8;
    memcpy(n->exponent, "\x01\x00\x01", 3);
    n->exponent_len = 3;
    enum err e = digest_random(n->modulus, n->modulus_len);

    n->modulus[0] |= 0x80;
    n->modulus[n->modulus_len - 1] |= 1;
    return e;
}

enum err key_make_dummy(enum jws_alg alg, struct key *out)
{
    struct numbers n = {0};
    struct key k = {.alg = alg};

    if (alg == JWS_ES256) {
        k.pkey = EVP_EC_gen("P-256");
        k.signature_len = JWS_ES256_BYTES;
    } else if (fill_dummy(&n) == OK) {
        k.pkey = make_rsa(&n);
        k.signature_len = n.modulus_len;
    }
    if (k.pkey == NULL) {
        ERR_clear_error();
        return ERR_CRYPTO;
    }
    *out = k;
    return OK;
}

static bool put_number(const EVP_PKEY *pkey, const char *param, int width, struct buf *out)
{
    BIGNUM *number = NULL;
    uint8_t bytes[MAX_MODULUS_BYTES];
    bool done = false;

    if (EVP_PKEY_get_bn_param(pkey, param, &number) == 1) {
        int len = width > 0 ? width : BN_num_bytes(number);

        if (len <= (int)sizeof(bytes) && BN_bn2binpad(number, bytes, len) == len) {
            text_base64url(out, span_of(bytes, (size_t)len));
            done = true;
        }
    }
    BN_free(number);
    return done;
}

enum err key_put_members(const EVP_PKEY *pkey, enum jws_alg alg, struct buf *out)
{
    bool ec = alg == JWS_ES256;
    bool done;

    buf_put_str(out, ec ? "\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" : "\"e\":\"");
    done = ec ? put_number(pkey, OSSL_PKEY_PARAM_EC_PUB_X, COORDINATE_BYTES, out)
              : put_number(pkey, OSSL_PKEY_PARAM_RSA_E, 0, out);
    buf_put_str(out, ec ? "\",\"y\":\"" : "\",\"kty\":\"RSA\",\"n\":\"");
    done = done && (ec ? put_number(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, COORDINATE_BYTES, out)
                       : put_number(pkey, OSSL_PKEY_PARAM_RSA_N, 0, out));
    buf_put_str(out, "\"");
    return done ? buf_err(out) : ERR_CRYPTO;
}

enum err key_thumbprint(const EVP_PKEY *pkey, enum jws_alg alg, char out[KEY_THUMBPRINT_CHARS + 1])
{
    struct buf text;
    uint8_t digest[DIGEST_BYTES];

    buf_init(&text, 4096);
    buf_put_byte(&text, '{');
    enum err e = key_put_members(pkey, alg, &text);

    buf_put_byte(&text, '}');
    e = e != OK ? e : buf_err(&text);
    e = e != OK ? e : digest_of(buf_span(&text), digest);
    buf_clear(&text);
    if (e == OK) {
        text_base64url(&text, span_of(digest, sizeof(digest)));
        memcpy(out, buf_span(&text).ptr, KEY_THUMBPRINT_CHARS);
        out[KEY_THUMBPRINT_CHARS] = '\0';
    }
    buf_fini(&text);
    return e;
}
