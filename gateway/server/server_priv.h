/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_SERVER_PRIV_H
#define SERVER_SERVER_PRIV_H

#include "net/listener.h"
#include "net/stream.h"
#include "server/server.h"

enum {
    READ_BYTES = 32 * 1024, /* one read */
    HOLD_BYTES = 16 * 1024, /* received ahead of its turn; reading stops there */
    FLUSH_BYTES =
        16 * 1024,         /* queued for the client: written at once, not at the end of the turn */
    HEAD_ROOM = 32 * 1024, /* in `out`, for heads and chunk framing above max_out_bytes */
    ARENA_BYTES = 64 * 1024, /* of one request's decoded target */
    SPARE_MAX = 256,         /* exchanges kept for reuse */
};

enum connection_state {
    CONNECTION_HANDSHAKE,
    CONNECTION_IDLE,
    CONNECTION_HEAD,
    CONNECTION_EXCHANGE,
    CONNECTION_FLUSH,
    CONNECTION_LINGER,
    CONNECTION_CLOSED,
    CONNECTION_STATES
};

/* One client connection. Idle ones hold no exchange, so that they stay small. */
struct connection {
    struct server *server;
    struct stream *stream; /* NULL when closed */
    struct connection *prev, *next;
    enum connection_state state;
    int64_t since_ms;      /* when the state was entered */
    struct exchange_io *x; /* HEAD, EXCHANGE, FLUSH; when CLOSED until it is reaped */
    struct timer deadline;
    struct timer soon; /* work put off to the next turn */
    unsigned calls;    /* handler calls on the stack */
    size_t lingered;
    bool input_ended; /* the client sends no more */
    bool blocked;     /* the last write took less than all */
    bool broken;      /* a write failed */
    bool last;        /* no request after this answer, because: */
    enum close_reason why_last;
};

/* One request and its answer. Reused: buffers, arena and parser stay. */
struct exchange_io {
    struct connection *connection;
    struct exchange_io *next_spare;
    struct http_parser *parser;
    struct buf out;  /* for the client */
    struct buf held; /* from the client, not parsed yet */
    struct arena arena;
    const struct http_head *head; /* parsed; in the parser */
    struct target target;
    struct request request;
    void *exchange;  /* the handler's */
    bool handler_on; /* the handler is to be told of the end */
    bool body_done;  /* the request is received to its end */
    bool head_sent;
    bool complete; /* io_end() was called */
    bool chunked;
    bool drops_body;     /* HEAD, 204, 304 */
    bool was_low;        /* io_room() fell under half */
    uint64_t left;       /* body bytes still owed, with a length */
    uint64_t chunk_left; /* of the chunk that io_chunk() began */
    uint64_t sent;
    int64_t began_ms;
    int64_t progress_ms; /* the last time that a byte moved */
};

struct server {
    struct loop *loop;
    struct server_setup setup;
    struct handler handler;
    struct listener *listener; /* NULL once draining */
    struct connection *live;
    struct connection *dead; /* closed, freed in the next turn */
    struct exchange_io *spare;
    unsigned spare_count;
    struct timer reap;
    struct timer cap;
    bool draining;
    void (*drained)(void *ctx);
    void *drained_ctx;
    int64_t date_s; /* of `date` */
    struct buf date;
    struct server_counts counts;
    uint8_t scratch[READ_BYTES];
};

/* --- server.c */

/* An exchange from the spare ones or a new one; ERR_MEMORY. */
enum err server_take_exchange(struct server *s, struct connection *c,
                              struct exchange_io **out) MUST_CHECK;
void server_give_exchange(struct server *s, struct exchange_io **x);

/* A connection was closed: it is freed in the next turn. */
void server_bury(struct server *s, struct connection *c);

/* The Date header's value, made once a second. */
struct span server_date(struct server *s, int64_t wall_ms);

/* --- connection.c */

/* Takes over the descriptor; on failure it is closed. */
void connection_accept(struct server *s, int fd);

/* The only writer of the state: asserts the edge and the invariant. */
void connection_enter(struct connection *c, enum connection_state next);
bool connection_has_edge(enum connection_state from, enum connection_state to);

/* Ends the connection now; tells the handler if it is still on. */
void connection_close(struct connection *c, enum close_reason why, bool notify);

/* Writes what is queued, moves on if the answer is complete, sets events and deadlines. Not from
 * inside a handler call. */
void connection_settle(struct connection *c);

/* connection_settle() in the next turn. */
void connection_settle_soon(struct connection *c);

/* Writes what is queued; a failure shows in `broken`. */
void connection_flush(struct connection *c);

/* Events and deadlines as the state wants them. */
void connection_rearm(struct connection *c);

/* --- exchange.c */

/* Sets up `x` for the connection's next request. */
void exchange_reset(struct exchange_io *x);

/* Parses what can be parsed now; `*used` bytes are taken. May close the connection. */
void exchange_parse(struct exchange_io *x, struct span bytes, size_t *used);

/* True if the handler waits for room and there is some now. */
bool exchange_has_news(const struct exchange_io *x);

/* Tells the handler of room, if it waits for that. */
void exchange_offer_room(struct exchange_io *x);

/* The parser's callbacks, with the exchange as their ctx. */
extern const struct http_events EXCHANGE_EVENTS;

/* --- answer.c */

/* Answers with our own error, after which the connection ends; tells the handler if it is on. */
void answer_refuse(struct exchange_io *x, enum err e, enum close_reason why);

#endif
