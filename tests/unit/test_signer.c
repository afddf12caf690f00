/* SPDX-License-Identifier: Apache-2.0 */
/* What the signer mints, the verifier takes; what libjwt signs, our signature check takes. */
#include "auth/key_priv.h"
#include "auth/signer.h"
#include "base/mem.h"
#include "base/text.h"
#include "tests/support/token_kit.h"

#include <jwt.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct token_request REQUEST = {
    .client = "acme-1", .audience = KIT_AUDIENCE, .issued_s = KIT_NOW_S, .seconds = 240};

/* A ring of one client whose key set is what the signer prints; checks "Bearer " + `token`. */
static enum err check(const struct signer *s, struct span token, struct token_info *info)
{
    struct client c = {.id = SPAN("acme-1"), .partner = SPAN("acme"), .max_token_s = 300};
    const struct client *clients[] = {&c};
    struct arena arena;
    struct diag_list diags;
    struct keyring *ring = NULL;
    struct token_cache *cache = NULL;
    struct buf keys;
    struct buf header;

    arena_init(&arena, 1 << 20);
    diag_init(&diags, &arena);
    buf_init(&keys, 8192);
    buf_init(&header, 8192);
    assert_int_equal(signer_put_jwks(s, &keys), OK);
    c.keys = buf_span(&keys);
    assert_int_equal(keyring_from(clients, 1, &diags, &ring), OK);
    assert_int_equal(token_cache_new(1, &cache), OK);
    buf_put_str(&header, "Bearer ");
    buf_put(&header, token);
    struct token_rules rules = {.keyring = ring, .audience = SPAN(KIT_AUDIENCE)};
    enum err e = token_check(&rules, cache, buf_span(&header), KIT_NOW_MS, info);

    token_cache_free(&cache);
    keyring_free(&ring);
    buf_fini(&header);
    buf_fini(&keys);
    arena_fini(&arena);
    return e;
}

static void mints_what_the_verifier_takes(struct span alg)
{
    struct signer *s = NULL;
    struct buf token;
    struct token_info info = {0};

    buf_init(&token, 8192);
    assert_int_equal(signer_generate(alg, &s), OK);
    assert_int_equal(signer_mint(s, &REQUEST, &token), OK);
    assert_int_equal(check(s, buf_span(&token), &info), OK);
    assert_int_equal(info.expires_ms, KIT_NOW_MS + 240000);
    buf_fini(&token);
    signer_free(&s);
}

static void minted_es256_tokens_verify(void **state)
{
    (void)state;
    mints_what_the_verifier_takes(SPAN("ES256"));
}

static void minted_rs256_tokens_verify(void **state)
{
    (void)state;
    mints_what_the_verifier_takes(SPAN("RS256"));
}

static void minted_tokens_carry_what_rfc_9068_requires(void **state)
{
    struct signer *s = NULL;
    struct buf token;
    uint8_t room[2048];
    size_t len;

    (void)state;
    buf_init(&token, 8192);
    assert_int_equal(signer_generate(SPAN("ES256"), &s), OK);
    assert_int_equal(signer_mint(s, &REQUEST, &token), OK);
    struct span rest = buf_span(&token);

    assert_int_equal(text_base64url_decode(span_cut(&rest, '.'), room, sizeof(room) - 1, &len), OK);
    room[len] = '\0';
    assert_non_null(strstr((char *)room, "\"typ\":\"at+jwt\""));
    assert_non_null(strstr((char *)room, "\"alg\":\"ES256\""));
    assert_int_equal(text_base64url_decode(span_cut(&rest, '.'), room, sizeof(room) - 1, &len), OK);
    room[len] = '\0';
    const char *members[] = {"\"iss\":\"acme-1\"",
                             "\"sub\":\"acme-1\"",
                             "\"client_id\":\"acme-1\"",
                             "\"aud\":\"" KIT_AUDIENCE "\"",
                             "\"iat\":1800000000",
                             "\"exp\":1800000240",
                             "\"jti\":\""};

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        assert_non_null(strstr((char *)room, members[i]));
    }
    buf_fini(&token);
    signer_free(&s);
}

