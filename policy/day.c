/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The difference of days by Julian day numbers (Fliegel and Van Flandern, 1968), in
 * the Gregorian calendar. No clock is read here.
 */
#include "policy/day.h"

#include "base/clock.h"

static int32_t number_of(int32_t date)
{
    int32_t year = date / 10000;
    int32_t month = date / 100 % 100;
    int32_t day = date % 100;
    int32_t shift = (month - 14) / 12;

    return 1461 * (year + 4800 + shift) / 4 + 367 * (month - 2 - 12 * shift) / 12 -
           3 * ((year + 4900 + shift) / 100) / 4 + day - 32075;
}

int32_t day_add(int32_t date, int32_t days)
{
    int32_t out = 0;

    return clock_add_days(date, days, &out) ? out : 0;
}

int32_t day_between(int32_t from, int32_t to)
{
    return number_of(to) - number_of(from);
}
