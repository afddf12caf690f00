/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks through claims and headers (J28 to J41, J45 to J50), the flow and its cache. */
#include "auth/token.h"
#include "base/mem.h"
#include "base/text.h"
#include "tests/support/token_kit.h"

#include <jansson.h>
#include <openssl/err.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static enum err check_at(struct token_kit *kit, struct span value, int64_t now_ms)
{
    struct token_rules rules = {.keyring = kit->ring, .audience = SPAN(KIT_AUDIENCE)};

    return token_check(&rules, kit->cache, value, now_ms, &kit->info);
}

static struct span good(struct token_kit *kit)
{
    return kit_sign(kit, SPAN(KIT_EC), kit_payload(kit, NULL, NULL), kit->ec);
}

/* `values` are raw JSON; NULL in the list stands for the member left out. */
static void rejects(struct token_kit *kit, const char *member, const char *const *values, size_t n,
                    enum err expected)
{
    const struct token_info before = kit->info;

    for (size_t i = 0; i < n; i++) {
        assert_int_equal(kit_try(kit, member, values[i]), expected);
        assert_memory_equal(&before, &kit->info, sizeof(before));
    }
}

#define REJECTS(state, member, expected, ...)                                                      \
    rejects((state), (member), (const char *const[]){__VA_ARGS__},                                 \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), (expected))

static void j28_rejects_an_issuer_that_is_not_exact(void **state)
{
    REJECTS(*state, "iss", ERR_TOKEN_KEY, "\"acme\"", "\"acme-1x\"", "\"ACME-1\"", "\"zeta-1\"",
            "\"https://acme-1\"");
    REJECTS(*state, "iss", ERR_TOKEN_CLAIM, NULL, "\"\"", "null", "1", "[\"acme-1\"]",
            "\"acme-1 \"");
}

static void j34_rejects_a_subject_or_client_that_is_not_the_issuer(void **state)
{
    REJECTS(*state, "sub", ERR_TOKEN_ISSUER, "\"zeta-1\"", "\"acme\"", "\"student-1\"");
    REJECTS(*state, "client_id", ERR_TOKEN_ISSUER, "\"zeta-1\"", "\"acme\"");
    REJECTS(*state, "sub", ERR_TOKEN_CLAIM, NULL, "1", "null", "\"\"");
    REJECTS(*state, "client_id", ERR_TOKEN_CLAIM, NULL, "1", "null", "[\"acme-1\"]");
}

static void j29_rejects_an_audience_that_is_not_the_one_string(void **state)
{
    REJECTS(*state, "aud", ERR_TOKEN_AUDIENCE, "\"https://data.example.org/\"",
            "\"https://data.example\"", "\"HTTPS://data.example.org\"",
            "\"https://data.example.org.evil.example\"", "\"data.example.org\"");
    REJECTS(*state, "aud", ERR_TOKEN_CLAIM, NULL, "null", "\"\"", "[]",
            "[\"https://data.example.org\"]",
            "[\"https://data.example.org\",\"https://other.example\"]",
            "{\"0\":\"https://data.example.org\"}");
}

static void j30_rejects_an_expiry_that_is_no_whole_number(void **state)
{
    REJECTS(*state, "exp", ERR_TOKEN_CLAIM, NULL, "null", "\"1800000240\"", "1800000240.0", "1.8e9",
            "true", "-1", "0", "9223372036854775807", "253402300800", "[1800000240]");
    /* 2^63 and more is no JSON integer of ours at all. */
    REJECTS(*state, "exp", ERR_TOKEN_CLAIM, "9223372036854775808", "1e400");
}

static void j30_rejects_an_expired_token_to_the_millisecond(void **state)
{
    struct token_kit *kit = *state;
    struct span value = good(kit);

    assert_int_equal(check_at(kit, value, 1800000240000), ERR_TOKEN_EXPIRED);
    assert_int_equal(check_at(kit, value, 1800000241000), ERR_TOKEN_EXPIRED);
    assert_int_equal(check_at(kit, value, 1800000239999), OK);
}

