/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void adds(int32_t date, int32_t days, int32_t want)
{
    int32_t out = 7;

    assert_true(clock_add_days(date, days, &out));
    assert_int_equal(out, want);
}

static void days_are_counted_over_months_years_and_leap_days(void **state)
{
    int32_t out = 7;

    (void)state;
    adds(20260105, 0, 20260105);
    adds(20260131, 1, 20260201);
    adds(20251231, 1, 20260101);
    adds(20260101, -1, 20251231);
    adds(20240228, 1, 20240229);
    adds(20240301, -1, 20240229);
    adds(20230301, -1, 20230228);
    adds(20000228, 2, 20000301);
    adds(19000228, 1, 19000301);
    adds(20240229, 365, 20250228);
    adds(20240229, -365, 20230301);
    adds(99991230, 1, 99991231);
    assert_false(clock_add_days(99991231, 1, &out));
    assert_false(clock_add_days(10101, -1, &out));
    assert_int_equal(out, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_counted_over_months_years_and_leap_days),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
