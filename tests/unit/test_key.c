/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks through keys and signatures (J14 to J19, J22, J26 to J28) and the ring itself. */
#include "auth/key_priv.h"
#include "base/text.h"
#include "tests/support/token_kit.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* 32 bytes of zero, and the x and y of no point. */
#define ZERO32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* keyring_from() of one client with this JWK set; the ring is freed at once. */
static enum err load(struct token_kit *kit, struct span keys)
{
    struct client c = {.id = SPAN("one"), .partner = SPAN("p"), .keys = keys, .max_token_s = 300};
    const struct client *clients[] = {&c};
    struct keyring *ring = NULL;

    diag_init(&kit->diags, &kit->arena);
    enum err e = keyring_from(clients, 1, &kit->diags, &ring);

    assert_true((e == OK) == (ring != NULL));
    keyring_free(&ring);
    return e;
}

static void refuses_set(struct token_kit *kit, const char *keys, const char *fragment)
{
    assert_int_equal(load(kit, span_str(keys)), ERR_INPUT);
    assert_int_equal(kit->diags.errors, 1);
    assert_string_equal(kit->diags.first->file, "partners/p.yaml");
    assert_non_null(strstr(kit->diags.first->text, fragment));
}

/* One JWK, raw. */
static void refuses_jwk(struct token_kit *kit, const char *jwk, const char *fragment)
{
    char keys[8192];

    snprintf(keys, sizeof(keys), "{\"keys\":[%s]}", jwk);
    refuses_set(kit, keys, fragment);
}

/* A sound public key with more members. */
static enum err load_with(struct token_kit *kit, EVP_PKEY *key, const char *more)
{
    struct buf keys;

    buf_init(&keys, 16384);
    buf_put_str(&keys, "{\"keys\":[");
    kit_put_jwk(key, "k", more, &keys);
    buf_put_str(&keys, "]}");
    enum err e = load(kit, buf_span(&keys));

    buf_fini(&keys);
    return e;
}

static void j17_refuses_other_key_types_and_curves(void **state)
{
    struct token_kit *kit = *state;

    refuses_jwk(kit, "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"AA\",\"y\":\"AA\"}", "P-256");
    refuses_jwk(kit, "{\"kty\":\"EC\",\"x\":\"AA\",\"y\":\"AA\"}", "P-256");
    refuses_jwk(kit, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}", "kty");
    refuses_jwk(kit, "{\"kty\":\"ec\"}", "kty");
    refuses_jwk(kit, "{}", "kty");
    refuses_jwk(kit, "[]", "no object");
}

static void j14_j15_refuses_symmetric_keys(void **state)
{
    refuses_jwk(*state, "{\"kty\":\"oct\",\"k\":\"\"}", "private");
    refuses_jwk(*state, "{\"kty\":\"oct\"}", "kty");
}

static void j18_refuses_weak_rsa_keys(void **state)
{
    struct token_kit *kit = *state;
    EVP_PKEY *small = EVP_RSA_gen(1024);
    char jwk[1024];

    assert_int_equal(load_with(kit, small, ""), ERR_INPUT);
    assert_non_null(strstr(kit->diags.first->text, "2048"));
    EVP_PKEY_free(small);
    /* 256 bytes whose top bit is not set: 2047 bits. */
    snprintf(jwk, sizeof(jwk), "{\"kty\":\"RSA\",\"n\":\"f%0341d\",\"e\":\"AQAB\"}", 0);
    refuses_jwk(kit, jwk, "");
}

static void j18_refuses_rsa_exponents_that_are_small_or_even(void **state)
{
    /* 1, 3, 65536, 65538, with a leading zero, over 32 bits, empty, missing */
    const char *bad[] = {"AQ", "Aw", "AQAA", "AQAC", "AAEAAQ", "AQAAAAE", ""};
    char jwk[1024];
    char n[400];

    memset(n, '_', 342);
    n[341] = 'w'; /* canonical last character of 256 bytes of ones */
    n[342] = '\0';
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(jwk, sizeof(jwk), "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}", n, bad[i]);
        refuses_jwk(*state, jwk, "65537");
    }
    snprintf(jwk, sizeof(jwk), "{\"kty\":\"RSA\",\"n\":\"%s\"}", n);
    refuses_jwk(*state, jwk, "65537");
}

static void j18_refuses_a_modulus_that_is_none(void **state)
{
    struct token_kit *kit = *state;
    char jwk[2048];
    char n[1400];

    /* Even, then with a leading zero byte, then over 8192 bits. */
    snprintf(jwk, sizeof(jwk), "{\"kty\":\"RSA\",\"n\":\"_%0340dw\",\"e\":\"AQAB\"}", 0);
    refuses_jwk(kit, jwk, "modulus");
    snprintf(jwk, sizeof(jwk), "{\"kty\":\"RSA\",\"n\":\"AA%0342d\",\"e\":\"AQAB\"}", 0);
    refuses_jwk(kit, jwk, "n must be");
    memset(n, '_', 1368);
    n[1368] = '\0';
    snprintf(jwk, sizeof(jwk), "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"}", n);
    refuses_jwk(kit, jwk, "n must be");
}

