/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Derived keys and the keyed function, against values from Python's cryptography
 * package (HKDF, CMAC) and NIST SP 800-38B.
 */
#include "base/mem.h"
#include "base/text.h"
#include "redact/keys.h"
#include "redact/prf.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct keys *master(void)
{
    uint8_t bytes[MASTER_KEY_BYTES];
    struct keys *k = NULL;

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)i;
    }
    assert_int_equal(keys_new(bytes, &k), OK);
    return k;
}

static void equals_hex(const uint8_t *bytes, size_t len, const char *hex)
{
    uint8_t want[DERIVED_KEY_MAX];

    assert_int_equal(text_hex_decode(span_str(hex), want, len), OK);
    assert_memory_equal(bytes, want, len);
}

static void derives(const struct key_name *name, size_t len, const char *hex)
{
    struct keys *k = master();
    uint8_t out[DERIVED_KEY_MAX];

    assert_int_equal(keys_derive(k, name, out, len), OK);
    equals_hex(out, len, hex);
    keys_free(&k);
    assert_null(k);
}

static void F4_keys_are_hkdf_of_the_master_key_and_a_name(void **state)
{
    (void)state;
    derives(&(struct key_name){"id", SPAN("acme"), SPAN(""), SPAN("user"), 1}, 64,
            "5e28f2d7a1bb1a4b19341bb609524f59232423c3c207e53d1a48bce67ee01414"
            "b778c2a3f68ecccbde670dc48734e59098bdecf9d1812744bb00a64506e73ed0");
    derives(&(struct key_name){"id", SPAN("acme"), SPAN(""), SPAN("user"), 2}, 64,
            "cd6a4f10c61a8b43aaff6789bdeb464653111852842a184bc69de047baffa295"
            "0dd50cc9137042e4edd43483c45b39eef86504f421b13087647cd60c2cf0b318");
    derives(&(struct key_name){"field", SPAN("acme"), SPAN("acme-math"), SPAN("user.email"), 1}, 32,
            "ae3e112206dc3eba9e4e4b393cabd22e02834b3a52476a8d39673ec9b11d2e45");
}

static void F4_every_part_of_the_name_makes_another_key(void **state)
{
    static const struct key_name names[] = {
        {"field", {(const uint8_t *)"ab", 2}, {NULL, 0}, {(const uint8_t *)"c", 1}, 1},
        {"fielda", {(const uint8_t *)"b", 1}, {NULL, 0}, {(const uint8_t *)"c", 1}, 1},
        {"field",
         {(const uint8_t *)"a", 1},
         {(const uint8_t *)"b", 1},
         {(const uint8_t *)"c", 1},
         1},
        {"field", {(const uint8_t *)"a", 1}, {NULL, 0}, {(const uint8_t *)"bc", 2}, 1},
        {"field", {(const uint8_t *)"ab", 2}, {NULL, 0}, {(const uint8_t *)"c", 1}, 11},
    };
    enum { COUNT = sizeof(names) / sizeof(names[0]) };
    struct keys *k = master();
    uint8_t out[COUNT][PRF_KEY_BYTES];

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(keys_derive(k, &names[i], out[i], PRF_KEY_BYTES), OK);
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(out[i], out[j], PRF_KEY_BYTES);
        }
    }
    keys_free(&k);
}

static void refuses_names_that_could_mean_another(void **state)
{
    static const uint8_t long_text[KEY_PART_MAX + 1] = {1};
    const struct key_name bad[] = {
        {"", SPAN("acme"), SPAN(""), SPAN("user"), 1},
        {"id", SPAN(""), SPAN(""), SPAN("user"), 1},
        {"id", SPAN("acme"), SPAN(""), SPAN(""), 1},
        {"id", SPAN("ac\0me"), SPAN(""), SPAN("user"), 1},
        {"id", SPAN("acme"), SPAN("\0"), SPAN("user"), 1},
        {"id", SPAN("acme"), SPAN(""), span_of(long_text, sizeof(long_text)), 1},
    };
    const struct key_name good = {"id", SPAN("acme"), SPAN(""), SPAN("user"), 1};
    struct keys *k = master();
    uint8_t out[DERIVED_KEY_MAX + 1] = {7};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(keys_derive(k, &bad[i], out, 32), ERR_INPUT);
    }
    assert_int_equal(keys_derive(k, &good, out, 0), ERR_INPUT);
    assert_int_equal(keys_derive(k, &good, out, DERIVED_KEY_MAX + 1), ERR_INPUT);
    assert_int_equal(out[0], 7);
    keys_free(&k);
}

#define DIGITS "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void reads_64_digits_and_nothing_else(void **state)
{
    static const char *const bad[] = {"",
                                      "00",
                                      DIGITS "\n\n",
                                      DIGITS " ",
                                      " " DIGITS,
                                      DIGITS "\r\n",
                                      DIGITS "00",
                                      "0X" DIGITS,
                                      "000102030405060708090A0B0C0D0E0F"
                                      "101112131415161718191A1B1C1D1E1F"};
    const struct key_name name = {"id", SPAN("acme"), SPAN(""), SPAN("user"), 1};
    struct keys *k = NULL;
    uint8_t out[4];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(keys_read(span_str(bad[i]), &k), ERR_INPUT);
        assert_null(k);
    }
    assert_int_equal(keys_read(SPAN(DIGITS), &k), OK);
    keys_free(&k);
    assert_int_equal(keys_read(SPAN(DIGITS "\n"), &k), OK);
    assert_int_equal(keys_derive(k, &name, out, 4), OK);
    equals_hex(out, 4, "5e28f2d7");
    keys_free(&k);
}