static void j31_rejects_tokens_from_the_future(void **state)
{
    struct token_kit *kit = *state;

    REJECTS(kit, "iat", ERR_TOKEN_EARLY, "1800000011", "1800000061");
    assert_int_equal(kit_try(kit, "iat", "1800000010"), OK);
    REJECTS(kit, "nbf", ERR_TOKEN_EARLY, "1800000011", "1800000100");
    REJECTS(kit, "nbf", ERR_TOKEN_CLAIM, "\"1800000000\"", "null", "1800000000.0", "-1", "0");
    assert_int_equal(kit_try(kit, "nbf", "1800000010"), OK);
    REJECTS(kit, "iat", ERR_TOKEN_CLAIM, NULL, "null", "\"1800000000\"", "1800000000.5", "0", "-5");
}

static void j32_rejects_tokens_that_live_too_long(void **state)
{
    struct token_kit *kit = *state;

    REJECTS(kit, "exp", ERR_TOKEN_LIFETIME, "1800000301", "1800003600", "253402300799");
    assert_int_equal(kit_try(kit, "exp", "1800000300"), OK);
    REJECTS(kit, "exp", ERR_TOKEN_LIFETIME, "1800000000", "1799999999", "1");
    kit->acme.max_token_s = 60;
    REJECTS(kit, "exp", ERR_TOKEN_LIFETIME, "1800000061");
    assert_int_equal(kit_try(kit, "exp", "1800000060"), OK);
}

static void j35_requires_a_token_id(void **state)
{
    REJECTS(*state, "jti", ERR_TOKEN_CLAIM, NULL, "null", "1", "\"\"", "\"a b\"");
}

static void j36_rejects_a_scope_that_is_no_string(void **state)
{
    struct token_kit *kit = *state;

    REJECTS(kit, "scope", ERR_TOKEN_CLAIM, "[\"a\"]", "null", "1", "{}");
    assert_int_equal(kit_try(kit, "scope", "\"a b\""), OK);
}

static void j37_rejects_claim_strings_with_control_characters(void **state)
{
    REJECTS(*state, "jti", ERR_TOKEN_CLAIM, "\"a\\u0000\"", "\"a\\nb\"", "\"a\\u001b[2J\"",
            "\"\\u007f\"", "\"\\u00e9\"", "\"\\u202e\"");
    REJECTS(*state, "iss", ERR_TOKEN_CLAIM, "\"acme-1\\u0000\"", "\"acme-1\\r\\nX: y\"");
    REJECTS(*state, "aud", ERR_TOKEN_CLAIM, "\"https://data.example.org\\u0000\"");
}

static void j8_rejects_claims_that_stand_twice(void **state)
{
    struct token_kit *kit = *state;
    struct span payload =
        SPAN("{\"iss\":\"acme-1\",\"sub\":\"acme-1\",\"client_id\":\"acme-1\",\"jti\":\"1\","
             "\"exp\":1800000240,\"iat\":1800000000,\"aud\":\"" KIT_AUDIENCE "\","
             "\"\\u0061ud\":\"" KIT_AUDIENCE "\"}");

    assert_int_equal(kit_check(kit, kit_sign(kit, SPAN(KIT_EC), payload, kit->ec)),
                     ERR_TOKEN_CLAIM);
}

static void j40_j41_rejects_bound_tokens_as_bearer_tokens(void **state)
{
    REJECTS(*state, "cnf", ERR_TOKEN_BINDING, "{\"jkt\":\"AA\"}", "{\"x5t#S256\":\"AA\"}", "{}",
            "null", "1");
}

static void takes_claims_that_it_does_not_know(void **state)
{
    assert_int_equal(kit_try(*state, "auth_time", "{\"a\":[1.5,null]}"), OK);
}