static void j19_refuses_points_that_are_not_on_the_curve(void **state)
{
    struct token_kit *kit = *state;

    refuses_jwk(kit, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" ZERO32 "\",\"y\":\"" ZERO32 "\"}",
                "point");
    refuses_jwk(kit, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"" ZERO32 "\"}",
                "32 bytes");
    refuses_jwk(kit, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" ZERO32 "=\",\"y\":\"AA\"}",
                "32 bytes");
}

static void j26_refuses_keys_that_are_not_for_verifying(void **state)
{
    struct token_kit *kit = *state;
    const char *bad[] = {",\"use\":\"enc\"",
                         ",\"use\":1",
                         ",\"key_ops\":[]",
                         ",\"key_ops\":[\"encrypt\"]",
                         ",\"key_ops\":\"verify\"",
                         ",\"alg\":\"ES384\"",
                         ",\"alg\":\"RS256\"",
                         ",\"alg\":null",
                         ",\"x5u\":\"https://a\"",
                         ",\"d\":\"AA\"",
                         ",\"k\":\"AA\""};
    const char *good[] = {"", ",\"use\":\"sig\"", ",\"alg\":\"ES256\"",
                          ",\"key_ops\":[\"sign\",\"verify\"]", ",\"x5t\":\"AA\""};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(load_with(kit, kit->ec, bad[i]), ERR_INPUT);
    }
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(load_with(kit, kit->ec, good[i]), OK);
    }
}

static void j27_refuses_empty_and_malformed_sets(void **state)
{
    const char *bad[] = {"",
                         "{}",
                         "[]",
                         "{\"keys\":[]}",
                         "{\"keys\":{}}",
                         "{\"keys\":null}",
                         "{\"keys\":[",
                         "{\"keys\":[],\"keys\":[]}",
                         "-----BEGIN PUBLIC KEY-----"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        refuses_set(*state, bad[i], "client one: keys");
    }
}

static void j22_refuses_a_kid_that_stands_twice(void **state)
{
    struct token_kit *kit = *state;
    struct buf keys;

    buf_init(&keys, 16384);
    buf_put_str(&keys, "{\"keys\":[");
    kit_put_jwk(kit->ec, "k", "", &keys);
    buf_put_str(&keys, ",");
    kit_put_jwk(kit->rsa, "k", "", &keys);
    buf_put_str(&keys, "]}");
    assert_int_equal(load(kit, buf_span(&keys)), ERR_INPUT);
    assert_non_null(strstr(kit->diags.first->text, "key 2: its kid"));
    buf_fini(&keys);
}

static void reports_every_bad_key_at_once(void **state)
{
    struct token_kit *kit = *state;

    assert_int_equal(load(kit, SPAN("{\"keys\":[{},{\"kty\":\"oct\"},3]}")), ERR_INPUT);
    assert_int_equal(kit->diags.errors, 3);
}

static void names_a_key_without_kid_by_its_thumbprint(void **state)
{
    /* The example of RFC 7638 3.1. */
    static const char jwk[] =
        "{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86z"
        "wu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN"
        "5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbO"
        "pbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU"
        "8awapJzKnqDKgw\",\"e\":\"AQAB\",\"alg\":\"RS256\"}";
    const char *why = NULL;
    struct key k;
    json_t *root = json_loads(jwk, JSON_REJECT_DUPLICATES, NULL);

    (void)state;
    assert_int_equal(key_read(root, &k, &why), OK);
    assert_string_equal(k.kid, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    key_fini(&k);
    json_decref(root);
}

/* The bytes of a good token's signature are replaced. */
static enum err try_signature(struct token_kit *kit, struct span header, struct span signature)
{
    EVP_PKEY *key = span_eq(header, SPAN(KIT_RSA)) ? kit->rsa : kit->ec;
    struct span value = kit_sign(kit, header, kit_payload(kit, NULL, NULL), key);
    size_t end = value.len;

    while (value.ptr[end - 1] != '.') {
        end--;
    }
    buf_cut(&kit->header, end);
    text_base64url(&kit->header, signature);
    return kit_check(kit, buf_span(&kit->header));
}

static void j19_rejects_r_or_s_of_zero_or_over_the_order(void **state)
{
    static const uint8_t order[] = {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00,
                                    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                    0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84,
                                    0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};
    uint8_t signature[64] = {0};

    assert_int_equal(try_signature(*state, SPAN(KIT_EC), span_of(signature, 64)), ERR_TOKEN_KEY);
    signature[31] = 1;
    assert_int_equal(try_signature(*state, SPAN(KIT_EC), span_of(signature, 64)), ERR_TOKEN_KEY);
    memcpy(signature + 32, order, sizeof(order));
    assert_int_equal(try_signature(*state, SPAN(KIT_EC), span_of(signature, 64)), ERR_TOKEN_KEY);
    memset(signature, 0xFF, sizeof(signature));
    assert_int_equal(try_signature(*state, SPAN(KIT_EC), span_of(signature, 64)), ERR_TOKEN_KEY);
}

static void j19_rejects_signatures_of_another_length_or_encoding(void **state)
{
    struct token_kit *kit = *state;
    uint8_t der[128];
    size_t len = sizeof(der);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    struct span value = kit_sign(kit, SPAN(KIT_EC), kit_payload(kit, NULL, NULL), kit->ec);
    struct span token = span_from(value, strlen("Bearer "));

    while (token.ptr[token.len - 1] != '.') {
        token.len--;
    }
    assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, kit->ec), 1);
    assert_int_equal(EVP_DigestSign(ctx, der, &len, token.ptr, token.len - 1), 1);
    EVP_MD_CTX_free(ctx);
    assert_int_equal(try_signature(kit, SPAN(KIT_EC), span_of(der, len)), ERR_TOKEN_FORM);
    memset(der, 1, sizeof(der));
    for (size_t n = 60; n < 100; n++) {
        enum err expected = n == 64 ? ERR_TOKEN_KEY : ERR_TOKEN_FORM;

        assert_int_equal(try_signature(kit, SPAN(KIT_EC), span_of(der, n)), expected);
    }
}