/* A token of libjwt for the same claims, under the signer's key. */
static void mint_with_libjwt(const struct signer *s, jwt_alg_t alg, int n, struct buf *out)
{
    jwt_t *jwt = NULL;
    struct buf pem;

    buf_init(&pem, 16384);
    assert_int_equal(signer_put_pem(s, &pem), OK);
    assert_int_equal(jwt_new(&jwt), 0);
    assert_int_equal(jwt_set_alg(jwt, alg, buf_span(&pem).ptr, (int)buf_span(&pem).len), 0);
    assert_int_equal(jwt_add_header(jwt, "kid", (const char *)signer_thumbprint(s).ptr), 0);
    assert_int_equal(jwt_add_grant_int(jwt, "n", n), 0);
    char *text = jwt_encode_str(jwt);

    assert_non_null(text);
    buf_put_str(out, text);
    mem_free(text);
    jwt_free(jwt);
    buf_wipe(&pem);
}

/* The public key as our reader makes it from our JWK set. */
static void read_public(const struct signer *s, struct key *out)
{
    struct buf keys;
    const char *why = NULL;

    buf_init(&keys, 8192);
    assert_int_equal(signer_put_jwks(s, &keys), OK);
    struct span text = buf_span(&keys);
    json_t *root = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);

    assert_int_equal(key_read(json_array_get(json_object_get(root, "keys"), 0), out, &why), OK);
    json_decref(root);
    buf_fini(&keys);
}

static enum err verify_compact(const struct key *k, struct span token)
{
    uint8_t signature[1024];
    size_t len;
    struct span rest = token;

    (void)span_cut(&rest, '.');
    (void)span_cut(&rest, '.');
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    assert_int_equal(text_base64url_decode(rest, signature, sizeof(signature), &len), OK);
    enum err e =
        key_verify(k, ctx, span_sub(token, 0, token.len - rest.len - 1), span_of(signature, len));

    EVP_MD_CTX_free(ctx);
    return e;
}

static void signatures_of_libjwt_verify(void **state)
{
    const char *algs[] = {"ES256", "RS256"};
    const jwt_alg_t theirs[] = {JWT_ALG_ES256, JWT_ALG_RS256};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct signer *s = NULL;
        struct key k;

        assert_int_equal(signer_generate(span_str(algs[i]), &s), OK);
        read_public(s, &k);
        for (int n = 0; n < 50; n++) {
            struct buf token;

            buf_init(&token, 8192);
            mint_with_libjwt(s, theirs[i], n, &token);
            assert_int_equal(verify_compact(&k, buf_span(&token)), OK);
            buf_fini(&token);
        }
        key_fini(&k);
        signer_free(&s);
    }
}

static void j33_a_token_of_libjwt_is_no_access_token(void **state)
{
    struct signer *s = NULL;
    struct token_info info;
    struct buf token;

    (void)state;
    buf_init(&token, 8192);
    assert_int_equal(signer_generate(SPAN("ES256"), &s), OK);
    mint_with_libjwt(s, JWT_ALG_ES256, 1, &token);
    assert_int_equal(check(s, buf_span(&token), &info), ERR_TOKEN_TYPE);
    buf_fini(&token);
    signer_free(&s);
}

static void each_token_has_another_id(void **state)
{
    struct signer *s = NULL;
    struct buf first;
    struct buf second;

    (void)state;
    buf_init(&first, 8192);
    buf_init(&second, 8192);
    assert_int_equal(signer_generate(SPAN("RS256"), &s), OK);
    assert_int_equal(signer_mint(s, &REQUEST, &first), OK);
    assert_int_equal(signer_mint(s, &REQUEST, &second), OK);
    /* RS256 is deterministic: only the jti differs. */
    assert_false(span_eq(buf_span(&first), buf_span(&second)));
    buf_fini(&first);
    buf_fini(&second);
    signer_free(&s);
}

static void a_key_read_back_is_the_same_key(void **state)
{
    struct signer *s = NULL;
    struct signer *again = NULL;
    struct buf pem;

    (void)state;
    buf_init(&pem, 8192);
    assert_int_equal(signer_generate(SPAN("ES256"), &s), OK);
    assert_int_equal(signer_put_pem(s, &pem), OK);
    assert_int_equal(signer_read(buf_span(&pem), &again), OK);
    assert_true(span_eq(signer_thumbprint(s), signer_thumbprint(again)));
    buf_wipe(&pem);
    signer_free(&again);
    signer_free(&s);
}

