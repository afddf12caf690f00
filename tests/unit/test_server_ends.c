/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How connections end: clients that leave, deadlines (made short, waited for by
 * what they cause), aborts, drains, the close table; and TLS in front of it all.
 */
#include "base/mem.h"
#include "tests/support/host.h"
#include "tests/support/pki.h"
#include "tests/support/visitor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

static struct loop *loop;
static struct host host;
static struct visitor v;
static struct pki pki;

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

static void wait_for(enum close_reason why)
{
    TURN_UNTIL(loop, counts().closes[why] == 1);
    TURN_UNTIL(loop, counts().open == 0);
}

/* --- the client's doing */

static void counts_a_client_that_leaves_between_requests(void **state)
{
    (void)state;
    open_plain();
    visitor_say(&v, GET("/hello"));
    assert_true(visitor_hears(&v, "hello", 1));
    visitor_half_close(&v);
    wait_for(CLOSE_CLIENT);
    close_both();
}

static void ends_after_an_answer_when_the_client_asked_to(void **state)
{
    (void)state;
    open_plain();
    visitor_say(&v, "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" GET("/hello"));
    assert_true(visitor_hears_end(&v));
    assert_int_equal(visitor_count(&v, "hello"), 1);
    assert_int_equal(visitor_count(&v, "Connection: close\r\n\r\n"), 1);
    visitor_half_close(&v);
    wait_for(CLOSE_REQUESTED);
    close_both();
}

static void ends_after_an_answer_when_the_handler_asked_to(void **state)
{
    (void)state;
    open_plain();
    visitor_say(&v, GET("/last") GET("/hello"));
    assert_true(visitor_hears_end(&v));
    assert_int_equal(visitor_count(&v, "Connection: close\r\n\r\nlast"), 1);
    assert_int_equal(host.started, 1);
    visitor_half_close(&v);
    wait_for(CLOSE_ANSWERED);
    close_both();
}

static void still_answers_a_client_that_will_say_no_more(void **state)
{
    (void)state;
    open_plain();
    visitor_say(&v, GET("/hold") GET("/hello"));
    visitor_half_close(&v);
    TURN_UNTIL(loop, host.holder != NULL);
    for (unsigned i = 0; i < 5; i++) {
        loop_turn(loop, 5);
    }
    assert_int_equal(host.gone, 0);
    host_answer_held(&host);
    assert_true(visitor_hears_end(&v));
    assert_int_equal(visitor_count(&v, "held"), 1);
    assert_int_equal(visitor_count(&v, "hello"), 1);
    wait_for(CLOSE_CLIENT);
    close_both();
}

static void tells_the_handler_when_the_client_is_gone(void **state)
{
    struct linger hard = {.l_onoff = 1, .l_linger = 0};

    (void)state;
    open_plain();
    visitor_say(&v, GET("/hold"));
    TURN_UNTIL(loop, host.holder != NULL);
    assert_int_equal(setsockopt(v.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard)), 0);
    (void)close(v.fd); /* a reset */
    v.fd = -1;
    TURN_UNTIL(loop, host.gone == 1);
    wait_for(CLOSE_GONE);
    buf_fini(&v.got);
    host_close(&host);
}

static void tells_the_handler_of_a_client_that_leaves_in_mid_answer(void **state)
{
    (void)state;
    host_open(&host, loop, &(struct server_setup){.max_out_bytes = 32 * 1024});
    visitor_open(&v, loop, server_port(host.server), 4096);
    host.stream_bytes = 64 << 20;
    visitor_say(&v, GET("/stream"));
    TURN_UNTIL(loop, host.least_room == 0);
    visitor_close(&v);
    TURN_UNTIL(loop, host.gone == 1);
    wait_for(CLOSE_GONE);
    host_close(&host);
}

/* --- the handler's doing */

static void breaks_an_answer_off_without_a_last_chunk(void **state)
{
    (void)state;
    open_plain();
    visitor_say(&v, GET("/abort"));
    assert_true(visitor_hears_end(&v));
    assert_int_equal(visitor_count(&v, "0\r\n\r\n"), 0);
    wait_for(CLOSE_ABORT);
    close_both();
}

static void sends_nothing_for_an_abort_before_the_head(void **state)
{
    (void)state;
    open_plain();
    visitor_say(&v, GET("/refuse"));
    assert_true(visitor_hears_end(&v));
    assert_int_equal(v.got.len, 0);
    wait_for(CLOSE_ABORT);
    close_both();
}

/* --- deadlines */

static void answers_408_to_a_head_that_does_not_come(void **state)
{
    (void)state;
    open_with(&(struct server_setup){.head_ms = 30});
    visitor_say(&v, "GET /hello HTTP/1.1\r\nHo");
    assert_true(visitor_hears_end(&v));
    assert_int_equal(visitor_count(&v, "HTTP/1.1 408 "), 1);
    assert_int_equal(visitor_count(&v, "error: request-timeout"), 1);
    assert_int_equal(counts().timeouts, 1);
    visitor_half_close(&v);
    wait_for(CLOSE_HEAD_TIME);
    close_both();
}

