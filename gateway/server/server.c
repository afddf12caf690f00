/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server: its listener, its connections, its spare exchanges, its drain.
 * Invariants: every connection is in exactly one of `live` and `dead`;
 * counts.open is the length of `live`; a dead one is freed from the loop, when
 * nobody above it on the stack can still hold it.
 */
#include "server/server.h"

#include "base/clock.h"
#include "base/mem.h"
#include "server/server_priv.h"

#include <assert.h>

static void free_exchange(struct exchange_io *x)
{
    http_parser_free(&x->parser);
    buf_fini(&x->out);
    buf_wipe(&x->held);
    arena_fini(&x->arena);
    mem_free(x);
}

static enum err new_exchange(const struct server *s, struct exchange_io **out)
{
    struct exchange_io *x = mem_alloc(sizeof(*x));

    if (x == NULL) {
        return ERR_MEMORY;
    }
    struct http_events events = EXCHANGE_EVENTS;

    events.ctx = x;
    x->body_done = true; /* as after exchange_reset() */
    buf_init(&x->out, s->setup.max_out_bytes + HEAD_ROOM);
    buf_init(&x->held, HOLD_BYTES + READ_BYTES);
    arena_init(&x->arena, ARENA_BYTES);
    enum err e = http_parser_new(false, &events, &x->parser);

    if (e != OK) {
        free_exchange(x);
        return e;
    }
    *out = x;
    return OK;
}

enum err server_take_exchange(struct server *s, struct connection *c, struct exchange_io **out)
{
    struct exchange_io *x = s->spare;
    enum err e = OK;

    if (x != NULL) {
        s->spare = x->next_spare;
        s->spare_count--;
    } else {
        e = new_exchange(s, &x);
    }
    if (e != OK) {
        return e;
    }
    x->connection = c;
    *out = x;
    return OK;
}

/* Blocks that one large answer made do not stay. */
static void shrink(struct buf *b, size_t keep)
{
    if (b->cap > keep) {
        buf_fini(b);
    } else {
        buf_clear(b);
    }
}

void server_give_exchange(struct server *s, struct exchange_io **x)
{
    struct exchange_io *old = *x;

    if (old == NULL) {
        return;
    }
    *x = NULL;
    shrink(&old->out, s->setup.max_out_bytes);
    shrink(&old->held, HOLD_BYTES);
    if (s->spare_count == SPARE_MAX) {
        free_exchange(old);
        return;
    }
    exchange_reset(old);
    old->connection = NULL;
    old->next_spare = s->spare;
    s->spare = old;
    s->spare_count++;
}

/* --- the lists */

static void reap(struct server *s)
{
    while (s->dead != NULL) {
        struct connection *c = s->dead;

        s->dead = c->next;
        server_give_exchange(s, &c->x);
        mem_free(c);
    }
}

static void tell_drained(struct server *s)
{
    void (*done)(void *ctx) = s->drained;

    if (s->draining && s->counts.open == 0 && done != NULL) {
        s->drained = NULL;
        timer_stop(&s->cap);
        done(s->drained_ctx);
    }
}

static void on_reap(void *ctx)
{
    struct server *s = ctx;

    reap(s);
    tell_drained(s); /* last: it may free the server */
}

static void reap_soon(struct server *s)
{
    if (!timer_is_armed(&s->reap)) {
        (void)!timer_arm(&s->reap, s->loop, 0, on_reap, s); /* else with the next one */
    }
}

void server_bury(struct server *s, struct connection *c)
{
    if (c->prev != NULL) {
        c->prev->next = c->next;
    } else {
        s->live = c->next;
    }
    if (c->next != NULL) {
        c->next->prev = c->prev;
    }
    c->prev = NULL;
    c->next = s->dead;
    s->dead = c;
    s->counts.open--;
    if (s->listener != NULL) {
        listener_released(s->listener);
    }
    reap_soon(s);
}

static void on_accepted(void *ctx, int fd)
{
    struct server *s = ctx;

    s->counts.accepted++;
    connection_accept(s, fd);
}

/* --- life */

static void set_defaults(struct server_setup *setup)
{
    static const struct server_setup DEFAULTS = {
        .max_connections = 1024,
        .max_out_bytes = 256 * 1024,
        .handshake_ms = 10000,
        .head_ms = 10000,
        .idle_ms = 60000,
        .exchange_ms = 300000,
        .stall_ms = 30000,
        .error_type = "application/json",
    };
#define DEFAULT(field) setup->field = setup->field == 0 ? DEFAULTS.field : setup->field
    DEFAULT(max_connections);
    DEFAULT(max_out_bytes);
    DEFAULT(handshake_ms);
    DEFAULT(head_ms);
    DEFAULT(idle_ms);
    DEFAULT(exchange_ms);
    DEFAULT(stall_ms);
    DEFAULT(error_type);
#undef DEFAULT
}

enum err server_new(struct loop *l, const struct server_setup *setup, struct server **out)
{
    struct server *s = mem_alloc(sizeof(*s));

    if (s == NULL) {
        return ERR_MEMORY;
    }
    s->loop = l;
    s->setup = *setup;
    s->handler = *setup->handler;
    set_defaults(&s->setup);
    buf_init(&s->date, 64);
    struct listener_setup listen = {
        .address = setup->address,
        .max_connections = s->setup.max_connections,
        .accepted = on_accepted,
        .ctx = s,
    };
    enum err e = listener_new(l, &listen, &s->listener);

    s->setup.address = NULL; /* the caller's */
    s->setup.handler = NULL; /* copied */
    if (e != OK) {
        mem_free(s);
        return e;
    }
    *out = s;
    return OK;
}

static void close_all(struct server *s)
{
    while (s->live != NULL) {
        connection_close(s->live, CLOSE_STOP, false);
    }
}

static void on_cap(void *ctx)
{
    close_all(ctx);
}

static void drain_one(struct connection *c)
{
    if (c->state == CONNECTION_HANDSHAKE || c->state == CONNECTION_IDLE) {
        connection_close(c, CLOSE_DRAIN, true);
    } else if (!c->last) {
        c->last = true;
        c->why_last = CLOSE_DRAIN;
    }
}

void server_drain(struct server *s, int64_t cap_ms, void (*done)(void *ctx), void *ctx)
{
    s->draining = true;
    s->drained = done;
    s->drained_ctx = ctx;
    listener_free(&s->listener);
    for (struct connection *c = s->live, *next = NULL; c != NULL; c = next) {
        next = c->next;
        drain_one(c);
    }
    reap_soon(s);
    if (timer_arm(&s->cap, s->loop, cap_ms, on_cap, s) != OK) {
        close_all(s);
    }
}

void server_free(struct server **s)
{
    if (*s == NULL) {
        return;
    }
    struct server *old = *s;

    listener_free(&old->listener);
    close_all(old);
    reap(old);
    while (old->spare != NULL) {
        struct exchange_io *x = old->spare;

        old->spare = x->next_spare;
        free_exchange(x);
    }
    timer_stop(&old->reap);
    timer_stop(&old->cap);
    buf_fini(&old->date);
    mem_free(old);
    *s = NULL;
}

/* --- small things */

struct span server_date(struct server *s, int64_t wall_ms)
{
    if (wall_ms / 1000 != s->date_s) {
        s->date_s = wall_ms / 1000;
        buf_clear(&s->date);
        clock_put_http_date(&s->date, wall_ms);
    }
    return buf_span(&s->date);
}

unsigned server_port(const struct server *s)
{
    return s->listener == NULL ? 0 : listener_port(s->listener);
}

void server_read_counts(const struct server *s, struct server_counts *out)
{
    *out = s->counts;
}
