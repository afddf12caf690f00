/* SPDX-License-Identifier: Apache-2.0 */
/* Streams between two of our own ends over a socket pair: plain and TLS. */
#include "base/clock.h"
#include "base/mem.h"
#include "net/stream.h"
#include "net/tls.h"
#include "tests/support/pki.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { LARGE = 3 * 1024 * 1024 };

/* One side of a conversation. Each wish is a member; on_ready() works them off. */
struct end {
    struct stream *stream;
    enum step shaken;
    bool reads;
    size_t cap;     /* of one read */
    size_t to_send; /* bytes of `pattern` still to go */
    size_t sent;
    size_t received;
    bool intact; /* all received bytes were the pattern's */
    bool ended;  /* orderly */
    bool failed;
    unsigned readies;
};

static struct loop *loop;
static struct pki pki;
static uint8_t pattern[LARGE];

static void step_read(struct end *e)
{
    uint8_t piece[16384];
    size_t got = 0;
    enum step step = stream_read(e->stream, piece, e->cap, &got);

    if (step == STEP_DONE && got == 0) {
        e->ended = true;
        e->reads = false;
    } else if (step == STEP_DONE) {
        e->intact = e->intact && memcmp(piece, pattern + e->received, got) == 0;
        e->received += got;
    } else if (step == STEP_ERR) {
        e->failed = true;
        e->reads = false;
    }
}

static void step_write(struct end *e)
{
    size_t sent = 0;
    enum step step = STEP_DONE;

    while (step == STEP_DONE && e->to_send > 0) {
        step = stream_write(e->stream, span_of(pattern + e->sent, e->to_send), &sent);
        e->sent += sent;
        e->to_send -= sent;
    }
    if (step == STEP_ERR) {
        e->failed = true;
        e->to_send = 0;
    }
}

static void on_ready(void *ctx, bool readable, bool writable)
{
    struct end *e = ctx;

    e->readies++;
    if (e->shaken == STEP_MORE) {
        e->shaken = stream_handshake(e->stream);
        e->failed = e->shaken == STEP_ERR;
        readable = writable = e->shaken == STEP_DONE;
    }
    if (readable && e->reads) {
        step_read(e);
    }
    if (writable && e->to_send > 0) {
        step_write(e);
    }
    if (e->shaken == STEP_DONE && e->stream != NULL) {
        stream_want(e->stream, e->reads, e->to_send > 0);
    }
}

static struct stream_setup setup_of(struct end *e, struct tls_context *tls, const char *name)
{
    *e = (struct end){.shaken = STEP_MORE, .reads = true, .cap = 16384, .intact = true};
    return (struct stream_setup){loop, tls, name, {on_ready, e}};
}

static void open_end(struct end *e, int fd, struct tls_context *tls, const char *name)
{
    struct stream_setup setup = setup_of(e, tls, name);

    assert_int_equal(stream_new(&setup, fd, &e->stream), OK);
    e->shaken = stream_handshake(e->stream);
    e->failed = e->shaken == STEP_ERR;
    if (e->shaken == STEP_DONE) {
        stream_want(e->stream, true, false);
    }
}

