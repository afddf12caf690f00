/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPSTREAM_LEG_H
#define UPSTREAM_LEG_H

#include "base/span.h"
#include "net/stream.h"

/*
 * One leg is one GET to the district's data source. A pool belongs to one
 * worker's loop and keeps idle connections. A reused connection on which no
 * byte came back is retried once on a fresh one; nothing else is ever retried.
 */
struct pool;
struct leg;

struct pool_setup {
    const char *address;      /* "unix:/path" or "host:port" */
    struct tls_context *tls;  /* NULL: plain */
    const char *server_name;  /* Host header, and the name to verify with TLS */
    unsigned max_connections; /* at once; further legs wait in a bounded queue */
    unsigned max_idle;
    int64_t connect_ms; /* 5,000 */
    int64_t head_ms;    /* 30,000 */
    int64_t body_ms;    /* 30,000 without a byte */
};

enum err pool_new(struct loop *l, const struct pool_setup *setup, struct pool **out) MUST_CHECK;
void pool_free(struct pool **p); /* every leg must have ended */

struct pool_counts {
    uint64_t started, reused, retried, failed;
    unsigned open, idle, waiting;
};
void pool_read_counts(const struct pool *p, struct pool_counts *out);

struct leg_head {
    unsigned status; /* 200 and 404 only reach the caller; others end the leg, ERR_UP_STATUS */
    bool has_total;
    uint64_t total; /* X-Total-Count, when it is one number */
};

/* Called in the order head, body*, then exactly one of end or fail; after that the leg is gone. */
struct leg_events {
    void (*head)(void *ctx, const struct leg_head *head);
    void (*body)(void *ctx, struct span bytes);
    void (*end)(void *ctx);              /* framing says: complete */
    void (*fail)(void *ctx, enum err e); /* ERR_UP_* , ERR_BUSY, ERR_MEMORY */
    void *ctx;
};

/*
 * Starts a GET for `target` (origin-form, canonical, made by us), which is
 * copied. Headers sent: Host, Accept: application/json, Accept-Encoding:
 * identity, User-Agent. Events may come before this returns only through the
 * loop, never from inside. ERR_MEMORY, ERR_BUSY.
 *
 * Ends with fail: 1xx, 206, 3xx, 304 and other statuses than 200, 404
 * (ERR_UP_STATUS); Content-Encoding other than identity (ERR_UP_CODING); a 200
 * whose Content-Type is not application/json, charset utf-8 or none
 * (ERR_UP_TYPE); a body that ends before its framing says (ERR_UP_TRUNCATED).
 * A body framed by connection close is ERR_UP_FRAMING.
 */
enum err leg_start(struct pool *p, struct span target, const struct leg_events *events,
                   struct leg **out) MUST_CHECK;

/* Back-pressure: stops reading from the source; at most one read's bytes still come. */
void leg_pause(struct leg *leg);
void leg_resume(struct leg *leg);

/* Drops the leg and closes its connection (SAFETY E1). No event follows. */
void leg_abort(struct leg **leg);

#endif
