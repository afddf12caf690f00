/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on the form of a token and on its header (J1 to J17, J22 to J25). */
#include "auth/jws_priv.h"
#include "base/text.h"
#include "tests/support/token_kit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct span good(struct token_kit *kit)
{
    return kit_sign(kit, SPAN(KIT_EC), kit_payload(kit, NULL, NULL), kit->ec);
}

/* A mutable copy of a good value in `room`, to be spoiled. */
static struct span copy_good(struct token_kit *kit, uint8_t *room)
{
    struct span value = good(kit);

    memcpy(room, value.ptr, value.len);
    return span_of(room, value.len);
}

static void takes_a_good_token(void **state)
{
    struct token_kit *kit = *state;

    assert_int_equal(kit_check(kit, good(kit)), OK);
    assert_ptr_equal(kit->info.client, &kit->acme);
    assert_int_equal(kit->info.expires_ms, 1800000240000);
}

static void takes_rs256_and_the_long_media_type(void **state)
{
    struct token_kit *kit = *state;
    const char *header = "{\"typ\":\"application/at+jwt\",\"alg\":\"ES256\",\"kid\":\"ec\"}";
    struct span payload = kit_payload(kit, NULL, NULL);

    assert_int_equal(kit_check(kit, kit_sign(kit, SPAN(KIT_RSA), payload, kit->rsa)), OK);
    assert_int_equal(kit_try_header(kit, header), OK);
}

static void j1_rejects_every_byte_outside_the_alphabet(void **state)
{
    struct token_kit *kit = *state;
    uint8_t room[2048];
    struct span value = copy_good(kit, room);
    size_t at = strlen("Bearer ") + 5;

    for (unsigned c = 0; c < 256; c++) {
        uint8_t before = room[at];
        bool allowed = c == '-' || c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                       (c >= 'a' && c <= 'z');

        room[at] = (uint8_t)c;
        enum err e = allowed ? ERR_TOKEN_FORM : kit_check(kit, value);

        assert_true(e == ERR_TOKEN_FORM || e == ERR_TOKEN_REQUEST);
        room[at] = before;
    }
    assert_int_equal(kit_check(kit, value), OK);
}

static void j2_rejects_other_than_three_full_parts(void **state)
{
    struct token_kit *kit = *state;
    const char *bad[] = {"Bearer .",    "Bearer ..",      "Bearer ...",
                         "Bearer a.b",  "Bearer a.b.",    "Bearer .b.c",
                         "Bearer a..c", "Bearer e30.e30", "Bearer e30.e30.e30.e30",
                         "Bearer e30"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(kit_check(kit, span_str(bad[i])), ERR_TOKEN_FORM);
    }
}

static void j2_rejects_every_cut_of_a_good_token(void **state)
{
    struct token_kit *kit = *state;
    struct span value = good(kit);

    for (size_t n = 0; n < value.len; n++) {
        assert_int_not_equal(kit_check(kit, span_sub(value, 0, n)), OK);
    }
}

static void j3_rejects_padding(void **state)
{
    struct token_kit *kit = *state;
    uint8_t room[2048];
    struct span value = copy_good(kit, room);

    room[value.len] = '=';
    assert_int_equal(kit_check(kit, span_of(room, value.len + 1)), ERR_TOKEN_FORM);
    room[value.len + 1] = '=';
    assert_int_equal(kit_check(kit, span_of(room, value.len + 2)), ERR_TOKEN_FORM);
}

/* 64 bytes are 86 characters: the last one has four bits that mean nothing. */
static void j3_rejects_stray_bits_in_the_last_character(void **state)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    struct token_kit *kit = *state;
    uint8_t room[2048];
    struct span value = copy_good(kit, room);
    uint8_t *last = &room[value.len - 1];
    size_t digit = (size_t)(strchr(alphabet, *last) - alphabet);

    for (size_t stray = 1; stray < 16; stray++) {
        *last = (uint8_t)alphabet[digit | stray];
        assert_int_equal(kit_check(kit, value), ERR_TOKEN_FORM);
    }
}

static void j4_rejects_a_token_over_8_kib(void **state)
{
    struct token_kit *kit = *state;
    static char text[9000];

    memset(text, 'A', sizeof(text));
    memcpy(text, "Bearer ", 7);
    text[3000] = '.';
    text[6000] = '.';
    assert_int_equal(kit_check(kit, span_of(text, sizeof(text))), ERR_TOKEN_FORM);
}

