/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of an exchange.
 *
 *            +------------> X_DENYING ----------------+
 *            |                                        v
 *   X_NEW ---+--> X_PULLING --> X_FLUSHING -------> X_ENDED
 *            |        |              |                ^
 *            |        +------+-------+                |
 *            |               v                        |
 *            |           X_FAILING -------------------+
 *            +----------------------------------------+
 *
 * X_FLUSHING may also turn to X_DENYING: a page that was gathered whole does not
 * fit into the day's students (room.c).
 *
 * Invariants: (1) no byte from the source is given to the server before the
 * entry that covers it is durable; (2) an error answer in X_DENYING and
 * X_FAILING waits for the `denied` or `request` entry; if the ledger cannot
 * write, the partner gets 503 and nothing else; (3) each acknowledgement that was
 * asked for comes back before the exchange is freed; (4) `io` is not touched in
 * X_ENDED.
 */
#include "proxy/exchange_priv.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "proxy/answer_priv.h"
#include "proxy/batch_priv.h"
#include "proxy/facts_priv.h"
#include "proxy/pull_priv.h"
#include "proxy/record_priv.h"

#include <assert.h>
#include <stddef.h>

#define EDGE(state) (1u << (state))

static const struct {
    const char *name;
    unsigned next;
} states[X_STATE_COUNT] = {
    [X_NEW] = {"new", EDGE(X_DENYING) | EDGE(X_PULLING) | EDGE(X_ENDED)},
    [X_DENYING] = {"denying", EDGE(X_ENDED)},
    [X_PULLING] = {"pulling", EDGE(X_FLUSHING) | EDGE(X_FAILING) | EDGE(X_ENDED)},
    [X_FAILING] = {"failing", EDGE(X_ENDED)},
    [X_FLUSHING] = {"flushing", EDGE(X_DENYING) | EDGE(X_FAILING) | EDGE(X_ENDED)},
    [X_ENDED] = {"ended", 0},
};

void exchange_enter(struct exchange *x, enum exchange_state next)
{
    assert((states[x->state].next & EDGE(next)) != 0);
    assert((next != X_FAILING && next != X_DENYING) || !x->head_sent);
    x->state = next;
}

enum err exchange_make_id(char id[ID_CHARS + 1])
{
    uint8_t random[ID_CHARS / 2];
    struct buf hex;
    enum err e = digest_random(random, sizeof(random));

    buf_init(&hex, ID_CHARS);
    text_hex(&hex, span_of(random, sizeof(random)));
    e = e != OK ? e : buf_err(&hex);
    if (e == OK) {
        memcpy(id, buf_span(&hex).ptr, ID_CHARS);
        id[ID_CHARS] = '\0';
    }
    buf_fini(&hex);
    return e;
}

static void link_in(struct exchange *x)
{
    struct proxy *p = x->proxy;

    x->next = p->exchanges;
    x->link = &p->exchanges;
    if (x->next != NULL) {
        x->next->link = &x->next;
    }
    p->exchanges = x;
    p->open++;
}

struct exchange *exchange_new(struct proxy *p, struct exchange_io *io, const struct request *r)
{
    struct exchange *x = mem_alloc(sizeof(*x));

    if (x == NULL || exchange_make_id(x->id) != OK) {
        mem_free(x);
        return NULL;
    }
    x->proxy = p;
    x->io = io;
    x->request = r;
    x->world = world_ref(p->world);
    x->stops_generation = stops_generation(p->setup.stops);
    x->stops = stops_current(p->setup.stops);
    x->lens = (struct roster_lens){x->world->roster, stop_set_has_student, x->stops};
    roster_view_init(&x->view, &x->lens);
    facts_open(x);
    arena_init(&x->arena, ARENA_BYTES);
    batch_init_all(x);
    link_in(x);
    return x;
}

static void free_exchange(struct exchange *x)
{
    struct proxy *p = x->proxy;

    *x->link = x->next;
    if (x->next != NULL) {
        x->next->link = x->link;
    }
    p->open--;
    timer_stop(&x->ledger_timer);
    pull_fini(x);
    code_pool_give(&p->codes, x->world->version, x->agreement, x->ids);
    batch_fini_all(x);
    arena_fini(&x->arena);
    stop_set_unref(&x->stops);
    facts_close(x);
    world_unref(&x->world);
    mem_free(x);
}

enum err exchange_credit(struct exchange *x)
{
    if (x->credits > 1) {
        return OK;
    }
    enum err e = ledger_reserve(x->proxy->setup.ledger, 1);

    if (e == OK) {
        x->credits++;
    }
    return e;
}

