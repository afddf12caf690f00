/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One client connection.
 *
 *   HANDSHAKE --> IDLE <--------------------------.
 *                  '--byte--> HEAD <--held bytes--+
 *                               |--refused----. |
 *                               '--> EXCHANGE-+-> FLUSH --last--> LINGER
 *   every state --> CLOSED
 *
 * HEAD reads a request, EXCHANGE is the handler's, FLUSH writes what is left of
 * a complete answer, LINGER waits for the client to take it in. Reading goes on
 * during an exchange until HOLD_BYTES wait, so that a client that goes away is
 * noticed; what was read is parsed only when the answer is out.
 *
 * Invariants: an exchange is held in HEAD, EXCHANGE and FLUSH and in no other
 * living state; the handler is never called from inside an io_ function; a
 * closed connection stays in memory until the next turn.
 */
#include "base/log.h"
#include "base/mem.h"
#include "server/server_priv.h"

#include <assert.h>
#include <unistd.h>

enum { LINGER_MS = 2000, LINGER_BYTES = 256 * 1024 };

#define EDGE(state) (1u << CONNECTION_##state)

static const struct {
    const char *name;
    unsigned next;
} STATES[CONNECTION_STATES] = {
    [CONNECTION_HANDSHAKE] = {"handshake", EDGE(IDLE) | EDGE(CLOSED)},
    [CONNECTION_IDLE] = {"idle", EDGE(HEAD) | EDGE(CLOSED)},
    [CONNECTION_HEAD] = {"head", EDGE(EXCHANGE) | EDGE(FLUSH) | EDGE(CLOSED)},
    [CONNECTION_EXCHANGE] = {"exchange", EDGE(FLUSH) | EDGE(CLOSED)},
    [CONNECTION_FLUSH] = {"flush", EDGE(IDLE) | EDGE(HEAD) | EDGE(LINGER) | EDGE(CLOSED)},
    [CONNECTION_LINGER] = {"linger", EDGE(CLOSED)},
    [CONNECTION_CLOSED] = {"closed", 0},
};

static bool has_exchange(enum connection_state state)
{
    return state == CONNECTION_HEAD || state == CONNECTION_EXCHANGE || state == CONNECTION_FLUSH;
}

static void check(const struct connection *c)
{
    assert(c->state == CONNECTION_CLOSED || has_exchange(c->state) == (c->x != NULL));
    assert((c->state == CONNECTION_CLOSED) == (c->stream == NULL));
}

bool connection_has_edge(enum connection_state from, enum connection_state to)
{
    return (STATES[from].next & 1u << to) != 0;
}

void connection_enter(struct connection *c, enum connection_state next)
{
    assert(connection_has_edge(c->state, next));
    c->state = next;
    c->since_ms = loop_now_ms(c->server->loop);
    check(c);
}

/* --- the end */

static void log_end(const struct connection *c, enum close_reason why)
{
    enum log_level level = close_row(why)->is_error ? LOG_INFO : LOG_DEBUG;

    log_event(level, "connection-closed", LOG_STR("reason", close_row(why)->code),
              LOG_STR("state", STATES[c->state].name));
}

void connection_close(struct connection *c, enum close_reason why, bool notify)
{
    struct server *s = c->server;
    struct exchange_io *x = c->x;

    log_end(c, why);
    s->counts.closes[why]++;
    timer_stop(&c->deadline);
    timer_stop(&c->soon);
    if (notify) {
        stream_close(&c->stream);
    } else {
        stream_abort(&c->stream);
    }
    connection_enter(c, CONNECTION_CLOSED);
    server_bury(s, c);
    if (x != NULL && x->handler_on) {
        x->handler_on = false;
        s->handler.gone(x->exchange);
    }
}

/* --- deadlines */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool waits_for_client(const struct connection *c)
{
    return c->blocked || !c->x->body_done;
}

static int64_t due_ms(const struct connection *c)
{
    const struct server_setup *setup = &c->server->setup;
    int64_t due = 0;

    switch (c->state) {
    case CONNECTION_HANDSHAKE:
        return c->since_ms + setup->handshake_ms;
    case CONNECTION_IDLE:
        return c->since_ms + setup->idle_ms;
    case CONNECTION_HEAD:
        return c->since_ms + setup->head_ms;
    case CONNECTION_EXCHANGE:
    case CONNECTION_FLUSH:
        due = c->x->began_ms + setup->exchange_ms;
        return waits_for_client(c) ? earlier(due, c->x->progress_ms + setup->stall_ms) : due;
    default:
        return c->since_ms + LINGER_MS;
    }
}

static void exchange_too_late(struct connection *c)
{
    bool stalled = loop_now_ms(c->server->loop) < c->x->began_ms + c->server->setup.exchange_ms;

    if (c->state == CONNECTION_EXCHANGE && !c->x->head_sent) {
        answer_refuse(c->x, stalled ? ERR_HTTP_TIMEOUT : ERR_DEADLINE,
                      stalled ? CLOSE_STALL : CLOSE_EXCHANGE_TIME);
        return;
    }
    connection_close(c, stalled ? CLOSE_STALL : CLOSE_EXCHANGE_TIME, false);
}