static void j39_reads_authorization_strictly(void **state)
{
    struct token_kit *kit = *state;
    const char *missing[] = {"", "Basic YTpi", "DPoP e30.e30.e30", "bearer-x a", "Bearertoken"};
    const char *bad[] = {"Bearer",       "Bearer ",        "Bearer  a.b.c",     "Bearer a.b.c ",
                         "Bearer a,b",   "Bearer a.b.c,d", "Bearer a Bearer b", "Bearer \ta",
                         "Bearer a;x=1", "Bearer \"a\"",   "Bearer a.b.c\x7F",  "Bearer ="};

    for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
        assert_int_equal(kit_check(kit, span_str(missing[i])), ERR_TOKEN_MISSING);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(kit_check(kit, span_str(bad[i])), ERR_TOKEN_REQUEST);
    }
    assert_int_equal(kit_check(kit, SPAN("Bearer a\0b")), ERR_TOKEN_REQUEST);
}

static void reads_the_scheme_in_any_case(void **state)
{
    struct token_kit *kit = *state;
    uint8_t room[2048];
    struct span value = good(kit);

    memcpy(room, value.ptr, value.len);
    memcpy(room, "bEARER", 6);
    assert_int_equal(kit_check(kit, span_of(room, value.len)), OK);
}

static void tells_the_digest_of_the_token(void **state)
{
    struct token_kit *kit = *state;
    struct span value = good(kit);
    uint8_t digest[32];

    assert_int_equal(kit_check(kit, value), OK);
    assert_int_equal(EVP_Digest(value.ptr + 7, value.len - 7, digest, NULL, EVP_sha256(), NULL), 1);
    assert_memory_equal(kit->info.digest, digest, sizeof(digest));
}

static struct token_cache_counts counts(const struct token_kit *kit)
{
    struct token_cache_counts c;

    token_cache_read(kit->cache, &c);
    return c;
}

static void j45_takes_a_verified_token_from_the_cache(void **state)
{
    struct token_kit *kit = *state;
    struct span value = good(kit);

    assert_int_equal(kit_check(kit, value), OK);
    struct token_info first = kit->info;

    assert_int_equal(kit_check(kit, value), OK);
    assert_memory_equal(&first, &kit->info, sizeof(first));
    assert_int_equal(counts(kit).hits, 1);
    assert_int_equal(counts(kit).entries, 1);
}

static void j45_an_entry_dies_at_its_expiry(void **state)
{
    struct token_kit *kit = *state;
    struct span value = good(kit);

    assert_int_equal(kit_check(kit, value), OK);
    assert_int_equal(check_at(kit, value, 1800000240000), ERR_TOKEN_EXPIRED);
    assert_int_equal(counts(kit).entries, 0);
}

static void j50_a_clock_set_back_does_not_revive_or_predate(void **state)
{
    struct token_kit *kit = *state;
    struct span value = good(kit);

    assert_int_equal(kit_check(kit, value), OK);
    assert_int_equal(check_at(kit, value, KIT_NOW_MS - 10001), ERR_TOKEN_EARLY);
    assert_int_equal(check_at(kit, value, KIT_NOW_MS - 10000), OK);
    assert_int_equal(counts(kit).hits, 2);
}

static void j45_a_new_key_ring_empties_the_cache(void **state)
{
    struct token_kit *kit = *state;
    const struct client *clients[] = {&kit->zeta};
    struct span value = good(kit);

    assert_int_equal(kit_check(kit, value), OK);
    keyring_free(&kit->ring);
    assert_int_equal(keyring_from(clients, 1, &kit->diags, &kit->ring), OK);
    assert_int_equal(kit_check(kit, value), ERR_TOKEN_KEY);
    assert_int_equal(counts(kit).hits, 0);
}

static void j45_a_cleared_cache_verifies_anew(void **state)
{
    struct token_kit *kit = *state;
    struct span value = good(kit);

    assert_int_equal(kit_check(kit, value), OK);
    token_cache_clear(kit->cache);
    assert_int_equal(counts(kit).entries, 0);
    assert_int_equal(kit_check(kit, value), OK);
    assert_int_equal(counts(kit).hits, 0);
    assert_int_equal(counts(kit).entries, 1);
}

