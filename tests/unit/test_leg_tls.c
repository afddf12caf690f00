/* SPDX-License-Identifier: Apache-2.0 */
/* Legs over TLS: ends with and without close_notify, names, silent handshakes, reuse. */
#include "net/tls.h"
#include "tests/support/legs.h"
#include "tests/support/tls_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>

#include <cmocka.h>

static struct tls_kit kit;

struct play {
    const char *answer;
    bool notify;
};

static void answer_over_tls(struct stage *s)
{
    const struct play *p = s->prop;
    int c = stage_accept(s);
    void *tls = tls_kit_accept(s, &kit, c);

    tls_kit_hear(s, tls);
    tls_kit_say(s, tls, span_str(p->answer));
    tls_kit_end(tls, c, p->notify);
}

static void run(void (*script)(struct stage *s), const void *prop, struct pool_setup setup,
                struct watch *w)
{
    struct scene sc;
    const char *why = NULL;

    assert_int_equal(tls_client_new(kit.certificate, &setup.tls, &why), OK);
    open_with(&sc, script, prop, setup);
    run_leg(&sc, w);
    assert_int_equal(counts_of(&sc).retried, 0);
    close_scene(&sc);
    tls_context_free(&setup.tls);
}

static void hands_on_an_answer_over_tls(void **state)
{
    static const struct play play = {GOOD, true};
    struct watch w = {0};

    (void)state;
    run(answer_over_tls, &play, (struct pool_setup){0}, &w);
    assert_int_equal(w.failed, OK);
    assert_true(span_eq_str(buf_span(&w.body), "{}"));
    buf_fini(&w.body);
}

static void takes_an_end_without_close_notify_for_truncation(void **state)
{
    static const struct play plays[] = {
        {"", false},
        {"", true},
        {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n{}", false},
        {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n{}", true},
        {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: "
         "chunked\r\n\r\n2\r\n{}\r\n",
         false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(plays) / sizeof(plays[0]); i++) {
        struct watch w = {0};

        run(answer_over_tls, &plays[i], (struct pool_setup){0}, &w);
        assert_int_equal(w.failed, ERR_UP_TRUNCATED);
        buf_fini(&w.body);
    }
}

static void refuse_handshake(struct stage *s)
{
    int c = stage_accept(s);
    void *tls = tls_kit_accept(s, &kit, c);

    s->spoiled = tls == NULL ? 0 : __LINE__; /* the client must not like the name */
    tls_kit_end(tls, c, false);
}

static void refuses_a_certificate_for_another_name(void **state)
{
    struct watch w = {0};

    (void)state;
    run(refuse_handshake, NULL, (struct pool_setup){.server_name = "other.test"}, &w);
    assert_int_equal(w.failed, ERR_UP_CONNECT);
    buf_fini(&w.body);
}

static void accept_in_silence(struct stage *s)
{
    int c = stage_accept(s);
    char hello[4096];

    while (recv(c, hello, sizeof(hello), 0) > 0) {
    }
    stage_hang_up(c);
}

static void gives_up_on_a_handshake_that_does_not_come(void **state)
{
    struct watch w = {0};

    (void)state;
    run(accept_in_silence, NULL, (struct pool_setup){.connect_ms = 20}, &w);
    assert_int_equal(w.failed, ERR_UP_TIMEOUT);
    buf_fini(&w.body);
}

static void answer_thrice(struct stage *s)
{
    int c = stage_accept(s);
    void *tls = tls_kit_accept(s, &kit, c);

    for (int i = 0; i < 3; i++) {
        tls_kit_hear(s, tls);
        tls_kit_say(s, tls, SPAN(GOOD));
    }
    tls_kit_end(tls, c, true);
}

/* Session tickets arrive on a connection that may be idle by then: they are not poison. */
static void uses_a_tls_connection_again(void **state)
{
    struct watch w = {0};
    struct scene sc;
    struct pool_setup setup = {0};
    const char *why = NULL;

    (void)state;
    assert_int_equal(tls_client_new(kit.certificate, &setup.tls, &why), OK);
    open_with(&sc, answer_thrice, NULL, setup);
    for (int i = 0; i < 3; i++) {
        expect_good(&sc, &w);
        loop_turn(sc.loop, 0);
    }
    assert_int_equal(counts_of(&sc).reused, 2);
    assert_int_equal(counts_of(&sc).poisoned, 0);
    buf_fini(&w.body);
    close_scene(&sc);
    tls_context_free(&setup.tls);
}

static int set_up(void **state)
{
    (void)state;
    tls_kit_open(&kit, "source.test");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tls_kit_close(&kit);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_on_an_answer_over_tls),
        cmocka_unit_test(takes_an_end_without_close_notify_for_truncation),
        cmocka_unit_test(refuses_a_certificate_for_another_name),
        cmocka_unit_test(gives_up_on_a_handshake_that_does_not_come),
        cmocka_unit_test(uses_a_tls_connection_again),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