static void too_late(struct connection *c)
{
    if (c->state != CONNECTION_IDLE && c->state != CONNECTION_LINGER) {
        c->server->counts.timeouts++;
    }
    switch (c->state) {
    case CONNECTION_HANDSHAKE:
        connection_close(c, CLOSE_HANDSHAKE_TIME, false);
        break;
    case CONNECTION_IDLE:
        connection_close(c, CLOSE_IDLE, true);
        break;
    case CONNECTION_HEAD:
        answer_refuse(c->x, ERR_HTTP_TIMEOUT, CLOSE_HEAD_TIME);
        break;
    case CONNECTION_LINGER:
        connection_close(c, c->why_last, false);
        break;
    default:
        exchange_too_late(c);
        break;
    }
}

static void on_deadline(void *ctx)
{
    struct connection *c = ctx;

    if (loop_now_ms(c->server->loop) < due_ms(c)) {
        connection_rearm(c);
    } else {
        too_late(c);
    }
}

/* A timer that is armed for too early is left: it looks again when it fires. */
static void set_deadline(struct connection *c)
{
    int64_t due = due_ms(c);
    int64_t in_ms = due - loop_now_ms(c->server->loop);

    if (timer_is_armed(&c->deadline) && c->deadline.due_ms <= due) {
        return;
    }
    if (timer_arm(&c->deadline, c->server->loop, in_ms > 0 ? in_ms : 0, on_deadline, c) != OK) {
        c->broken = true; /* without deadlines it may not live */
        connection_settle_soon(c);
    }
}

/* --- wanted events */

static bool wants_read(const struct connection *c)
{
    switch (c->state) {
    case CONNECTION_EXCHANGE:
        return !c->input_ended && (!c->x->body_done || c->x->held.len < HOLD_BYTES);
    case CONNECTION_FLUSH:
        return !c->input_ended && c->x->held.len < HOLD_BYTES;
    default:
        return true;
    }
}

void connection_rearm(struct connection *c)
{
    if (c->state != CONNECTION_CLOSED) {
        stream_want(c->stream, wants_read(c), c->blocked);
        set_deadline(c);
    }
}

/* --- writing */

void connection_flush(struct connection *c)
{
    struct exchange_io *x = c->x;

    c->blocked = false;
    while (x->out.len > 0 && !c->broken) {
        size_t sent = 0;
        enum step step = stream_write(c->stream, buf_span(&x->out), &sent);

        if (step == STEP_MORE) {
            c->blocked = true;
            return;
        }
        c->broken = step == STEP_ERR;
        buf_consume(&x->out, sent);
        x->sent += sent;
        x->progress_ms = loop_now_ms(c->server->loop);
    }
}

static void begin_linger(struct connection *c)
{
    server_give_exchange(c->server, &c->x);
    c->blocked = false;
    connection_enter(c, CONNECTION_LINGER);
    if (stream_shut(c->stream) == STEP_ERR) {
        connection_close(c, c->why_last, false);
    }
}

static void next_request(struct connection *c)
{
    if (c->x->held.len > 0) {
        exchange_reset(c->x);
        connection_enter(c, CONNECTION_HEAD);
        connection_settle_soon(c);
        return;
    }
    server_give_exchange(c->server, &c->x);
    connection_enter(c, CONNECTION_IDLE);
}

/* The answer is out. */
static void finish(struct connection *c)
{
    if (!c->last && !c->x->body_done) {
        c->last = true; /* what is left of the body must not be taken for a request */
        c->why_last = CLOSE_BODY;
    }
    if (c->input_ended && (c->last || c->x->held.len == 0)) {
        connection_close(c, c->last ? c->why_last : CLOSE_CLIENT, true);
    } else if (c->last) {
        begin_linger(c);
    } else {
        next_request(c);
    }
}

void connection_settle(struct connection *c)
{
    if (c->state != CONNECTION_HEAD) { /* there, held bytes wait for it */
        timer_stop(&c->soon);
    }
    if (has_exchange(c->state)) {
        connection_flush(c);
        if (c->state == CONNECTION_EXCHANGE && c->x->complete) {
            connection_enter(c, CONNECTION_FLUSH);
        }
    }
    if (c->broken) {
        connection_close(c, CLOSE_GONE, false);
        return;
    }
    if (c->state == CONNECTION_FLUSH && c->x->out.len == 0) {
        finish(c);
    }
    if (c->state == CONNECTION_EXCHANGE && !c->blocked && exchange_has_news(c->x)) {
        connection_settle_soon(c); /* all was written at once: no event will tell of the room */
    }
    connection_rearm(c);
}

/* --- reading */