static void j4_rejects_a_header_over_1_kib(void **state)
{
    struct token_kit *kit = *state;
    char header[1400];
    int pad =
        1024 - (int)strlen("{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"at+jwt\",\"x\":\"\"}");

    for (int extra = 0; extra < 2; extra++) {
        snprintf(header, sizeof(header),
                 "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"at+jwt\",\"x\":\"%0*d\"}",
                 pad + extra, 0);
        assert_int_equal(kit_try_header(kit, header), extra == 0 ? OK : ERR_TOKEN_FORM);
    }
}

static void j4_rejects_a_payload_over_4_kib(void **state)
{
    struct token_kit *kit = *state;
    char value[5000];

    snprintf(value, sizeof(value), "\"%04090d\"", 0);
    assert_int_equal(kit_try(kit, "more", value), ERR_TOKEN_FORM);
}

static void j5_rejects_json_serialization(void **state)
{
    struct token_kit *kit = *state;
    const char *flat = "Bearer {\"payload\":\"e30\",\"protected\":\"e30\",\"signature\":\"e30\"}";

    assert_int_equal(kit_check(kit, span_str(flat)), ERR_TOKEN_REQUEST);
}

static void j6_rejects_encrypted_and_compressed_tokens(void **state)
{
    struct token_kit *kit = *state;
    const char *more[] = {"\"zip\":\"DEF\"", "\"enc\":\"A256GCM\"", "\"p2c\":1",
                          "\"p2s\":\"AA\"",  "\"epk\":{}",          "\"iv\":\"AA\"",
                          "\"tag\":\"AA\"",  "\"cty\":\"JWT\""};
    char header[200];

    assert_int_equal(kit_check(kit, SPAN("Bearer e30.e30.e30.e30.e30")), ERR_TOKEN_FORM);
    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"at+jwt\",%s}",
                 more[i]);
        assert_int_equal(kit_try_header(kit, header), ERR_TOKEN_FORM);
    }
}

static void rejects_header(struct token_kit *kit, struct span header, enum err expected)
{
    struct span value = kit_sign(kit, header, kit_payload(kit, NULL, NULL), kit->ec);

    assert_int_equal(kit_check(kit, value), expected);
}

static void j7_rejects_bytes_that_are_not_utf8_and_marks(void **state)
{
    struct token_kit *kit = *state;

    rejects_header(kit,
                   SPAN("{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"at+jwt\",\"x\":\"\xFF\"}"),
                   ERR_TOKEN_FORM);
    rejects_header(kit, SPAN("\xEF\xBB\xBF" KIT_EC), ERR_TOKEN_FORM);
    rejects_header(kit, SPAN("{\0\"\0a\0\"\0:\0001\0}\0"), ERR_TOKEN_FORM);
    rejects_header(kit, SPAN("{\"alg\":\"ES256\",\"kid\":\"\xC0\xAF\",\"typ\":\"at+jwt\"}"),
                   ERR_TOKEN_FORM);
}

static void j8_rejects_members_that_stand_twice(void **state)
{
    struct token_kit *kit = *state;
    const char *bad[] = {
        "{\"alg\":\"none\",\"kid\":\"ec\",\"typ\":\"at+jwt\",\"alg\":\"ES256\"}",
        "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"at+jwt\",\"\\u0061lg\":\"ES256\"}",
        "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"at+jwt\",\"x\":{\"a\":1,\"a\":1}}",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(kit_try_header(kit, bad[i]), ERR_TOKEN_FORM);
    }
}

static void j9_rejects_bytes_behind_the_json(void **state)
{
    struct token_kit *kit = *state;

    rejects_header(kit, SPAN(KIT_EC "x"), ERR_TOKEN_FORM);
    rejects_header(kit, SPAN(KIT_EC "{}"), ERR_TOKEN_FORM);
    rejects_header(kit, SPAN(KIT_EC "\0"), ERR_TOKEN_FORM);
    rejects_header(kit, SPAN("{\"alg\":\"ES256\",\"kid\":\"ec\\u0000\",\"typ\":\"at+jwt\"}"),
                   ERR_TOKEN_FORM);
}

