/* SPDX-License-Identifier: Apache-2.0 */
/* How long the district's day still lasts, told to who has used it up (SAFETY R10). */
#include "proxy/room_priv.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
    int64_t wall_s; /* UTC */
    int64_t left_s;
} moments[] = {
    {1795478400, 6 * 3600},  /* 2026-11-24 00:00 UTC is 18:00 of the 23rd in Chicago */
    {1795499999, 1},         /* 2026-11-24 05:59:59 UTC: the last second */
    {1795500000, 24 * 3600}, /* 2026-11-24 06:00 UTC: midnight itself begins a whole day */
    {1793509200, 25 * 3600}, /* 2026-11-01 05:00 UTC: the day on which summer time ends */
    {1772949600, 23 * 3600}, /* 2026-03-08 06:00 UTC: the day on which it begins */
};

static void R10_a_day_lasts_until_the_districts_midnight(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
        int64_t left_s = room_rest_of_day_s(moments[i].wall_s * 1000);

        assert_int_equal(left_s, moments[i].left_s);
        assert_int_not_equal(clock_local_date(moments[i].wall_s * 1000),
                             clock_local_date((moments[i].wall_s + left_s) * 1000));
    }
}

static int set_up(void **state)
{
    (void)state;
    return clock_set_zone("America/Chicago") == OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R10_a_day_lasts_until_the_districts_midnight),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
