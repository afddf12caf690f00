/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server over real sockets, on the test's own thread: what a client sees.
 * Ends and deadlines are in test_server_ends.c, the states in test_connection.c.
 */
#include "base/mem.h"
#include "tests/support/host.h"
#include "tests/support/visitor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>

#include <cmocka.h>

#define GET(path)  "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST(path) "POST " path " HTTP/1.1\r\nHost: a\r\n"

static struct loop *loop;
static struct host host;
static struct visitor v;

static void open_with(const struct server_setup *setup)
{
    host_open(&host, loop, setup);
    visitor_open(&v, loop, server_port(host.server), 0);
}

static void open_plain(void)
{
    open_with(&(struct server_setup){0});
}

static void close_both(void)
{
    visitor_close(&v);
    host_close(&host);
}

static struct server_counts counts(void)
{
    struct server_counts c;

    server_read_counts(host.server, &c);
    return c;
}

/* --- answers */

static void answers_and_keeps_the_connection(void **state)
{
    (void)state;
    open_plain();
    visitor_say(&v, GET("/hello"));
    assert_true(visitor_hears(&v, "hello", 1));
    assert_int_equal(visitor_count(&v, "HTTP/1.1 200 OK\r\nDate: "), 1);
    assert_int_equal(visitor_count(&v, "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\n"), 1);
    visitor_say(&v, GET("/hello"));
    assert_true(visitor_hears(&v, "hello", 2));
    assert_false(v.ended);
    assert_int_equal(counts().accepted, 1);
    assert_int_equal(counts().requests, 2);
    close_both();
}

static void takes_a_request_byte_by_byte(void **state)
{
    static const char TEXT[] = GET("/hello");

    (void)state;
    open_plain();
    for (size_t i = 0; i < sizeof(TEXT) - 1; i++) {
        char one[2] = {TEXT[i], '\0'};

        visitor_say(&v, one);
        loop_turn(loop, 5);
    }
    assert_true(visitor_hears(&v, "hello", 1));
    close_both();
}

static void answers_head_as_get_without_the_body(void **state)
{
    (void)state;
    open_plain();
    visitor_say(&v, "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" GET("/hello"));
    assert_true(visitor_hears(&v, "Content-Length: 5\r\n\r\n", 2));
    assert_true(visitor_hears(&v, "hello", 1));
    assert_int_equal(visitor_count(&v, "hello"), 1);
    assert_int_equal(visitor_count(&v, "\r\n\r\nHTTP/1.1 200"), 1);
    close_both();
}

static void answers_head_of_a_chunked_answer_without_chunks(void **state)
{
    (void)state;
    open_plain();
    visitor_say(&v, "HEAD /head-only-chunked HTTP/1.1\r\nHost: a\r\n\r\n" GET("/hello"));
    assert_true(visitor_hears(&v, "hello", 1));
    assert_int_equal(visitor_count(&v, "Transfer-Encoding: chunked\r\n\r\nHTTP/1.1 200"), 1);
    assert_int_equal(visitor_count(&v, "not for HEAD"), 0);
    close_both();
}

static void keeps_the_order_of_pipelined_requests(void **state)
{
    (void)state;
    open_plain();
    visitor_say(&v, GET("/hold") GET("/hello") GET("/last"));
    TURN_UNTIL(loop, host.holder != NULL);
    for (unsigned i = 0; i < 5; i++) {
        loop_turn(loop, 5);
    }
    assert_int_equal(host.started, 1); /* the others wait for the first answer */
    host_answer_held(&host);
    assert_true(visitor_hears_end(&v));
    buf_put_byte(&v.got, 0);
    const char *got = (const char *)v.got.base;
    const char *held = strstr(got, "held");

    assert_non_null(held);
    assert_non_null(strstr(held, "hello"));
    assert_non_null(strstr(strstr(held, "hello"), "last"));
    close_both();
}

static void makes_one_chunk_of_what_was_announced_as_one(void **state)
{
    (void)state;
    open_plain();
    visitor_say(&v, GET("/pieces"));
    assert_true(visitor_hears(&v, "\r\n\r\na\r\n0123456789\r\n3\r\nabc\r\n0\r\n\r\n", 1));
    close_both();
}

/* --- refusals */

static void refuses_a_bad_head_and_closes(void **state)
{
    (void)state;
    open_plain();
    visitor_say(&v, GET("/hello") "GET /x HTTP/1.1\r\nHost : a\r\n\r\n" GET("/hello"));
    assert_true(visitor_hears_end(&v));
    assert_false(v.reset);
    assert_int_equal(visitor_count(&v, "hello"), 1);
    assert_int_equal(visitor_count(&v, "HTTP/1.1 400 Bad Request\r\n"), 1);
    assert_int_equal(visitor_count(&v, "Connection: close\r\n\r\nerror: malformed-head"), 1);
    assert_int_equal(visitor_count(&v, "Cache-Control: no-store\r\n"), 1);
    assert_int_equal(counts().bad_heads, 1);
    close_both();
}

