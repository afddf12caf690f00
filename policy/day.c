/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Days by Julian day numbers (Fliegel and Van Flandern, 1968), in the Gregorian
 * calendar. No clock is read here.
 */
#include "policy/day.h"

static int32_t number_of(int32_t date)
{
    int32_t year = date / 10000;
    int32_t month = date / 100 % 100;
    int32_t day = date % 100;
    int32_t shift = (month - 14) / 12;

    return 1461 * (year + 4800 + shift) / 4 + 367 * (month - 2 - 12 * shift) / 12 -
           3 * ((year + 4900 + shift) / 100) / 4 + day - 32075;
}

static int32_t date_of(int32_t number)
{
    int32_t l = number + 68569;
    int32_t n = 4 * l / 146097;

    l -= (146097 * n + 3) / 4;
    int32_t i = 4000 * (l + 1) / 1461001;

    l = l - 1461 * i / 4 + 31;
    int32_t j = 80 * l / 2447;
    int32_t day = l - 2447 * j / 80;

    l = j / 11;
    return (100 * (n - 49) + i + l) * 10000 + (j + 2 - 12 * l) * 100 + day;
}

int32_t day_add(int32_t date, int32_t days)
{
    return date_of(number_of(date) + days);
}

int32_t day_between(int32_t from, int32_t to)
{
    return number_of(to) - number_of(from);
}
