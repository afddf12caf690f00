/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request's half of an exchange: parser events in, handler calls out. The
 * handler is called only from here and from connection_close(), never from
 * inside an io_ function (answer.c).
 */
#include "base/clock.h"
#include "server/server_priv.h"

/* --- parser events */

static enum err on_head(void *ctx, const struct http_head *head)
{
    struct exchange_io *x = ctx;

    x->head = head;
    http_parser_pause(x->parser);
    return OK;
}

/* Body bytes of an exchange that is answered already go nowhere. */
static void pass_body(struct exchange_io *x, struct span bytes, bool last)
{
    struct connection *c = x->connection;

    x->progress_ms = loop_now_ms(c->server->loop);
    if (x->handler_on) {
        c->calls++;
        c->server->handler.body(x->exchange, bytes, last);
        c->calls--;
    }
}

static enum err on_body(void *ctx, struct span bytes)
{
    struct exchange_io *x = ctx;

    pass_body(x, bytes, false);
    return x->connection->state == CONNECTION_CLOSED ? ERR_CLOSED : OK;
}

static enum err on_end(void *ctx)
{
    struct exchange_io *x = ctx;

    x->body_done = true;
    pass_body(x, (struct span){0}, true);
    return OK;
}

const struct http_events EXCHANGE_EVENTS = {.head = on_head, .body = on_body, .end = on_end};

/* --- from a head to the handler */

void exchange_reset(struct exchange_io *x)
{
    struct exchange_io old = *x;

    http_parser_next(x->parser, false);
    arena_reset(&x->arena);
    *x = (struct exchange_io){
        .connection = old.connection,
        .parser = old.parser,
        .out = old.out,
        .held = old.held,
        .arena = x->arena,
        .body_done = true,
    };
}

static void describe(struct exchange_io *x)
{
    const struct stream_peer *peer = stream_peer(x->connection->stream);

    x->request = (struct request){
        .head = x->head,
        .target = &x->target,
        .peer_address = peer->address,
        .has_certificate = peer->has_certificate,
        .certificate_sha256 = peer->certificate_sha256,
        .has_peer_uid = peer->has_uid,
        .peer_uid = peer->uid,
        .is_head = x->head->method == HTTP_HEAD,
        .body_follows = !x->body_done,
        .received_ms = clock_wall_ms(),
    };
}

static void start(struct exchange_io *x)
{
    struct connection *c = x->connection;
    struct server *s = c->server;

    describe(x);
    x->began_ms = loop_now_ms(s->loop);
    x->progress_ms = x->began_ms;
    x->drops_body = x->request.is_head;
    connection_enter(c, CONNECTION_EXCHANGE);
    s->counts.requests++;
    c->calls++;
    void *exchange = s->handler.start(s->handler.ctx, x, &x->request);

    c->calls--;
    if (c->state != CONNECTION_EXCHANGE || x->complete) {
        return;
    }
    if (exchange == NULL) {
        connection_close(c, CLOSE_ABORT, false);
        return;
    }
    x->exchange = exchange;
    x->handler_on = true;
}

static bool has_body(const struct http_head *head)
{
    return head->framing == HTTP_CHUNKED || head->content_length > 0;
}

static void begin(struct exchange_io *x)
{
    struct connection *c = x->connection;

    x->body_done = !has_body(x->head);
    if (!x->head->keep_alive && !c->last) {
        c->last = true;
        c->why_last = CLOSE_REQUESTED;
    }
    if (!x->body_done && !c->server->setup.takes_body) {
        answer_refuse(x, ERR_HTTP_BODY, CLOSE_BODY);
        return;
    }
    enum err e = target_parse(x->head->target, &x->arena, &x->target);

    if (e != OK) {
        answer_refuse(x, e, CLOSE_HEAD);
        return;
    }
    start(x);
}

static bool may_parse(const struct exchange_io *x)
{
    enum connection_state state = x->connection->state;

    return state == CONNECTION_HEAD ||
           (state == CONNECTION_EXCHANGE && !x->body_done && !x->complete);
}

void exchange_parse(struct exchange_io *x, struct span bytes, size_t *used)
{
    *used = 0;
    while (may_parse(x) && *used < bytes.len) {
        size_t taken = 0;
        enum err e = http_parser_feed(x->parser, span_from(bytes, *used), &taken);

        *used += taken;
        if (e != OK && x->connection->state != CONNECTION_CLOSED) {
            answer_refuse(x, e, x->head == NULL ? CLOSE_HEAD : CLOSE_BODY);
        } else if (x->connection->state == CONNECTION_HEAD && x->head != NULL) {
            begin(x);
        }
    }
}

/* --- back-pressure */

bool exchange_has_news(const struct exchange_io *x)
{
    const struct server *s = x->connection->server;

    return x->was_low && x->handler_on && s->handler.writable != NULL &&
           io_room(x) >= s->setup.max_out_bytes / 2;
}

void exchange_offer_room(struct exchange_io *x)
{
    struct connection *c = x->connection;
    struct server *s = c->server;

    if (!exchange_has_news(x)) {
        return;
    }
    x->was_low = false;
    c->calls++;
    s->handler.writable(x->exchange);
    c->calls--;
    if (c->state != CONNECTION_CLOSED) {
        connection_settle(c);
    }
}
