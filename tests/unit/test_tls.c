/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS settings: files that are refused, and what a raw OpenSSL client can and
 * cannot talk our server's side into.
 */
#include "base/clock.h"
#include "net/stream.h"
#include "net/tls.h"
#include "tests/support/pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

static struct loop *loop;
static struct pki pki;

/* --- files */

static enum err try_server(const char *certificate, const char *key, const char *ca, bool require,
                           const char **why)
{
    struct tls_server_setup setup = {certificate, key, ca, require};
    struct tls_context *t = NULL;
    enum err e = tls_server_new(&setup, &t, why);

    assert_int_equal(e == OK, t != NULL);
    tls_context_free(&t);
    return e;
}

static void assert_refused(const char *certificate, const char *key, const char *words)
{
    const char *why = NULL;

    assert_int_equal(try_server(certificate, key, NULL, false, &why), ERR_INPUT);
    if (strstr(why, words) == NULL) {
        fail_msg("'%s' lacks '%s'", why, words);
    }
}

static void refuses_a_key_that_others_may_read(void **state)
{
    static const mode_t MODES[] = {0640, 0604, 0620, 0601, 0666};
    const char *why = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++) {
        assert_int_equal(chmod(pki.server_key, MODES[i]), 0);
        assert_refused(pki.server_certificate, pki.server_key, "group or others");
    }
    assert_int_equal(chmod(pki.server_key, 0400), 0);
    assert_int_equal(try_server(pki.server_certificate, pki.server_key, NULL, false, &why), OK);
    assert_int_equal(chmod(pki.server_key, 0600), 0);
}

static void refuses_files_that_are_not_what_they_should_be(void **state)
{
    (void)state;
    assert_refused(pki.server_certificate, pki.client_key, "not the certificate's");
    assert_refused(pki.server_certificate, pki.locked_key, "passphrase");
    assert_refused(pki.server_certificate, "/nonexistent", "cannot be opened");
    assert_refused(pki.server_certificate, pki.folder.path, "not a regular file");
    assert_refused(pki.server_certificate, "/dev/null", "not a regular file");
    assert_refused("/nonexistent", pki.server_key, "certificate file");
    assert_refused(pki.server_key, pki.server_key, "certificate file");
}

static void refuses_a_client_ca_that_is_none(void **state)
{
    struct tls_context *t = NULL;
    const char *why = NULL;

    (void)state;
    assert_int_equal(
        try_server(pki.server_certificate, pki.server_key, pki.server_key, false, &why), ERR_INPUT);
    assert_int_equal(try_server(pki.server_certificate, pki.server_key, NULL, true, &why),
                     ERR_INPUT);
    assert_int_equal(tls_client_new("/nonexistent", &t, &why), ERR_INPUT);
    assert_int_equal(tls_client_new(pki.server_key, &t, &why), ERR_INPUT);
    assert_null(t);
}

/* --- a raw client against our server's side */

struct meeting {
    struct tls_context *context;
    struct stream *server;
    enum step shaken;
    bool heard_end;
    bool heard_error;
    SSL_CTX *ctx;
    SSL *client;
    int client_fd;
    bool client_done;
    bool client_failed;
};

static void on_ready(void *ctx, bool readable, bool writable)
{
    struct meeting *m = ctx;
    uint8_t bytes[4096];
    size_t got = 0;

    (void)writable;
    if (m->shaken == STEP_MORE) {
        m->shaken = stream_handshake(m->server);
    } else if (readable) {
        enum step step = stream_read(m->server, bytes, sizeof(bytes), &got);

        m->heard_end = m->heard_end || (step == STEP_DONE && got == 0);
        m->heard_error = m->heard_error || step == STEP_ERR;
    }
    bool over = m->shaken == STEP_ERR || m->heard_end || m->heard_error;

    if (m->shaken == STEP_DONE || over) {
        stream_want(m->server, !over, false);
    }
}

/* The server's side is set up; the client's SSL_CTX is the test's to shape before talk(). */
static void meet(struct meeting *m, const char *client_ca, bool require)
{
    struct tls_server_setup setup = {pki.server_certificate, pki.server_key, client_ca, require};
    const char *why = NULL;

    *m = (struct meeting){.shaken = STEP_MORE};
    assert_int_equal(tls_server_new(&setup, &m->context, &why), OK);
    m->ctx = SSL_CTX_new(TLS_client_method());
    assert_non_null(m->ctx);
    SSL_CTX_set_security_level(m->ctx, 0); /* this client may ask for anything */
}

static void advance_client(struct meeting *m)
{
    ERR_clear_error();
    int result = SSL_do_handshake(m->client);
    int why = SSL_get_error(m->client, result);

    m->client_done = result == 1;
    m->client_failed = result != 1 && why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE;
}