static void on_ledger_late(void *ctx)
{
    COUNT(((struct exchange *)ctx)->proxy, ledger_refusals);
    exchange_fail(ctx, ERR_LEDGER);
}

/* Writer's thread: hand the result to the worker. */
static void on_durable(struct ledger_ack *ack, enum err e, uint64_t index)
{
    struct pending *p = (struct pending *)ack;

    (void)index;
    p->result = e;
    loop_post(p->loop, &p->item);
}

enum err exchange_submit(struct exchange *x, const struct entry *entry, struct pending *p,
                         void (*arrived)(struct loop_item *item))
{
    p->ack.done = on_durable;
    p->item.run = arrived;
    p->x = x;
    p->loop = x->proxy->setup.loop;
    p->waiting = true;
    enum err e =
        timer_arm(&x->ledger_timer, p->loop, x->proxy->setup.ledger_wait_ms, on_ledger_late, x);

    if (e == OK) {
        e = ledger_submit(x->proxy->setup.ledger, entry, &p->ack);
    }
    if (e != OK) {
        p->waiting = false;
        return e;
    }
    x->credits--;
    x->acks++;
    return OK;
}

enum err exchange_recheck(struct exchange *x)
{
    struct stops *stops = x->proxy->setup.stops;
    uint64_t generation = stops_generation(stops);

    if (generation != x->stops_generation) {
        stop_set_unref(&x->stops);
        x->stops = stops_current(stops);
        x->stops_generation = generation;
        x->lens.ctx = x->stops;
    }
    if (stop_set_has(x->stops, STOP_CLIENT, x->client->id) ||
        stop_set_has(x->stops, STOP_PARTNER, x->client->partner) ||
        stop_set_has(x->stops, STOP_AGREEMENT, x->client->agreement)) {
        return ERR_STOPPED;
    }
    return clock_wall_ms() < x->token.expires_ms ? facts_recheck(x) : ERR_TOKEN_EXPIRED;
}

bool exchange_is_stale(const struct exchange *x)
{
    return stops_generation(x->proxy->setup.stops) != x->stops_generation || facts_are_stale(x);
}

struct exchange *exchange_arrived(struct pending *p)
{
    p->waiting = false;
    if (--p->x->acks == 0) {
        timer_stop(&p->x->ledger_timer);
    }
    return p->x;
}

static void on_request_durable(struct loop_item *item)
{
    struct pending *p = (struct pending *)((char *)item - offsetof(struct pending, item));
    struct exchange *x = exchange_arrived(p);

    x->request_durable = p->result == OK;
    if (p->result != OK && (x->state == X_PULLING || x->state == X_FLUSHING)) {
        COUNT(x->proxy, ledger_refusals);
        exchange_fail(x, p->result);
        return;
    }
    exchange_advance(x);
}

static enum err record(struct exchange *x, enum entry_kind kind)
{
    struct buf *body = &x->proxy->scratch;

    buf_clear(body);
    if (kind == ENTRY_DENIED) {
        record_put_denied(body, x, x->error);
    } else {
        record_put_request(body, x);
    }
    struct entry entry = {
        .kind = kind, .exchange = span_of(x->id, ID_CHARS), .body = buf_span(body)};

    return buf_err(body) != OK ? buf_err(body)
                               : exchange_submit(x, &entry, &x->request_entry, on_request_durable);
}

/* Nothing could be recorded: 503 and nothing else. */
static void refuse_unrecorded(struct exchange *x, enum err e)
{
    COUNT(x->proxy, ledger_refusals);
    x->error = err_row(e)->status == 503 ? e : ERR_LEDGER;
    answer_error(x, x->error);
    exchange_close(x, "refused");
}

static void count_denial(struct exchange *x, enum err e)
{
    COUNT(x->proxy, denied);
    COUNT_BY(x->proxy, rate_limited, e == ERR_RATE ? 1 : 0);
    COUNT_BY(x->proxy, students_limited, e == ERR_STUDENTS ? 1 : 0);
    x->error = e;
}

void exchange_deny_late(struct exchange *x, enum err e)
{
    enum err trouble = exchange_credit(x);

    pull_stop(x);
    count_denial(x, e);
    trouble = trouble != OK ? trouble : record(x, ENTRY_DENIED);
    if (trouble != OK) {
        exchange_fail(x, trouble);
        return;
    }
    x->request_durable = false; /* what the answer waits for now is the denial */
    exchange_enter(x, X_DENYING);
}