static void closes_an_idle_connection_without_a_word(void **state)
{
    (void)state;
    open_with(&(struct server_setup){.idle_ms = 30});
    visitor_say(&v, GET("/hello"));
    assert_true(visitor_hears_end(&v));
    assert_int_equal(visitor_count(&v, "HTTP/1.1"), 1);
    assert_int_equal(counts().timeouts, 0);
    wait_for(CLOSE_IDLE);
    close_both();
}

static void answers_503_when_the_handler_takes_too_long(void **state)
{
    (void)state;
    open_with(&(struct server_setup){.exchange_ms = 30});
    visitor_say(&v, GET("/hold"));
    assert_true(visitor_hears_end(&v));
    assert_int_equal(visitor_count(&v, "error: deadline"), 1);
    assert_int_equal(host.gone, 1);
    visitor_half_close(&v);
    wait_for(CLOSE_EXCHANGE_TIME);
    close_both();
}

static void breaks_an_answer_off_at_its_deadline(void **state)
{
    (void)state;
    host_open(&host, loop, &(struct server_setup){.exchange_ms = 200, .max_out_bytes = 32 * 1024});
    visitor_open(&v, loop, server_port(host.server), 4096);
    host.stream_bytes = 64 << 20;
    visitor_say(&v, GET("/stream"));
    TURN_UNTIL(loop, host.gone == 1);
    wait_for(CLOSE_EXCHANGE_TIME);
    close_both();
}

static void gives_up_on_a_client_that_takes_nothing(void **state)
{
    (void)state;
    host_open(&host, loop, &(struct server_setup){.stall_ms = 100, .max_out_bytes = 32 * 1024});
    visitor_open(&v, loop, server_port(host.server), 4096);
    host.stream_bytes = 64 << 20;
    visitor_say(&v, GET("/stream"));
    TURN_UNTIL(loop, host.gone == 1);
    wait_for(CLOSE_STALL);
    close_both();
}

