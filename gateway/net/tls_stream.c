/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TLS kind of stream: OpenSSL on the descriptor itself. The error queue is
 * cleared before each call, because a leaked entry would be taken for this
 * stream's. After a fatal error no further record is sent. A stream that ends
 * without close_notify is an error, never an end.
 */
#include "net/stream_priv.h"
#include "net/tls_priv.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>

/* Maps the result of an SSL call; `needs` is set when the call waits for the kernel. */
static enum step judge(struct stream *s, int result, int *needs)
{
    switch (SSL_get_error(s->tls, result)) {
    case SSL_ERROR_WANT_READ:
        *needs = UV_READABLE;
        return STEP_MORE;
    case SSL_ERROR_WANT_WRITE:
        *needs = UV_WRITABLE;
        return STEP_MORE;
    default:
        s->broken = true;
        return STEP_ERR;
    }
}

static enum step note_certificate(struct stream *s)
{
    X509 *cert = SSL_is_server(s->tls) ? SSL_get1_peer_certificate(s->tls) : NULL;
    unsigned len = 0;

    if (cert == NULL) {
        return STEP_DONE;
    }
    bool good = SSL_get_verify_result(s->tls) == X509_V_OK &&
                X509_digest(cert, EVP_sha256(), s->peer.certificate_sha256, &len) == 1 &&
                len == sizeof(s->peer.certificate_sha256);

    X509_free(cert);
    s->peer.has_certificate = good;
    return good ? STEP_DONE : STEP_ERR;
}

static enum step tls_handshake(struct stream *s)
{
    int needs = UV_READABLE;

    ERR_clear_error();
    int result = SSL_do_handshake(s->tls);

    if (result != 1) {
        enum step step = judge(s, result, &needs);

        s->read_needs = needs;
        return step;
    }
    s->read_needs = UV_READABLE;
    s->peer.tls_version = span_str(SSL_get_version(s->tls));
    return note_certificate(s);
}

static bool tls_has_pending(const struct stream *s)
{
    return SSL_pending(s->tls) > 0 || (!s->read_blocked && SSL_has_pending(s->tls) == 1);
}

/* Fills `into` as far as what was received goes; an error behind bytes shows on the next call. */
static enum step tls_read(struct stream *s, uint8_t *into, size_t cap, size_t *got)
{
    size_t len = 0;

    ERR_clear_error();
    int result = SSL_read_ex(s->tls, into, cap, &len);

    if (result != 1 && SSL_get_error(s->tls, result) == SSL_ERROR_ZERO_RETURN) {
        *got = 0;
        return STEP_DONE;
    }
    if (result != 1) {
        enum step step = judge(s, result, &s->read_needs);

        s->read_blocked = step == STEP_MORE;
        return step;
    }
    s->read_needs = UV_READABLE;
    *got = len;
    while (*got < cap && tls_has_pending(s)) {
        ERR_clear_error();
        if (SSL_read_ex(s->tls, into + *got, cap - *got, &len) != 1) {
            s->read_blocked = SSL_get_error(s->tls, 0) == SSL_ERROR_WANT_READ;
            break;
        }
        *got += len;
    }
    return STEP_DONE;
}

static enum step tls_write(struct stream *s, struct span bytes, size_t *sent)
{
    ERR_clear_error();
    int result = SSL_write_ex(s->tls, bytes.ptr, bytes.len, sent);

    if (result != 1) {
        *sent = 0;
        return judge(s, result, &s->write_needs);
    }
    s->write_needs = UV_WRITABLE;
    return STEP_DONE;
}

static void tls_notify(struct stream *s)
{
    if (s->established && !s->broken) {
        ERR_clear_error();
        (void)SSL_shutdown(s->tls);
    }
}

static void tls_release(struct stream *s)
{
    SSL_free(s->tls);
    s->tls = NULL;
}

static const struct stream_kind TLS_KIND = {
    .handshake = tls_handshake,
    .read = tls_read,
    .write = tls_write,
    .has_pending = tls_has_pending,
    .notify = tls_notify,
    .release = tls_release,
};

/* The certificate must be for this name (RFC 6125; a numeric address by its IP entry). */
static bool expect_name(SSL *ssl, const char *name)
{
    struct in6_addr ip;
    bool numeric = inet_pton(AF_INET, name, &ip) == 1 || inet_pton(AF_INET6, name, &ip) == 1;

    if (numeric) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1;
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    char copy[256]; /* OpenSSL's macro takes the const off the name it only reads */
    int len = snprintf(copy, sizeof(copy), "%s", name);

    return len > 0 && (size_t)len < sizeof(copy) && SSL_set1_host(ssl, name) == 1 &&
           SSL_set_tlsext_host_name(ssl, copy) == 1;
}

enum err tls_stream_init(struct stream *s, struct tls_context *tls, const char *server_name)
{
    if (tls->is_client != (server_name != NULL && server_name[0] != '\0')) {
        return ERR_INPUT;
    }
    ERR_clear_error();
    SSL *ssl = SSL_new(tls->ctx);

    if (ssl == NULL || SSL_set_fd(ssl, s->fd) != 1 ||
        (tls->is_client && !expect_name(ssl, server_name))) {
        SSL_free(ssl);
        return ERR_CRYPTO;
    }
    if (tls->is_client) {
        SSL_set_connect_state(ssl);
    } else {
        SSL_set_accept_state(ssl);
    }
    s->tls = ssl;
    s->kind = &TLS_KIND;
    return OK;
}
