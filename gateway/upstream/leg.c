/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request to the source.
 *
 *              no room                      reused link broke, no byte yet
 *   NEW ------> WAITING        +-----------------------------+---------+
 *    |  room       | room      v                             |         |
 *    +-------------+----> CONNECTING --> SENDING ----------> HEAD      |
 *    |  idle link  |                      ^  |                |        |
 *    +-------------+----------------------+  +----------------|--------+
 *                                                             v
 *        RESUMING <---- PAUSED <------------------------->  BODY ----> OVER
 *           +----------------------------------------------->^
 *
 * From every state but NEW: FAILING (the error is told on the next turn of the
 * loop, never from inside a caller's call) and OVER. The timer is armed in every
 * state; what it means depends on the state. The link is held from CONNECTING to
 * RESUMING. Nothing here looks into the body.
 */
#include "upstream/leg.h"

#include "base/mem.h"
#include "upstream/answer.h"
#include "upstream/leg_priv.h"
#include "upstream/request.h"

#include <assert.h>

enum { READS_A_TURN = 4 };

#define FOREVER_MS ((int64_t)86400000)
#define MAY(state) (1u << (state))

static const struct state_row {
    const char *name;
    unsigned next;
    bool has_link;
} states[LEG_STATE_COUNT] = {
    [LEG_NEW] = {"new", MAY(LEG_WAITING) | MAY(LEG_CONNECTING) | MAY(LEG_SENDING) | MAY(LEG_OVER),
                 false},
    [LEG_WAITING] = {"waiting",
                     MAY(LEG_CONNECTING) | MAY(LEG_SENDING) | MAY(LEG_FAILING) | MAY(LEG_OVER),
                     false},
    [LEG_CONNECTING] = {"connecting", MAY(LEG_SENDING) | MAY(LEG_FAILING) | MAY(LEG_OVER), true},
    [LEG_SENDING] = {"sending",
                     MAY(LEG_HEAD) | MAY(LEG_CONNECTING) | MAY(LEG_FAILING) | MAY(LEG_OVER), true},
    [LEG_HEAD] = {"head", MAY(LEG_BODY) | MAY(LEG_CONNECTING) | MAY(LEG_FAILING) | MAY(LEG_OVER),
                  true},
    [LEG_BODY] = {"body", MAY(LEG_PAUSED) | MAY(LEG_FAILING) | MAY(LEG_OVER), true},
    [LEG_PAUSED] = {"paused", MAY(LEG_RESUMING) | MAY(LEG_FAILING) | MAY(LEG_OVER), true},
    [LEG_RESUMING] = {"resuming",
                      MAY(LEG_BODY) | MAY(LEG_PAUSED) | MAY(LEG_FAILING) | MAY(LEG_OVER), true},
    [LEG_FAILING] = {"failing", MAY(LEG_OVER), false},
    [LEG_OVER] = {"over", 0, false},
};

bool leg_may_enter(enum leg_state from, enum leg_state to)
{
    return (states[from].next & MAY(to)) != 0;
}

static void check_invariant(const struct leg *leg)
{
    assert(leg->state == LEG_OVER || leg->state == LEG_CONNECTING ||
           (leg->link != NULL) == states[leg->state].has_link);
    assert(leg->link == NULL || leg->link->leg == leg);
    assert(leg->tries <= 2);
}

static void enter(struct leg *leg, enum leg_state next)
{
    assert(leg_may_enter(leg->state, next));
    leg->state = next;
    check_invariant(leg);
}

static void on_timer(void *ctx);

/* The timer is armed already, so this only moves it; see struct leg. */
static void set_timer(struct leg *leg, int64_t in_ms)
{
    enum err e = timer_arm(&leg->timer, leg->pool->loop, in_ms, on_timer, leg);

    assert(e == OK);
    (void)e;
}

static void free_leg(struct leg *leg)
{
    timer_stop(&leg->timer);
    buf_fini(&leg->request);
    leg->pool->legs--;
    mem_free(leg);
}

static void drop_link(struct leg *leg)
{
    struct link *link = leg->link;

    leg->link = NULL;
    if (link != NULL) {
        link_drop(link);
    }
}

/* The error is told by the timer, from the loop. */
static void fail_later(struct leg *leg, enum err e)
{
    drop_link(leg);
    leg->error = e;
    enter(leg, LEG_FAILING);
    set_timer(leg, 0);
    pool_serve(leg->pool);
}

static void tell_failure(struct leg *leg, enum err e)
{
    struct leg_events events = leg->events;
    struct pool *p = leg->pool;

    if (leg->state == LEG_WAITING) {
        pool_unwait(p, leg);
    }
    drop_link(leg);
    enter(leg, LEG_OVER);
    p->counts.failed++;
    free_leg(leg);
    pool_serve(p);
    events.fail(events.ctx, e);
}

/* --- sending */

static void connect_anew(struct leg *leg)
{
    enter(leg, LEG_CONNECTING);
    leg->tries++;
    set_timer(leg, leg->pool->setup.connect_ms);
    enum err e = link_open(leg->pool, leg, &leg->link);

    if (e != OK) {
        fail_later(leg, e);
    }
}

/*
 * The connection ended or broke. A reused one may have been closed by the source
 * before it saw the request; then, and only if no byte came back, once more.
 */
static void lost(struct leg *leg, enum err e)
{
    bool again = leg->link->answers > 0 && leg->received == 0 && leg->tries < 2;

    if (!again) {
        fail_later(leg, e);
        return;
    }
    leg->pool->counts.retried++;
    drop_link(leg);
    connect_anew(leg);
}

static void send_some(struct leg *leg)
{
    struct span left = span_from(buf_span(&leg->request), leg->sent);
    enum step step = STEP_DONE;

    while (left.len > 0 && step == STEP_DONE) {
        size_t sent = 0;

        step = stream_write(leg->link->stream, left, &sent);
        leg->sent += sent;
        left = span_from(left, sent);
    }
    if (step == STEP_ERR) {
        lost(leg, ERR_UP_TRUNCATED);
        return;
    }
    if (left.len == 0) {
        enter(leg, LEG_HEAD);
    }
    stream_want(leg->link->stream, true, left.len > 0);
}

/* Before the request is out nothing may come: it could only answer nobody's question. */
static void send_into_silence(struct leg *leg)
{
    uint8_t byte;
    size_t got = 0;
    enum step step = stream_read(leg->link->stream, &byte, 1, &got);

    if (step == STEP_DONE && got > 0) {
        fail_later(leg, ERR_UP_FRAMING);
    } else if (step != STEP_MORE) {
        lost(leg, ERR_UP_TRUNCATED);
    } else {
        send_some(leg);
    }
}

static void begin_sending(struct leg *leg)
{
    leg->sent = 0;
    leg->received = 0;
    enter(leg, LEG_SENDING);
    set_timer(leg, leg->pool->setup.head_ms);
}

bool leg_launch(struct leg *leg)
{
    struct pool *p = leg->pool;
    struct link *idle = pool_take_idle(p, leg);

    if (idle == NULL && !pool_has_room(p)) {
        return false;
    }
    if (leg->state == LEG_WAITING) {
        pool_unwait(p, leg);
    }
    if (idle == NULL) {
        connect_anew(leg);
        return true;
    }
    leg->link = idle;
    leg->tries++;
    begin_sending(leg);
    send_some(leg); /* link_take() has listened a moment ago */
    return true;
}

/* --- answers */

/* Read, but not wanted now: kept until leg_resume(). */
static void hold(struct leg *leg, struct span rest)
{
    buf_put(&leg->link->held, rest);
    if (buf_err(&leg->link->held) != OK) {
        fail_later(leg, ERR_MEMORY);
    }
}

static void complete(struct leg *leg, bool surplus)
{
    struct leg_events events = leg->events;
    struct pool *p = leg->pool;
    struct link *link = leg->link;

    if (surplus) {
        fail_later(leg, ERR_UP_FRAMING);
        return;
    }
    leg->link = NULL;
    link_release(link);
    enter(leg, LEG_OVER);
    free_leg(leg);
    pool_serve(p);
    events.end(events.ctx);
}

/* Parses. True if the leg is still there and wants more. */
static bool take(struct leg *leg, struct span bytes)
{
    struct link *link = leg->link;
    size_t used = 0;
    enum err e = OK;

    leg->received += bytes.len;
    if (!link_feed(link, bytes, &used, &e)) {
        return false;
    }
    if (e != OK) {
        fail_later(leg, e);
        return false;
    }
    if (leg->state == LEG_PAUSED || leg->state == LEG_RESUMING) {
        hold(leg, span_from(bytes, used));
        return false;
    }
    if (http_parser_is_done(link->parser)) {
        complete(leg, used < bytes.len);
        return false;
    }
    return true;
}

static void read_some(struct leg *leg)
{
    struct pool *p = leg->pool;

    for (int i = 0; i < READS_A_TURN; i++) {
        size_t got = 0;
        enum step step = stream_read(leg->link->stream, p->read_buffer, READ_BYTES, &got);

        if (step == STEP_MORE) {
            return;
        }
        if (step == STEP_ERR || got == 0) {
            lost(leg, ERR_UP_TRUNCATED);
            return;
        }
        if (!take(leg, span_of(p->read_buffer, got))) {
            return;
        }
        if (leg->state == LEG_BODY) {
            set_timer(leg, p->setup.body_ms);
        }
        if (got < READ_BYTES) {
            return;
        }
    }
}

static void shake_hands(struct leg *leg)
{
    enum step step = stream_handshake(leg->link->stream);

    if (step == STEP_ERR) {
        fail_later(leg, ERR_UP_CONNECT);
    } else if (step == STEP_DONE) {
        begin_sending(leg);
        send_into_silence(leg);
    }
}

void leg_ready(struct leg *leg, bool readable, bool writable)
{
    (void)writable;
    switch (leg->state) {
    case LEG_CONNECTING:
        shake_hands(leg);
        break;
    case LEG_SENDING:
        send_into_silence(leg);
        break;
    case LEG_HEAD:
    case LEG_BODY:
        if (readable) {
            read_some(leg);
        }
        break;
    default:
        break; /* paused: the stream is not asked to wake us */
    }
}

static enum err on_head(void *ctx, const struct http_head *head)
{
    struct link *link = ctx;
    struct leg *leg = link->leg;
    struct leg_head shown;
    enum err e = answer_check(head, &shown);

    if (e != OK) {
        return e;
    }
    link->keep_alive = head->keep_alive;
    enter(leg, LEG_BODY);
    set_timer(leg, leg->pool->setup.body_ms);
    leg->events.head(leg->events.ctx, &shown);
    return link->state == LINK_DOOMED ? ERR_CLOSED : OK;
}

static enum err on_body(void *ctx, struct span bytes)
{
    struct link *link = ctx;
    struct leg *leg = link->leg;

    leg->events.body(leg->events.ctx, bytes);
    return link->state == LINK_DOOMED ? ERR_CLOSED : OK;
}

static enum err on_end(void *ctx)
{
    (void)ctx; /* take() asks http_parser_is_done() once it knows what stands behind the end */
    return OK;
}

const struct http_events link_http_events = {.head = on_head, .body = on_body, .end = on_end};

/* --- the caller's calls */

void leg_pause(struct leg *leg)
{
    if (leg->state != LEG_BODY && leg->state != LEG_RESUMING) {
        return;
    }
    enter(leg, LEG_PAUSED);
    set_timer(leg, FOREVER_MS);
    stream_want(leg->link->stream, false, false);
    if (leg->link->state == LINK_FEEDING) {
        http_parser_pause(leg->link->parser);
    }
}

void leg_resume(struct leg *leg)
{
    if (leg->state == LEG_PAUSED) {
        enter(leg, LEG_RESUMING);
        set_timer(leg, 0);
    }
}

/* What was held goes first; take() may hold a part of it again. */
static void go_on(struct leg *leg)
{
    struct link *link = leg->link;
    struct buf held = link->held;
    int64_t body_ms = leg->pool->setup.body_ms;

    buf_init(&link->held, READ_BYTES);
    enter(leg, LEG_BODY);
    set_timer(leg, body_ms);
    leg->received -= held.len;
    if (take(leg, buf_span(&held))) {
        stream_want(link->stream, true, false);
    }
    buf_fini(&held);
}

static void on_timer(void *ctx)
{
    struct leg *leg = ctx;

    switch (leg->state) {
    case LEG_WAITING:
        tell_failure(leg, ERR_BUSY);
        break;
    case LEG_RESUMING:
        go_on(leg);
        break;
    case LEG_FAILING:
        tell_failure(leg, leg->error);
        break;
    default:
        tell_failure(leg, ERR_UP_TIMEOUT);
        break;
    }
}

void leg_abort(struct leg **gone)
{
    struct leg *leg = *gone;
    struct pool *p;

    *gone = NULL;
    if (leg == NULL) {
        return;
    }
    p = leg->pool;
    if (leg->state == LEG_WAITING) {
        pool_unwait(p, leg);
    }
    drop_link(leg);
    enter(leg, LEG_OVER);
    free_leg(leg);
    pool_serve(p);
}

static enum err start(struct leg *leg)
{
    struct pool *p = leg->pool;

    if (p->counts.waiting == 0 && leg_launch(leg)) {
        return OK;
    }
    if (!pool_wait(p, leg)) {
        return ERR_BUSY;
    }
    enter(leg, LEG_WAITING);
    return OK;
}

enum err leg_start(struct pool *p, struct span target, const struct leg_events *events,
                   struct leg **out)
{
    struct leg *leg = mem_alloc(sizeof(*leg));

    if (leg == NULL) {
        return ERR_MEMORY;
    }
    leg->pool = p;
    leg->events = *events;
    p->legs++;
    enum err e = request_write(&leg->request, target, p->server_name);

    e = e != OK ? e : timer_arm(&leg->timer, p->loop, p->setup.wait_ms, on_timer, leg);
    e = e != OK ? e : start(leg);
    if (e != OK) {
        free_leg(leg);
        return e;
    }
    p->counts.started++;
    *out = leg;
    return OK;
}
