/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPSTREAM_LINK_H
#define UPSTREAM_LINK_H

#include "base/buf.h"
#include "http/head.h"
#include "upstream/leg.h"

/*
 * One connection to the source with its parser: serving a leg, or idle. What a
 * leg does on it is leg.c's; who gets it is pool.c's.
 */
enum link_state {
    LINK_BUSY,    /* belongs to `leg` */
    LINK_FEEDING, /* the same, inside the parser: must not be freed */
    LINK_DOOMED,  /* inside the parser, its leg has gone: freed when the parser returns */
    LINK_IDLE,    /* belongs to the pool */
};

struct link {
    struct link *next; /* idle list */
    struct pool *pool;
    struct leg *leg; /* BUSY, FEEDING */
    struct stream *stream;
    struct http_parser *parser;
    struct timer timer; /* IDLE */
    struct buf held;    /* read but not parsed yet, while the leg is paused */
    uint64_t answers;   /* complete ones */
    bool keep_alive;    /* said by the head of the current answer */
    enum link_state state;
};

/* What the parser's events do; leg.c. */
extern const struct http_events link_http_events;

/*
 * Connects for `leg`; the pool counts it as open. ERR_MEMORY, ERR_UP_CONNECT,
 * ERR_CRYPTO. Nothing is called back from inside.
 */
enum err link_open(struct pool *pool, struct leg *leg, struct link **out) MUST_CHECK;

/* The leg is done with it and the answer was whole: becomes idle, or is closed. */
void link_release(struct link *link);

/* Closes without notice and frees, now or when the parser returns. */
void link_drop(struct link *link);

/*
 * Gives `bytes` to the parser. False when the leg has gone meanwhile (the link
 * is freed then); else `*e` and `*used` as of http_parser_feed().
 */
bool link_feed(struct link *link, struct span bytes, size_t *used, enum err *e);

/* Takes an idle link for `leg`; false if bytes or an end wait on it already (then it is freed). */
bool link_take(struct link *link, struct leg *leg);

#endif
