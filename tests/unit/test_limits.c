/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests per minute and students per day (SAFETY R10): every count by hand, the
 * clock and the day passed in, and eight threads at once.
 */
#include "proxy/limits.h"

#include "base/mem.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>

#include <cmocka.h>

enum { DAY_1 = 20261123, DAY_2 = 20261124 };

static struct limits *limits;

static int setup(void **state)
{
    (void)state;
    return limits_new(&limits) == OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    limits_free(&limits);
    assert_null(limits);
    limits_free(&limits);
    return 0;
}

static struct limit *acme(void)
{
    struct limit *m = limits_of(limits, SPAN("acme-math"));

    assert_non_null(m);
    return m;
}

/* --- requests */

static enum err ask(struct limit *m, uint64_t per_minute, int64_t ms)
{
    struct limit_why why = {0};
    enum err e = limit_request(m, per_minute, ms, &why);

    assert_int_equal(e == ERR_RATE, why.name != NULL);
    return e;
}

static void R10_requests_past_the_limit_of_any_60_seconds_are_refused(void **state)
{
    struct limit *m = acme();

    (void)state;
    assert_int_equal(ask(m, 3, 100000), OK);
    assert_int_equal(ask(m, 3, 100999), OK);
    assert_int_equal(ask(m, 3, 130000), OK);
    assert_int_equal(ask(m, 3, 130000), ERR_RATE);
    assert_int_equal(ask(m, 3, 160999), ERR_RATE); /* 60 s after the second one */
    assert_int_equal(ask(m, 3, 161000), OK);
    assert_int_equal(ask(m, 3, 161000), OK);
    assert_int_equal(ask(m, 3, 161000), ERR_RATE);
}

static void R10_refused_requests_do_not_count(void **state)
{
    struct limit *m = acme();

    (void)state;
    assert_int_equal(ask(m, 1, 100000), OK);
    for (int64_t ms = 100000; ms < 161000; ms += 500) {
        assert_int_equal(ask(m, 1, ms), ERR_RATE);
    }
    assert_int_equal(ask(m, 1, 161000), OK);
}

static void R10_a_refusal_says_when_to_come_again(void **state)
{
    struct limit *m = acme();
    struct limit_why why = {0};

    (void)state;
    assert_int_equal(ask(m, 0, 100000), OK);
    assert_int_equal(ask(m, 0, 120000), OK);
    assert_int_equal(ask(m, 0, 120000), OK);
    assert_int_equal(limit_request(m, 3, 130000, &why), ERR_RATE);
    assert_string_equal(why.name, "requests-per-minute");
    assert_int_equal(why.quota, 3);
    assert_int_equal(why.left, 0);
    assert_int_equal(why.wait_s, 31); /* the first one leaves at 161 */
    assert_int_equal(limit_request(m, 2, 130000, &why), ERR_RATE);
    assert_int_equal(why.wait_s, 51); /* a lower limit: two must leave */
    assert_int_equal(ask(m, 3, 161000), OK);
}

static void R10_agreements_count_apart(void **state)
{
    struct limit *other = limits_of(limits, SPAN("acme-maths"));

    (void)state;
    assert_ptr_equal(acme(), acme());
    assert_ptr_not_equal(acme(), other);
    assert_int_equal(ask(acme(), 1, 5000), OK);
    assert_int_equal(ask(other, 1, 5000), OK);
    assert_int_equal(ask(acme(), 1, 5000), ERR_RATE);
}

static void R10_what_came_before_a_limit_was_set_counts(void **state)
{
    struct limit *m = acme();

    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(ask(m, 0, 7000), OK);
    }
    assert_int_equal(ask(m, 10, 8000), ERR_RATE);
    assert_int_equal(ask(m, 11, 8000), OK);
}

static void R10_a_long_silence_empties_the_window(void **state)
{
    struct limit *m = acme();

    (void)state;
    assert_int_equal(ask(m, 1, 0), OK);
    assert_int_equal(ask(m, 1, (int64_t)1 << 40), OK);
    assert_int_equal(ask(m, 1, (int64_t)1 << 40), ERR_RATE);
}

