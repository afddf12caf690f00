/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Minting with libjwt, so that our verifier is tested against tokens that it did
 * not write. libjwt wants the key as PEM for each token; the PEM is kept and
 * wiped at the end.
 */
#include "auth/signer.h"

#include "auth/key_priv.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/text.h"

#include <jwt.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

enum { NEW_RSA_BITS = 3072, MAX_PEM = 16 * 1024, TOKEN_ID_BYTES = 16 };

struct signer {
    EVP_PKEY *pkey;
    enum jws_alg alg;
    struct buf pem;
    char thumbprint[KEY_THUMBPRINT_CHARS + 1];
};

void signer_free(struct signer **s)
{
    if (*s != NULL) {
        EVP_PKEY_free((*s)->pkey);
        buf_wipe(&(*s)->pem);
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

static enum err write_pem(EVP_PKEY *pkey, struct buf *out)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    char *text = NULL;
    enum err e = ERR_CRYPTO;

    if (bio != NULL && PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) == 1) {
        long len = BIO_get_mem_data(bio, &text);

        buf_put(out, span_of(text, (size_t)len));
        e = buf_err(out);
    }
    BIO_free(bio);
    return e;
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
    buf_init(&s->pem, MAX_PEM);
    enum err e = find_alg(pkey, &s->alg) ? OK : ERR_INPUT;

    e = e != OK ? e : write_pem(pkey, &s->pem);
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
    buf_put(out, buf_span(&s->pem));
    return buf_err(out);
}

enum err signer_put_jwks(const struct signer *s, struct buf *out)
{
    buf_printf(out, "{\"keys\":[{\"alg\":\"%s\",", jws_alg_name(s->alg));
    enum err e = key_put_members(s->pkey, s->alg, out);

    buf_printf(out, ",\"kid\":\"%s\",\"use\":\"sig\"}]}", s->thumbprint);
    return e != OK ? e : buf_err(out);
}

static bool add_claims(jwt_t *jwt, const struct token_request *r, const char *token_id)
{
    return jwt_add_grant(jwt, "iss", r->client) == 0 && jwt_add_grant(jwt, "sub", r->client) == 0 &&
           jwt_add_grant(jwt, "client_id", r->client) == 0 &&
           jwt_add_grant(jwt, "aud", r->audience) == 0 &&
           jwt_add_grant(jwt, "jti", token_id) == 0 &&
           jwt_add_grant_int(jwt, "iat", r->issued_s) == 0 &&
           jwt_add_grant_int(jwt, "exp", r->issued_s + r->seconds) == 0;
}

static bool add_head(jwt_t *jwt, const struct signer *s, const char *kid)
{
    jwt_alg_t alg = s->alg == JWS_ES256 ? JWT_ALG_ES256 : JWT_ALG_RS256;
    struct span pem = buf_span(&s->pem);

    return jwt_add_header(jwt, "typ", "at+jwt") == 0 &&
           jwt_add_header(jwt, "kid", kid == NULL ? s->thumbprint : kid) == 0 &&
           jwt_set_alg(jwt, alg, pem.ptr, (int)pem.len) == 0;
}

static enum err encode(jwt_t *jwt, struct buf *out)
{
    char *text = jwt_encode_str(jwt);

    if (text == NULL) {
        return ERR_CRYPTO;
    }
    buf_put_str(out, text);
    mem_wipe(text, strlen(text));
    mem_free(text); /* libjwt's strings are free(3)'s */
    return buf_err(out);
}

static enum err make_token_id(char out[2 * TOKEN_ID_BYTES + 1])
{
    uint8_t random[TOKEN_ID_BYTES];
    struct buf text;
    enum err e = digest_random(random, sizeof(random));

    buf_init(&text, 2 * sizeof(random));
    text_hex(&text, span_of(random, sizeof(random)));
    e = e != OK ? e : buf_err(&text);
    if (e == OK) {
        memcpy(out, buf_span(&text).ptr, 2 * sizeof(random));
        out[2 * sizeof(random)] = '\0';
    }
    buf_fini(&text);
    return e;
}

enum err signer_mint(const struct signer *s, const struct token_request *r, struct buf *out)
{
    char token_id[2 * TOKEN_ID_BYTES + 1];
    jwt_t *jwt = NULL;
    enum err e = make_token_id(token_id);

    if (e != OK) {
        return e;
    }
    if (jwt_new(&jwt) != 0) {
        return ERR_MEMORY;
    }
    e = ERR_CRYPTO;
    if (add_head(jwt, s, r->kid) && add_claims(jwt, r, token_id)) {
        e = encode(jwt, out);
    }
    jwt_free(jwt);
    return e;
}
