/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lookahead. A long answer's head leaves with its first batch, and the head
 * says whether there is a next page. Where rows may be withheld nobody knows that
 * from the source's count, so a second reader goes on from where the page stands:
 * same query, same decisions, no output, until it has seen the first visible row
 * behind the page or the end. Pages that fit their first batch never need it.
 *
 * Its legs have connections of their own. An exchange that looks ahead keeps its
 * first leg paused meanwhile: were both taken from one pool, as many such exchanges
 * as the pool has connections would wait for each other.
 */
#include "proxy/pull_priv.h"

static enum err start_leg(struct exchange *x);

static enum err on_record(void *ctx, const struct redact_record *record)
{
    struct exchange *x = ctx;
    struct scan *s = &x->scan;

    s->at++;
    s->leg_rows++;
    if (s->leg_rows > s->asked) {
        return ERR_UP_ENVELOPE;
    }
    if (record->reason != ROW_RELEASED || s->has_found) {
        return OK;
    }
    if (s->wanted > 0) {
        s->wanted--;
    } else {
        s->has_found = true;
        s->found =
            (struct position){s->at - 1, x->page.from.visible + x->page.skip + x->query.limit};
    }
    return OK;
}

static void on_head(void *ctx, const struct leg_head *head)
{
    struct exchange *x = ctx;

    x->scan.status = head->status;
}

static void on_body(void *ctx, struct span bytes)
{
    struct exchange *x = ctx;
    enum err e = x->scan.status != 200 ? ERR_UP_STATUS : redactor_feed(x->scan.redactor, bytes);

    if (e != OK) {
        exchange_fail(x, e);
    }
}

static bool is_at_end(const struct exchange *x)
{
    return x->page.has_total ? x->scan.at >= x->page.total : x->scan.leg_rows == 0;
}

static void on_end(void *ctx)
{
    struct exchange *x = ctx;
    struct scan *s = &x->scan;

    s->leg = NULL;
    enum err e = s->status != 200 ? ERR_UP_STATUS : redactor_end(s->redactor);

    if (e == OK && (s->has_found || is_at_end(x))) {
        s->running = false;
        x->page.next = s->has_found ? NEXT_AT : NEXT_NONE;
        x->page.next_at = s->found;
    } else if (e == OK) {
        redactor_restart(s->redactor);
        e = x->pull.legs >= MAX_LEGS ? ERR_UP_LEGS : start_leg(x);
    }
    if (e != OK) {
        exchange_fail(x, e);
        return;
    }
    exchange_advance(x);
}

static void on_fail(void *ctx, enum err e)
{
    struct exchange *x = ctx;

    x->scan.leg = NULL;
    COUNT(x->proxy, source_failures);
    exchange_fail(x, e);
}

static enum err start_leg(struct exchange *x)
{
    struct proxy *p = x->proxy;
    struct scan *s = &x->scan;
    struct leg_events events = {on_head, on_body, on_end, on_fail, x};

    s->asked = s->asked == 0 ? s->wanted + 1 : s->asked * 2;
    s->asked = s->asked > QUERY_MAX_LIMIT ? QUERY_MAX_LIMIT : s->asked;
    s->leg_rows = 0;
    enum err e = source_target(&p->scratch, &s->plan, &x->asked.query, s->at, s->asked);

    e = e != OK ? e : leg_start(p->setup.scan_pool, buf_span(&p->scratch), &events, &s->leg);
    if (e == OK) {
        x->pull.legs++;
        COUNT(p, legs);
    }
    return e;
}

/* The plan of the same question with no more than the id to show. */
static enum err narrow_plan(struct exchange *x)
{
    struct scan *s = &x->scan;
    const struct field *id = resource_field(x->plan.resource, SPAN("sourcedId"));
    struct refusal why = {0};

    s->query = x->query;
    s->query.has_fields = true;
    s->query.fields = (struct fieldset){{0}};
    if (id != NULL) {
        fieldset_add(&s->query.fields, id->number);
    }
    struct request_facts facts = {.policy = x->world->rules->policy,
                                  .agreement = x->agreement,
                                  .roster = &x->view,
                                  .own = x->own,
                                  .purpose = x->client->purpose,
                                  .route = &x->route,
                                  .query = &s->query,
                                  .local_date = x->local_date};

    return verdict_request(&facts, &s->plan, &why);
}

enum err scan_start(struct exchange *x)
{
    struct scan *s = &x->scan;
    struct redact_setup setup = {.plan = &s->plan,
                                 .href_base = x->world->rules->href_base,
                                 .href_bases = x->world->rules->href_bases,
                                 .ids = x->ids,
                                 .narrow_only = true};
    enum err e = narrow_plan(x);

    e = e != OK ? e : redactor_new(&setup, on_record, x, &s->redactor);
    if (e == OK) {
        s->running = true;
        s->at = x->page.from.source + x->page.rows;
        s->wanted = x->query.limit - x->page.taken;
        e = start_leg(x);
    }
    return e;
}

void scan_stop(struct exchange *x)
{
    if (x->scan.leg != NULL) {
        leg_abort(&x->scan.leg);
    }
    x->scan.running = false;
}