static void talk(struct meeting *m, SSL_SESSION *session)
{
    struct stream_setup setup = {loop, m->context, NULL, {on_ready, m}};
    int64_t give_up = clock_mono_ms() + 10000;
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    assert_int_equal(stream_new(&setup, fds[0], &m->server), OK);
    m->client_fd = fds[1];
    m->client = SSL_new(m->ctx);
    assert_int_equal(SSL_set_fd(m->client, fds[1]), 1);
    SSL_set_connect_state(m->client);
    if (session != NULL) {
        assert_int_equal(SSL_set_session(m->client, session), 1);
    }
    while ((m->shaken == STEP_MORE || !(m->client_done || m->client_failed)) &&
           clock_mono_ms() < give_up) {
        if (!m->client_done && !m->client_failed) {
            advance_client(m);
        }
        loop_turn(loop, 5);
    }
    assert_int_not_equal(m->shaken, STEP_MORE);
}

static void hang_up(struct meeting *m)
{
    stream_abort(&m->server);
    SSL_set_shutdown(m->client, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); /* keeps its session */
    SSL_free(m->client);
    (void)close(m->client_fd);
}

static void part(struct meeting *m)
{
    hang_up(m);
    SSL_CTX_free(m->ctx);
    tls_context_free(&m->context);
}

static void assert_talk(struct meeting *m, enum step want)
{
    talk(m, NULL);
    assert_int_equal(m->shaken, want);
    part(m);
}

static void speaks_tls_12_and_13_and_nothing_older(void **state)
{
    static const struct {
        int version;
        enum step want;
    } ALL[] = {
        {TLS1_VERSION, STEP_ERR},
        {TLS1_1_VERSION, STEP_ERR},
        {TLS1_2_VERSION, STEP_DONE},
        {TLS1_3_VERSION, STEP_DONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(ALL) / sizeof(ALL[0]); i++) {
        struct meeting m;

        meet(&m, NULL, false);
        SSL_CTX_set_min_proto_version(m.ctx, ALL[i].version);
        SSL_CTX_set_max_proto_version(m.ctx, ALL[i].version);
        assert_talk(&m, ALL[i].want);
    }
}

static void speaks_aead_suites_with_forward_secrecy_only(void **state)
{
    static const struct {
        const char *suites;
        enum step want;
    } ALL[] = {
        {"ECDHE-ECDSA-AES128-GCM-SHA256", STEP_DONE},
        {"ECDHE-ECDSA-CHACHA20-POLY1305", STEP_DONE},
        {"ECDHE-ECDSA-AES128-SHA256", STEP_ERR},
        {"ECDHE-ECDSA-AES128-SHA", STEP_ERR},
        {"AES128-GCM-SHA256", STEP_ERR},
        {"ECDHE-ECDSA-NULL-SHA", STEP_ERR},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(ALL) / sizeof(ALL[0]); i++) {
        struct meeting m;

        meet(&m, NULL, false);
        SSL_CTX_set_max_proto_version(m.ctx, TLS1_2_VERSION);
        assert_int_equal(SSL_CTX_set_cipher_list(m.ctx, ALL[i].suites), 1);
        assert_talk(&m, ALL[i].want);
    }
}

static void assert_alpn(const unsigned char *offer, unsigned len, enum step want)
{
    struct meeting m;

    meet(&m, NULL, false);
    assert_int_equal(SSL_CTX_set_alpn_protos(m.ctx, offer, len), 0);
    assert_talk(&m, want);
}

static void speaks_http_11_to_those_who_choose(void **state)
{
    static const unsigned char BOTH[] = "\x02h2\x08http/1.1";
    static const unsigned char H2[] = "\x02h2";
    struct meeting m;

    (void)state;
    assert_alpn(H2, sizeof(H2) - 1, STEP_ERR);
    assert_alpn(BOTH, sizeof(BOTH) - 1, STEP_DONE);
    meet(&m, NULL, false);
    assert_talk(&m, STEP_DONE); /* no offer at all */
}

static void does_not_renegotiate(void **state)
{
    struct meeting m;
    char byte = 0;

    (void)state;
    meet(&m, NULL, false);
    SSL_CTX_set_max_proto_version(m.ctx, TLS1_2_VERSION);
    talk(&m, NULL);
    assert_int_equal(m.shaken, STEP_DONE);
    (void)SSL_renegotiate(m.client);
    bool refused = false;

    for (unsigned i = 0; i < 200 && !refused; i++) {
        ERR_clear_error();
        int result = SSL_do_handshake(m.client);

        refused = result != 1 && SSL_get_error(m.client, result) == SSL_ERROR_SSL;
        assert_false(result == 1 && SSL_renegotiate_pending(m.client) == 0);
        (void)SSL_peek(m.client, &byte, 1);
        loop_turn(loop, 5);
    }
    assert_true(refused);
    part(&m);
}

/* --- client certificates */

static void show_certificate(struct meeting *m, const char *certificate, const char *key)
{
    assert_int_equal(SSL_CTX_use_certificate_file(m->ctx, certificate, SSL_FILETYPE_PEM), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey_file(m->ctx, key, SSL_FILETYPE_PEM), 1);
}

static void knows_a_client_by_its_certificate(void **state)
{
    struct meeting m;

    (void)state;
    meet(&m, pki.ca, true);
    show_certificate(&m, pki.client_certificate, pki.client_key);
    talk(&m, NULL);
    assert_int_equal(m.shaken, STEP_DONE);
    assert_true(stream_peer(m.server)->has_certificate);
    assert_memory_equal(stream_peer(m.server)->certificate_sha256, pki.client_sha256, 32);
    part(&m);
}

static void lets_a_client_without_certificate_in_only_where_none_is_required(void **state)
{
    struct meeting m;

    (void)state;
    meet(&m, pki.ca, true);
    assert_talk(&m, STEP_ERR);
    meet(&m, pki.ca, false);
    talk(&m, NULL);
    assert_int_equal(m.shaken, STEP_DONE);
    assert_false(stream_peer(m.server)->has_certificate);
    part(&m);
}

static void refuses_certificates_of_others(void **state)
{
    struct meeting m;

    (void)state;
    meet(&m, pki.ca, false); /* also where none is required: a bad one is not "none" */
    show_certificate(&m, pki.other_certificate, pki.other_key);
    assert_talk(&m, STEP_ERR);
    meet(&m, pki.ca, true); /* of the right CA, for another use */
    show_certificate(&m, pki.server_certificate, pki.server_key);
    assert_talk(&m, STEP_ERR);
}

static SSL_SESSION *kept;

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    SSL_SESSION_free(kept);
    kept = session;
    return 1;
}

