/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/day.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"

static void days_are_added_over_months_years_and_leap_days(void **state)
{
    (void)state;
    assert_int_equal(day_add(20260302, 2), 20260304);
    assert_int_equal(day_add(20261231, 1), 20270101);
    assert_int_equal(day_add(20240228, 1), 20240229);
    assert_int_equal(day_add(20250228, 1), 20250301);
    assert_int_equal(day_add(20270415, 60), 20270614);
    assert_int_equal(day_add(20260301, -1), 20260228);
}

static void every_day_of_a_century_follows_the_one_before(void **state)
{
    int32_t date = 20000101;
    size_t days = 0;

    (void)state;
    for (; date < 21000101; days++) {
        int32_t next = day_add(date, 1);

        assert_true(next > date);
        assert_int_equal(day_between(date, next), 1);
        date = next;
    }
    assert_int_equal(days, 36525);
    assert_int_equal(day_between(20000101, 21000101), 36525);
    assert_int_equal(day_between(20260304, 20260302), -2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_added_over_months_years_and_leap_days),
        cmocka_unit_test(every_day_of_a_century_follows_the_one_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
