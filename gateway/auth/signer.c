/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Minting with OpenSSL. libjwt 1.10 (Debian 12) writes `typ: JWT` over whatever
 * it is given, and an access token must say at+jwt; so it is the tests' oracle
 * only (docs/decisions/012-libjwt-is-an-oracle.md).
 */
#include "auth/signer.h"

#include "auth/key_priv.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/text.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

enum { NEW_RSA_BITS = 3072, MAX_PEM = 16 * 1024, TOKEN_ID_BYTES = 16 };

struct signer {
    EVP_PKEY *pkey;
    enum jws_alg alg;
    char thumbprint[KEY_THUMBPRINT_CHARS + 1];
};

void signer_free(struct signer **s)
{
    if (*s != NULL) {
        EVP_PKEY_free((*s)->pkey);
        mem_free(*s);
        *s = NULL;
    }
}

static bool find_alg(const EVP_PKEY *pkey, enum jws_alg *out)
{
    char curve[64] = "";
    int bits = EVP_PKEY_get_bits(pkey);

    if (EVP_PKEY_is_a(pkey, "RSA") == 1) {
        *out = JWS_RS256;
        return bits >= KEY_MIN_RSA_BITS && bits <= KEY_MAX_RSA_BITS;
    }
    *out = JWS_ES256;
    return EVP_PKEY_is_a(pkey, "EC") == 1 &&
           EVP_PKEY_get_group_name(pkey, curve, sizeof(curve), NULL) == 1 &&
           strcmp(curve, "prime256v1") == 0;
}

/* Takes over `pkey`, also on failure. */
static enum err make(EVP_PKEY *pkey, struct signer **out)
{
    struct signer *s = mem_alloc(sizeof(*s));

    if (s == NULL) {
        EVP_PKEY_free(pkey);
        return ERR_MEMORY;
    }
    s->pkey = pkey;
    enum err e = find_alg(pkey, &s->alg) ? OK : ERR_INPUT;

    e = e != OK ? e : key_thumbprint(pkey, s->alg, s->thumbprint);
    if (e != OK) {
        signer_free(&s);
        return e;
    }
    *out = s;
    return OK;
}

enum err signer_generate(struct span alg, struct signer **out)
{
    enum jws_alg which;

    if (!jws_alg_of(alg, &which)) {
        return ERR_INPUT;
    }
    EVP_PKEY *pkey = which == JWS_ES256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(NEW_RSA_BITS);

    return pkey == NULL ? ERR_CRYPTO : make(pkey, out);
}

/* Never asks a terminal for a passphrase: an encrypted key is refused. */
static int no_passphrase(char *to, int size, int rwflag, void *ctx)
{
    (void)to;
    (void)size;
    (void)rwflag;
    (void)ctx;
    return -1;
}

enum err signer_read(struct span pem, struct signer **out)
{
    if (pem.len == 0 || pem.len > MAX_PEM) {
        return ERR_INPUT;
    }
    BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);

    if (bio == NULL) {
        return ERR_MEMORY;
    }
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);

    BIO_free(bio);
    ERR_clear_error();
    return pkey == NULL ? ERR_INPUT : make(pkey, out);
}

struct span signer_thumbprint(const struct signer *s)
{
    return span_of(s->thumbprint, KEY_THUMBPRINT_CHARS);
}

enum err signer_put_pem(const struct signer *s, struct buf *out)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    char *text = NULL;
    enum err e = ERR_CRYPTO;

    if (bio != NULL && PEM_write_bio_PrivateKey(bio, s->pkey, NULL, NULL, 0, NULL, NULL) == 1) {
        long len = BIO_get_mem_data(bio, &text);

        buf_put(out, span_of(text, (size_t)len));
        e = buf_err(out);
    }
    BIO_free(bio);
    return e;
}