static void j10_rejects_deep_json(void **state)
{
    struct token_kit *kit = *state;
    char header[1000];

    for (int depth = 6; depth < 9; depth += 2) {
        snprintf(header, sizeof(header),
                 "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"at+jwt\",\"x\":%.*s%.*s}", depth,
                 "[[[[[[[[", depth, "]]]]]]]]");
        assert_int_equal(kit_try_header(kit, header), depth == 6 ? OK : ERR_TOKEN_FORM);
    }
    memset(header, '[', 900);
    header[900] = '\0';
    assert_int_equal(kit_try_header(kit, header), ERR_TOKEN_FORM);
}

static void j11_rejects_json_that_is_no_object(void **state)
{
    struct token_kit *kit = *state;
    const char *bad[] = {"[]", "\"alg\"", "1", "null", "true", "", "[" KIT_EC "]"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct span payload = i == 5 ? SPAN("[]") : span_str(bad[i]);

        assert_int_equal(kit_try_header(kit, bad[i]), ERR_TOKEN_FORM);
        assert_int_equal(kit_check(kit, kit_sign(kit, SPAN(KIT_EC), payload, kit->ec)),
                         ERR_TOKEN_CLAIM);
    }
}

static void rejects_algs(struct token_kit *kit, const char *const *algs, size_t n)
{
    char header[200];

    for (size_t i = 0; i < n; i++) {
        snprintf(header, sizeof(header), "{\"alg\":%s,\"kid\":\"ec\",\"typ\":\"at+jwt\"}", algs[i]);
        assert_int_equal(kit_try_header(kit, header), ERR_TOKEN_ALG);
    }
}

static void j12_rejects_none_in_every_spelling(void **state)
{
    const char *algs[] = {"\"none\"", "\"None\"", "\"NONE\"", "\"nOnE\"",   "\"noNe\"",
                          "\"\"",     "null",     "0",        "[\"ES256\"]"};

    rejects_algs(*state, algs, sizeof(algs) / sizeof(algs[0]));
    assert_int_equal(kit_try_header(*state, "{\"kid\":\"ec\",\"typ\":\"at+jwt\"}"), ERR_TOKEN_ALG);
}

static void j12_rejects_none_with_an_empty_signature(void **state)
{
    struct token_kit *kit = *state;
    /* {"alg":"none","kid":"ec","typ":"at+jwt"} . {} . nothing */
    const char *value = "Bearer eyJhbGciOiJub25lIiwia2lkIjoiZWMiLCJ0eXAiOiJhdCtqd3QifQ.e30.";

    assert_int_equal(kit_check(kit, span_str(value)), ERR_TOKEN_FORM);
}

static void j13_rejects_other_spellings_of_allowed_algorithms(void **state)
{
    const char *algs[] = {"\"es256\"", "\"Es256\"", "\"ES256 \"", "\"rs256\"", "\"ES256K\""};

    rejects_algs(*state, algs, sizeof(algs) / sizeof(algs[0]));
}

static void j14_j15_rejects_hmac_whatever_the_key(void **state)
{
    const char *algs[] = {"\"HS256\"", "\"HS384\"", "\"HS512\"", "\"hs256\""};

    rejects_algs(*state, algs, sizeof(algs) / sizeof(algs[0]));
}

static void j16_rejects_an_algorithm_that_is_not_the_keys(void **state)
{
    struct token_kit *kit = *state;
    const char *header = "{\"alg\":\"RS256\",\"kid\":\"ec\",\"typ\":\"at+jwt\"}";
    struct span payload = kit_payload(kit, NULL, NULL);

    assert_int_equal(kit_try_header(kit, header), ERR_TOKEN_KEY);
    assert_int_equal(kit_check(kit, kit_sign(kit, span_str(header), payload, kit->rsa)),
                     ERR_TOKEN_KEY);
    const char *algs[] = {"\"ES384\"", "\"PS256\"", "\"RS384\"", "\"EdDSA\""};

    rejects_algs(kit, algs, sizeof(algs) / sizeof(algs[0]));
}

