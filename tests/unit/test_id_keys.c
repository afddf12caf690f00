/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the master key to a partner's codes. The codes were worked out by
 * tests/support/ids.py (HKDF and AES-SIV of Python's).
 */
#include "redact/id_keys.h"

#include "base/mem.h"
#include "tests/support/policy_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct policy_kit kit;
static struct keys *keys;

static int setup(void **state)
{
    uint8_t master[MASTER_KEY_BYTES];

    (void)state;
    for (unsigned i = 0; i < MASTER_KEY_BYTES; i++) {
        master[i] = (uint8_t)i;
    }
    policy_kit_open(&kit);
    return policy_kit_load(&kit) == OK && keys_new(master, &keys) == OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    keys_free(&keys);
    policy_kit_close(&kit);
    return 0;
}

/* The example's agreement of acme, with ids of this kind. */
static struct agreement *acme(enum ids_mode ids, bool for_agreement, uint32_t epoch)
{
    struct agreement *a =
        (struct agreement *)(uintptr_t)policy_find_agreement(kit.policy, SPAN("acme-math"));

    a->ids = ids;
    a->ids_for_agreement = for_agreement;
    a->epoch = epoch;
    return a;
}

static void assert_code(const struct agreement *a, const char *code)
{
    struct id_keys *made = NULL;
    struct idmap *m = NULL;
    struct idmap_text text;

    assert_int_equal(id_keys_new(kit.policy, keys, &made), OK);
    assert_int_equal(id_keys_map(made, a, &m), OK);
    assert_true(idmap_encode(m, REF_USER, SPAN("stu-0"), &text));
    assert_true(span_eq_str(idmap_span(&text), code));
    idmap_free(&m);
    id_keys_free(&made);
}

static void I2_codes_are_the_partners_or_the_agreements_and_change_with_the_epoch(void **state)
{
    (void)state;
    assert_code(acme(IDS_PER_PARTNER, false, 1), "gziboeh5xsxdwm2b75hntdqn4ldk5ihjhl2jaxy");
    assert_code(acme(IDS_PER_PARTNER, true, 1), "xej2jmokbydhomnhyqbn4wnhr5rdwyrrbsdncqy");
    assert_code(acme(IDS_PER_PARTNER, false, 2), "z7ounf3emnf6ac7yqshfaylpccsmo4xti3qlvda");
}

static void I2_codes_survive_the_renewal_of_an_agreement(void **state)
{
    struct agreement *a = acme(IDS_PER_PARTNER, false, 1);
    int32_t ends = a->ends;

    (void)state;
    a->id = SPAN("acme-math-renewed");
    a->ends = ends + 10000;
    assert_code(a, "gziboeh5xsxdwm2b75hntdqn4ldk5ihjhl2jaxy");
    a->id = SPAN("acme-math");
    a->ends = ends;
}

static void I1_ids_that_need_keys_are_not_served_without_them(void **state)
{
    struct id_keys *made = NULL;
    struct idmap *m = NULL;
    const struct agreement *a = acme(IDS_PER_PARTNER, false, 1);

    (void)state;
    assert_ptr_equal(id_keys_need(kit.policy), a);
    assert_int_equal(id_keys_new(kit.policy, NULL, &made), ERR_INPUT);
    assert_null(made);
    assert_int_equal(id_keys_map(NULL, a, &m), ERR_INPUT);
    acme(IDS_RANDOM, false, 1);
    assert_int_equal(id_keys_new(kit.policy, keys, &made), ERR_INPUT);
    assert_null(made);
}

static void district_ids_need_no_key_and_have_no_map(void **state)
{
    const struct agreement *a = acme(IDS_DISTRICT, false, 1);
    struct id_keys *made = NULL;
    struct idmap *m = NULL;

    (void)state;
    assert_null(id_keys_need(kit.policy));
    assert_int_equal(id_keys_new(kit.policy, NULL, &made), OK);
    assert_int_equal(id_keys_map(made, a, &m), OK);
    assert_null(m);
    acme(IDS_PER_PARTNER, false, 1); /* not of the policy that the keys were made for */
    assert_int_equal(id_keys_map(made, a, &m), ERR_INPUT);
    assert_null(m);
    id_keys_free(&made);
    id_keys_free(&made);
}

static void says_so_wherever_memory_fails(void **state)
{
    struct id_keys *made = NULL;
    enum err e = ERR_MEMORY;

    (void)state;
    acme(IDS_PER_PARTNER, false, 1);
    for (uint64_t at = 1; e == ERR_MEMORY; at++) {
        mem_fail_at(at);
        e = id_keys_new(kit.policy, keys, &made);
        mem_fail_at(0);
        assert_true(at < 20 && (e == OK || made == NULL));
    }
    assert_int_equal(e, OK);
    id_keys_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(I2_codes_are_the_partners_or_the_agreements_and_change_with_the_epoch),
        cmocka_unit_test(I2_codes_survive_the_renewal_of_an_agreement),
        cmocka_unit_test(I1_ids_that_need_keys_are_not_served_without_them),
        cmocka_unit_test(district_ids_need_no_key_and_have_no_map),
        cmocka_unit_test(says_so_wherever_memory_fails),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
