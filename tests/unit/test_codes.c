/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker's spare maps: the same one again for the same agreement and world alone.
 */
#include "proxy/codes.h"

#include "tests/support/policy_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct policy_kit kit;
static struct keys *keys;
static struct id_keys *id_keys;
static const struct agreement *coded;
static const struct agreement *plain;

static int setup(void **state)
{
    uint8_t master[MASTER_KEY_BYTES] = {5};

    (void)state;
    policy_kit_open(&kit);
    if (policy_kit_load(&kit) != OK || keys_new(master, &keys) != OK) {
        return -1;
    }
    coded = policy_find_agreement(kit.policy, SPAN("acme-math"));
    plain = policy_find_agreement(kit.policy, SPAN("library-cards"));
    ((struct agreement *)(uintptr_t)coded)->ids = IDS_PER_PARTNER;
    return id_keys_new(kit.policy, keys, &id_keys) == OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    id_keys_free(&id_keys);
    keys_free(&keys);
    policy_kit_close(&kit);
    return 0;
}

static struct idmap *take(struct code_pool *p, uint64_t world, const struct agreement *a)
{
    struct idmap *m = NULL;

    assert_int_equal(code_pool_take(p, world, id_keys, a, &m), OK);
    return m;
}

static void gives_a_spare_again_and_never_to_two_at_once(void **state)
{
    struct code_pool pool = {.next = 0};
    struct idmap *one = take(&pool, 1, coded);

    (void)state;
    assert_non_null(one);
    code_pool_give(&pool, 1, coded, one);
    assert_ptr_equal(take(&pool, 1, coded), one);
    struct idmap *two = take(&pool, 1, coded);

    assert_ptr_not_equal(two, one);
    code_pool_give(&pool, 1, coded, one);
    code_pool_give(&pool, 1, coded, two);
    code_pool_clear(&pool);
}

static void a_spare_of_another_world_is_never_given(void **state)
{
    struct code_pool pool = {.next = 0};
    struct idmap *old = take(&pool, 1, coded);

    (void)state;
    code_pool_give(&pool, 1, coded, old);
    struct idmap *now = take(&pool, 2, coded);

    assert_ptr_not_equal(now, old);
    code_pool_give(&pool, 2, coded, now); /* frees the older one */
    for (unsigned i = 0; i < CODE_SPARES; i++) {
        assert_true(pool.spares[i].map == NULL || pool.spares[i].world == 2);
    }
    code_pool_clear(&pool);
}

static void district_ids_have_none(void **state)
{
    struct code_pool pool = {.next = 0};
    struct idmap *m = take(&pool, 1, coded);

    (void)state;
    code_pool_give(&pool, 1, coded, m);
    assert_null(take(&pool, 1, plain));
    code_pool_give(&pool, 1, plain, NULL);
    assert_ptr_equal(take(&pool, 1, coded), m);
    idmap_free(&m);
    code_pool_clear(&pool);
}

static void keeps_no_more_than_there_is_room_for(void **state)
{
    struct code_pool pool = {.next = 0};
    struct idmap *maps[3 * CODE_SPARES];

    (void)state;
    for (unsigned i = 0; i < 3 * CODE_SPARES; i++) {
        maps[i] = take(&pool, 1, coded);
    }
    for (unsigned i = 0; i < 3 * CODE_SPARES; i++) {
        code_pool_give(&pool, 1, coded, maps[i]); /* leaks nothing: the address sanitizer looks */
    }
    for (unsigned i = 0; i < CODE_SPARES; i++) {
        assert_non_null(pool.spares[i].map);
    }
    code_pool_clear(&pool);
    code_pool_clear(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_a_spare_again_and_never_to_two_at_once),
        cmocka_unit_test(a_spare_of_another_world_is_never_given),
        cmocka_unit_test(district_ids_have_none),
        cmocka_unit_test(keeps_no_more_than_there_is_room_for),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
