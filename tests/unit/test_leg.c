/* SPDX-License-Identifier: Apache-2.0 */
/* Legs against a scripted source: good answers, every fault, reuse, deadlines, back-pressure. */
#include "upstream/leg.h"

#include "tests/support/legs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* --- good answers */

static void answer_once(struct stage *s)
{
    int c = stage_accept(s);

    (void)stage_hear(s, c);
    stage_say(s, c, span_str(s->prop));
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static const struct good_case {
    const char *answer, *body;
    unsigned status;
    bool has_total;
    uint64_t total;
} good[] = {
    {GOOD, "{}", 200, false, 0},
    {"HTTP/1.1 200 OK\r\ncontent-type: Application/JSON; charset=UTF-8\r\nContent-Length: "
     "0\r\nX-Total-Count: 12\r\n\r\n",
     "", 200, true, 12},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=\"utf-8\"\r\nTransfer-Encoding: "
     "chunked\r\nContent-Encoding: identity\r\n\r\n3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\n\r\n",
     "{\"a\":1}", 200, false, 0},
    {"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nContent-Type: text/html\r\n\r\nnope", "nope",
     404, false, 0},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Total-Count: 1\r\nX-Total-Count: "
     "2\r\nContent-Length: 2\r\n\r\n{}",
     "{}", 200, false, 0},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Total-Count: 1e3\r\nConnection: "
     "close\r\nContent-Length: 2\r\n\r\n{}",
     "{}", 200, false, 0},
};

static void hands_on_each_good_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct watch w = {0};
        struct scene sc;

        open_scene(&sc, answer_once, good[i].answer);
        run_leg(&sc, &w);
        assert_int_equal(w.failed, OK);
        assert_int_equal(w.heads, 1);
        assert_int_equal(w.head.status, good[i].status);
        assert_int_equal(w.head.has_total, good[i].has_total);
        assert_int_equal(w.head.total, good[i].total);
        assert_true(span_eq_str(buf_span(&w.body), good[i].body));
        buf_fini(&w.body);
        close_scene(&sc);
    }
}

static void answer_in_two_pieces(struct stage *s)
{
    const size_t *cut = s->prop;

    for (*(size_t *)(uintptr_t)cut = 1; *cut < sizeof(GOOD) - 1; ++*(size_t *)(uintptr_t)cut) {
        int c = stage_accept(s);

        (void)stage_hear(s, c);
        stage_say(s, c, span_sub(SPAN(GOOD), 0, *cut));
        stage_say(s, c, span_from(SPAN(GOOD), *cut));
        (void)stage_hear(s, c);
        for (size_t i = 0; i < sizeof(GOOD) - 1; i++) {
            stage_say(s, c, span_sub(SPAN(GOOD), i, 1));
        }
        stage_hang_up(c);
    }
}

static void reads_answers_cut_anywhere(void **state)
{
    static size_t cut;
    struct watch w = {0};
    struct scene sc;

    (void)state;
    open_scene(&sc, answer_in_two_pieces, &cut);
    for (size_t i = 1; i < sizeof(GOOD) - 1; i++) {
        expect_good(&sc, &w);
        expect_good(&sc, &w);
        while (counts_of(&sc).idle > 0) { /* until its end was seen */
            loop_turn(sc.loop, 20);
        }
    }
    assert_int_equal(counts_of(&sc).reused, sizeof(GOOD) - 2);
    buf_fini(&w.body);
    close_scene(&sc);
}

