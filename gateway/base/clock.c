/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks and civil dates. The time zone is the C library's, set once for the
 * process: one gateway serves one district.
 */
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int64_t read_ns(clockid_t id)
{
    struct timespec now = {0};

    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_wall_ms(void)
{
    return read_ns(CLOCK_REALTIME) / 1000000;
}

int64_t clock_mono_ms(void)
{
    return read_ns(CLOCK_MONOTONIC) / 1000000;
}

int64_t clock_mono_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

enum err clock_set_zone(const char *name)
{
    char path[256];

    for (const char *c = name; *c != '\0'; c++) {
        bool plain = (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') ||
                     (*c >= '0' && *c <= '9') || *c == '/' || *c == '_' || *c == '-' || *c == '+';

        if (!plain) {
            return ERR_INPUT;
        }
    }
    int n = snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);

    if (name[0] == '\0' || name[0] == '/' || n < 0 || (size_t)n >= sizeof(path) ||
        access(path, R_OK) != 0) {
        return ERR_INPUT;
    }
    if (setenv("TZ", name, 1) != 0) {
        return ERR_MEMORY;
    }
    tzset();
    return OK;
}

int32_t clock_local_date(int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm local = {0};

    if (localtime_r(&seconds, &local) == NULL) {
        return 0;
    }
    return (local.tm_year + 1900) * 10000 + (local.tm_mon + 1) * 100 + local.tm_mday;
}

static bool digits(struct span text, size_t from, size_t len, int *out)
{
    int value = 0;

    for (size_t i = from; i < from + len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
        value = value * 10 + (text.ptr[i] - '0');
    }
    *out = value;
    return true;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool clock_parse_date(struct span text, int32_t *date)
{
    int year, month, day;

    if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-' || !digits(text, 0, 4, &year) ||
        !digits(text, 5, 2, &month) || !digits(text, 8, 2, &day)) {
        return false;
    }
    if (month < 1 || month > 12 || day < 1 || day > month_days(year, month)) {
        return false;
    }
    *date = year * 10000 + month * 100 + day;
    return true;
}

bool clock_add_days(int32_t date, int32_t days, int32_t *out)
{
    int32_t year = date / 10000;
    int32_t month = date / 100 % 100;
    int32_t day = date % 100 + days;

    while (day < 1) {
        year -= month == 1 ? 1 : 0;
        month = month == 1 ? 12 : month - 1;
        day += month_days(year, month);
    }
    while (day > month_days(year, month)) {
        day -= month_days(year, month);
        year += month == 12 ? 1 : 0;
        month = month == 12 ? 1 : month + 1;
    }
    if (year < 1 || year > 9999) {
        return false;
    }
    *out = year * 10000 + month * 100 + day;
    return true;
}

void clock_put_rfc3339(struct buf *out, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc = {0};

    (void)gmtime_r(&seconds, &utc);
    buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1,
               utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, (int)(wall_ms % 1000));
}

void clock_put_http_date(struct buf *out, int64_t wall_ms)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc = {0};

    (void)gmtime_r(&seconds, &utc);
    buf_printf(out, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[utc.tm_wday], utc.tm_mday,
               months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}
