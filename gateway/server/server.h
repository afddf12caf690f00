/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "base/buf.h"
#include "net/stream.h"
#include "server/handler.h"

/*
 * One listener with its connections on one loop: states, deadlines, keep-alive,
 * back-pressure, drain. Every server of the product is this one.
 */
struct server;

struct server_setup {
    const char *address;           /* as listener.h */
    struct tls_context *tls;       /* NULL: plain; borrowed for the server's life */
    const struct handler *handler; /* copied */
    unsigned max_connections;
    int64_t handshake_ms; /* 10,000 */
    int64_t head_ms;      /* 10,000: first byte to complete head */
    int64_t idle_ms;      /* 60,000: between requests */
    int64_t exchange_ms;  /* 300,000: head to last byte (DESIGN 5) */
    int64_t stall_ms;     /* 30,000: no byte taken by the client */
    bool takes_body;      /* routes of this server may have bodies (bounded by the handler) */
    /* Writes a server-made error (bad head, timeouts) in the house's form; NULL: empty body. */
    void (*error_body)(struct buf *out, enum err e);
};

struct server_counts {
    uint64_t accepted, open, requests, bad_heads, handshake_failures, timeouts;
};

/* Listens at once. Errors as listener_new(). */
enum err server_new(struct loop *l, const struct server_setup *setup,
                    struct server **out) MUST_CHECK;

/* Stop accepting; idle connections close now, busy ones after their answer, all at `cap_ms`. */
void server_drain(struct server *s, int64_t cap_ms, void (*done)(void *ctx), void *ctx);

/* Aborts what is left. */
void server_free(struct server **s);

unsigned server_port(const struct server *s);
void server_read_counts(const struct server *s, struct server_counts *out);

#endif
