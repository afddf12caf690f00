/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "base/buf.h"
#include "net/tls.h"
#include "server/close.h"
#include "server/handler.h"

/*
 * One listener with its connections on one loop: states, deadlines, keep-alive,
 * back-pressure, drain. Every server of the product is this one.
 */
struct server;

/* Numbers that are 0 get the value in the comment. */
struct server_setup {
    const char *address;           /* as listener.h */
    struct tls_context *tls;       /* NULL: plain; borrowed for the server's life */
    const struct handler *handler; /* copied */
    unsigned max_connections;      /* 1,024 */
    size_t max_out_bytes;          /* 262,144: queued for one slow client */
    int64_t handshake_ms;          /* 10,000 */
    int64_t head_ms;               /* 10,000: first byte to complete head */
    int64_t idle_ms;               /* 60,000: between requests */
    int64_t exchange_ms;           /* 300,000: head to last byte (DESIGN 5) */
    int64_t stall_ms;              /* 30,000: no byte taken (or, of a body, sent) by the client */
    bool takes_body;               /* routes may have bodies (bounded by the handler) */
    /* Writes a server-made error (bad head, timeouts) in the house's form; NULL: empty body. */
    void (*error_body)(struct buf *out, enum err e);
    const char *error_type; /* its Content-Type; "application/json" */
};

struct server_counts {
    uint64_t accepted, open, requests, bad_heads, handshake_failures, timeouts;
    uint64_t closes[CLOSE_COUNT]; /* by reason, see server/close.h */
};

/* Listens at once. Errors as listener_new(). */
enum err server_new(struct loop *l, const struct server_setup *setup,
                    struct server **out) MUST_CHECK;

/*
 * Stop accepting; idle connections close now, busy ones after their answer, all
 * at `cap_ms`. `done` is called once, from the loop, when none is left.
 */
void server_drain(struct server *s, int64_t cap_ms, void (*done)(void *ctx), void *ctx);

/* Aborts what is left (calling `gone`). Not from inside a handler's call. */
void server_free(struct server **s);

/* The port bound, 0 for unix. */
unsigned server_port(const struct server *s);
void server_read_counts(const struct server *s, struct server_counts *out);

#endif