static void another_kid_is_not_the_registered_one(void **state)
{
    struct signer *s = NULL;
    struct token_request r = REQUEST;
    struct token_info info;
    struct buf token;

    (void)state;
    r.kid = "another";
    buf_init(&token, 8192);
    assert_int_equal(signer_generate(SPAN("ES256"), &s), OK);
    assert_int_equal(signer_mint(s, &r, &token), OK);
    assert_int_equal(check(s, buf_span(&token), &info), ERR_TOKEN_KEY);
    buf_fini(&token);
    signer_free(&s);
}

static void refuses_other_algorithms_and_texts_that_are_no_key(void **state)
{
    struct signer *s = NULL;
    const char *algs[] = {"", "HS256", "none", "es256", "PS256"};

    (void)state;
    for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
        assert_int_equal(signer_generate(span_str(algs[i]), &s), ERR_INPUT);
    }
    assert_int_equal(signer_read(SPAN(""), &s), ERR_INPUT);
    assert_int_equal(signer_read(SPAN("-----BEGIN PRIVATE KEY-----\n"), &s), ERR_INPUT);
    assert_null(s);
}

static void refuses_keys_that_the_gateway_would_not_take(void **state)
{
    EVP_PKEY *other[] = {EVP_EC_gen("P-384"), EVP_RSA_gen(1024),
                         EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")};
    struct signer *s = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
        BIO *bio = BIO_new(BIO_s_mem());
        char *text = NULL;

        assert_int_equal(PEM_write_bio_PrivateKey(bio, other[i], NULL, NULL, 0, NULL, NULL), 1);
        long len = BIO_get_mem_data(bio, &text);

        assert_int_equal(signer_read(span_of(text, (size_t)len), &s), ERR_INPUT);
        assert_null(s);
        BIO_free(bio);
        EVP_PKEY_free(other[i]);
    }
}

static void refuses_an_encrypted_key_without_asking(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    BIO *bio = BIO_new(BIO_s_mem());
    struct signer *s = NULL;
    char word[] = "word";
    char *text = NULL;

    (void)state;
    assert_int_equal(PEM_write_bio_PrivateKey(bio, key, EVP_aes_128_cbc(), NULL, 0, NULL, word), 1);
    long len = BIO_get_mem_data(bio, &text);

    assert_int_equal(signer_read(span_of(text, (size_t)len), &s), ERR_INPUT);
    BIO_free(bio);
    EVP_PKEY_free(key);
}

static void every_failed_allocation_is_clean(void **state)
{
    struct signer *s = NULL;
    enum err e = ERR_MEMORY;

    (void)state;
    for (uint64_t n = 1; e == ERR_MEMORY && n < 100; n++) {
        struct buf out;

        buf_init(&out, 8192);
        mem_fail_at(n);
        e = signer_generate(SPAN("ES256"), &s);
        e = e != OK ? e : signer_put_jwks(s, &out);
        e = e != OK ? e : signer_mint(s, &REQUEST, &out);
        mem_fail_at(0);
        signer_free(&s);
        buf_fini(&out);
    }
    assert_int_equal(e, OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minted_es256_tokens_verify),
        cmocka_unit_test(minted_rs256_tokens_verify),
        cmocka_unit_test(minted_tokens_carry_what_rfc_9068_requires),
        cmocka_unit_test(signatures_of_libjwt_verify),
        cmocka_unit_test(j33_a_token_of_libjwt_is_no_access_token),
        cmocka_unit_test(each_token_has_another_id),
        cmocka_unit_test(a_key_read_back_is_the_same_key),
        cmocka_unit_test(another_kid_is_not_the_registered_one),
        cmocka_unit_test(refuses_other_algorithms_and_texts_that_are_no_key),
        cmocka_unit_test(refuses_keys_that_the_gateway_would_not_take),
        cmocka_unit_test(refuses_an_encrypted_key_without_asking),
        cmocka_unit_test(every_failed_allocation_is_clean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