/* --- students */

static struct limit_hold hold_of(struct limit *m)
{
    return (struct limit_hold){.limit = m};
}

static enum err reserve(struct limit_hold *h, int32_t date, uint64_t per_day, struct limit_page p)
{
    const struct limit_day day = {date, per_day};
    struct limit_why why = {0};
    enum err e = limit_reserve(h, &day, &p, &why);

    assert_int_equal(e == ERR_STUDENTS, why.name != NULL);
    return e;
}

static enum err count(struct limit_hold *h, int32_t date, uint32_t first, uint32_t n)
{
    uint32_t numbers[1024];

    assert_true(n <= 1024);
    for (uint32_t i = 0; i < n; i++) {
        numbers[i] = first + i;
    }
    return limit_count(h, date, numbers, n);
}

static struct limit_page at_most(uint64_t n)
{
    return (struct limit_page){.more = n};
}

static void R10_distinct_students_count_once_a_day(void **state)
{
    struct limit_hold h = hold_of(acme());

    (void)state;
    assert_int_equal(count(&h, DAY_1, 1, 100), OK);
    assert_int_equal(count(&h, DAY_1, 51, 100), OK);
    assert_int_equal(count(&h, DAY_1, 1, 1), OK);
    assert_int_equal(limit_students(acme()), 150);
    assert_int_equal(count(&h, DAY_1, 1000000, 1), OK); /* far beyond what the bitmap held */
    assert_int_equal(limit_students(acme()), 151);
}

static void R10_room_is_for_those_who_do_not_count_yet(void **state)
{
    const uint32_t known[] = {1, 2, 100}, fresh[] = {101, 102};
    struct limit_hold h = hold_of(acme());

    (void)state;
    assert_int_equal(count(&h, DAY_1, 1, 100), OK);
    assert_int_equal(reserve(&h, DAY_1, 100, (struct limit_page){known, 3, 0}), OK);
    assert_int_equal(h.students, 0);
    assert_int_equal(reserve(&h, DAY_1, 100, (struct limit_page){fresh, 1, 0}), ERR_STUDENTS);
    assert_int_equal(reserve(&h, DAY_1, 101, (struct limit_page){fresh, 1, 0}), OK);
    assert_int_equal(reserve(&h, DAY_1, 101, (struct limit_page){fresh, 2, 0}), ERR_STUDENTS);
    assert_int_equal(reserve(&h, DAY_1, 101, (struct limit_page){fresh, 1, 1}), ERR_STUDENTS);
    assert_int_equal(reserve(&h, DAY_1, 50, (struct limit_page){known, 3, 0}), OK);
    assert_int_equal(reserve(&h, DAY_1, 0, at_most(1u << 30)), OK); /* no limit */
    limit_release(&h);
}

static void R10_what_is_promised_to_one_is_not_there_for_another(void **state)
{
    struct limit_hold one = hold_of(acme()), two = hold_of(acme());

    (void)state;
    assert_int_equal(reserve(&one, DAY_1, 100, at_most(60)), OK);
    assert_int_equal(reserve(&two, DAY_1, 100, at_most(41)), ERR_STUDENTS);
    assert_int_equal(reserve(&two, DAY_1, 100, at_most(40)), OK);
    limit_release(&two);
    assert_int_equal(count(&one, DAY_1, 1, 10), OK);
    assert_int_equal(one.students, 50);
    assert_int_equal(reserve(&two, DAY_1, 100, at_most(41)), ERR_STUDENTS);
    limit_release(&one);
    assert_int_equal(reserve(&two, DAY_1, 100, at_most(91)), ERR_STUDENTS);
    assert_int_equal(reserve(&two, DAY_1, 100, at_most(90)), OK);
    limit_release(&two);
}

