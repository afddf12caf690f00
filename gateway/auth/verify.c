/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One signature. JOSE writes an ECDSA signature as r || s of fixed length, and
 * OpenSSL reads DER: the conversion here is exact, so that a signature has one
 * form on the wire.
 */
#include "auth/key_priv.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

enum { HALF = JWS_ES256_BYTES / 2, MAX_DER = 2 + 2 * (2 + 1 + HALF) };

/* Writes INTEGER with the fewest bytes that keep it positive (X.690 8.3). */
static uint8_t *put_integer(uint8_t *to, const uint8_t *half)
{
    size_t skip = 0;

    while (skip < HALF - 1 && half[skip] == 0) {
        skip++;
    }
    size_t pad = half[skip] >= 0x80 ? 1 : 0;

    *to++ = 0x02;
    *to++ = (uint8_t)(HALF - skip + pad);
    if (pad != 0) {
        *to++ = 0;
    }
    memcpy(to, half + skip, HALF - skip);
    return to + (HALF - skip);
}

static size_t to_der(const uint8_t raw[JWS_ES256_BYTES], uint8_t out[MAX_DER])
{
    uint8_t *end = put_integer(put_integer(out + 2, raw), raw + HALF);

    out[0] = 0x30;
    out[1] = (uint8_t)(end - out - 2);
    return (size_t)(end - out);
}

static bool begin(const struct key *k, EVP_MD_CTX *ctx)
{
    EVP_PKEY_CTX *pctx = NULL;

    if (EVP_MD_CTX_reset(ctx) != 1 ||
        EVP_DigestVerifyInit_ex(ctx, &pctx, "SHA256", NULL, NULL, k->pkey, NULL) != 1) {
        return false;
    }
    return k->alg != JWS_RS256 || EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PADDING) == 1;
}

enum err key_verify(const struct key *k, EVP_MD_CTX *ctx, struct span input, struct span signature)
{
    uint8_t der[MAX_DER];

    if (signature.len != k->signature_len) {
        return ERR_TOKEN_KEY;
    }
    if (!begin(k, ctx)) {
        ERR_clear_error();
        return ERR_CRYPTO;
    }
    if (k->alg == JWS_ES256) {
        signature = span_of(der, to_der(signature.ptr, der));
    }
    int verdict = EVP_DigestVerify(ctx, signature.ptr, signature.len, input.ptr, input.len);

    /* 0 and negative values both come from signatures that an attacker chose. */
    ERR_clear_error();
    return verdict == 1 ? OK : ERR_TOKEN_KEY;
}
