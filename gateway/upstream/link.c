/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection's life. Invariant: an idle link holds no byte and its parser
 * stands between messages; whatever comes on it then was not asked for, so the
 * connection dies (response-queue poisoning).
 */
#include "upstream/link.h"

#include "base/mem.h"
#include "upstream/leg_priv.h"

static void free_link(struct link *link)
{
    timer_stop(&link->timer);
    stream_abort(&link->stream);
    http_parser_free(&link->parser);
    buf_fini(&link->held);
    link->pool->counts.open--;
    mem_free(link);
}

/* Something happened on an idle connection: it ended, or speaks unasked. */
static void end_idle(struct link *link)
{
    struct pool *p = link->pool;
    uint8_t byte;
    size_t got = 0;
    enum step step = stream_read(link->stream, &byte, 1, &got);

    if (step == STEP_MORE) {
        return; /* TLS by itself: a session ticket, a key update */
    }
    p->counts.poisoned += step == STEP_DONE && got > 0;
    pool_forget(p, link);
    free_link(link);
}

static void on_ready(void *ctx, bool readable, bool writable)
{
    struct link *link = ctx;

    if (link->state == LINK_IDLE) {
        end_idle(link);
    } else {
        leg_ready(link->leg, readable, writable);
    }
}

static enum err connect_stream(struct link *link)
{
    struct pool *p = link->pool;
    const struct stream_setup setup = {
        .loop = p->loop,
        .tls = p->setup.tls,
        .server_name = p->setup.tls == NULL ? NULL : p->server_name,
        .events = {.ready = on_ready, .ctx = link},
    };
    enum err e = stream_connect(&setup, p->address, &link->stream);

    return e == OK || e == ERR_MEMORY || e == ERR_CRYPTO ? e : ERR_UP_CONNECT;
}

enum err link_open(struct pool *pool, struct leg *leg, struct link **out)
{
    struct link *link = mem_alloc(sizeof(*link));
    struct http_events events = link_http_events;

    if (link == NULL) {
        return ERR_MEMORY;
    }
    link->pool = pool;
    link->leg = leg;
    link->state = LINK_BUSY;
    pool->counts.open++;
    buf_init(&link->held, READ_BYTES);
    events.ctx = link;
    enum err e = http_parser_new(true, &events, &link->parser);

    e = e != OK ? e : connect_stream(link);
    if (e != OK) {
        free_link(link);
        return e;
    }
    *out = link;
    return OK;
}

static void on_idle_end(void *ctx)
{
    struct link *link = ctx;

    pool_forget(link->pool, link);
    free_link(link);
}

void link_release(struct link *link)
{
    struct pool *p = link->pool;

    link->leg = NULL;
    link->answers++;
    if (!link->keep_alive || stream_has_pending(link->stream) ||
        p->counts.idle >= p->setup.max_idle ||
        timer_arm(&link->timer, p->loop, p->setup.idle_ms, on_idle_end, link) != OK) {
        free_link(link);
        return;
    }
    link->state = LINK_IDLE;
    http_parser_next(link->parser, false);
    stream_want(link->stream, true, false);
    pool_keep(p, link);
}

void link_drop(struct link *link)
{
    link->leg = NULL;
    if (link->state == LINK_FEEDING) {
        link->state = LINK_DOOMED;
    } else {
        free_link(link);
    }
}

bool link_feed(struct link *link, struct span bytes, size_t *used, enum err *e)
{
    link->state = LINK_FEEDING;
    *e = http_parser_feed(link->parser, bytes, used);
    if (link->state == LINK_DOOMED) {
        struct pool *p = link->pool;

        free_link(link);
        pool_serve(p);
        return false;
    }
    link->state = LINK_BUSY;
    return true;
}

/* Asks the kernel once more: what arrived since the last turn of the loop counts too. */
bool link_take(struct link *link, struct leg *leg)
{
    uint8_t byte;
    size_t got = 0;
    enum step step = stream_read(link->stream, &byte, 1, &got);

    timer_stop(&link->timer);
    if (step != STEP_MORE) {
        link->pool->counts.poisoned += step == STEP_DONE && got > 0;
        free_link(link);
        return false;
    }
    link->state = LINK_BUSY;
    link->leg = leg;
    link->keep_alive = false;
    return true;
}