struct refusal {
    const char *request;
    const char *answer;
};

static void assert_refusal(const struct refusal *r)
{
    open_plain();
    visitor_say(&v, r->request);
    assert_true(visitor_hears_end(&v));
    if (visitor_count(&v, r->answer) != 1 || visitor_count(&v, "Connection: close") != 1) {
        fail_msg("%s gave %.*s", r->request, (int)v.got.len, (const char *)buf_span(&v.got).ptr);
    }
    assert_int_equal(host.started, 0);
    close_both();
}

static void refuses_with_the_status_of_the_error(void **state)
{
    static const struct refusal ALL[] = {
        {"GET /x HTTP/1.0\r\nHost: a\r\n\r\n", "HTTP/1.1 505 "},
        {"GET /x HTTP/1.1\r\n\r\n", "error: bad-host"},
        {"GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n", "error: bad-target"},
        {"GET /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", "HTTP/1.1 417 "},
        {"GET /x HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n", "error: upgrade"},
        {POST("/x") "Transfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 501 "},
        {POST("/x") "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
         "error: ambiguous-framing"},
        {POST("/x") "Content-Length: 5\r\n\r\nhello", "error: body-not-allowed"},
        {POST("/x") "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "error: body-not-allowed"},
        {"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "Allow: GET, HEAD\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(ALL) / sizeof(ALL[0]); i++) {
        assert_refusal(&ALL[i]);
    }
}

/* The client is still sending when the refusal comes: it must get to see it all the same. */
static void lets_a_client_that_talks_on_see_the_refusal(void **state)
{
    static char much[100 * 1024];

    (void)state;
    memset(much, 'x', sizeof(much) - 1);
    open_plain();
    visitor_say(&v, POST("/x") "Content-Length: 200000\r\n\r\n");
    visitor_say(&v, much);
    assert_true(visitor_hears(&v, "error: body-not-allowed", 1));
    visitor_say(&v, much);
    visitor_half_close(&v);
    assert_true(visitor_hears_end(&v));
    assert_false(v.reset);
    close_both();
}

/* --- bodies of requests */

static void hands_a_body_to_a_handler_that_takes_it(void **state)
{
    (void)state;
    open_with(&(struct server_setup){.takes_body = true});
    visitor_say(&v, POST("/echo") "Content-Length: 11\r\n\r\nhello ");
    loop_turn(loop, 10);
    visitor_say(&v, "again" GET("/hello"));
    assert_true(visitor_hears(&v, "hello again", 1));
    visitor_say(&v,
                POST("/echo") "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX: y\r\n\r\n");
    assert_true(visitor_hears(&v, "Content-Length: 4\r\n\r\nbody", 1));
    assert_false(v.ended);
    close_both();
}

static void refuses_a_malformed_body_and_tells_the_handler(void **state)
{
    (void)state;
    open_with(&(struct server_setup){.takes_body = true});
    visitor_say(&v, POST("/echo") "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\nX");
    assert_true(visitor_hears_end(&v));
    assert_int_equal(visitor_count(&v, "error: ambiguous-framing"), 1);
    assert_int_equal(host.gone, 1);
    close_both();
}

static void closes_when_an_answer_comes_before_the_body_ends(void **state)
{
    (void)state;
    open_with(&(struct server_setup){.takes_body = true});
    visitor_say(&v, POST("/hello") "Content-Length: 500\r\n\r\n" GET("/hello"));
    assert_true(visitor_hears_end(&v));
    assert_int_equal(visitor_count(&v, "hello"), 1); /* what followed was body, not a request */
    assert_int_equal(counts().requests, 1);
    close_both();
}

/* --- back-pressure */

static void assert_pattern(void)
{
    struct span got = buf_span(&v.got);
    const uint8_t *body = memmem(got.ptr, got.len, "\r\n\r\n", 4);

    assert_non_null(body);
    body += 4;
    assert_int_equal(got.len - (size_t)(body - got.ptr), host.stream_bytes);
    for (size_t i = 0; i < host.stream_bytes; i++) {
        if (body[i] != host_pattern(i)) {
            fail_msg("byte %zu differs", i);
        }
    }
}

static void holds_a_bounded_part_for_a_slow_client(void **state)
{
    enum { OUT = 64 * 1024, ALL = 16 * 1024 * 1024 };

    (void)state;
    host_open(&host, loop, &(struct server_setup){.max_out_bytes = OUT});
    visitor_open(&v, loop, server_port(host.server), 4096);
    host.stream_bytes = ALL;
    visitor_say(&v, GET("/fixed"));
    TURN_UNTIL(loop, host.least_room == 0);
    for (unsigned i = 0; i < 10; i++) {
        loop_turn(loop, 5);
    }
    assert_true(host.streamed < ALL / 2); /* the rest waits for the client */
    assert_true(visitor_hears(&v, "\r\n\r\n", 1));
    TURN_UNTIL(loop, (visitor_read(&v), v.got.len > ALL));
    assert_pattern();
    assert_true(host.writables > 0);
    close_both();
}

static void streams_to_a_fast_client_to_the_end(void **state)
{
    (void)state;
    open_with(&(struct server_setup){.max_out_bytes = 16 * 1024});
    host.stream_bytes = 3 << 20;
    visitor_say(&v, GET("/stream"));
    assert_true(visitor_hears(&v, "\r\n0\r\n\r\n", 1));
    visitor_say(&v, GET("/hello"));
    assert_true(visitor_hears(&v, "hello", 1));
    close_both();
}

static void stops_reading_what_is_not_its_turn(void **state)
{
    enum { LINES = 2000000 };
    unsigned sent = 0;

    (void)state;
    open_plain();
    visitor_say(&v, GET("/hold"));
    TURN_UNTIL(loop, host.holder != NULL);
    for (unsigned idle = 0; sent < LINES && idle < 20; sent++) {
        ssize_t n = send(v.fd, GET("/hello"), sizeof(GET("/hello")) - 1, MSG_DONTWAIT);

        if (n != (ssize_t)sizeof(GET("/hello")) - 1) {
            loop_turn(loop, 5);
            idle++;
        }
    }
    assert_true(sent < LINES); /* the socket filled up: the server took only so much */
    assert_int_equal(host.started, 1);
    close_both();
}

/* --- misuse by a handler: the client sees a broken answer, never a wrong one */

static void assert_misuse(const char *request, enum err want)
{
    open_plain();
    visitor_say(&v, request);
    assert_true(visitor_hears_end(&v));
    assert_int_equal(host.misuse, want);
    assert_int_equal(visitor_count(&v, "Set-Cookie"), 0);
    assert_int_equal(visitor_count(&v, "\r\n0\r\n\r\n"), 0);
    assert_int_equal(host.gone, 0);
    assert_int_equal(counts().closes[CLOSE_ABORT], 1);
    close_both();
}

static void breaks_answers_that_a_handler_gets_wrong(void **state)
{
    (void)state;
    assert_misuse(GET("/split"), ERR_INTERNAL);
    assert_misuse(GET("/framing"), ERR_INTERNAL);
    assert_misuse(GET("/over"), ERR_INTERNAL);
    assert_misuse(GET("/long"), ERR_INTERNAL);
    assert_misuse(GET("/short"), OK);
    assert_misuse(GET("/mute"), OK);
}

/* --- memory */

static void allocates_nothing_for_a_request_once_it_is_warm(void **state)
{
    (void)state;
    open_plain();
    for (unsigned i = 1; i <= 3; i++) {
        visitor_say(&v, GET("/hello?a=b"));
        assert_true(visitor_hears(&v, "hello", i));
    }
    buf_clear(&v.got);
    uint64_t before = mem_count();

    visitor_say(&v, GET("/hello?a=b"));
    assert_true(visitor_hears(&v, "hello", 1));
    assert_int_equal(mem_count(), before);
    close_both();
}

/* A request while each allocation in turn fails: an answer, a refusal or an end, no more. */
static void survives_every_failing_allocation(void **state)
{
    bool answered = false;

    (void)state;
    for (unsigned n = 1; !answered; n++) {
        assert_true(n < 60);
        open_plain();
        buf_put(&v.got, SPAN("-")); /* the visitor's own allocation comes first */
        visitor_say(&v, GET("/hello?a=%20"));
        mem_fail_at(n);
        answered = visitor_hears(&v, "hello", 1);
        mem_fail_at(0);
        assert_true(answered || v.ended);
        close_both();
    }
}

static int setup(void **state)
{
    (void)state;
    return loop_new(&loop) == OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    loop_free(&loop);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_and_keeps_the_connection),
        cmocka_unit_test(takes_a_request_byte_by_byte),
        cmocka_unit_test(answers_head_as_get_without_the_body),
        cmocka_unit_test(answers_head_of_a_chunked_answer_without_chunks),
        cmocka_unit_test(keeps_the_order_of_pipelined_requests),
        cmocka_unit_test(makes_one_chunk_of_what_was_announced_as_one),
        cmocka_unit_test(refuses_a_bad_head_and_closes),
        cmocka_unit_test(refuses_with_the_status_of_the_error),
        cmocka_unit_test(lets_a_client_that_talks_on_see_the_refusal),
        cmocka_unit_test(hands_a_body_to_a_handler_that_takes_it),
        cmocka_unit_test(refuses_a_malformed_body_and_tells_the_handler),
        cmocka_unit_test(closes_when_an_answer_comes_before_the_body_ends),
        cmocka_unit_test(holds_a_bounded_part_for_a_slow_client),
        cmocka_unit_test(streams_to_a_fast_client_to_the_end),
        cmocka_unit_test(stops_reading_what_is_not_its_turn),
        cmocka_unit_test(breaks_answers_that_a_handler_gets_wrong),
        cmocka_unit_test(allocates_nothing_for_a_request_once_it_is_warm),
        cmocka_unit_test(survives_every_failing_allocation),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