static void rejects_an_rsa_signature_of_another_length(void **state)
{
    static const uint8_t zeros[1024];

    for (size_t n = 1; n <= sizeof(zeros); n += 255) {
        assert_int_equal(try_signature(*state, SPAN(KIT_RSA), span_of(zeros, n)), ERR_TOKEN_KEY);
    }
}

static void rejects_every_flipped_bit_of_a_signature(void **state)
{
    struct token_kit *kit = *state;
    struct buf signature;
    uint8_t raw[64];

    buf_init(&signature, 1024);
    struct span value = kit_sign(kit, SPAN(KIT_EC), kit_payload(kit, NULL, NULL), kit->ec);
    struct span token = span_from(value, strlen("Bearer "));

    while (token.ptr[token.len - 1] != '.') {
        token.len--;
    }
    kit_put_signature(kit->ec, span_sub(token, 0, token.len - 1), &signature);
    memcpy(raw, buf_span(&signature).ptr, sizeof(raw));
    buf_fini(&signature);
    assert_int_equal(try_signature(kit, SPAN(KIT_EC), span_of(raw, 64)), OK);
    for (size_t bit = 0; bit < 512; bit++) {
        raw[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(try_signature(kit, SPAN(KIT_EC), span_of(raw, 64)), ERR_TOKEN_KEY);
        raw[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void j28_rejects_a_key_of_another_client(void **state)
{
    struct token_kit *kit = *state;
    struct span payload = kit_payload(kit, NULL, NULL);

    /* zeta-1's key is called "ec" too, and signs claims that name acme-1. */
    assert_int_equal(kit_check(kit, kit_sign(kit, SPAN(KIT_EC), payload, kit->foreign)),
                     ERR_TOKEN_KEY);
}

static void verifies_signatures_with_leading_zero_bytes(void **state)
{
    struct token_kit *kit = *state;
    char id[32];

    /* About one in 128 signatures has a half that starts with a zero byte. */
    for (int i = 0; i < 600; i++) {
        snprintf(id, sizeof(id), "\"token-%d\"", i);
        assert_int_equal(kit_try(kit, "jti", id), OK);
    }
}

#define KIT_TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(j17_refuses_other_key_types_and_curves),
        KIT_TEST(j14_j15_refuses_symmetric_keys),
        KIT_TEST(j18_refuses_weak_rsa_keys),
        KIT_TEST(j18_refuses_rsa_exponents_that_are_small_or_even),
        KIT_TEST(j18_refuses_a_modulus_that_is_none),
        KIT_TEST(j19_refuses_points_that_are_not_on_the_curve),
        KIT_TEST(j26_refuses_keys_that_are_not_for_verifying),
        KIT_TEST(j27_refuses_empty_and_malformed_sets),
        KIT_TEST(j22_refuses_a_kid_that_stands_twice),
        KIT_TEST(reports_every_bad_key_at_once),
        KIT_TEST(names_a_key_without_kid_by_its_thumbprint),
        KIT_TEST(j19_rejects_r_or_s_of_zero_or_over_the_order),
        KIT_TEST(j19_rejects_signatures_of_another_length_or_encoding),
        KIT_TEST(rejects_an_rsa_signature_of_another_length),
        KIT_TEST(rejects_every_flipped_bit_of_a_signature),
        KIT_TEST(j28_rejects_a_key_of_another_client),
        KIT_TEST(verifies_signatures_with_leading_zero_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
