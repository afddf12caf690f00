/* SPDX-License-Identifier: Apache-2.0 */
/* Connections used again, lost, poisoned and waited for; memory. */
#include "upstream/pool.h"

#include "base/mem.h"
#include "tests/support/legs.h"
#include "upstream/pool_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>

#include <cmocka.h>

static void say_good(struct stage *s, int c)
{
    (void)stage_hear(s, c);
    stage_say(s, c, SPAN(GOOD));
}

static bool none_idle(const void *ctx)
{
    return counts_of(ctx).idle == 0;
}

static bool none_open(const void *ctx)
{
    return counts_of(ctx).open == 0;
}

/* --- reuse */

static void answer_thrice(struct stage *s)
{
    int c = stage_accept(s);

    say_good(s, c);
    say_good(s, c);
    say_good(s, c);
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static void uses_one_connection_for_legs_in_a_row(void **state)
{
    struct watch w = {0};
    struct scene sc;

    (void)state;
    open_scene(&sc, answer_thrice, NULL);
    expect_good(&sc, &w);
    expect_good(&sc, &w);
    expect_good(&sc, &w);
    assert_int_equal(counts_of(&sc).started, 3);
    assert_int_equal(counts_of(&sc).reused, 2);
    assert_int_equal(counts_of(&sc).open, 1);
    assert_int_equal(counts_of(&sc).idle, 1);
    buf_fini(&w.body);
    close_scene(&sc);
}

static void close_after_answer(struct stage *s)
{
    int c = stage_accept(s);

    (void)stage_hear(s, c);
    stage_say(s, c,
              SPAN("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: "
                   "close\r\nContent-Length: 2\r\n\r\n{}"));
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static void keeps_no_connection_that_the_source_will_close(void **state)
{
    struct watch w = {0};
    struct scene sc;

    (void)state;
    open_scene(&sc, close_after_answer, NULL);
    expect_good(&sc, &w);
    assert_int_equal(counts_of(&sc).open, 0);
    buf_fini(&w.body);
    close_scene(&sc);
}

static void answer_and_wait_for_the_end(struct stage *s)
{
    int c = stage_accept(s);

    say_good(s, c);
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static void closes_connections_that_idle_too_long(void **state)
{
    struct watch w = {0};
    struct scene sc;

    (void)state;
    open_with(&sc, answer_and_wait_for_the_end, NULL, (struct pool_setup){.idle_ms = 10});
    expect_good(&sc, &w);
    turn_until(&sc, none_open, &sc);
    assert_int_equal(counts_of(&sc).idle, 0);
    buf_fini(&w.body);
    close_scene(&sc);
}

/* Hears a second request on the first connection and hangs up, then answers on another. */
static void lose_second_request(struct stage *s)
{
    int c = stage_accept(s);

    say_good(s, c);
    (void)stage_hear(s, c);
    stage_hang_up(c);
    c = stage_accept(s);
    say_good(s, c);
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static void tries_once_more_when_a_used_connection_was_closed(void **state)
{
    struct watch w = {0};
    struct scene sc;

    (void)state;
    open_scene(&sc, lose_second_request, NULL);
    expect_good(&sc, &w);
    expect_good(&sc, &w);
    assert_int_equal(counts_of(&sc).retried, 1);
    assert_int_equal(counts_of(&sc).failed, 0);
    buf_fini(&w.body);
    close_scene(&sc);
}

static void lose_everything_but_the_first(struct stage *s)
{
    int c = stage_accept(s);

    say_good(s, c);
    (void)stage_hear(s, c);
    stage_hang_up(c);
    c = stage_accept(s);
    (void)stage_hear(s, c);
    stage_hang_up(c);
}

static void tries_no_third_time(void **state)
{
    struct watch w = {0};
    struct scene sc;

    (void)state;
    open_scene(&sc, lose_everything_but_the_first, NULL);
    expect_good(&sc, &w);
    run_leg(&sc, &w);
    assert_int_equal(w.failed, ERR_UP_TRUNCATED);
    assert_int_equal(counts_of(&sc).retried, 1);
    assert_int_equal(counts_of(&sc).open, 0);
    buf_fini(&w.body);
    close_scene(&sc);
}

static void break_off_second_answer(struct stage *s)
{
    int c = stage_accept(s);

    say_good(s, c);
    (void)stage_hear(s, c);
    stage_say(s, c, SPAN("H"));
    stage_hang_up(c);
}

static void tries_not_again_after_a_byte_of_an_answer(void **state)
{
    struct watch w = {0};
    struct scene sc;

    (void)state;
    open_scene(&sc, break_off_second_answer, NULL);
    expect_good(&sc, &w);
    run_leg(&sc, &w);
    assert_int_equal(w.failed, ERR_UP_TRUNCATED);
    assert_int_equal(counts_of(&sc).retried, 0);
    buf_fini(&w.body);
    close_scene(&sc);
}

/* --- poison */

static void answer_twice_at_once(struct stage *s)
{
    int c = stage_accept(s);

    say_good(s, c);
    while (!__atomic_load_n((const bool *)s->prop, __ATOMIC_ACQUIRE) && s->spoiled == 0) {
    }
    stage_say(s, c, SPAN(GOOD));
    stage_expect_end(s, c);
    stage_hang_up(c);
    c = stage_accept(s);
    say_good(s, c);
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static void closes_an_idle_connection_that_speaks_unasked(void **state)
{
    static bool now;
    struct watch w = {0};
    struct scene sc;

    (void)state;
    open_scene(&sc, answer_twice_at_once, &now);
    expect_good(&sc, &w);
    assert_int_equal(counts_of(&sc).idle, 1);
    __atomic_store_n(&now, true, __ATOMIC_RELEASE);
    turn_until(&sc, none_idle, &sc);
    assert_int_equal(counts_of(&sc).poisoned, 1);
    expect_good(&sc, &w);
    assert_int_equal(counts_of(&sc).reused, 0);
    buf_fini(&w.body);
    close_scene(&sc);
}

/* The same without a turn of the loop in between: the pool listens before it sends. */
static void listens_before_it_sends_on_a_used_connection(void **state)
{
    static bool now;
    struct watch w = {0};
    struct scene sc;
    uint8_t byte;

    (void)state;
    now = false;
    open_scene(&sc, answer_twice_at_once, &now);
    expect_good(&sc, &w);
    struct link *link = sc.pool->idle;

    __atomic_store_n(&now, true, __ATOMIC_RELEASE);
    size_t got = 0;

    while (stream_read(link->stream, &byte, 1, &got) == STEP_MORE) {
    }
    assert_int_equal(got, 1); /* the rest of the unasked answer waits in the kernel */
    assert_int_equal(begin(&sc, &w), OK);
    assert_int_equal(counts_of(&sc).poisoned, 1);
    assert_int_equal(counts_of(&sc).reused, 0);
    turn_until(&sc, is_over, &w);
    assert_int_equal(w.ends, 1);
    buf_fini(&w.body);
    close_scene(&sc);
}

/* --- queue */

static void answer_two_when_told(struct stage *s)
{
    int c = stage_accept(s);

    (void)stage_hear(s, c);
    while (!__atomic_load_n((const bool *)s->prop, __ATOMIC_ACQUIRE) && s->spoiled == 0) {
    }
    stage_say(s, c, SPAN(GOOD));
    say_good(s, c);
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static void lets_legs_wait_in_a_bounded_queue(void **state)
{
    static bool now;
    struct watch first = {0}, second = {0}, third = {0};
    struct scene sc;

    (void)state;
    open_with(&sc, answer_two_when_told, &now,
              (struct pool_setup){.max_connections = 1, .max_waiting = 1});
    assert_int_equal(begin(&sc, &first), OK);
    assert_int_equal(begin(&sc, &second), OK);
    assert_int_equal(begin(&sc, &third), ERR_BUSY);
    assert_int_equal(counts_of(&sc).waiting, 1);
    assert_int_equal(counts_of(&sc).started, 2);
    __atomic_store_n(&now, true, __ATOMIC_RELEASE);
    turn_until(&sc, is_over, &second);
    assert_int_equal(first.ends + second.ends, 2);
    assert_int_equal(third.heads + third.ends + third.fails, 0);
    assert_int_equal(counts_of(&sc).waiting, 0);
    assert_int_equal(counts_of(&sc).open, 1);
    buf_fini(&first.body);
    buf_fini(&second.body);
    close_scene(&sc);
}

static void hear_and_wait(struct stage *s)
{
    int c = stage_accept(s);

    (void)stage_hear(s, c);
    stage_say(s, c, span_str(s->prop));
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static void tells_legs_that_waited_too_long(void **state)
{
    struct watch first = {0}, second = {0};
    struct scene sc;

    (void)state;
    open_with(&sc, hear_and_wait, "", (struct pool_setup){.max_connections = 1, .wait_ms = 20});
    assert_int_equal(begin(&sc, &first), OK);
    assert_int_equal(begin(&sc, &second), OK);
    turn_until(&sc, is_over, &second);
    assert_int_equal(second.failed, ERR_BUSY);
    assert_int_equal(first.fails, 0);
    assert_int_equal(counts_of(&sc).waiting, 0);
    leg_abort(&first.leg);
    assert_null(first.leg);
    close_scene(&sc);
}

/* --- memory */

static void answer_until_gone(struct stage *s)
{
    const bool *stop = s->prop;
    int c;

    while (c = stage_accept(s), !__atomic_load_n(stop, __ATOMIC_ACQUIRE) && s->spoiled == 0) {
        char heard[512];
        struct span good = SPAN(GOOD);

        if (recv(c, heard, sizeof(heard), 0) > 0) { /* one request is one piece here */
            stage_say(s, c, good);
            stage_expect_end(s, c);
        }
        stage_hang_up(c);
    }
    say_good(s, c);
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static enum err one_leg(struct scene *sc, struct watch *w)
{
    enum err e = begin(sc, w);

    if (e == OK) {
        turn_until(sc, is_over, w);
        e = w->failed;
    }
    return e;
}

static void survives_every_failing_allocation(void **state)
{
    static bool stop;
    struct scene sc;
    uint64_t n = 0;
    enum err e = ERR_MEMORY;

    (void)state;
    open_with(&sc, answer_until_gone, &stop, (struct pool_setup){.idle_ms = 1});
    while (e != OK) {
        struct watch w = {0};

        buf_init(&w.body, 64);
        (void)buf_room(&w.body, 16);
        mem_fail_at(++n);
        e = one_leg(&sc, &w);
        mem_fail_at(0);
        assert_true(e == OK || e == ERR_MEMORY);
        turn_until(&sc, none_open, &sc);
        buf_fini(&w.body);
    }
    assert_true(n > 4);
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    struct watch w = {0};

    expect_good(&sc, &w);
    buf_fini(&w.body);
    close_scene(&sc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uses_one_connection_for_legs_in_a_row),
        cmocka_unit_test(keeps_no_connection_that_the_source_will_close),
        cmocka_unit_test(closes_connections_that_idle_too_long),
        cmocka_unit_test(tries_once_more_when_a_used_connection_was_closed),
        cmocka_unit_test(tries_no_third_time),
        cmocka_unit_test(tries_not_again_after_a_byte_of_an_answer),
        cmocka_unit_test(closes_an_idle_connection_that_speaks_unasked),
        cmocka_unit_test(listens_before_it_sends_on_a_used_connection),
        cmocka_unit_test(lets_legs_wait_in_a_bounded_queue),
        cmocka_unit_test(tells_legs_that_waited_too_long),
        cmocka_unit_test(survives_every_failing_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