void exchange_deny(struct exchange *x, enum err e)
{
    count_denial(x, e);
    enum err trouble = ledger_reserve(x->proxy->setup.ledger, 2);

    x->credits = trouble == OK ? 2 : 0;
    trouble = trouble != OK ? trouble : record(x, ENTRY_DENIED);
    if (trouble != OK) {
        refuse_unrecorded(x, trouble);
        return;
    }
    exchange_enter(x, X_DENYING);
}

void exchange_go(struct exchange *x)
{
    enum err e = ledger_reserve(x->proxy->setup.ledger, CREDITS);

    x->credits = e == OK ? CREDITS : 0;
    e = e != OK ? e : record(x, ENTRY_REQUEST);
    if (e != OK) {
        refuse_unrecorded(x, e);
        return;
    }
    exchange_enter(x, X_PULLING);
    e = pull_start(x);
    if (e != OK) {
        exchange_fail(x, e);
    }
}

void exchange_fail(struct exchange *x, enum err e)
{
    log_event(LOG_WARN, "exchange-failed", LOG_STR("exchange", x->id),
              LOG_STR("reason", err_code(e)), LOG_STR("state", states[x->state].name));
    if (x->head_sent || x->io_dead) {
        COUNT(x->proxy, broken);
        if (!x->io_dead) {
            io_abort(x->io);
        }
        exchange_close(x, err_code(e));
        return;
    }
    pull_stop(x);
    x->error = e;
    if (x->state == X_PULLING || x->state == X_FLUSHING) {
        exchange_enter(x, X_FAILING);
    } else if (x->request_entry.waiting) { /* the ledger is late for the entry itself */
        answer_error(x, ERR_LEDGER);
        exchange_close(x, err_code(e));
        return;
    }
    exchange_advance(x);
}

/* X_DENYING, X_FAILING: the answer waits for its entry. */
static void advance_error(struct exchange *x)
{
    if (x->request_entry.waiting) {
        if (x->error == ERR_LEDGER) { /* waited long enough */
            answer_error(x, ERR_LEDGER);
            exchange_close(x, "ledger");
        }
        return;
    }
    bool recorded = x->request_durable;

    answer_error(x, recorded ? x->error : x->request_entry.result);
    bool asked = x->pull.legs > 0; /* an exchange that asked the source has an outcome */

    exchange_close(x, recorded && !asked && x->state == X_DENYING ? NULL : err_code(x->error));
}

static void advance_answer(struct exchange *x)
{
    batch_settle(x);
    enum err e = pull_queue_sealed(x);

    e = e != OK ? e : batch_release(x);
    e = e != OK ? e : pull_queue_sealed(x); /* releasing may have made room in flight */
    if (e == ERR_STUDENTS) {
        exchange_deny_late(x, e);
    } else if (e != OK) {
        exchange_fail(x, e);
    } else if (x->state == X_FLUSHING && x->in_use == 0) {
        COUNT(x->proxy, answered);
        io_end(x->io);
        exchange_close(x, "complete");
    } else if (x->state == X_PULLING) {
        pull_resume(x);
    }
}

static void advance_ended(struct exchange *x)
{
    if (x->acks == 0 && !x->starting) {
        free_exchange(x);
    }
}

void exchange_advance(struct exchange *x)
{
    switch (x->state) {
    case X_DENYING:
    case X_FAILING:
        advance_error(x);
        break;
    case X_PULLING:
    case X_FLUSHING:
        advance_answer(x);
        break;
    case X_ENDED:
        advance_ended(x);
        break;
    default:
        break;
    }
}

static void record_outcome(struct exchange *x, const char *end)
{
    struct buf *body = &x->proxy->scratch;

    buf_clear(body);
    record_put_outcome(body, x, end);
    struct entry entry = {
        .kind = ENTRY_OUTCOME, .exchange = span_of(x->id, ID_CHARS), .body = buf_span(body)};

    if (buf_err(body) == OK && x->credits > 0) {
        enum err e = ledger_submit(x->proxy->setup.ledger, &entry, NULL);

        x->credits -= e == OK ? 1 : 0;
        if (e != OK) {
            log_event(LOG_ERROR, "outcome-lost", LOG_STR("exchange", x->id));
        }
    }
}

void exchange_close(struct exchange *x, const char *end)
{
    bool recorded = x->request_entry.waiting || x->request_durable;

    pull_stop(x);
    timer_stop(&x->ledger_timer);
    if (end != NULL && recorded) {
        record_outcome(x, end);
    }
    ledger_unreserve(x->proxy->setup.ledger, x->credits);
    limit_release(&x->hold);
    x->credits = 0;
    x->io = NULL;
    exchange_enter(x, X_ENDED);
    exchange_advance(x);
}