static void j22_rejects_an_unknown_kid_without_trying_other_keys(void **state)
{
    struct token_kit *kit = *state;
    const char *bad[] = {"{\"alg\":\"ES256\",\"kid\":\"other\",\"typ\":\"at+jwt\"}",
                         "{\"alg\":\"ES256\",\"kid\":\"EC\",\"typ\":\"at+jwt\"}",
                         "{\"alg\":\"ES256\",\"kid\":\"e\",\"typ\":\"at+jwt\"}"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(kit_try_header(kit, bad[i]), ERR_TOKEN_KEY);
    }
    assert_int_equal(kit_try_header(kit, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}"), ERR_TOKEN_FORM);
}

static void j23_rejects_a_kid_that_is_no_name(void **state)
{
    struct token_kit *kit = *state;
    char huge[400];

    snprintf(huge, sizeof(huge), "{\"alg\":\"ES256\",\"kid\":\"%0129d\",\"typ\":\"at+jwt\"}", 0);
    assert_int_equal(kit_try_header(kit, huge), ERR_TOKEN_FORM);
    const char *form[] = {"\"\"", "\"a b\"", "\"a\\nb\"", "\"\\u001b[2J\"", "1", "[\"ec\"]"};
    char header[200];

    for (size_t i = 0; i < sizeof(form) / sizeof(form[0]); i++) {
        snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"kid\":%s,\"typ\":\"at+jwt\"}",
                 form[i]);
        assert_int_equal(kit_try_header(kit, header), ERR_TOKEN_FORM);
    }
    assert_int_equal(
        kit_try_header(kit, "{\"alg\":\"ES256\",\"kid\":\"../../ec\",\"typ\":\"at+jwt\"}"),
        ERR_TOKEN_KEY);
}

static void j24_j25_rejects_headers_that_bring_keys_or_change_meaning(void **state)
{
    struct token_kit *kit = *state;
    const char *more[] = {"\"jku\":\"https://a.example\"",
                          "\"x5u\":\"https://a.example\"",
                          "\"jwk\":{\"kty\":\"EC\"}",
                          "\"x5c\":[\"AA\"]",
                          "\"crit\":[]",
                          "\"crit\":[\"exp\"]",
                          "\"b64\":false",
                          "\"crit\":null"};
    char header[200];

    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"at+jwt\",%s}",
                 more[i]);
        assert_int_equal(kit_try_header(kit, header), ERR_TOKEN_FORM);
    }
}

static void j33_rejects_tokens_of_another_type(void **state)
{
    struct token_kit *kit = *state;
    const char *types[] = {"\"JWT\"",      "\"jwt\"",    "\"client-authentication+jwt\"",
                           "\"dpop+jwt\"", "\"\"",       "\"AT+JWT\"",
                           "\"at+jwt \"",  "\"id+jwt\"", "null",
                           "[\"at+jwt\"]"};
    char header[200];

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        snprintf(header, sizeof(header), "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":%s}", types[i]);
        assert_int_equal(kit_try_header(kit, header), ERR_TOKEN_TYPE);
    }
    assert_int_equal(kit_try_header(kit, "{\"alg\":\"ES256\",\"kid\":\"ec\"}"), ERR_TOKEN_TYPE);
}

#define KIT_TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(takes_a_good_token),
        KIT_TEST(takes_rs256_and_the_long_media_type),
        KIT_TEST(j1_rejects_every_byte_outside_the_alphabet),
        KIT_TEST(j2_rejects_other_than_three_full_parts),
        KIT_TEST(j2_rejects_every_cut_of_a_good_token),
        KIT_TEST(j3_rejects_padding),
        KIT_TEST(j3_rejects_stray_bits_in_the_last_character),
        KIT_TEST(j4_rejects_a_token_over_8_kib),
        KIT_TEST(j4_rejects_a_header_over_1_kib),
        KIT_TEST(j4_rejects_a_payload_over_4_kib),
        KIT_TEST(j5_rejects_json_serialization),
        KIT_TEST(j6_rejects_encrypted_and_compressed_tokens),
        KIT_TEST(j7_rejects_bytes_that_are_not_utf8_and_marks),
        KIT_TEST(j8_rejects_members_that_stand_twice),
        KIT_TEST(j9_rejects_bytes_behind_the_json),
        KIT_TEST(j10_rejects_deep_json),
        KIT_TEST(j11_rejects_json_that_is_no_object),
        KIT_TEST(j12_rejects_none_in_every_spelling),
        KIT_TEST(j12_rejects_none_with_an_empty_signature),
        KIT_TEST(j13_rejects_other_spellings_of_allowed_algorithms),
        KIT_TEST(j14_j15_rejects_hmac_whatever_the_key),
        KIT_TEST(j16_rejects_an_algorithm_that_is_not_the_keys),
        KIT_TEST(j22_rejects_an_unknown_kid_without_trying_other_keys),
        KIT_TEST(j23_rejects_a_kid_that_is_no_name),
        KIT_TEST(j24_j25_rejects_headers_that_bring_keys_or_change_meaning),
        KIT_TEST(j33_rejects_tokens_of_another_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
