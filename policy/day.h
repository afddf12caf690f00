/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_DAY_H
#define POLICY_DAY_H

#include <stdint.h>

/* Counting in civil dates, which are numbers yyyymmdd and must be real ones. */

/* The date so many days later (earlier when negative); 0 when it has no year of four digits. */
int32_t day_add(int32_t date, int32_t days);

/* How many days `to` is after `from`; negative when it is before. */
int32_t day_between(int32_t from, int32_t to);

#endif