static void memory_may_end_anywhere(void **state)
{
    static const uint8_t key[PRF_KEY_BYTES] = {1};
    const struct key_name name = {"id", SPAN("acme"), SPAN(""), SPAN("user"), 1};
    struct keys *k = NULL;
    struct prf *p = NULL;
    struct prf *copy = NULL;
    uint8_t out[4] = {7};

    (void)state;
    mem_fail_at(1);
    assert_int_equal(keys_new(key, &k), ERR_MEMORY);
    mem_fail_at(1);
    assert_int_equal(prf_new(key, &p), ERR_MEMORY);
    assert_null(p);
    k = master();
    mem_fail_at(1);
    assert_int_equal(keys_derive(k, &name, out, 4), ERR_MEMORY);
    assert_int_equal(out[0], 7);
    assert_int_equal(prf_new(key, &p), OK);
    mem_fail_at(1);
    assert_int_equal(prf_copy(p, &copy), ERR_MEMORY);
    assert_null(copy);
    mem_fail_at(0);
    prf_free(&p);
    keys_free(&k);
}

/* NIST SP 800-38B, appendix D.3 (AES-256). */
static void the_keyed_function_is_cmac(void **state)
{
    uint8_t key[PRF_KEY_BYTES];
    uint8_t text[64];
    uint8_t out[PRF_BYTES];
    struct prf *p = NULL;
    static const struct {
        size_t len;
        const char *tag;
    } rows[] = {{0, "028962f61b7bf89efc6b551f4667d983"},
                {16, "28a7023f452e8f82bd4bf28d8c37c35c"},
                {40, "aaf3d8f1de5640c232f5b169b9c911e6"},
                {64, "e1992190549f6ed5696a2c056c315410"}};

    (void)state;
    assert_int_equal(
        text_hex_decode(SPAN("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
                        key, sizeof(key)),
        OK);
    assert_int_equal(
        text_hex_decode(SPAN("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                             "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"),
                        text, sizeof(text)),
        OK);
    assert_int_equal(prf_new(key, &p), OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(prf_run(p, SPAN(""), span_of(text, rows[i].len), out), OK);
        equals_hex(out, PRF_BYTES, rows[i].tag);
    }
    prf_free(&p);
}

static void a_copy_has_the_key_and_a_life_of_its_own(void **state)
{
    static const uint8_t key[PRF_KEY_BYTES] = {1, 2, 3};
    struct prf *p = NULL;
    struct prf *copy = NULL;
    uint8_t one[PRF_BYTES], two[PRF_BYTES];

    (void)state;
    assert_int_equal(prf_new(key, &p), OK);
    assert_int_equal(prf_copy(p, &copy), OK);
    assert_int_equal(prf_run(p, SPAN(""), SPAN("x"), one), OK);
    prf_free(&p);
    uint64_t before = mem_count();

    for (int i = 0; i < 3; i++) {
        assert_int_equal(prf_run(copy, SPAN(""), SPAN("x"), two), OK);
        assert_memory_equal(one, two, PRF_BYTES);
    }
    assert_int_equal(mem_count(), before);
    prf_free(&copy);
}

/* What a worker does for each answer: a copy of the one that all share. */
static void *copy_often(void *shared)
{
    static const uint8_t bad = 1;
    uint8_t first[PRF_BYTES];
    uint8_t tag[PRF_BYTES];

    for (int i = 0; i < 500; i++) {
        struct prf *mine = NULL;

        if (prf_copy(shared, &mine) != OK || prf_run(mine, SPAN("x"), SPAN("y"), tag) != OK) {
            return (void *)(uintptr_t)&bad;
        }
        prf_free(&mine);
        memcpy(first, i == 0 ? tag : first, PRF_BYTES);
        if (memcmp(first, tag, PRF_BYTES) != 0) {
            return (void *)(uintptr_t)&bad;
        }
    }
    return NULL;
}

static void copies_are_made_by_many_threads_at_once(void **state)
{
    static const uint8_t key[PRF_KEY_BYTES] = {9};
    pthread_t threads[4];
    struct prf *p = NULL;

    (void)state;
    assert_int_equal(prf_new(key, &p), OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, copy_often, p), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        void *failed = NULL;

        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    prf_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(F4_keys_are_hkdf_of_the_master_key_and_a_name),
        cmocka_unit_test(F4_every_part_of_the_name_makes_another_key),
        cmocka_unit_test(refuses_names_that_could_mean_another),
        cmocka_unit_test(reads_64_digits_and_nothing_else),
        cmocka_unit_test(memory_may_end_anywhere),
        cmocka_unit_test(the_keyed_function_is_cmac),
        cmocka_unit_test(a_copy_has_the_key_and_a_life_of_its_own),
        cmocka_unit_test(copies_are_made_by_many_threads_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
