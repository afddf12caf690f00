/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The legs of an exchange. Bytes of a leg go through the redactor; records that
 * it releases go to the page and into batches. Back-pressure: while three
 * batches are in flight and a fourth is full the leg is paused. A leg is always read to
 * its end, also when the page is full: the end of the array leaves only after the
 * source is known to be complete and well formed (SAFETY E1).
 */
#include "proxy/pull_priv.h"

#include "base/log.h"
#include "proxy/batch_priv.h"
#include "proxy/room_priv.h"

static enum err start_leg(struct exchange *x);

static enum err on_record(void *ctx, const struct redact_record *record)
{
    struct exchange *x = ctx;
    bool released = record->reason == ROW_RELEASED;

    x->by_reason[record->reason]++;
    x->dropped += record->fields_dropped;
    x->pull.leg_rows++;
    if (!released) {
        COUNT(x->proxy, withheld);
    }
    if (record->reason == ROW_SUBJECT) {
        COUNT(x->proxy, unknown_subjects);
    }
    if (record->reason == ROW_ID) {
        COUNT(x->proxy, codeless);
    }
    COUNT_BY(x->proxy, dropped, record->fields_dropped);
    if (!x->plan.item && x->pull.leg_rows > x->pull.asked) {
        return ERR_UP_ENVELOPE; /* more rows than were asked for */
    }
    return page_take(&x->page, &x->query, released) ? batch_add(x, record) : OK;
}

static void on_head(void *ctx, const struct leg_head *head)
{
    struct exchange *x = ctx;

    x->pull.status = head->status;
    if (head->status == 200 && head->has_total && !x->page.has_total) {
        x->page.has_total = true;
        x->page.total = head->total;
    }
}

/*
 * Another record than the one asked for. Where the roster has not vouched for the
 * id, the answer is that of an id that does not exist (SAFETY R4): a source that
 * takes "E1" for "e1" would tell of a withheld "e1" by an error of its own.
 */
static enum err told(struct exchange *x, enum err e)
{
    if (e != ERR_UP_IDENTITY || x->plan.vouched) {
        return e;
    }
    COUNT(x->proxy, source_failures);
    log_event(LOG_WARN, "source-identity", LOG_STR("exchange", x->id));
    return ERR_RECORD;
}

static void on_body(void *ctx, struct span bytes)
{
    struct exchange *x = ctx;

    if (x->pull.status != 200) {
        return; /* a 404's body says nothing that we pass on */
    }
    enum err e = exchange_is_stale(x) ? exchange_recheck(x) : OK;

    e = e != OK ? e : redactor_feed(x->pull.redactor, bytes);
    if (e != OK) {
        exchange_fail(x, told(x, e));
        return;
    }
    exchange_advance(x);
}

static enum err finish(struct exchange *x)
{
    enum err e = batch_finish(x);

    if (x->page.next == NEXT_UNKNOWN) {
        x->page.next = NEXT_NONE;
    }
    if (e == OK) {
        exchange_enter(x, X_FLUSHING);
    }
    return e;
}

/* A leg ended well: is the page complete, or does it need another one? */
static enum err after_leg(struct exchange *x)
{
    enum err e = OK;

    if (x->pull.status == 404) {
        return x->plan.item ? ERR_RECORD : ERR_UP_STATUS;
    }
    e = redactor_end(x->pull.redactor);
    if (e != OK) {
        return e;
    }
    if (x->plan.item && x->page.taken == 0) {
        return ERR_RECORD; /* withheld: answered as if it did not exist */
    }
    bool full = x->page.taken >= x->query.limit;

    if (page_at_end(x) || (full && page_knows_next(x))) {
        return finish(x);
    }
    if (x->pull.legs >= MAX_LEGS) {
        return x->page.taken == 0 && x->page.skip > 0 ? ERR_OFFSET : ERR_UP_LEGS;
    }
    redactor_restart(x->pull.redactor);
    return start_leg(x);
}

static void on_end(void *ctx)
{
    struct exchange *x = ctx;

    x->pull.leg = NULL;
    enum err e = after_leg(x);

    if (e != OK) {
        exchange_fail(x, e);
        return;
    }
    exchange_advance(x);
}

static void on_fail(void *ctx, enum err e)
{
    struct exchange *x = ctx;

    x->pull.leg = NULL;
    COUNT(x->proxy, source_failures);
    exchange_fail(x, e);
}

static enum err start_leg(struct exchange *x)
{
    struct proxy *p = x->proxy;
    struct leg_events events = {on_head, on_body, on_end, on_fail, x};

    x->pull.asked = x->plan.item ? 1 : page_next_ask(x);
    x->pull.leg_rows = 0;
    x->pull.paused = false;
    enum err e = source_target(&p->scratch, &x->plan, &x->asked.query,
                               x->page.from.source + x->page.rows, x->pull.asked);

    e = e != OK ? e : leg_start(p->setup.pool, buf_span(&p->scratch), &events, &x->pull.leg);
    if (e == OK) {
        x->pull.legs++;
        COUNT(p, legs);
    }
    return e;
}

enum err pull_start(struct exchange *x)
{
    if (x->asked.nothing) {
        return finish(x); /* an id that is none: an empty page, without the source (SAFETY R4) */
    }
    struct redact_setup setup = {.plan = &x->plan,
                                 .href_base = x->world->rules->href_base,
                                 .href_bases = x->world->rules->href_bases,
                                 .keys = x->world->rules->field_keys,
                                 .ids = x->ids};
    enum err e = redactor_new(&setup, on_record, x, &x->pull.redactor);

    return e != OK ? e : start_leg(x);
}

static void pause(struct exchange *x)
{
    if (x->pull.leg != NULL && !x->pull.paused) {
        x->pull.paused = true;
        leg_pause(x->pull.leg);
    }
}

enum err pull_queue_sealed(struct exchange *x)
{
    enum err gathered = x->gathers ? room_gather(x) : OK;

    if (gathered != OK || x->gathers) {
        return gathered;
    }
    struct batch *b = batch_sealed(x);
    enum err e = OK;

    while (e == OK && b != NULL && !x->scan.running && batch_may_queue(x)) {
        if (!page_knows_next(x)) {
            pause(x);
            return scan_start(x);
        }
        e = batch_queue(x, b);
        batch_settle(x);
        b = batch_sealed(x);
    }
    if (b != NULL) {
        pause(x);
    }
    return e;
}

void pull_resume(struct exchange *x)
{
    if (x->pull.paused && x->pull.leg != NULL && !x->scan.running && batch_sealed(x) == NULL) {
        x->pull.paused = false;
        leg_resume(x->pull.leg);
    }
}

void pull_stop(struct exchange *x)
{
    if (x->pull.leg != NULL) {
        leg_abort(&x->pull.leg);
    }
    scan_stop(x);
}

void pull_fini(struct exchange *x)
{
    pull_stop(x);
    redactor_free(&x->pull.redactor);
    redactor_free(&x->scan.redactor);
}