static void R10_a_new_promise_takes_the_place_of_the_last(void **state)
{
    struct limit_hold h = hold_of(acme());

    (void)state;
    assert_int_equal(reserve(&h, DAY_1, 100, at_most(80)), OK);
    assert_int_equal(reserve(&h, DAY_1, 100, at_most(90)), OK);
    assert_int_equal(h.students, 90);
    assert_int_equal(reserve(&h, DAY_1, 100, at_most(101)), ERR_STUDENTS);
    assert_int_equal(h.students, 0);
    assert_int_equal(reserve(&h, DAY_1, 100, at_most(100)), OK);
    limit_release(&h);
}

static void R10_a_refusal_tells_a_full_day_from_a_busy_moment(void **state)
{
    struct limit_hold one = hold_of(acme()), two = hold_of(acme());
    const struct limit_day day = {DAY_1, 100};
    const struct limit_page page = at_most(50);
    struct limit_why why = {0};

    (void)state;
    assert_int_equal(reserve(&one, DAY_1, 100, at_most(60)), OK);
    assert_int_equal(limit_reserve(&two, &day, &page, &why), ERR_STUDENTS);
    assert_string_equal(why.name, "students-per-day");
    assert_int_equal(why.quota, 100);
    assert_int_equal(why.left, 40);
    assert_in_range(why.wait_s, 1, 60);
    assert_int_equal(count(&one, DAY_1, 1, 60), OK);
    assert_int_equal(limit_reserve(&two, &day, &page, &why), ERR_STUDENTS);
    assert_int_equal(why.left, 40);
    assert_int_equal(why.wait_s, 0); /* until midnight */
}

static void R10_midnight_forgets_the_students_and_keeps_the_promises(void **state)
{
    struct limit_hold one = hold_of(acme()), two = hold_of(acme());

    (void)state;
    assert_int_equal(count(&two, DAY_1, 1, 100), OK);
    assert_int_equal(reserve(&one, DAY_1, 150, at_most(50)), OK);
    assert_int_equal(reserve(&two, DAY_1, 150, at_most(1)), ERR_STUDENTS);
    assert_int_equal(reserve(&two, DAY_2, 150, at_most(101)), ERR_STUDENTS);
    assert_int_equal(reserve(&two, DAY_2, 150, at_most(100)), OK);
    assert_int_equal(limit_students(acme()), 0);
    assert_int_equal(count(&one, DAY_2, 1, 50), OK); /* who counted yesterday counts anew */
    assert_int_equal(limit_students(acme()), 50);
    assert_int_equal(one.students, 0);
    limit_release(&two);
}

static void R10_a_page_promised_before_midnight_counts_after_it(void **state)
{
    const uint32_t known[] = {1, 2, 3};
    struct limit_hold one = hold_of(acme()), two = hold_of(acme());

    (void)state;
    assert_int_equal(count(&two, DAY_1, 1, 3), OK);
    assert_int_equal(reserve(&one, DAY_1, 3, (struct limit_page){known, 3, 0}), OK);
    assert_int_equal(count(&two, DAY_2, 7, 3), OK);
    assert_int_equal(count(&one, DAY_2, 1, 3), OK);
    assert_int_equal(limit_students(acme()), 6);
    assert_int_equal(reserve(&two, DAY_2, 3, at_most(1)), ERR_STUDENTS);
}

static void R10_a_clock_that_steps_back_does_not_give_a_day_anew(void **state)
{
    struct limit_hold h = hold_of(acme());

    (void)state;
    assert_int_equal(count(&h, DAY_2, 1, 100), OK);
    assert_int_equal(reserve(&h, DAY_1, 100, at_most(1)), ERR_STUDENTS);
    assert_int_equal(limit_students(acme()), 100);
}