enum err signer_put_jwks(const struct signer *s, struct buf *out)
{
    buf_printf(out, "{\"keys\":[{\"alg\":\"%s\",", jws_alg_name(s->alg));
    enum err e = key_put_members(s->pkey, s->alg, out);

    buf_printf(out, ",\"kid\":\"%s\",\"use\":\"sig\"}]}", s->thumbprint);
    return e != OK ? e : buf_err(out);
}

static void put_member(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "\"%s\":", name);
    text_json_string(out, span_str(value));
    buf_put_byte(out, ',');
}

static enum err put_header(const struct signer *s, const char *kid, struct buf *out)
{
    buf_put_str(out, "{");
    put_member(out, "alg", jws_alg_name(s->alg));
    put_member(out, "kid", kid == NULL ? s->thumbprint : kid);
    buf_put_str(out, "\"typ\":\"at+jwt\"}");
    return buf_err(out);
}

static enum err put_payload(const struct token_request *r, struct buf *out)
{
    uint8_t token_id[TOKEN_ID_BYTES];
    enum err e = digest_random(token_id, sizeof(token_id));

    if (e != OK) {
        return e;
    }
    buf_put_str(out, "{");
    put_member(out, "iss", r->client);
    put_member(out, "sub", r->client);
    put_member(out, "client_id", r->client);
    put_member(out, "aud", r->audience);
    buf_printf(out, "\"iat\":%lld,\"exp\":%lld,\"jti\":\"", (long long)r->issued_s,
               (long long)(r->issued_s + r->seconds));
    text_hex(out, span_of(token_id, sizeof(token_id)));
    buf_put_str(out, "\"}");
    return buf_err(out);
}

/* OpenSSL's DER becomes r || s of fixed length (RFC 7518 3.4). */
static enum err put_raw(const uint8_t *der, size_t len, struct buf *out)
{
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
    uint8_t raw[JWS_ES256_BYTES];
    const int half = JWS_ES256_BYTES / 2;
    bool done = sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, half) == half &&
                BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + half, half) == half;

    ECDSA_SIG_free(sig);
    if (!done) {
        return ERR_CRYPTO;
    }
    text_base64url(out, span_of(raw, sizeof(raw)));
    return buf_err(out);
}

static enum err put_signature(const struct signer *s, struct span input, struct buf *out)
{
    uint8_t signature[JWS_MAX_SIGNATURE];
    size_t len = sizeof(signature);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool done = ctx != NULL &&
                EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, s->pkey, NULL) == 1 &&
                EVP_DigestSign(ctx, signature, &len, input.ptr, input.len) == 1;

    EVP_MD_CTX_free(ctx);
    if (!done) {
        ERR_clear_error();
        return ERR_CRYPTO;
    }
    if (s->alg == JWS_ES256) {
        return put_raw(signature, len, out);
    }
    text_base64url(out, span_of(signature, len));
    return buf_err(out);
}

static enum err put_token(const struct signer *s, struct span header, struct span payload,
                          struct buf *out)
{
    struct buf token;

    buf_init(&token, JWS_MAX_TOKEN);
    text_base64url(&token, header);
    buf_put_byte(&token, '.');
    text_base64url(&token, payload);
    struct span signed_part = buf_span(&token);

    buf_put(out, signed_part);
    buf_put_byte(out, '.');
    enum err e = buf_err(&token);

    e = e != OK ? e : put_signature(s, signed_part, out);
    buf_wipe(&token);
    return e;
}

enum err signer_mint(const struct signer *s, const struct token_request *r, struct buf *out)
{
    struct buf header;
    struct buf payload;

    buf_init(&header, JWS_MAX_HEADER);
    buf_init(&payload, JWS_MAX_PAYLOAD);
    enum err e = put_header(s, r->kid, &header);

    e = e != OK ? e : put_payload(r, &payload);
    e = e != OK ? e : put_token(s, buf_span(&header), buf_span(&payload), out);
    buf_fini(&payload);
    buf_fini(&header);
    return e;
}
