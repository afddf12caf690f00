/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CMAC over OpenSSL's EVP_MAC: the one keyed function there that can be started
 * anew without allocating. Versions of OpenSSL differ in what starting anew with
 * the key in place does; prf_new() tries it and refuses one that goes on with
 * what was there before.
 */
#include "redact/prf.h"

#include "base/mem.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

struct prf {
    EVP_MAC_CTX *ctx;
};

void prf_free(struct prf **p)
{
    if (*p != NULL) {
        EVP_MAC_CTX_free((*p)->ctx);
        mem_free(*p);
        *p = NULL;
    }
}

/* Takes over the context, which may be NULL: ERR_CRYPTO. */
static enum err wrap(EVP_MAC_CTX *ctx, struct prf **out)
{
    struct prf *p = mem_alloc(sizeof(*p));

    if (p == NULL || ctx == NULL) {
        mem_free(p);
        EVP_MAC_CTX_free(ctx);
        return ctx == NULL ? ERR_CRYPTO : ERR_MEMORY;
    }
    p->ctx = ctx;
    *out = p;
    return OK;
}

static EVP_MAC_CTX *make_context(const uint8_t *key)
{
    char cipher[] = "AES-256-CBC";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "CMAC", NULL);
    EVP_MAC_CTX *ctx = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);

    EVP_MAC_free(mac);
    if (ctx != NULL && EVP_MAC_init(ctx, key, PRF_KEY_BYTES, params) != 1) {
        EVP_MAC_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

static enum err try_twice(struct prf *p)
{
    uint8_t first[PRF_BYTES], other[PRF_BYTES], again[PRF_BYTES];
    enum err e = prf_run(p, SPAN(""), SPAN("one"), first);

    e = e != OK ? e : prf_run(p, SPAN(""), SPAN("two, and longer than a block"), other);
    e = e != OK ? e : prf_run(p, SPAN(""), SPAN("one"), again);
    bool good =
        e == OK && memcmp(first, again, PRF_BYTES) == 0 && memcmp(first, other, PRF_BYTES) != 0;

    return good ? OK : ERR_CRYPTO;
}

enum err prf_new(const uint8_t key[PRF_KEY_BYTES], struct prf **out)
{
    struct prf *p = NULL;
    enum err e = wrap(make_context(key), &p);

    e = e != OK ? e : try_twice(p);
    if (e != OK) {
        prf_free(&p);
        return e;
    }
    *out = p;
    return OK;
}

enum err prf_copy(const struct prf *from, struct prf **out)
{
    return wrap(EVP_MAC_CTX_dup(from->ctx), out);
}

enum err prf_run(struct prf *p, struct span use, struct span bytes, uint8_t out[PRF_BYTES])
{
    size_t len = 0;
    bool done = EVP_MAC_init(p->ctx, NULL, 0, NULL) == 1 &&
                EVP_MAC_update(p->ctx, use.ptr, use.len) == 1 &&
                EVP_MAC_update(p->ctx, bytes.ptr, bytes.len) == 1 &&
                EVP_MAC_final(p->ctx, out, &len, PRF_BYTES) == 1 && len == PRF_BYTES;

    if (!done) {
        memset(out, 0, PRF_BYTES);
    }
    return done ? OK : ERR_CRYPTO;
}
