/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_HANDLER_H
#define SERVER_HANDLER_H

#include "http/head.h"
#include "http/target.h"
#include "net/loop.h"

/*
 * What stands behind a connection. One handler object serves one worker; it is
 * called on that worker's thread only.
 */
struct exchange_io; /* the server's side of one exchange */

struct request {
    const struct http_head *head;
    const struct target *target;
    struct span peer_address; /* for limits and logs */
    bool has_certificate;
    const uint8_t *certificate_sha256; /* 32 bytes when has_certificate */
    bool has_peer_uid;                 /* unix sockets only (SO_PEERCRED) */
    uint32_t peer_uid;
    bool is_head;        /* HEAD: answered as GET, the server drops the body */
    bool body_follows;   /* body() will be called; only if the server takes bodies */
    int64_t received_ms; /* wall clock */
};

struct response_head {
    unsigned status;
    const struct http_header *headers; /* without Date, Connection and framing: the server's */
    size_t header_count;
    bool has_length;
    uint64_t length; /* Content-Length; without has_length the body is chunked */
    bool close;      /* the connection ends after this answer */
};

/*
 * The four calls of a handler. `start` returns the handler's own state for the
 * exchange; NULL says that it called io_end() or io_abort() already (if it did
 * not, the server aborts). The request and its spans live until the exchange
 * ends. After io_end() or io_abort() nothing more is called for the exchange and
 * `io` is not touched again; `gone` says that the client went away, a deadline
 * passed or the server aborted: release everything, do not touch `io` again.
 */
struct handler {
    void *ctx;
    void *(*start)(void *ctx, struct exchange_io *io, const struct request *request);
    void (*body)(void *exchange, struct span bytes, bool last); /* NULL if no route takes one */
    void (*writable)(void *exchange); /* io_room() has grown after it was 0; NULL: not told */
    void (*gone)(void *exchange);
};

/*
 * Sends the head; once per exchange. ERR_MEMORY, or ERR_INTERNAL for a head that
 * must not be sent (a framing header, a control character): the exchange was
 * aborted, `gone` is not called.
 */
enum err io_head(struct exchange_io *io, const struct response_head *head) MUST_CHECK;

/* Bytes that io_body() takes at the moment; back-pressure (bounded, 256 KiB by default). */
size_t io_room(const struct exchange_io *io);

/*
 * Queues body bytes (copied), at most io_room(); framing is the server's: without
 * io_chunk() each call is one chunk. An empty span does nothing. ERR_MEMORY,
 * ERR_INTERNAL (more than room, or than the length announced): aborted, as above.
 */
enum err io_body(struct exchange_io *io, struct span bytes) MUST_CHECK;

/*
 * The next `len` > 0 body bytes make one chunk, in however many io_body() calls they come,
 * so that chunk boundaries do not show how fast the client reads (SAFETY R1).
 * No effect when the answer has a length. Errors as io_body().
 */
enum err io_chunk(struct exchange_io *io, size_t len) MUST_CHECK;

/* Complete: the last chunk goes out, the connection may be used again. Short of the announced
 * length this is io_abort(). */
void io_end(struct exchange_io *io);

/* io_head() with a length, io_body(), io_end() in one. `body` is at most io_room(). */
enum err io_answer(struct exchange_io *io, struct response_head *head, struct span body) MUST_CHECK;

/* Broken: no last chunk, no close_notify, the connection dies. Before io_head(): nothing is sent.
 */
void io_abort(struct exchange_io *io);

/* Bytes of this answer handed to the kernel so far (head and framing included). */
uint64_t io_sent(const struct exchange_io *io);

struct loop *io_loop(const struct exchange_io *io);

#endif
