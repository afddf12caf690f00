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

/*
 * Always called from the loop, never from inside a stream_ function. The owner
 * may close or abort the stream inside.
 */
struct stream_events {
    void (*ready)(void *ctx, bool readable, bool writable); /* try again what you wanted */
    void *ctx;
};

/* What a TLS handshake established. Spans live as long as the stream. */
struct stream_peer {
    struct span address;            /* "127.0.0.1:4711", "[::1]:4711" or "unix" */
    struct span tls_version;        /* "TLSv1.3", empty when plain */
    bool has_certificate;           /* one that chains to the client CA (server side) */
    uint8_t certificate_sha256[32]; /* of the DER (RFC 8705 3.1) */
    bool has_uid;                   /* unix sockets: SO_PEERCRED of the other side (SAFETY A6) */
    uint32_t uid;
};

/* What a stream is made of; all borrowed, `tls` gets a reference of the stream's own. */
struct stream_setup {
    struct loop *loop;
    struct tls_context *tls; /* NULL: plain */
    /* Client side with TLS: what the certificate must be for, a DNS name or a numeric address.
     * NULL otherwise. */
    const char *server_name;
    struct stream_events events;
};

/*
 * Wraps a connected, non-blocking descriptor, which the stream owns from then
 * on, also on failure. ERR_MEMORY, ERR_CRYPTO, ERR_IO; ERR_INPUT: a client context
 * without server_name, or a server context with one.
 */
enum err stream_new(const struct stream_setup *setup, int fd, struct stream **out) MUST_CHECK;

/*
 * Starts connecting to "unix:/path" or "host:port" with a numeric host; ready()
 * says when to call stream_handshake(), whose STEP_ERR is also a refused connection.
 * Errors as stream_new(), and ERR_INPUT (address), ERR_IO (refused at once).
 */
enum err stream_connect(const struct stream_setup *setup, const char *address,
                        struct stream **out) MUST_CHECK;

/* Closes without notice (a broken answer ends like this: no close_notify). NULL is accepted. */
void stream_abort(struct stream **s);

/* Sends close_notify if it can at once, then closes. NULL is accepted. */
void stream_close(struct stream **s);

/*
 * STEP_DONE: connected and handshake complete. STEP_MORE: call again when ready()
 * says so; until STEP_DONE the stream itself chooses what it waits for and
 * stream_want() has no effect yet. STEP_ERR: dead.
 */
enum step stream_handshake(struct stream *s);

/* STEP_DONE with *got > 0, or *got == 0 at an orderly end; STEP_MORE; STEP_ERR (also a TLS
 * stream that ended without close_notify). */
enum step stream_read(struct stream *s, uint8_t *into, size_t cap, size_t *got);

/* STEP_DONE with 0 < *sent <= bytes.len; STEP_MORE with *sent == 0; STEP_ERR. After STEP_MORE
 * the next write must start with the same bytes (it may have more behind them). */
enum step stream_write(struct stream *s, struct span bytes, size_t *sent);

/* The one place where wanted events are set; TLS may ask the kernel for the other one inside.
 * Cheap when nothing changes. */
void stream_want(struct stream *s, bool read, bool write);

/* True if bytes already received wait inside; while reading is wanted, ready() is called for
 * them without the kernel. */
bool stream_has_pending(const struct stream *s);

/*
 * Lingering close, first half: close_notify, then the sending side is shut (FIN).
 * From then on only stream_discard(), stream_want(s, true, false) and the two
 * closing calls may be used. STEP_DONE or STEP_ERR.
 */
enum step stream_shut(struct stream *s);

/* Second half: takes what the peer still sends and drops it unread. STEP_DONE: the peer ended;
 * STEP_MORE; STEP_ERR. *dropped counts the bytes of this call, at most 64 KiB. */
enum step stream_discard(struct stream *s, size_t *dropped);

const struct stream_peer *stream_peer(const struct stream *s);

#endif
