/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES-SIV against the vectors of RFC 5297 and against OpenSSL's own.
 */
#include "redact/siv.h"

#include "base/digest.h"
#include "base/mem.h"

#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROUNDS = 2000, MAX_PARTS = 4 };

static size_t unhex(const char *text, uint8_t *out)
{
    size_t n = strlen(text) / 2;

    for (size_t i = 0; i < n; i++) {
        char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};

        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return n;
}

struct vector {
    const char *key;
    const char *parts[MAX_PARTS];
    const char *plain;
    const char *sealed;
};

/* RFC 5297 A.1 and A.2. */
static const struct vector vectors[] = {
    {"fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
     {"101112131415161718191a1b1c1d1e1f2021222324252627"},
     "112233445566778899aabbccddee",
     "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c"},
    {"7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f",
     {"00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100",
      "102030405060708090a0", "09f911029d74e35bd84156c5635688c0"},
     "7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349562d"
     "414553",
     "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748"
     "ba8af829ea64ad544a272e9c485b62a3fd5c0d"},
};

static void try_vector(const struct vector *v)
{
    uint8_t key[64], room[MAX_PARTS][64], plain[64], want[80], got[80];
    struct span parts[MAX_PARTS];
    struct siv_bound bound;
    struct siv *s = NULL;
    size_t count = 0;
    size_t len = unhex(v->plain, plain);

    for (; count < MAX_PARTS && v->parts[count] != NULL; count++) {
        parts[count] = span_of(room[count], unhex(v->parts[count], room[count]));
    }
    assert_int_equal(siv_new(span_of(key, unhex(v->key, key)), &s), OK);
    assert_int_equal(siv_bind(s, parts, count, &bound), OK);
    assert_int_equal(siv_seal(s, &bound, span_of(plain, len), got), OK);
    assert_int_equal(unhex(v->sealed, want), len + SIV_BLOCK);
    assert_memory_equal(got, want, len + SIV_BLOCK);
    memset(got, 0, sizeof(got));
    assert_int_equal(siv_open(s, &bound, span_of(want, len + SIV_BLOCK), got), OK);
    assert_memory_equal(got, plain, len);
    siv_free(&s);
}

static void agrees_with_the_vectors_of_rfc_5297(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        try_vector(&vectors[i]);
    }
}

/* OpenSSL's AES-SIV, a new context for each text. */
static void openssl_seal(struct span key, const struct span *parts, size_t count, struct span plain,
                         uint8_t *out)
{
    EVP_CIPHER *cipher =
        EVP_CIPHER_fetch(NULL, key.len == 32 ? "AES-128-SIV" : "AES-256-SIV", NULL);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n;

    assert_non_null(cipher);
    assert_int_equal(EVP_EncryptInit_ex2(ctx, cipher, key.ptr, NULL, NULL), 1);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(EVP_EncryptUpdate(ctx, NULL, &n, parts[i].ptr, (int)parts[i].len), 1);
    }
    assert_int_equal(EVP_EncryptUpdate(ctx, out + SIV_BLOCK, &n, plain.ptr, (int)plain.len), 1);
    assert_int_equal(EVP_EncryptFinal_ex(ctx, out, &n), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SIV_BLOCK, out), 1);
    EVP_CIPHER_CTX_free(ctx);
    EVP_CIPHER_free(cipher);
}

static void agrees_with_openssl_on_random_texts(void **state)
{
    uint8_t bytes[64 + MAX_PARTS * 40 + SIV_MAX_PLAIN + 8], want[SIV_MAX_BYTES], got[SIV_MAX_BYTES];

    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct span parts[MAX_PARTS];
        struct siv_bound bound;
        struct siv *s = NULL;

        assert_int_equal(digest_random(bytes, sizeof(bytes)), OK);
        struct span key = span_of(bytes, round % 2 == 0 ? 32 : 64);
        struct span plain = span_of(bytes + 64 + MAX_PARTS * 40, 1 + round % SIV_MAX_PLAIN);
        size_t count = round % (MAX_PARTS + 1);

        for (size_t i = 0; i < MAX_PARTS; i++) {
            parts[i] = span_of(bytes + 64 + i * 40, 1 + bytes[sizeof(bytes) - 1 - i] % 40);
        }
        assert_int_equal(siv_new(key, &s), OK);
        assert_int_equal(siv_bind(s, parts, count, &bound), OK);
        assert_int_equal(siv_seal(s, &bound, plain, got), OK);
        openssl_seal(key, parts, count, plain, want);
        assert_memory_equal(got, want, plain.len + SIV_BLOCK);
        siv_free(&s);
    }
}

static void refuses_what_was_changed_in_any_bit_or_cut(void **state)
{
    uint8_t key[64] = {7}, sealed[SIV_MAX_BYTES], out[SIV_MAX_BYTES];
    struct span plain = SPAN("a text of 30 bytes, more or so");
    struct span data[] = {SPAN("partner"), SPAN("acme")};
    struct siv_bound bound, other;
    struct siv *s = NULL;
    size_t len = plain.len + SIV_BLOCK;

    (void)state;
    assert_int_equal(siv_new(span_of(key, 64), &s), OK);
    assert_int_equal(siv_bind(s, data, 2, &bound), OK);
    assert_int_equal(siv_bind(s, data, 1, &other), OK);
    assert_int_equal(siv_seal(s, &bound, plain, sealed), OK);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(siv_open(s, &bound, span_of(sealed, len), out), ERR_INPUT);
        sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(siv_open(s, &bound, span_of(sealed, cut), out), ERR_INPUT);
    }
    assert_int_equal(siv_open(s, &other, span_of(sealed, len), out), ERR_INPUT);
    for (size_t i = 0; i < plain.len; i++) {
        assert_int_equal(out[i], 0); /* nothing of a forged text is left behind */
    }
    assert_int_equal(siv_open(s, &bound, span_of(sealed, len), out), OK);
    assert_memory_equal(out, plain.ptr, plain.len);
    siv_free(&s);
}

static void refuses_keys_and_texts_of_other_lengths(void **state)
{
    uint8_t key[65] = {0}, long_text[SIV_MAX_BYTES + 1] = {0}, out[SIV_MAX_BYTES + 1];
    struct siv_bound bound;
    struct siv *s = NULL;

    (void)state;
    for (size_t len = 0; len <= 65; len++) {
        if (len != 32 && len != 64) {
            assert_int_equal(siv_new(span_of(key, len), &s), ERR_INPUT);
            assert_null(s);
        }
    }
    mem_fail_at(1);
    assert_int_equal(siv_new(span_of(key, 64), &s), ERR_MEMORY);
    mem_fail_at(0);
    assert_int_equal(siv_new(span_of(key, 64), &s), OK);
    assert_int_equal(siv_bind(s, NULL, 0, &bound), OK);
    assert_int_equal(siv_seal(s, &bound, span_of(long_text, SIV_MAX_PLAIN + 1), out), ERR_TOO_BIG);
    assert_int_equal(siv_open(s, &bound, span_of(long_text, SIV_MAX_BYTES + 1), out), ERR_INPUT);
    siv_free(&s);
    siv_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_vectors_of_rfc_5297),
        cmocka_unit_test(agrees_with_openssl_on_random_texts),
        cmocka_unit_test(refuses_what_was_changed_in_any_bit_or_cut),
        cmocka_unit_test(refuses_keys_and_texts_of_other_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
