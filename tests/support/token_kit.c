/* SPDX-License-Identifier: Apache-2.0 */
/* Makes keys, tokens and a verifier for tests. Nothing of gateway/auth makes the tokens. */
#include "tests/support/token_kit.h"

#include "base/mem.h"
#include "base/text.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ROOM = 64 * 1024, MAX_NUMBER = 1024 };

static const char *const MEMBERS[][2] = {
    {"iss", "\"acme-1\""}, {"sub", "\"acme-1\""},           {"client_id", "\"acme-1\""},
    {"exp", "1800000240"}, {"aud", "\"" KIT_AUDIENCE "\""}, {"jti", "\"token-1\""},
    {"iat", "1800000000"},
};

enum { MEMBER_COUNT = sizeof(MEMBERS) / sizeof(MEMBERS[0]) };

static EVP_PKEY *shared_rsa(void)
{
    static EVP_PKEY *rsa; /* slow to make, and no test changes it */

    if (rsa == NULL) {
        rsa = EVP_RSA_gen(2048);
    }
    assert_non_null(rsa);
    EVP_PKEY_up_ref(rsa);
    return rsa;
}

static void put_number(EVP_PKEY *key, const char *param, size_t width, struct buf *out)
{
    BIGNUM *n = NULL;
    uint8_t bytes[MAX_NUMBER];

    assert_int_equal(EVP_PKEY_get_bn_param(key, param, &n), 1);
    size_t len = width > 0 ? width : (size_t)BN_num_bytes(n);

    assert_true(BN_bn2binpad(n, bytes, (int)len) == (int)len);
    text_base64url(out, span_of(bytes, len));
    BN_free(n);
}

void kit_put_jwk(EVP_PKEY *key, const char *kid, const char *more, struct buf *out)
{
    if (EVP_PKEY_is_a(key, "EC") == 1) {
        buf_put_str(out, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"");
        put_number(key, OSSL_PKEY_PARAM_EC_PUB_X, 32, out);
        buf_put_str(out, "\",\"y\":\"");
        put_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32, out);
    } else {
        buf_put_str(out, "{\"kty\":\"RSA\",\"n\":\"");
        put_number(key, OSSL_PKEY_PARAM_RSA_N, 0, out);
        buf_put_str(out, "\",\"e\":\"");
        put_number(key, OSSL_PKEY_PARAM_RSA_E, 0, out);
    }
    buf_put_str(out, "\"");
    if (kid != NULL) {
        buf_printf(out, ",\"kid\":\"%s\"", kid);
    }
    buf_printf(out, "%s}", more);
}

static void make_clients(struct token_kit *kit)
{
    buf_init(&kit->acme_keys, ROOM);
    buf_init(&kit->zeta_keys, ROOM);
    buf_put_str(&kit->acme_keys, "{\"keys\":[");
    kit_put_jwk(kit->ec, "ec", "", &kit->acme_keys);
    buf_put_str(&kit->acme_keys, ",");
    kit_put_jwk(kit->rsa, "rsa", ",\"use\":\"sig\",\"alg\":\"RS256\"", &kit->acme_keys);
    buf_put_str(&kit->acme_keys, "]}");
    buf_put_str(&kit->zeta_keys, "{\"keys\":[");
    kit_put_jwk(kit->foreign, "ec", "", &kit->zeta_keys);
    buf_put_str(&kit->zeta_keys, "]}");
    kit->acme = (struct client){.id = SPAN("acme-1"),
                                .partner = SPAN("acme"),
                                .keys = buf_span(&kit->acme_keys),
                                .max_token_s = 300};
    kit->zeta = (struct client){.id = SPAN("zeta-1"),
                                .partner = SPAN("zeta"),
                                .keys = buf_span(&kit->zeta_keys),
                                .max_token_s = 300};
}