static void pair_of(int fds[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
}

static bool is_settled(const struct end *e)
{
    return e->shaken != STEP_MORE;
}

/* Turns the loop until the condition holds; fails the test after ten seconds. */
#define TURN_UNTIL(condition)                                                                      \
    do {                                                                                           \
        int64_t give_up = clock_mono_ms() + 10000;                                                 \
        while (!(condition) && clock_mono_ms() < give_up) {                                        \
            loop_turn(loop, 50);                                                                   \
        }                                                                                          \
        assert_true(condition);                                                                    \
    } while (0)

static void send_pattern(struct end *e, size_t bytes)
{
    e->to_send = bytes;
    stream_want(e->stream, e->reads, true);
}

static struct tls_context *server_context(const char *client_ca, bool require)
{
    struct tls_server_setup setup = {pki.server_certificate, pki.server_key, client_ca, require};
    struct tls_context *t = NULL;
    const char *why = NULL;

    assert_int_equal(tls_server_new(&setup, &t, &why), OK);
    return t;
}

static struct tls_context *client_context(const char *ca)
{
    struct tls_context *t = NULL;
    const char *why = NULL;

    assert_int_equal(tls_client_new(ca, &t, &why), OK);
    return t;
}

/* Two ends that talk TLS and are through with the handshake. */
static void open_pair(struct end *a, struct end *b, bool tls)
{
    struct tls_context *server = tls ? server_context(NULL, false) : NULL;
    struct tls_context *client = tls ? client_context(pki.ca) : NULL;
    int fds[2];

    pair_of(fds);
    open_end(a, fds[0], client, tls ? "localhost" : NULL);
    open_end(b, fds[1], server, NULL);
    tls_context_free(&server); /* streams keep what they need */
    tls_context_free(&client);
    TURN_UNTIL(is_settled(a) && is_settled(b));
    assert_int_equal(a->shaken, STEP_DONE);
    assert_int_equal(b->shaken, STEP_DONE);
}

static void close_pair(struct end *a, struct end *b)
{
    stream_abort(&a->stream);
    stream_abort(&b->stream);
}

static void carry_both_ways(bool tls)
{
    struct end a;
    struct end b;

    open_pair(&a, &b, tls);
    send_pattern(&a, LARGE);
    send_pattern(&b, LARGE);
    TURN_UNTIL(a.received == LARGE && b.received == LARGE);
    assert_true(a.intact && b.intact);
    assert_false(a.failed || b.failed);
    close_pair(&a, &b);
}

static void carries_bytes_both_ways_plain(void **state)
{
    (void)state;
    carry_both_ways(false);
}

static void carries_bytes_both_ways_over_tls(void **state)
{
    (void)state;
    carry_both_ways(true);
}

static void says_what_the_handshake_established(void **state)
{
    struct end a;
    struct end b;

    (void)state;
    open_pair(&a, &b, true);
    assert_true(span_eq_str(stream_peer(b.stream)->tls_version, "TLSv1.3"));
    assert_true(span_eq_str(stream_peer(b.stream)->address, "unix"));
    assert_true(stream_peer(b.stream)->has_uid);
    assert_int_equal(stream_peer(b.stream)->uid, getuid());
    assert_false(stream_peer(b.stream)->has_certificate);
    close_pair(&a, &b);
}

/* One record read in small bites: the kernel has nothing more to say, ready() must still come. */
static void calls_ready_for_bytes_that_wait_inside(void **state)
{
    struct end a;
    struct end b;

    (void)state;
    open_pair(&a, &b, true);
    b.cap = 100;
    send_pattern(&a, 10000);
    TURN_UNTIL(b.received == 10000);
    assert_true(b.readies >= 100);
    assert_false(stream_has_pending(b.stream));
    close_pair(&a, &b);
}

static void keeps_pending_bytes_while_reading_is_not_wanted(void **state)
{
    struct end a;
    struct end b;

    (void)state;
    open_pair(&a, &b, true);
    b.cap = 100;
    send_pattern(&a, 1000);
    TURN_UNTIL(b.received >= 100);
    b.reads = false;
    stream_want(b.stream, false, false);
    size_t had = b.received;

    for (unsigned i = 0; i < 5; i++) {
        loop_turn(loop, 5);
    }
    assert_int_equal(b.received, had);
    b.reads = true;
    stream_want(b.stream, true, false);
    TURN_UNTIL(b.received == 1000);
    close_pair(&a, &b);
}

/* --- ends */

static void end_with(bool tls, void (*end)(struct stream **), bool orderly)
{
    struct end a;
    struct end b;

    open_pair(&a, &b, tls);
    send_pattern(&a, 1000);
    TURN_UNTIL(b.received == 1000);
    end(&a.stream);
    assert_null(a.stream);
    TURN_UNTIL(b.ended || b.failed);
    assert_int_equal(b.ended, orderly);
    stream_abort(&b.stream);
}

static void tells_an_orderly_end(void **state)
{
    (void)state;
    end_with(false, stream_close, true);
    end_with(true, stream_close, true);
}

static void takes_tls_without_close_notify_for_an_error(void **state)
{
    (void)state;
    end_with(true, stream_abort, false);
}

static void lets_the_peer_take_an_answer_in_before_it_closes(void **state)
{
    struct end a;
    struct end b;
    size_t dropped = 0;

    (void)state;
    open_pair(&a, &b, true);
    send_pattern(&a, 5000);
    send_pattern(&b, 5000);
    TURN_UNTIL(a.received == 5000 && b.sent == 5000);
    assert_int_equal(stream_shut(b.stream), STEP_DONE);
    TURN_UNTIL(a.ended);
    assert_int_equal(stream_discard(b.stream, &dropped), STEP_MORE);
    stream_close(&a.stream);
    assert_int_equal(stream_discard(b.stream, &dropped), STEP_DONE);
    stream_close(&b.stream);
}

/* --- who is who */

static void handshake_of(struct end *a, struct end *b, struct tls_context *client, const char *name,
                         struct tls_context *server)
{
    int fds[2];

    pair_of(fds);
    open_end(a, fds[0], client, name);
    open_end(b, fds[1], server, NULL);
    TURN_UNTIL(is_settled(a) && (is_settled(b) || a->shaken == STEP_ERR));
    close_pair(a, b);
}

static void assert_name(const char *ca, const char *name, enum step want)
{
    struct tls_context *client = client_context(ca);
    struct tls_context *server = server_context(NULL, false);
    struct end a;
    struct end b;

    handshake_of(&a, &b, client, name, server);
    assert_int_equal(a.shaken, want);
    tls_context_free(&client);
    tls_context_free(&server);
}

static void verifies_the_name_of_the_server(void **state)
{
    (void)state;
    assert_name(pki.ca, "localhost", STEP_DONE);
    assert_name(pki.ca, "127.0.0.1", STEP_DONE);
    assert_name(pki.ca, "example.org", STEP_ERR);
    assert_name(pki.ca, "127.0.0.2", STEP_ERR);
    assert_name(pki.ca, "::1", STEP_ERR);
}

static void refuses_a_server_of_another_ca(void **state)
{
    (void)state;
    assert_name(pki.other_ca, "localhost", STEP_ERR);
}

static void refuses_a_client_without_a_name_to_verify(void **state)
{
    struct tls_context *client = client_context(pki.ca);
    struct tls_context *server = server_context(NULL, false);
    struct end e;
    int fds[2];

    (void)state;
    pair_of(fds);
    struct stream_setup setup = setup_of(&e, client, NULL);

    assert_int_equal(stream_new(&setup, fds[0], &e.stream), ERR_INPUT);
    setup = setup_of(&e, client, "");
    assert_int_equal(stream_new(&setup, dup(fds[1]), &e.stream), ERR_INPUT);
    setup = setup_of(&e, server, "localhost");
    assert_int_equal(stream_new(&setup, fds[1], &e.stream), ERR_INPUT);
    assert_null(e.stream);
    tls_context_free(&client);
    tls_context_free(&server);
}

/* --- connecting */

static void connects_to_a_unix_path(void **state)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char address[128];
    struct end a;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)state;
    (void)snprintf(at.sun_path, sizeof(at.sun_path), "%s/socket", pki.folder.path);
    (void)snprintf(address, sizeof(address), "unix:%s", at.sun_path);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(fd, 1), 0);
    struct stream_setup setup = setup_of(&a, NULL, NULL);

    assert_int_equal(stream_connect(&setup, address, &a.stream), OK);
    TURN_UNTIL(is_settled(&a));
    assert_int_equal(a.shaken, STEP_DONE);
    stream_close(&a.stream);
    (void)close(fd);
    (void)unlink(at.sun_path);
}

