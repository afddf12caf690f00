/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handler of the data plane: makes exchanges, keeps the worker's caches, and
 * counts what came without a valid token.
 */
#include "proxy/proxy.h"

#include "base/log.h"
#include "base/mem.h"
#include "proxy/answer_priv.h"
#include "proxy/record_priv.h"
#include "proxy/sets.h"
#include "proxy/start_priv.h"

enum { SCRATCH_BYTES = 64 * 1024, TOKENS = 4096, JUNK_MS = 1000 };

/* One `junk` entry per second at most, however much comes (SAFETY G1). */
static void on_junk_due(void *ctx)
{
    struct proxy *p = ctx;
    struct ledger *l = p->setup.ledger;

    if (p->junk == 0 || ledger_reserve(l, 1) != OK) {
        return; /* the count is kept; the next request arms the timer again */
    }
    buf_clear(&p->scratch);
    record_put_junk(&p->scratch, p->junk);
    struct entry entry = {.kind = ENTRY_JUNK, .body = buf_span(&p->scratch)};

    if (buf_err(&p->scratch) == OK && ledger_submit(l, &entry, NULL) == OK) {
        p->junk = 0;
    } else {
        ledger_unreserve(l, 1);
    }
}

static void count_junk(struct proxy *p)
{
    p->junk++;
    COUNT(p, unauthenticated);
    if (!timer_is_armed(&p->junk_timer) &&
        timer_arm(&p->junk_timer, p->setup.loop, JUNK_MS, on_junk_due, p) != OK) {
        log_event(LOG_ERROR, "junk-timer-failed", LOG_NUM("count", p->junk));
    }
}

/* Takes up the world in force; false before there is one. */
static bool refresh_world(struct proxy *p)
{
    if (p->world == NULL || p->world->version != world_box_version(p->setup.worlds)) {
        token_cache_clear(p->tokens);
        code_pool_clear(&p->codes);
        world_unref(&p->world);
        p->world = world_box_get(p->setup.worlds);
    }
    return p->world != NULL;
}

static void *begin(struct proxy *p, struct exchange_io *io, const struct request *r,
                   const struct token_info *token)
{
    struct exchange *x = exchange_new(p, io, r);

    if (x == NULL) {
        answer_early(p, io, r, ERR_MEMORY);
        return NULL;
    }
    x->token = *token;
    x->starting = true;
    COUNT(p, requests);
    enum err e = start_decide(x);

    if (e == OK) {
        exchange_go(x);
    } else {
        exchange_deny(x, e);
    }
    x->starting = false;
    if (x->state == X_ENDED) {
        exchange_advance(x);
        return NULL;
    }
    return x;
}

static void *on_start(void *ctx, struct exchange_io *io, const struct request *r)
{
    struct proxy *p = ctx;
    struct token_info token;

    if (answer_page(p, io, r)) {
        return NULL;
    }
    if (p->open >= p->setup.max_exchanges) {
        answer_early(p, io, r, ERR_BUSY);
        return NULL;
    }
    if (!refresh_world(p)) {
        answer_early(p, io, r, ERR_NOT_READY);
        return NULL;
    }
    enum err e = start_identify(p, r, &token);

    if (e != OK) {
        count_junk(p);
        answer_early(p, io, r, e);
        return NULL;
    }
    return begin(p, io, r, &token);
}

static void on_writable(void *exchange)
{
    exchange_advance(exchange);
}

static void on_gone(void *exchange)
{
    struct exchange *x = exchange;

    COUNT(x->proxy, broken);
    exchange_close(x, "client-gone");
}

enum err proxy_new(const struct proxy_setup *setup, struct proxy **out)
{
    struct proxy *p = mem_alloc(sizeof(*p));
    enum err e = p == NULL ? ERR_MEMORY : token_cache_new(TOKENS, &p->tokens);

    e = e != OK ? e : set_cache_new(&p->sets);
    if (e != OK) {
        proxy_free(&p);
        return e;
    }
    p->setup = *setup;
    p->handler =
        (struct handler){.ctx = p, .start = on_start, .writable = on_writable, .gone = on_gone};
    buf_init(&p->scratch, SCRATCH_BYTES);
    *out = p;
    return OK;
}

void proxy_flush(struct proxy *p)
{
    on_junk_due(p);
}

bool proxy_is_idle(const struct proxy *p)
{
    return p->open == 0;
}

void proxy_free(struct proxy **p)
{
    if (*p == NULL) {
        return;
    }
    timer_stop(&(*p)->junk_timer);
    token_cache_free(&(*p)->tokens);
    set_cache_free(&(*p)->sets);
    code_pool_clear(&(*p)->codes);
    world_unref(&(*p)->world);
    buf_fini(&(*p)->scratch);
    mem_free(*p);
    *p = NULL;
}

const struct handler *proxy_handler(const struct proxy *p)
{
    return &p->handler;
}

const struct proxy_counts *proxy_read_counts(const struct proxy *p)
{
    return &p->counts;
}