static void j46_refused_tokens_leave_nothing_behind(void **state)
{
    struct token_kit *kit = *state;

    for (int i = 0; i < 10; i++) {
        assert_int_equal(kit_try(kit, "aud", "\"https://other.example\""), ERR_TOKEN_AUDIENCE);
        assert_int_equal(
            kit_try_header(kit, "{\"alg\":\"ES256\",\"kid\":\"x\",\"typ\":\"at+jwt\"}"),
            ERR_TOKEN_KEY);
    }
    assert_int_equal(counts(kit).entries, 0);
    assert_int_equal(counts(kit).hits, 0);
}

static void j45_the_cache_is_bounded_and_drops_the_oldest(void **state)
{
    struct token_kit *kit = *state;
    struct buf kept[6];
    char id[16];

    for (int i = 0; i < 6; i++) {
        snprintf(id, sizeof(id), "\"t%d\"", i);
        buf_init(&kept[i], 4096);
        buf_put(&kept[i], kit_sign(kit, SPAN(KIT_EC), kit_payload(kit, "jti", id), kit->ec));
        assert_int_equal(kit_check(kit, buf_span(&kept[i])), OK);
    }
    assert_int_equal(counts(kit).entries, 4);
    for (int i = 5; i >= 0; i--) {
        uint64_t hits = counts(kit).hits;

        assert_int_equal(kit_check(kit, buf_span(&kept[i])), OK);
        assert_int_equal(counts(kit).hits - hits, i >= 2 ? 1 : 0);
    }
    for (int i = 0; i < 6; i++) {
        buf_fini(&kept[i]);
    }
}

static void j49_answers_the_same_for_unknown_client_key_and_bad_signature(void **state)
{
    struct token_kit *kit = *state;
    struct span payload = kit_payload(kit, NULL, NULL);

    assert_int_equal(kit_try(kit, "iss", "\"nobody\""), ERR_TOKEN_KEY);
    assert_int_equal(kit_try_header(kit, "{\"alg\":\"ES256\",\"kid\":\"x\",\"typ\":\"at+jwt\"}"),
                     ERR_TOKEN_KEY);
    assert_int_equal(kit_check(kit, kit_sign(kit, SPAN(KIT_EC), payload, kit->foreign)),
                     ERR_TOKEN_KEY);
    /* Wrong claims under a wrong signature tell nothing about the claims. */
    payload = kit_payload(kit, "aud", "\"https://other.example\"");
    assert_int_equal(kit_check(kit, kit_sign(kit, SPAN(KIT_EC), payload, kit->foreign)),
                     ERR_TOKEN_KEY);
}

static void leaves_no_openssl_errors_for_tls_to_trip_over(void **state)
{
    struct token_kit *kit = *state;
    struct span payload = kit_payload(kit, NULL, NULL);
    static const uint8_t zeros[64];

    buf_clear(&kit->header);
    (void)kit_check(kit, kit_sign(kit, SPAN(KIT_RSA), payload, kit->ec));
    (void)kit_check(kit, kit_sign(kit, SPAN(KIT_EC), payload, kit->foreign));
    struct span value = good(kit);

    buf_cut(&kit->header, value.len - 86);
    text_base64url(&kit->header, span_of(zeros, sizeof(zeros)));
    assert_int_equal(kit_check(kit, buf_span(&kit->header)), ERR_TOKEN_KEY);
    assert_int_equal(ERR_peek_error(), 0);
}

static void *sweep_alloc(size_t size)
{
    return mem_alloc(size);
}

enum { THREADS = 4, CHECKS = 40 };

/* What one thread does: its own cache, everybody's ring. */
struct worker {
    const struct keyring *ring;
    struct span value;
    pthread_t thread;
    int accepted;
};

static void *verify_many(void *arg)
{
    struct worker *w = arg;
    struct token_rules rules = {.keyring = w->ring, .audience = SPAN(KIT_AUDIENCE)};
    struct token_cache *cache = NULL;
    struct token_info info;

    if (token_cache_new(2, &cache) != OK) {
        return NULL;
    }
    for (int i = 0; i < CHECKS; i++) {
        token_cache_clear(cache);
        w->accepted += token_check(&rules, cache, w->value, KIT_NOW_MS, &info) == OK;
    }
    token_cache_free(&cache);
    return NULL;
}