/* Talks twice with the session of the first; true if the second was resumed. */
static bool resumes(const char *client_ca, int version)
{
    struct meeting m;
    char byte = 0;

    meet(&m, client_ca, false);
    SSL_CTX_set_max_proto_version(m.ctx, version);
    SSL_CTX_set_session_cache_mode(m.ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(m.ctx, keep_session);
    show_certificate(&m, pki.client_certificate, pki.client_key);
    talk(&m, NULL);
    assert_int_equal(m.shaken, STEP_DONE);
    for (unsigned i = 0; i < 5; i++) {
        (void)SSL_read(m.client, &byte, 1); /* tickets of TLS 1.3 come behind the handshake */
        loop_turn(loop, 5);
    }
    hang_up(&m);
    SSL_SESSION *session = kept;

    kept = NULL;
    m.shaken = STEP_MORE;
    m.client_done = m.client_failed = m.heard_end = m.heard_error = false;
    talk(&m, session);
    bool resumed = SSL_session_reused(m.client) == 1;

    assert_int_equal(m.shaken, STEP_DONE);
    SSL_SESSION_free(session);
    part(&m);
    SSL_SESSION_free(kept);
    kept = NULL;
    return resumed;
}

static void resumes_no_session_where_certificates_are_asked_for(void **state)
{
    (void)state;
    assert_true(resumes(NULL, TLS1_3_VERSION)); /* the test can tell the difference */
    assert_true(resumes(NULL, TLS1_2_VERSION));
    assert_false(resumes(pki.ca, TLS1_3_VERSION));
    assert_false(resumes(pki.ca, TLS1_2_VERSION));
}

/* --- ends */

static void tells_an_end_without_close_notify_from_an_orderly_one(void **state)
{
    (void)state;
    for (unsigned orderly = 0; orderly < 2; orderly++) {
        struct meeting m;
        int64_t give_up = clock_mono_ms() + 10000;

        meet(&m, NULL, false);
        talk(&m, NULL);
        if (orderly == 1) {
            (void)SSL_shutdown(m.client);
        }
        (void)shutdown(m.client_fd, SHUT_RDWR);
        while (!m.heard_end && !m.heard_error && clock_mono_ms() < give_up) {
            loop_turn(loop, 5);
        }
        assert_int_equal(m.heard_end, orderly == 1);
        assert_int_equal(m.heard_error, orderly == 0);
        part(&m);
    }
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
        cmocka_unit_test(refuses_a_key_that_others_may_read),
        cmocka_unit_test(refuses_files_that_are_not_what_they_should_be),
        cmocka_unit_test(refuses_a_client_ca_that_is_none),
        cmocka_unit_test(speaks_tls_12_and_13_and_nothing_older),
        cmocka_unit_test(speaks_aead_suites_with_forward_secrecy_only),
        cmocka_unit_test(speaks_http_11_to_those_who_choose),
        cmocka_unit_test(does_not_renegotiate),
        cmocka_unit_test(knows_a_client_by_its_certificate),
        cmocka_unit_test(lets_a_client_without_certificate_in_only_where_none_is_required),
        cmocka_unit_test(refuses_certificates_of_others),
        cmocka_unit_test(resumes_no_session_where_certificates_are_asked_for),
        cmocka_unit_test(tells_an_end_without_close_notify_from_an_orderly_one),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