static void parse_held(struct connection *c)
{
    struct exchange_io *x = c->x;
    size_t used = 0;

    exchange_parse(x, buf_span(&x->held), &used);
    if (has_exchange(c->state)) {
        buf_consume(&x->held, used);
    }
}

/* Bytes in the client's order: what was held goes first. */
static void take_bytes(struct connection *c, struct span bytes)
{
    struct exchange_io *x = c->x;
    size_t used = 0;

    if (x->held.len == 0) {
        exchange_parse(x, bytes, &used);
    }
    if (!has_exchange(c->state)) {
        return;
    }
    buf_put(&x->held, span_from(bytes, used));
    if (buf_err(&x->held) != OK) {
        connection_close(c, CLOSE_MEMORY, false);
    }
}

static void take_input(struct connection *c, struct span bytes)
{
    if (c->state == CONNECTION_IDLE) {
        if (server_take_exchange(c->server, c, &c->x) != OK) {
            connection_close(c, CLOSE_MEMORY, false);
            return;
        }
        connection_enter(c, CONNECTION_HEAD);
    }
    take_bytes(c, bytes);
}

/* An orderly end of what the client sends. */
static void end_input(struct connection *c)
{
    c->input_ended = true;
    if (c->state == CONNECTION_IDLE) {
        connection_close(c, CLOSE_CLIENT, true);
    } else if (c->state == CONNECTION_HEAD) {
        connection_close(c, CLOSE_HEAD, true);
    } else if (!c->x->body_done) {
        connection_close(c, CLOSE_BODY, false);
    }
}

static void read_some(struct connection *c)
{
    struct server *s = c->server;
    size_t got = 0;
    enum step step = stream_read(c->stream, s->scratch, sizeof(s->scratch), &got);

    if (step == STEP_MORE) {
        return;
    }
    if (step == STEP_ERR) {
        connection_close(c, c->state == CONNECTION_IDLE ? CLOSE_CLIENT : CLOSE_GONE, false);
    } else if (got == 0) {
        end_input(c);
    } else {
        take_input(c, span_of(s->scratch, got));
    }
}

static void linger(struct connection *c)
{
    size_t dropped = 0;
    enum step step = stream_discard(c->stream, &dropped);

    c->lingered += dropped;
    if (step != STEP_MORE || c->lingered > LINGER_BYTES) {
        connection_close(c, c->why_last, false);
    }
}

static void handshake(struct connection *c)
{
    enum step step = stream_handshake(c->stream);

    if (step == STEP_DONE) {
        connection_enter(c, CONNECTION_IDLE);
    } else if (step == STEP_ERR) {
        c->server->counts.handshake_failures++;
        connection_close(c, CLOSE_HANDSHAKE, false);
    }
}

static void on_soon(void *ctx)
{
    struct connection *c = ctx;

    if (c->state == CONNECTION_HEAD && c->x->held.len > 0 && !c->broken) {
        parse_held(c);
    }
    if (c->state == CONNECTION_HEAD && c->input_ended) {
        connection_close(c, CLOSE_HEAD, true); /* a request that will never be whole */
    }
    if (c->state != CONNECTION_CLOSED) {
        connection_settle(c);
    }
    if (c->state == CONNECTION_EXCHANGE) {
        exchange_offer_room(c->x);
    }
}

void connection_settle_soon(struct connection *c)
{
    if (!timer_is_armed(&c->soon) && timer_arm(&c->soon, c->server->loop, 0, on_soon, c) != OK) {
        c->broken = true; /* the next event closes it */
    }
}

static void on_ready(void *ctx, bool readable, bool writable)
{
    struct connection *c = ctx;

    if (c->state == CONNECTION_HANDSHAKE) {
        handshake(c);
    } else if (c->state == CONNECTION_LINGER) {
        linger(c);
    } else if (readable) {
        read_some(c);
    }
    if (c->state != CONNECTION_CLOSED) {
        connection_settle(c);
    }
    if (writable && c->state == CONNECTION_EXCHANGE) {
        exchange_offer_room(c->x);
    }
}

/* --- the beginning */

static void link_live(struct server *s, struct connection *c)
{
    c->next = s->live;
    if (s->live != NULL) {
        s->live->prev = c;
    }
    s->live = c;
    s->counts.open++;
}

void connection_accept(struct server *s, int fd)
{
    struct connection *c = mem_alloc(sizeof(*c));
    struct stream_setup setup = {
        .loop = s->loop, .tls = s->setup.tls, .events = {.ready = on_ready, .ctx = c}};

    if (c == NULL) {
        (void)close(fd);
        listener_released(s->listener);
        return;
    }
    c->server = s;
    c->state = CONNECTION_HANDSHAKE;
    c->since_ms = loop_now_ms(s->loop);
    if (stream_new(&setup, fd, &c->stream) != OK) {
        mem_free(c);
        listener_released(s->listener);
        return;
    }
    link_live(s, c);
    if (s->setup.tls == NULL) {
        handshake(c);
    }
    connection_rearm(c);
}
