/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HKDF over OpenSSL's EVP_KDF. Derivation happens when a policy is loaded, never
 * for a request, so that a context for each call is no cost. Every return is
 * checked; what passes through this file's own memory is wiped.
 */
#include "redact/keys.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

enum { HEX_DIGITS = 2 * MASTER_KEY_BYTES, MAX_INFO = 4 * KEY_PART_MAX + 64 };

struct keys {
    uint8_t master[MASTER_KEY_BYTES];
};

enum err keys_new(const uint8_t master[MASTER_KEY_BYTES], struct keys **out)
{
    struct keys *k = mem_alloc(sizeof(*k));

    if (k == NULL) {
        return ERR_MEMORY;
    }
    memcpy(k->master, master, MASTER_KEY_BYTES);
    *out = k;
    return OK;
}

enum err keys_read(struct span text, struct keys **out)
{
    uint8_t master[MASTER_KEY_BYTES];

    if (text.len == HEX_DIGITS + 1 && text.ptr[HEX_DIGITS] == '\n') {
        text = span_sub(text, 0, HEX_DIGITS);
    }
    enum err e = text_hex_decode(text, master, sizeof(master));

    e = e != OK ? e : keys_new(master, out);
    mem_wipe(master, sizeof(master));
    return e;
}

void keys_free(struct keys **k)
{
    if (*k != NULL) {
        mem_wipe(*k, sizeof(**k));
        mem_free(*k);
        *k = NULL;
    }
}

static bool is_part(struct span text)
{
    return text.len <= KEY_PART_MAX && span_find(text, '\0') == text.len;
}

static bool is_name(const struct key_name *n)
{
    struct span purpose = span_str(n->purpose);

    return purpose.len > 0 && n->partner.len > 0 && n->what.len > 0 && is_part(purpose) &&
           is_part(n->partner) && is_part(n->agreement) && is_part(n->what);
}

static void put_info(struct buf *info, const struct key_name *n)
{
    const struct span parts[] = {SPAN("hallpass"), span_str(n->purpose), n->partner, n->agreement,
                                 n->what};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        buf_put(info, parts[i]);
        buf_put_byte(info, 0);
    }
    buf_put_u64(info, n->epoch);
}

static enum err expand(const struct keys *k, struct span info, uint8_t *out, size_t len)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)k->master,
                                          MASTER_KEY_BYTES),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info.ptr,
                                          info.len),
        OSSL_PARAM_construct_end(),
    };
    bool done = ctx != NULL && EVP_KDF_derive(ctx, out, len, params) == 1;

    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return done ? OK : ERR_CRYPTO;
}

enum err keys_derive(const struct keys *k, const struct key_name *name, uint8_t *out, size_t len)
{
    uint8_t derived[DERIVED_KEY_MAX];
    struct buf info;

    if (!is_name(name) || len == 0 || len > sizeof(derived)) {
        return ERR_INPUT;
    }
    buf_init(&info, MAX_INFO);
    put_info(&info, name);
    enum err e = buf_err(&info);

    e = e != OK ? e : expand(k, buf_span(&info), derived, len);
    if (e == OK) {
        memcpy(out, derived, len);
    }
    mem_wipe(derived, sizeof(derived));
    buf_fini(&info);
    return e;
}
