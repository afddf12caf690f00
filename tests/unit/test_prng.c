/* SPDX-License-Identifier: Apache-2.0 */
#include "district/prng.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* The reference outputs of splitmix64 for the state 1234567. */
static void gives_the_published_numbers(void **state)
{
    static const uint64_t want[] = {6457827717110365317u, 3203168211198807973u,
                                    9817491932198370423u, 4593380528125082431u,
                                    16408922859458223821u};
    struct prng p = {1234567};

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_true(prng_next(&p) == want[i]);
    }
}

static void seed_and_stream_both_matter(void **state)
{
    struct prng a, b, c;

    (void)state;
    prng_init(&a, 1, 1);
    prng_init(&b, 1, 2);
    prng_init(&c, 2, 1);
    uint64_t first = prng_next(&a);

    assert_true(first != prng_next(&b));
    assert_true(first != prng_next(&c));
    prng_init(&a, 1, 1);
    assert_true(first == prng_next(&a));
}

static void ranges_are_kept_and_filled(void **state)
{
    unsigned seen[7] = {0};
    struct prng p;

    (void)state;
    prng_init(&p, 3, 4);
    for (int i = 0; i < 7000; i++) {
        uint32_t n = prng_below(&p, 7);

        assert_true(n < 7);
        seen[n]++;
    }
    for (int i = 0; i < 7; i++) {
        assert_in_range(seen[i], 800, 1200);
    }
    assert_int_equal(prng_below(&p, 1), 0);
    assert_false(prng_chance(&p, 0));
    assert_true(prng_chance(&p, 100));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_published_numbers),
        cmocka_unit_test(seed_and_stream_both_matter),
        cmocka_unit_test(ranges_are_kept_and_filled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