int kit_setup(void **state)
{
    struct token_kit *kit = mem_alloc(sizeof(*kit));

    assert_non_null(kit);
    kit->ec = EVP_EC_gen("P-256");
    kit->foreign = EVP_EC_gen("P-256");
    kit->rsa = shared_rsa();
    make_clients(kit);
    arena_init(&kit->arena, 1 << 20);
    diag_init(&kit->diags, &kit->arena);
    buf_init(&kit->header, ROOM);
    buf_init(&kit->payload, ROOM);
    /* Not in order of ids, so that the ring has to sort. */
    const struct client *clients[] = {&kit->zeta, &kit->acme};

    assert_int_equal(keyring_from(clients, 2, &kit->diags, &kit->ring), OK);
    assert_int_equal(token_cache_new(4, &kit->cache), OK);
    *state = kit;
    return 0;
}

int kit_teardown(void **state)
{
    struct token_kit *kit = *state;

    keyring_free(&kit->ring);
    token_cache_free(&kit->cache);
    EVP_PKEY_free(kit->ec);
    EVP_PKEY_free(kit->foreign);
    EVP_PKEY_free(kit->rsa);
    buf_fini(&kit->acme_keys);
    buf_fini(&kit->zeta_keys);
    buf_fini(&kit->header);
    buf_fini(&kit->payload);
    arena_fini(&kit->arena);
    mem_free(kit);
    return 0;
}

static void put_member(struct buf *out, const char *name, const char *value)
{
    const char *comma = buf_span(out).len > 1 ? "," : "";

    buf_printf(out, "%s\"%s\":%s", comma, name, value);
}

struct span kit_payload(struct token_kit *kit, const char *member, const char *value)
{
    bool known = member == NULL;

    buf_clear(&kit->payload);
    buf_put_str(&kit->payload, "{");
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        bool replaced = member != NULL && strcmp(member, MEMBERS[i][0]) == 0;

        known = known || replaced;
        if (!replaced || value != NULL) {
            put_member(&kit->payload, MEMBERS[i][0], replaced ? value : MEMBERS[i][1]);
        }
    }
    if (!known) {
        put_member(&kit->payload, member, value);
    }
    buf_put_str(&kit->payload, "}");
    return buf_span(&kit->payload);
}

static void put_raw(const uint8_t *der, size_t len, struct buf *out)
{
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
    uint8_t raw[64];

    assert_non_null(sig);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, 32), 32);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + 32, 32), 32);
    buf_put(out, span_of(raw, sizeof(raw)));
    ECDSA_SIG_free(sig);
}

void kit_put_signature(EVP_PKEY *key, struct span input, struct buf *out)
{
    uint8_t signature[MAX_NUMBER];
    size_t len = sizeof(signature);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_DigestSign(ctx, signature, &len, input.ptr, input.len), 1);
    EVP_MD_CTX_free(ctx);
    if (EVP_PKEY_is_a(key, "EC") == 1) {
        put_raw(signature, len, out);
    } else {
        buf_put(out, span_of(signature, len));
    }
}

struct span kit_sign(struct token_kit *kit, struct span header, struct span payload, EVP_PKEY *key)
{
    struct buf signature;

    buf_init(&signature, ROOM);
    buf_clear(&kit->header);
    buf_put_str(&kit->header, "Bearer ");
    text_base64url(&kit->header, header);
    buf_put_str(&kit->header, ".");
    text_base64url(&kit->header, payload);
    kit_put_signature(key, span_from(buf_span(&kit->header), strlen("Bearer ")), &signature);
    buf_put_str(&kit->header, ".");
    text_base64url(&kit->header, buf_span(&signature));
    buf_fini(&signature);
    assert_int_equal(buf_err(&kit->header), OK);
    return buf_span(&kit->header);
}

enum err kit_check(struct token_kit *kit, struct span authorization)
{
    struct token_rules rules = {.keyring = kit->ring, .audience = SPAN(KIT_AUDIENCE)};

    return token_check(&rules, kit->cache, authorization, KIT_NOW_MS, &kit->info);
}

enum err kit_try(struct token_kit *kit, const char *member, const char *value)
{
    struct span payload = kit_payload(kit, member, value);

    return kit_check(kit, kit_sign(kit, SPAN(KIT_EC), payload, kit->ec));
}

enum err kit_try_header(struct token_kit *kit, const char *header)
{
    return kit_check(kit, kit_sign(kit, span_str(header), kit_payload(kit, NULL, NULL), kit->ec));
}
