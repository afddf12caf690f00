/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thin layer over OpenSSL. Every return value is checked: an unchecked one
 * has been the bug in others' code. GCM nonces are random; a key seals far
 * fewer than 2^32 cursors before it is replaced.
 */
#include "base/digest.h"

#include "base/mem.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

enum { NONCE_BYTES = 12, TAG_BYTES = 16 };

struct digest {
    EVP_MD_CTX *ctx;
    EVP_MD *md;
};

void digest_free(struct digest **d)
{
    if (*d != NULL) {
        EVP_MD_CTX_free((*d)->ctx);
        EVP_MD_free((*d)->md);
        mem_free(*d);
        *d = NULL;
    }
}

enum err digest_new(struct digest **out)
{
    struct digest *d = mem_alloc(sizeof(*d));

    if (d == NULL) {
        return ERR_MEMORY;
    }
    d->ctx = EVP_MD_CTX_new();
    d->md = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (d->ctx == NULL || d->md == NULL) {
        digest_free(&d);
        return ERR_CRYPTO;
    }
    *out = d;
    return OK;
}

enum err digest_begin(struct digest *d)
{
    return EVP_DigestInit_ex2(d->ctx, d->md, NULL) == 1 ? OK : ERR_CRYPTO;
}

enum err digest_add(struct digest *d, struct span bytes)
{
    return EVP_DigestUpdate(d->ctx, bytes.ptr, bytes.len) == 1 ? OK : ERR_CRYPTO;
}

enum err digest_end(struct digest *d, uint8_t out[DIGEST_BYTES])
{
    return EVP_DigestFinal_ex(d->ctx, out, NULL) == 1 ? OK : ERR_CRYPTO;
}

enum err digest_of(struct span bytes, uint8_t out[DIGEST_BYTES])
{
    int done = EVP_Digest(bytes.ptr, bytes.len, out, NULL, EVP_sha256(), NULL);

    return done == 1 ? OK : ERR_CRYPTO;
}

enum err digest_hmac(struct span key, struct span bytes, uint8_t out[DIGEST_BYTES])
{
    if (key.len > INT_MAX) {
        return ERR_CRYPTO;
    }
    const uint8_t *done =
        HMAC(EVP_sha256(), key.ptr, (int)key.len, bytes.ptr, bytes.len, out, NULL);

    return done != NULL ? OK : ERR_CRYPTO;
}

enum err digest_random(uint8_t *out, size_t len)
{
    if (len > INT_MAX || RAND_bytes(out, (int)len) != 1) {
        return ERR_CRYPTO;
    }
    return OK;
}

enum err digest_expand(const uint8_t seed[SEAL_KEY_BYTES], uint8_t *out, size_t len)
{
    static const uint8_t zero[16];
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0;
    bool ok = ctx != NULL && len <= INT_MAX;

    if (ok) {
        memset(out, 0, len);
        ok = EVP_EncryptInit_ex(ctx, EVP_aes_256_ctr(), NULL, seed, zero) == 1 &&
             EVP_EncryptUpdate(ctx, out, &n, out, (int)len) == 1;
    }
    EVP_CIPHER_CTX_free(ctx);
    return ok ? OK : ERR_CRYPTO;
}

static enum err seal_with(EVP_CIPHER_CTX *ctx, const uint8_t *key, struct span plain,
                          struct span bound, uint8_t *out)
{
    int n = 0;
    uint8_t *body = out + NONCE_BYTES;

    if (EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, out) != 1 ||
        EVP_EncryptUpdate(ctx, NULL, &n, bound.ptr, (int)bound.len) != 1 ||
        EVP_EncryptUpdate(ctx, body, &n, plain.ptr, (int)plain.len) != 1 ||
        EVP_EncryptFinal_ex(ctx, body + n, &n) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, body + plain.len) != 1) {
        return ERR_CRYPTO;
    }
    return OK;
}

enum err digest_seal(const uint8_t key[SEAL_KEY_BYTES], struct span plain, struct span bound,
                     uint8_t *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    enum err e = ERR_CRYPTO;

    if (ctx != NULL && plain.len < INT_MAX / 2 && bound.len < INT_MAX / 2) {
        e = digest_random(out, NONCE_BYTES);
        e = e != OK ? e : seal_with(ctx, key, plain, bound, out);
    }
    EVP_CIPHER_CTX_free(ctx);
    return e;
}

static enum err open_with(EVP_CIPHER_CTX *ctx, const uint8_t *key, struct span sealed,
                          struct span bound, uint8_t *out)
{
    int n = 0;
    size_t len = sealed.len - SEAL_OVERHEAD;
    uint8_t tag[TAG_BYTES];

    memcpy(tag, sealed.ptr + NONCE_BYTES + len, TAG_BYTES);
    if (EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, sealed.ptr) != 1 ||
        EVP_DecryptUpdate(ctx, NULL, &n, bound.ptr, (int)bound.len) != 1 ||
        EVP_DecryptUpdate(ctx, out, &n, sealed.ptr + NONCE_BYTES, (int)len) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) != 1 ||
        EVP_DecryptFinal_ex(ctx, out + n, &n) != 1) {
        mem_wipe(out, len);
        return ERR_INPUT;
    }
    return OK;
}

enum err digest_open(const uint8_t key[SEAL_KEY_BYTES], struct span sealed, struct span bound,
                     uint8_t *out)
{
    if (sealed.len < SEAL_OVERHEAD || sealed.len > INT_MAX / 2 || bound.len > INT_MAX / 2) {
        return ERR_INPUT;
    }
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    enum err e = ctx == NULL ? ERR_CRYPTO : open_with(ctx, key, sealed, bound, out);

    EVP_CIPHER_CTX_free(ctx);
    return e;
}