static void hear_request(struct stage *s)
{
    int c = stage_accept(s);
    struct span heard = stage_hear(s, c);

    s->spoiled = span_eq_str(heard, s->prop) ? s->spoiled : __LINE__;
    stage_say(s, c, SPAN(GOOD));
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static void sends_the_same_five_lines_always(void **state)
{
    struct watch w = {0};
    struct scene sc;

    (void)state;
    open_scene(&sc, hear_request,
               "GET /v1p2/orgs?limit=1 HTTP/1.1\r\nHost: source.test\r\n"
               "Accept: application/json\r\nAccept-Encoding: identity\r\n"
               "User-Agent: hallpass\r\n\r\n");
    expect_good(&sc, &w);
    buf_fini(&w.body);
    close_scene(&sc);
}

/* --- faults */

static const struct fault_case {
    const char *answer;
    bool hang_up; /* after it; else the leg must close by itself */
    enum err e;
} faults[] = {
    {"", true, ERR_UP_TRUNCATED},
    {"HTTP/1.1 200 OK\r\nContent-Ty", true, ERR_UP_TRUNCATED},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n{}", true,
     ERR_UP_TRUNCATED},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: "
     "chunked\r\n\r\n2\r\n{}\r\n",
     true, ERR_UP_TRUNCATED},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: "
     "chunked\r\n\r\n2\r\n{}\r\n0\r\n",
     true, ERR_UP_TRUNCATED},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}", true, ERR_UP_FRAMING},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
     "2\r\nTransfer-Encoding: chunked\r\n\r\n",
     false, ERR_UP_FRAMING},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: "
     "3\r\n\r\n{}",
     false, ERR_UP_FRAMING},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: "
     "chunked\r\n\r\n0x2\r\n{}\r\n",
     false, ERR_UP_FRAMING},
    {GOOD "x", false, ERR_UP_FRAMING},
    {GOOD GOOD, false, ERR_UP_FRAMING},
    {"HTTP/1.1 100 Continue\r\n\r\n" GOOD, false, ERR_UP_STATUS},
    {"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" GOOD, false, ERR_UP_STATUS},
    {"HTTP/1.1 206 Partial\r\nContent-Length: 0\r\n\r\n", false, ERR_UP_STATUS},
    {"HTTP/1.1 204 No Content\r\n\r\n", false, ERR_UP_STATUS},
    {"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", false, ERR_UP_STATUS},
    {"HTTP/1.1 304 Not Modified\r\n\r\n", false, ERR_UP_STATUS},
    {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", false, ERR_UP_STATUS},
    {"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", false, ERR_UP_STATUS},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: "
     "gzip\r\nContent-Length: 2\r\n\r\n{}",
     false, ERR_UP_CODING},
    {"HTTP/1.1 404 No\r\nContent-Encoding: identity\r\nContent-Encoding: "
     "identity\r\nContent-Length: 2\r\n\r\n{}",
     false, ERR_UP_CODING},
    {"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n{}", false,
     ERR_UP_TYPE},
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", false, ERR_UP_TYPE},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=latin1\r\nContent-Length: "
     "2\r\n\r\n{}",
     false, ERR_UP_TYPE},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8; x=y\r\nContent-Length: "
     "2\r\n\r\n{}",
     false, ERR_UP_TYPE},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/jsonp\r\nContent-Length: 2\r\n\r\n{}", false,
     ERR_UP_TYPE},
    {"SSH-2.0-OpenSSH_9.2\r\n\r\n", false, ERR_UP_HEAD},
    {"HTTP/1.1 200 OK\r\n folded: 1\r\nContent-Length: 2\r\n\r\n{}", false, ERR_UP_HEAD},
    {"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", false, ERR_UP_HEAD},
};

/* The fault on a first connection, a good answer on a second. */
static void play_fault(struct stage *s)
{
    const struct fault_case *f = s->prop;
    int c = stage_accept(s);

    (void)stage_hear(s, c);
    stage_say(s, c, span_str(f->answer));
    if (!f->hang_up) {
        stage_expect_end(s, c);
    }
    stage_hang_up(c);
    c = stage_accept(s);
    (void)stage_hear(s, c);
    stage_say(s, c, SPAN(GOOD));
    stage_expect_end(s, c);
    stage_hang_up(c);
}

static void ends_on_each_fault_and_serves_the_next(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct watch w = {0};
        struct scene sc;

        open_scene(&sc, play_fault, &faults[i]);
        run_leg(&sc, &w);
        if (w.failed != faults[i].e) {
            fail_msg("fault %zu ended with %s", i, w.failed == OK ? "ok" : err_code(w.failed));
        }
        assert_int_equal(counts_of(&sc).open, 0);
        assert_int_equal(counts_of(&sc).failed, 1);
        assert_int_equal(counts_of(&sc).retried, 0);
        expect_good(&sc, &w);
        buf_fini(&w.body);
        close_scene(&sc);
    }
}

static void play_nothing(struct stage *s)
{
    (void)s;
}

static void says_that_nobody_listens(void **state)
{
    struct watch w = {0};
    struct scene sc;
    const struct pool_setup setup = {.address = "unix:/nonexistent/socket", .server_name = "x"};
    struct pool *other = NULL;

    (void)state;
    open_scene(&sc, play_nothing, NULL);
    assert_int_equal(pool_new(sc.loop, &setup, &other), OK);
    struct pool *listening = sc.pool;

    sc.pool = other;
    run_leg(&sc, &w);
    assert_int_equal(w.failed, ERR_UP_CONNECT);
    assert_int_equal(counts_of(&sc).open, 0);
    pool_free(&other);
    sc.pool = listening;
    buf_fini(&w.body);
    close_scene(&sc);
}

static void refuses_targets_that_are_not_ours(void **state)
{
    static const char *const bad[] = {"",     "orgs",      "/a b", "/a\r\nX: y",
                                      "/a#b", "/\xc3\xa9", "/\x7f"};
    const struct leg_events events = {0};
    struct leg *leg = NULL;
    struct scene sc;

    (void)state;
    open_scene(&sc, play_nothing, NULL);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(leg_start(sc.pool, span_str(bad[i]), &events, &leg), ERR_INPUT);
        assert_null(leg);
    }
    assert_int_equal(counts_of(&sc).started, 0);
    close_scene(&sc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_on_each_good_answer),
        cmocka_unit_test(reads_answers_cut_anywhere),
        cmocka_unit_test(sends_the_same_five_lines_always),
        cmocka_unit_test(ends_on_each_fault_and_serves_the_next),
        cmocka_unit_test(says_that_nobody_listens),
        cmocka_unit_test(refuses_targets_that_are_not_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
