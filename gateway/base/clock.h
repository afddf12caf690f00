/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/buf.h"

/*
 * Time, read in one place. Instants are milliseconds since 1970 (UTC); civil
 * dates are numbers yyyymmdd, so that they compare as integers.
 */

/* The wall clock, in ms. */
int64_t clock_wall_ms(void);

/* A clock that never goes back, in ms and in ns; only differences mean anything. */
int64_t clock_mono_ms(void);
int64_t clock_mono_ns(void);

/*
 * Fixes the district's time zone (IANA name such as "America/Chicago") for the
 * process; called once, before threads start. ERR_INPUT when the zone is unknown.
 */
enum err clock_set_zone(const char *name) MUST_CHECK;

/* The district-local date of an instant, yyyymmdd. */
int32_t clock_local_date(int64_t wall_ms);

/* The day so many days later; false for dates outside the years 1 to 9999. */
bool clock_add_days(int32_t date, int32_t days, int32_t *out);

/* Reads a whole "YYYY-MM-DD" that exists in the calendar into yyyymmdd. */
bool clock_parse_date(struct span text, int32_t *date);

/* Appends "YYYY-MM-DDTHH:MM:SS.mmmZ" (RFC 3339), always 24 bytes. */
void clock_put_rfc3339(struct buf *out, int64_t wall_ms);

/* Appends an IMF-fixdate (RFC 9110 5.6.7), always 29 bytes. */
void clock_put_http_date(struct buf *out, int64_t wall_ms);

#endif