static void threads_share_one_key_ring(void **state)
{
    struct token_kit *kit = *state;
    struct worker workers[THREADS];
    struct span value = good(kit);

    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.ring = kit->ring, .value = value};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, verify_many, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
        assert_int_equal(workers[i].accepted, CHECKS);
    }
}

/* jansson does not always say that it was memory: then the token counts as malformed. */
static void every_failed_allocation_refuses_and_leaks_nothing(void **state)
{
    struct token_kit *kit = *state;
    struct span value = good(kit);
    enum err e = ERR_MEMORY;
    uint64_t n = 0;

    json_set_alloc_funcs(sweep_alloc, mem_free);
    while (e != OK && n < 1000) {
        const struct token_info before = kit->info;

        mem_fail_at(++n);
        e = kit_check(kit, value);
        mem_fail_at(0);
        assert_true(e == OK || memcmp(&before, &kit->info, sizeof(before)) == 0);
    }
    json_set_alloc_funcs(malloc, free);
    assert_int_equal(e, OK);
    assert_true(n > 10);
}

static void every_failed_allocation_of_a_ring_or_cache_is_clean(void **state)
{
    struct token_kit *kit = *state;
    const struct client *clients[] = {&kit->acme, &kit->zeta};
    struct keyring *ring = NULL;
    struct token_cache *cache = NULL;
    enum err e = ERR_MEMORY;

    for (uint64_t n = 1; e == ERR_MEMORY && n < 100; n++) {
        mem_fail_at(n);
        e = keyring_from(clients, 2, &kit->diags, &ring);
        e = e != OK ? e : token_cache_new(8, &cache);
        mem_fail_at(0);
        keyring_free(&ring);
    }
    assert_int_equal(e, OK);
    token_cache_free(&cache);
}

#define KIT_TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(j28_rejects_an_issuer_that_is_not_exact),
        KIT_TEST(j34_rejects_a_subject_or_client_that_is_not_the_issuer),
        KIT_TEST(j29_rejects_an_audience_that_is_not_the_one_string),
        KIT_TEST(j30_rejects_an_expiry_that_is_no_whole_number),
        KIT_TEST(j30_rejects_an_expired_token_to_the_millisecond),
        KIT_TEST(j31_rejects_tokens_from_the_future),
        KIT_TEST(j32_rejects_tokens_that_live_too_long),
        KIT_TEST(j35_requires_a_token_id),
        KIT_TEST(j36_rejects_a_scope_that_is_no_string),
        KIT_TEST(j37_rejects_claim_strings_with_control_characters),
        KIT_TEST(j8_rejects_claims_that_stand_twice),
        KIT_TEST(j40_j41_rejects_bound_tokens_as_bearer_tokens),
        KIT_TEST(takes_claims_that_it_does_not_know),
        KIT_TEST(j39_reads_authorization_strictly),
        KIT_TEST(reads_the_scheme_in_any_case),
        KIT_TEST(tells_the_digest_of_the_token),
        KIT_TEST(j45_takes_a_verified_token_from_the_cache),
        KIT_TEST(j45_an_entry_dies_at_its_expiry),
        KIT_TEST(j50_a_clock_set_back_does_not_revive_or_predate),
        KIT_TEST(j45_a_new_key_ring_empties_the_cache),
        KIT_TEST(j45_a_cleared_cache_verifies_anew),
        KIT_TEST(j46_refused_tokens_leave_nothing_behind),
        KIT_TEST(j45_the_cache_is_bounded_and_drops_the_oldest),
        KIT_TEST(j49_answers_the_same_for_unknown_client_key_and_bad_signature),
        KIT_TEST(leaves_no_openssl_errors_for_tls_to_trip_over),
        KIT_TEST(threads_share_one_key_ring),
        KIT_TEST(every_failed_allocation_refuses_and_leaks_nothing),
        KIT_TEST(every_failed_allocation_of_a_ring_or_cache_is_clean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