static void R10_few_pages_at_once_are_gathered_whole(void **state)
{
    struct limit_hold holds[LIMIT_GATHERING + 1];

    (void)state;
    for (int i = 0; i <= LIMIT_GATHERING; i++) {
        holds[i] = hold_of(acme());
        assert_int_equal(limit_gather(&holds[i]), i < LIMIT_GATHERING ? OK : ERR_BUSY);
    }
    assert_int_equal(limit_gather(&holds[0]), OK); /* has its place already */
    limit_release(&holds[0]);
    limit_release(&holds[0]);
    assert_int_equal(limit_gather(&holds[LIMIT_GATHERING]), OK);
    assert_int_equal(limit_gather(&holds[0]), ERR_BUSY);
}

static void refuses_to_count_without_memory(void **state)
{
    struct limit_hold h = hold_of(acme());

    (void)state;
    mem_fail_at(1);
    assert_int_equal(count(&h, DAY_1, 1, 1), ERR_MEMORY);
    assert_int_equal(limit_students(acme()), 0);
    mem_fail_at(1);
    assert_null(limits_of(limits, SPAN("new")));
    mem_fail_at(0);
}

/* --- threads: students overlap, so promises are given back all the time */

enum { THREADS = 8, ROUNDS = 2000, PER_DAY = 5000, SPREAD = 16384, PAGE = 16 };

static _Atomic uint64_t refused, admitted;

static void *take_pages(void *ctx)
{
    struct limit *m = limits_of(limits, SPAN("acme-math"));
    uint32_t seed = (uint32_t)(uintptr_t)ctx;
    uintptr_t failures = 0;

    for (int i = 0; i < ROUNDS; i++) {
        struct limit_hold h = hold_of(m);
        const struct limit_day day = {DAY_1, PER_DAY};
        const struct limit_page page = at_most(PAGE);
        struct limit_why why;

        seed = seed * 1664525u + 1013904223u;
        if (limit_reserve(&h, &day, &page, &why) != OK) {
            atomic_fetch_add(&refused, 1);
        } else {
            failures += count(&h, DAY_1, 1 + (seed >> 8) % SPREAD, PAGE) != OK;
        }
        limit_release(&h);
        if (limit_request(m, 1000, 5000, &why) == OK) {
            atomic_fetch_add(&admitted, 1);
        }
    }
    return (void *)failures;
}

static void R10_workers_together_never_pass_a_limit(void **state)
{
    pthread_t threads[THREADS];
    struct limit_hold h = hold_of(acme());

    (void)state;
    for (uintptr_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, take_pages, (void *)(i + 1)), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *failures = NULL;

        assert_int_equal(pthread_join(threads[i], &failures), 0);
        assert_null(failures);
    }
    uint64_t used = limit_students(acme());

    assert_in_range(used, PER_DAY - PAGE + 1, PER_DAY);
    assert_true(atomic_load(&refused) > 0);
    assert_int_equal(atomic_load(&admitted), 1000);
    assert_int_equal(reserve(&h, DAY_1, PER_DAY, at_most(PER_DAY - used)),
                     OK); /* nothing is held */
    limit_release(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define EACH(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        EACH(R10_requests_past_the_limit_of_any_60_seconds_are_refused),
        EACH(R10_refused_requests_do_not_count),
        EACH(R10_a_refusal_says_when_to_come_again),
        EACH(R10_agreements_count_apart),
        EACH(R10_what_came_before_a_limit_was_set_counts),
        EACH(R10_a_long_silence_empties_the_window),
        EACH(R10_distinct_students_count_once_a_day),
        EACH(R10_room_is_for_those_who_do_not_count_yet),
        EACH(R10_what_is_promised_to_one_is_not_there_for_another),
        EACH(R10_a_new_promise_takes_the_place_of_the_last),
        EACH(R10_a_refusal_tells_a_full_day_from_a_busy_moment),
        EACH(R10_midnight_forgets_the_students_and_keeps_the_promises),
        EACH(R10_a_page_promised_before_midnight_counts_after_it),
        EACH(R10_a_clock_that_steps_back_does_not_give_a_day_anew),
        EACH(R10_few_pages_at_once_are_gathered_whole),
        EACH(refuses_to_count_without_memory),
        EACH(R10_workers_together_never_pass_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
