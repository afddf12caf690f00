/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "base/span.h"
#include "net/loop.h"

/*
 * A connected byte stream, plain or TLS behind one vtable, non-blocking. It
 * tells its owner when to try again; the owner says which of the two it wants.
 * Reads and writes never block, never buffer beyond one TLS record.
 */
struct stream;
struct tls_context;

struct stream_events {
    void (*ready)(void *ctx, bool readable, bool writable); /* try again what you wanted */
    void *ctx;
};

/* What a TLS handshake established. Spans live as long as the stream. */
struct stream_peer {
    struct span address;     /* "127.0.0.1:4711" or "unix" */
    struct span tls_version; /* "TLSv1.3", empty when plain */
    bool has_certificate;
    uint8_t certificate_sha256[32]; /* of the DER (RFC 8705 3.1) */
    bool has_uid;                   /* unix sockets: SO_PEERCRED of the other side (SAFETY A6) */
    uint32_t uid;
};

/*
 * Wraps a connected, non-blocking descriptor, which the stream owns from then
 * on, also on failure. `tls` NULL: plain. `server_name` is what a client
 * verifies the certificate against; NULL on the server side.
 * ERR_MEMORY, ERR_CRYPTO, ERR_IO.
 */
enum err stream_new(struct loop *l, int fd, struct tls_context *tls, const char *server_name,
                    const struct stream_events *events, struct stream **out) MUST_CHECK;

/* Closes without notice (a broken answer ends like this: no close_notify). */
void stream_abort(struct stream **s);

/* Sends close_notify if it can at once, then closes. */
void stream_close(struct stream **s);

/*
 * STEP_DONE: handshake complete (at once when plain). STEP_MORE: call again when
 * ready. STEP_ERR: dead.
 */
enum step stream_handshake(struct stream *s);

/* STEP_DONE with *got > 0, or *got == 0 at an orderly end; STEP_MORE; STEP_ERR (also a TLS
 * stream that ended without close_notify). */
enum step stream_read(struct stream *s, uint8_t *into, size_t cap, size_t *got);

/* STEP_DONE with 0 < *sent <= bytes.len; STEP_MORE with *sent == 0; STEP_ERR. */
enum step stream_write(struct stream *s, struct span bytes, size_t *sent);

/* The one place where wanted events are set; TLS may ask the kernel for the other one inside. */
void stream_want(struct stream *s, bool read, bool write);

/* True if bytes already decrypted wait inside; then ready() is called without the kernel. */
bool stream_has_pending(const struct stream *s);

const struct stream_peer *stream_peer(const struct stream *s);

/*
 * Starts connecting to "unix:/path" or "host:port" with a numeric host; ready()
 * says when to call stream_handshake(), whose STEP_ERR is also a refused connection.
 */
enum err stream_connect(struct loop *l, const char *address, struct tls_context *tls,
                        const char *server_name, const struct stream_events *events,
                        struct stream **out) MUST_CHECK;

/*
 * TLS settings: TLS 1.3 and 1.2, no renegotiation, no early data, ALPN
 * http/1.1 (RFC 7301), AEAD suites only. Shared by workers, reference counted.
 * Files are PEM. A key file readable by group or others is refused (ERR_INPUT
 * with `*why` set to a constant sentence).
 */
enum err tls_server_new(const char *certificate_file, const char *key_file,
                        const char *client_ca_file, bool require_client, struct tls_context **out,
                        const char **why) MUST_CHECK;
enum err tls_client_new(const char *ca_file, struct tls_context **out, const char **why) MUST_CHECK;
void tls_context_free(struct tls_context **t);

#endif