static void tells_of_a_refused_connection(void **state)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof(at);
    char address[64];
    struct end a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    (void)state;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", ntohs(at.sin_port));
    struct stream_setup setup = setup_of(&a, NULL, NULL);

    assert_int_equal(stream_connect(&setup, address, &a.stream), OK); /* bound, nobody listens */
    TURN_UNTIL(is_settled(&a));
    assert_int_equal(a.shaken, STEP_ERR);
    stream_abort(&a.stream);
    (void)close(fd);
    assert_int_equal(stream_connect(&setup, "unix:/nonexistent/socket", &a.stream), ERR_IO);
    assert_int_equal(stream_connect(&setup, "localhost:80", &a.stream), ERR_INPUT);
    assert_null(a.stream);
}

/* --- memory */

static void survives_every_failing_allocation(void **state)
{
    struct tls_context *server = server_context(NULL, false);
    enum err e = ERR_MEMORY;

    (void)state;
    for (unsigned n = 1; e != OK; n++) {
        struct end a;
        int fds[2];

        assert_true(n < 20);
        pair_of(fds);
        struct stream_setup setup = setup_of(&a, server, NULL);

        mem_fail_at(n);
        e = stream_new(&setup, fds[0], &a.stream);
        mem_fail_at(0);
        assert_true(e == OK || e == ERR_MEMORY);
        stream_abort(&a.stream);
        (void)close(fds[1]);
    }
    tls_context_free(&server);
}

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(pattern); i++) {
        pattern[i] = (uint8_t)(i * 31 + i / 251);
    }
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
        cmocka_unit_test(carries_bytes_both_ways_plain),
        cmocka_unit_test(carries_bytes_both_ways_over_tls),
        cmocka_unit_test(says_what_the_handshake_established),
        cmocka_unit_test(calls_ready_for_bytes_that_wait_inside),
        cmocka_unit_test(keeps_pending_bytes_while_reading_is_not_wanted),
        cmocka_unit_test(tells_an_orderly_end),
        cmocka_unit_test(takes_tls_without_close_notify_for_an_error),
        cmocka_unit_test(lets_the_peer_take_an_answer_in_before_it_closes),
        cmocka_unit_test(verifies_the_name_of_the_server),
        cmocka_unit_test(refuses_a_server_of_another_ca),
        cmocka_unit_test(refuses_a_client_without_a_name_to_verify),
        cmocka_unit_test(connects_to_a_unix_path),
        cmocka_unit_test(tells_of_a_refused_connection),
        cmocka_unit_test(survives_every_failing_allocation),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