static void gives_up_on_a_body_that_does_not_come(void **state)
{
    (void)state;
    open_with(&(struct server_setup){.stall_ms = 50, .takes_body = true});
    visitor_say(&v, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
    assert_true(visitor_hears_end(&v));
    assert_int_equal(visitor_count(&v, "error: request-timeout"), 1);
    assert_int_equal(host.gone, 1);
    visitor_half_close(&v);
    wait_for(CLOSE_STALL);
    close_both();
}

static void does_not_count_the_handlers_time_as_a_stall(void **state)
{
    (void)state;
    open_with(&(struct server_setup){.stall_ms = 20});
    visitor_say(&v, GET("/hold"));
    TURN_UNTIL(loop, host.holder != NULL);
    int64_t later = clock_mono_ms() + 100;

    TURN_UNTIL(loop, clock_mono_ms() > later);
    host_answer_held(&host);
    assert_true(visitor_hears(&v, "held", 1));
    close_both();
}

/* --- draining */

static void on_drained(void *ctx)
{
    struct host *h = ctx;

    assert_false(h->drained);
    h->drained = true;
}

static void drains_idle_connections_now_and_busy_ones_later(void **state)
{
    struct visitor idle;

    (void)state;
    open_plain();
    visitor_open(&idle, loop, server_port(host.server), 0);
    visitor_say(&idle, GET("/hello"));
    assert_true(visitor_hears(&idle, "hello", 1));
    visitor_say(&v, GET("/hold") GET("/hello"));
    TURN_UNTIL(loop, host.holder != NULL);
    server_drain(host.server, 60000, on_drained, &host);
    assert_true(visitor_hears_end(&idle));
    assert_false(host.drained);
    host_answer_held(&host);
    assert_true(visitor_hears_end(&v));
    assert_int_equal(visitor_count(&v, "Connection: close\r\n\r\nheld"), 1);
    assert_int_equal(visitor_count(&v, "hello"), 0);
    visitor_half_close(&v);
    TURN_UNTIL(loop, host.drained);
    assert_int_equal(counts().closes[CLOSE_DRAIN], 2);
    visitor_close(&idle);
    close_both();
}

static void aborts_what_is_left_when_the_drain_takes_too_long(void **state)
{
    (void)state;
    open_plain();
    visitor_say(&v, GET("/hold"));
    TURN_UNTIL(loop, host.holder != NULL);
    server_drain(host.server, 30, on_drained, &host);
    TURN_UNTIL(loop, host.drained);
    assert_int_equal(host.gone, 1);
    assert_int_equal(counts().closes[CLOSE_STOP], 1);
    close_both();
}

static void drains_at_once_when_there_is_nobody(void **state)
{
    (void)state;
    host_open(&host, loop, &(struct server_setup){0});
    server_drain(host.server, 60000, on_drained, &host);
    assert_false(host.drained); /* from the loop, not from inside the call */
    TURN_UNTIL(loop, host.drained);
    host_close(&host);
}

static void on_drained_free(void *ctx)
{
    struct host *h = ctx;

    h->drained = true;
    server_free(&h->server);
}

static void may_be_freed_when_it_is_drained(void **state)
{
    (void)state;
    open_plain();
    server_drain(host.server, 60000, on_drained_free, &host);
    TURN_UNTIL(loop, host.drained);
    assert_null(host.server);
    visitor_close(&v);
}

static void tells_handlers_when_it_is_freed(void **state)
{
    (void)state;
    open_plain();
    visitor_say(&v, GET("/hold"));
    TURN_UNTIL(loop, host.holder != NULL);
    host_close(&host);
    assert_int_equal(host.gone, 1);
    assert_true(visitor_hears_end(&v));
    visitor_close(&v);
}

/* --- limits */

static void lets_the_next_client_wait_while_all_places_are_taken(void **state)
{
    struct visitor next;

    (void)state;
    open_with(&(struct server_setup){.max_connections = 1});
    visitor_say(&v, GET("/hello"));
    assert_true(visitor_hears(&v, "hello", 1));
    visitor_open(&next, loop, server_port(host.server), 0);
    visitor_say(&next, GET("/hello"));
    for (unsigned i = 0; i < 10; i++) {
        loop_turn(loop, 5);
    }
    assert_int_equal(counts().accepted, 1);
    visitor_close(&v);
    assert_true(visitor_hears(&next, "hello", 1));
    visitor_close(&next);
    host_close(&host);
}

/* --- TLS */

static struct tls_context *context(void)
{
    struct tls_server_setup setup = {pki.server_certificate, pki.server_key, NULL, false};
    struct tls_context *t = NULL;
    const char *why = NULL;

    assert_int_equal(tls_server_new(&setup, &t, &why), OK);
    return t;
}

static void counts_failed_handshakes(void **state)
{
    struct tls_context *t = context();

    (void)state;
    open_with(&(struct server_setup){.tls = t});
    visitor_say(&v, GET("/hello"));
    assert_true(visitor_hears_end(&v));
    assert_int_equal(visitor_count(&v, "HTTP"), 0);
    wait_for(CLOSE_HANDSHAKE);
    assert_int_equal(counts().handshake_failures, 1);
    close_both();
    tls_context_free(&t);
}

static void gives_up_on_a_handshake_that_does_not_come(void **state)
{
    struct tls_context *t = context();

    (void)state;
    open_with(&(struct server_setup){.tls = t, .handshake_ms = 30});
    assert_true(visitor_hears_end(&v));
    wait_for(CLOSE_HANDSHAKE_TIME);
    close_both();
    tls_context_free(&t);
}

/* --- the table */

static void names_each_end_once(void **state)
{
    (void)state;
    for (unsigned a = 0; a < CLOSE_COUNT; a++) {
        assert_true(strlen(close_row(a)->text) > 0);
        for (unsigned b = 0; b < a; b++) {
            assert_string_not_equal(close_row(a)->code, close_row(b)->code);
        }
    }
    assert_ptr_equal(close_row(CLOSE_COUNT), close_row(CLOSE_STOP));
}

static int setup(void **state)
{
    (void)state;
    pki_open(&pki);
    return loop_new(&loop) == OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    loop_free(&loop);
    pki_close(&pki);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_a_client_that_leaves_between_requests),
        cmocka_unit_test(ends_after_an_answer_when_the_client_asked_to),
        cmocka_unit_test(ends_after_an_answer_when_the_handler_asked_to),
        cmocka_unit_test(still_answers_a_client_that_will_say_no_more),
        cmocka_unit_test(tells_the_handler_when_the_client_is_gone),
        cmocka_unit_test(tells_the_handler_of_a_client_that_leaves_in_mid_answer),
        cmocka_unit_test(breaks_an_answer_off_without_a_last_chunk),
        cmocka_unit_test(sends_nothing_for_an_abort_before_the_head),
        cmocka_unit_test(answers_408_to_a_head_that_does_not_come),
        cmocka_unit_test(closes_an_idle_connection_without_a_word),
        cmocka_unit_test(answers_503_when_the_handler_takes_too_long),
        cmocka_unit_test(breaks_an_answer_off_at_its_deadline),
        cmocka_unit_test(gives_up_on_a_client_that_takes_nothing),
        cmocka_unit_test(gives_up_on_a_body_that_does_not_come),
        cmocka_unit_test(does_not_count_the_handlers_time_as_a_stall),
        cmocka_unit_test(drains_idle_connections_now_and_busy_ones_later),
        cmocka_unit_test(aborts_what_is_left_when_the_drain_takes_too_long),
        cmocka_unit_test(drains_at_once_when_there_is_nobody),
        cmocka_unit_test(may_be_freed_when_it_is_drained),
        cmocka_unit_test(tells_handlers_when_it_is_freed),
        cmocka_unit_test(lets_the_next_client_wait_while_all_places_are_taken),
        cmocka_unit_test(counts_failed_handshakes),
        cmocka_unit_test(gives_up_on_a_handshake_that_does_not_come),
        cmocka_unit_test(names_each_end_once),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
