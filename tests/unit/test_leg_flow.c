/* SPDX-License-Identifier: Apache-2.0 */
/* How a leg moves in time: deadlines, back-pressure, being dropped, its states. */
#include "base/clock.h"
#include "tests/support/legs.h"
#include "upstream/leg_priv.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bool none_open(const void *ctx)
{
    return counts_of(ctx).open == 0;
}

static void hear_and_wait(struct stage *s)
{
    int c = stage_accept(s);

    (void)stage_hear(s, c);
    stage_say(s, c, span_str(s->prop));
    stage_expect_end(s, c);
    stage_hang_up(c);
}

/* --- deadlines */

static void expect_timeout(const char *said, struct pool_setup setup, unsigned heads)
{
    struct watch w = {0};
    struct scene sc;

    open_with(&sc, hear_and_wait, said, setup);
    run_leg(&sc, &w);
    assert_int_equal(w.failed, ERR_UP_TIMEOUT);
    assert_int_equal(w.heads, heads);
    assert_int_equal(counts_of(&sc).open, 0);
    assert_int_equal(counts_of(&sc).retried, 0);
    buf_fini(&w.body);
    close_scene(&sc);
}

static void gives_up_on_a_silent_source(void **state)
{
    (void)state;
    expect_timeout("", (struct pool_setup){.head_ms = 20}, 0);
    expect_timeout("HTTP/1.1 200 OK\r\nContent-", (struct pool_setup){.head_ms = 20}, 0);
    expect_timeout("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n",
                   (struct pool_setup){.body_ms = 20}, 1);
    expect_timeout("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                   "2\r\n\r\n{",
                   (struct pool_setup){.body_ms = 20}, 1);
}

static void rests_the_body_deadline_while_paused(void **state)
{
    struct watch w = {.pause_head = true};
    struct scene sc;

    (void)state;
    open_with(&sc, hear_and_wait,
              "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n{",
              (struct pool_setup){.body_ms = 30});
    assert_int_equal(begin(&sc, &w), OK);
    turn_until(&sc, is_begun, &w);
    int64_t until = clock_mono_ms() + 90;

    while (clock_mono_ms() < until) {
        loop_turn(sc.loop, 10);
    }
    assert_int_equal(w.fails, 0);
    assert_int_equal(w.bodies, 0);
    leg_resume(w.leg);
    turn_until(&sc, is_over, &w);
    assert_int_equal(w.failed, ERR_UP_TIMEOUT);
    assert_int_equal(w.bodies, 1);
    buf_fini(&w.body);
    close_scene(&sc);
}

/* --- back-pressure */

enum { BIG = 3 * 1024 * 1024 };

static void answer_big(struct stage *s)
{
    static uint8_t big[BIG];
    int c = stage_accept(s);

    for (size_t i = 0; i < BIG; i++) {
        big[i] = (uint8_t)(i * 31 >> 3);
    }
    (void)stage_hear(s, c);
    stage_say(s, c, span_str(s->prop));
    stage_say(s, c, span_of(big, BIG));
    stage_say(s, c, SPAN("\r\n0\r\n\r\n"));
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static bool is_big(struct span body)
{
    for (size_t i = 0; i < body.len; i++) {
        if (body.ptr[i] != (uint8_t)(i * 31 >> 3)) {
            return false;
        }
    }
    return body.len == BIG;
}

static void loses_nothing_by_pausing_at_every_piece(void **state)
{
    struct watch w = {.pause_head = true, .pause_body = true};
    struct scene sc;

    (void)state;
    open_scene(&sc, answer_big,
               "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: "
               "chunked\r\n\r\n300000\r\n");
    assert_int_equal(begin(&sc, &w), OK);
    turn_until(&sc, is_begun, &w);
    while (w.ends + w.fails == 0) {
        unsigned before = w.bodies;

        loop_turn(sc.loop, 0);
        loop_turn(sc.loop, 0);
        assert_int_equal(w.bodies, before);
        assert_int_equal(w.ends + w.fails, 0);
        leg_pause(w.leg);
        leg_resume(w.leg);
        leg_resume(w.leg);
        while (w.bodies == before && w.ends + w.fails == 0) {
            loop_turn(sc.loop, 20);
        }
        assert_true(w.bodies - before <= 1);
    }
    assert_int_equal(w.ends, 1);
    assert_true(w.bodies > 20);
    assert_true(is_big(buf_span(&w.body)));
    assert_int_equal(counts_of(&sc).idle, 1);
    buf_fini(&w.body);
    close_scene(&sc);
}

/* --- aborts */

static void answer_a_part(struct stage *s)
{
    int c = stage_accept(s);

    (void)stage_hear(s, c);
    stage_say(s, c,
              SPAN("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                   "9\r\n\r\n{}"));
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static void closes_the_connection_when_a_leg_is_dropped(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct watch w = {.abort_head = i == 0, .abort_body = i == 1, .pause_body = i == 2};
        struct scene sc;

        open_scene(&sc, answer_a_part, NULL);
        assert_int_equal(begin(&sc, &w), OK);
        turn_until(&sc, is_begun, &w);
        while (i == 2 && w.bodies == 0) {
            loop_turn(sc.loop, 20);
        }
        leg_abort(&w.leg);
        turn_until(&sc, none_open, &sc);
        assert_int_equal(w.ends + w.fails, 0);
        assert_int_equal(w.bodies, i == 0 ? 0 : 1);
        assert_null(w.leg);
        buf_fini(&w.body);
        close_scene(&sc);
    }
}

static void accept_and_wait(struct stage *s)
{
    int c = stage_accept(s);

    stage_expect_end(s, c);
    stage_hang_up(c);
}

static void drops_legs_that_have_not_begun(void **state)
{
    struct watch first = {0}, second = {0};
    struct scene sc;

    (void)state;
    open_with(&sc, accept_and_wait, NULL, (struct pool_setup){.max_connections = 1});
    assert_int_equal(begin(&sc, &first), OK);
    assert_int_equal(begin(&sc, &second), OK);
    leg_abort(&second.leg);
    assert_int_equal(counts_of(&sc).waiting, 0);
    leg_abort(&first.leg);
    assert_int_equal(counts_of(&sc).open, 0);
    loop_turn(sc.loop, 0);
    assert_int_equal(first.fails + second.fails + first.heads + second.heads, 0);
    close_scene(&sc);
}

/* Row: from; column: to. W waiting, C connecting, S sending, H head, B body, P paused, R resuming,
 * F failing, O over. */
static void knows_these_edges_and_no_others(void **state)
{
    static const char *const edges[LEG_STATE_COUNT] = {
        [LEG_NEW] = "WCSO",     [LEG_WAITING] = "CSFO",  [LEG_CONNECTING] = "SFO",
        [LEG_SENDING] = "HCFO", [LEG_HEAD] = "BCFO",     [LEG_BODY] = "PFO",
        [LEG_PAUSED] = "RFO",   [LEG_RESUMING] = "BPFO", [LEG_FAILING] = "O",
        [LEG_OVER] = "",
    };
    static const char letters[] = "NWCSHBPRFO";

    (void)state;
    for (int from = 0; from < LEG_STATE_COUNT; from++) {
        for (int to = 0; to < LEG_STATE_COUNT; to++) {
            bool drawn = strchr(edges[from], letters[to]) != NULL;

            assert_int_equal(leg_may_enter((enum leg_state)from, (enum leg_state)to), drawn);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_up_on_a_silent_source),
        cmocka_unit_test(rests_the_body_deadline_while_paused),
        cmocka_unit_test(loses_nothing_by_pausing_at_every_piece),
        cmocka_unit_test(closes_the_connection_when_a_leg_is_dropped),
        cmocka_unit_test(drops_legs_that_have_not_begun),
        cmocka_unit_test(knows_these_edges_and_no_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
