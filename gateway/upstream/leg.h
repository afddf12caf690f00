/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPSTREAM_LEG_H
#define UPSTREAM_LEG_H

#include "upstream/pool.h"

/*
 * One leg is one GET to the district's data source. A leg whose reused
 * connection broke before any byte came back is tried once more on a fresh one;
 * nothing else is ever tried again, a timeout neither.
 */
struct leg;

struct leg_head {
    unsigned status; /* 200 and 404 only reach the caller; others end the leg, ERR_UP_STATUS */
    bool has_total;
    uint64_t total; /* X-Total-Count, when it is one number */
};

/*
 * Called in the order head, body*, then exactly one of end or fail; with that
 * call the leg is gone. From head and body leg_pause() and leg_abort() are allowed,
 * from each of them leg_start(). Spans live until the call returns.
 */
struct leg_events {
    void (*head)(void *ctx, const struct leg_head *head);
    void (*body)(void *ctx, struct span bytes);
    void (*end)(void *ctx);              /* framing says: complete */
    void (*fail)(void *ctx, enum err e); /* ERR_UP_* , ERR_BUSY, ERR_MEMORY */
    void *ctx;
};

/*
 * Starts a GET for `target` (origin-form, canonical, made by us, at most 8 KiB),
 * which is copied, as are the events. Headers sent: Host, Accept:
 * application/json, Accept-Encoding: identity, User-Agent. Events come through
 * the loop, never from inside this call. ERR_MEMORY, ERR_BUSY (the queue is
 * full), ERR_INPUT (a target with blanks, controls or bytes over 0x7E).
 *
 * Ends with fail: no connection (ERR_UP_CONNECT); a deadline (ERR_UP_TIMEOUT; in
 * the queue ERR_BUSY); a head that is not strict HTTP/1.1 (ERR_UP_HEAD,
 * ERR_UP_FRAMING); 1xx, 206, 3xx, 304 and other statuses than 200, 404
 * (ERR_UP_STATUS); Content-Encoding other than identity (ERR_UP_CODING); a 200
 * whose Content-Type is not application/json, charset utf-8 or none
 * (ERR_UP_TYPE); an answer that ends before its framing says, a TLS one without
 * close_notify included (ERR_UP_TRUNCATED). A body framed by connection close, bytes before the
 * request is sent and bytes behind the message's end are ERR_UP_FRAMING.
 */
enum err leg_start(struct pool *p, struct span target, const struct leg_events *events,
                   struct leg **out) MUST_CHECK;

/*
 * Back-pressure: stops reading from the source. No event comes until leg_resume(),
 * which itself calls none. The body deadline rests meanwhile. Both do nothing
 * when repeated and before head() was called.
 */
void leg_pause(struct leg *leg);
void leg_resume(struct leg *leg);

/* Drops the leg and closes its connection (SAFETY E1). No event follows. */
void leg_abort(struct leg **leg);

#endif
