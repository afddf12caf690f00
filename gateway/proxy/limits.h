/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_LIMITS_H
#define PROXY_LIMITS_H

#include "base/err.h"
#include "base/span.h"

/*
 * What an agreement may use (SAFETY R10): requests in a minute, distinct students
 * in a district-local day. One object a process, shared by the workers; every
 * function may be called from any thread. Each agreement has a lock of its own, held for no longer
 * than it takes to look at a batch's students.
 *
 * Students are known by their number in the ledger, so that a restart can count
 * what was recorded (limits_load.c). Agreements without limits are counted too:
 * a policy that is loaded later may set one in the middle of a day.
 */
struct limits;
struct limit; /* one agreement's counts; lives as long as its limits */

/* ERR_MEMORY. */
enum err limits_new(struct limits **out) MUST_CHECK;
void limits_free(struct limits **l);

/* The counts of an agreement, from zero at first; its id is copied. NULL: out of memory. */
struct limit *limits_of(struct limits *l, struct span agreement);

/* Why a limit refuses, for the answer's head. */
struct limit_why {
    const char *name; /* "requests-per-minute", "students-per-day"; NULL: none refused */
    uint64_t quota;
    uint64_t left;
    int64_t wait_s; /* until it is worth another try, at least 1; 0: until the day is over */
};

/*
 * Counts a request; `mono_ms` never goes back. At most `per_minute` (0: any
 * number) within any 60 s: a request counts for 60 to 61 s. ERR_RATE: it was not counted.
 */
enum err limit_request(struct limit *m, uint64_t per_minute, int64_t mono_ms,
                       struct limit_why *why) MUST_CHECK;

/* What one exchange holds: zeroed but for `limit` at first; limit_release() at its end. */
struct limit_hold {
    struct limit *limit;
    uint64_t students; /* who may be new today, promised to this exchange */
    bool gathers;      /* has one of the places of those that gather their page first */
};

/* Students that may be released. */
struct limit_page {
    const uint32_t *numbers; /* distinct */
    size_t count;
    uint64_t more; /* beside them: how many never had a number, or may come at most */
};

struct limit_day {
    int32_t date;     /* yyyymmdd, district-local */
    uint64_t per_day; /* 0: no limit */
};

/*
 * Promises room for those of the page who do not count yet on that day, in place
 * of what was held before. ERR_STUDENTS: with all that others hold there is no
 * room; nothing is held.
 */
enum err limit_reserve(struct limit_hold *h, const struct limit_day *day,
                       const struct limit_page *page, struct limit_why *why) MUST_CHECK;

/*
 * Counts students who are recorded as released, taking them from what is held. A
 * number may stand twice. Those of a page that was promised before midnight count on the new day,
 * and can take it past its limit; nothing else can. ERR_MEMORY: not all were counted.
 */
enum err limit_count(struct limit_hold *h, int32_t date, const uint32_t *numbers,
                     size_t count) MUST_CHECK;

enum { LIMIT_GATHERING = 4 };

/* One of LIMIT_GATHERING places of the agreement: such pages are held in memory whole. ERR_BUSY. */
enum err limit_gather(struct limit_hold *h) MUST_CHECK;

/* Gives back room and place. */
void limit_release(struct limit_hold *h);

/* Students counted on the day last seen. */
uint64_t limit_students(struct limit *m);

/*
 * Counts what a ledger of `size` entries in `directory` has recorded: today's
 * disclosures and the last minute's requests, as of `wall_ms` and `mono_ms`. Once,
 * before anything else counts. ERR_INPUT: an entry cannot be read; ERR_MEMORY, the store's.
 */
struct limits_past {
    const char *directory;
    uint64_t size;
    int64_t wall_ms;
    int64_t mono_ms;
};
enum err limits_load(struct limits *l, const struct limits_past *past) MUST_CHECK;

#endif
