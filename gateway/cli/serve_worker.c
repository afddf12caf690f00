/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workers: a thread, a loop, a pool to the source, a proxy, a server. Draining:
 * the server lets running answers end, then the worker waits until the ledger has
 * acknowledged what was under way, and leaves.
 */
#include "base/log.h"
#include "base/thread.h"
#include "cli/gateway.h"

#include <stddef.h>

enum {
    DRAIN_MS = 30000,
    IDLE_CHECK_MS = 10,
    ACK_WAIT_MS = 10000, /* a ledger that hangs does not keep a worker for ever */
    LEDGER_WAIT_MS = 5000,
    MAX_EXCHANGES = 1024,
    MAX_SOURCE_CONNECTIONS = 64,
    MAX_SOURCE_WAITING = 1024,
};

static struct worker *worker_of(struct loop_item *item, size_t offset)
{
    return (struct worker *)(void *)((char *)item - offset);
}

/* First thread: a worker has left its loop; the last one ends the housekeeping. */
static void on_worker_stopped(struct loop_item *item)
{
    struct gateway *g = worker_of(item, offsetof(struct worker, stopped))->gateway;

    if (--g->workers_left == 0) {
        gateway_stop_sync(g);
        gateway_close_doors(g);
        signals_free(&g->signals);
        loop_stop(g->loop);
    }
}

static void check_idle(void *ctx)
{
    struct worker *w = ctx;

    w->hangs = !proxy_is_idle(w->proxy);
    if (w->hangs && w->idle_checks++ < ACK_WAIT_MS / IDLE_CHECK_MS &&
        timer_arm(&w->idle_check, w->loop, IDLE_CHECK_MS, check_idle, w) == OK) {
        return;
    }
    proxy_flush(w->proxy);
    server_free(&w->server);
    pool_free(&w->pool);
    pool_free(&w->scan_pool);
    loop_stop(w->loop); /* the proxy stays until the end: metrics read its counters */
}

static void on_drain(struct loop_item *item)
{
    struct worker *w = worker_of(item, offsetof(struct worker, drain));

    server_drain(w->server, DRAIN_MS, check_idle, w);
}

static void *run(void *ctx)
{
    struct worker *w = ctx;

    loop_run(w->loop);
    w->stopped.run = on_worker_stopped;
    loop_post(w->gateway->loop, &w->stopped);
    return NULL;
}

static enum err make_parts(struct worker *w)
{
    struct gateway *g = w->gateway;
    const struct config *c = g->config;
    struct pool_setup pool = {.address = c->source_address,
                              .tls = g->source_tls,
                              .server_name = c->source_server_name,
                              .max_connections = MAX_SOURCE_CONNECTIONS,
                              .max_idle = MAX_SOURCE_CONNECTIONS,
                              .max_waiting = MAX_SOURCE_WAITING};
    enum err e = loop_new(&w->loop);

    e = e != OK ? e : pool_new(w->loop, &pool, &w->pool);
    e = e != OK ? e : pool_new(w->loop, &pool, &w->scan_pool);
    if (e != OK) {
        return e;
    }
    struct proxy_setup proxy = {.loop = w->loop,
                                .worlds = g->worlds,
                                .stops = g->stops,
                                .own = g->own,
                                .ledger = g->ledger,
                                .limits = g->limits,
                                .pool = w->pool,
                                .scan_pool = w->scan_pool,
                                .public_url = span_str(c->public_url),
                                .resource = span_str(c->resource),
                                .cursor_key = g->cursor_key,
                                .ledger_wait_ms = LEDGER_WAIT_MS,
                                .max_exchanges = MAX_EXCHANGES};

    return proxy_new(&proxy, &w->proxy);
}

static enum err start(struct worker *w)
{
    struct gateway *g = w->gateway;
    enum err e = make_parts(w);

    if (e != OK) {
        return e;
    }
    struct server_setup server = {.address = g->config->listen,
                                  .tls = g->tls,
                                  .handler = proxy_handler(w->proxy),
                                  .error_body = proxy_error_body,
                                  .error_type = "application/problem+json"};

    e = server_new(w->loop, &server, &w->server);
    e = e != OK ? e : thread_start(run, w, &w->thread);
    w->running = e == OK;
    return e;
}

enum err gateway_start_workers(struct gateway *g)
{
    for (unsigned i = 0; i < g->worker_count; i++) {
        struct worker *w = &g->workers[i];

        w->gateway = g;
        w->number = i;
        enum err e = start(w);

        if (e != OK) {
            return e;
        }
        g->workers_left++;
    }
    log_event(LOG_INFO, "gateway-listening", LOG_STR("address", g->config->listen),
              LOG_NUM("port", server_port(g->workers[0].server)),
              LOG_NUM("workers", g->worker_count));
    return OK;
}

void gateway_drain_workers(struct gateway *g)
{
    if (g->draining) {
        return;
    }
    g->draining = true;
    log_event(LOG_INFO, "gateway-draining", LOG_NUM("workers", g->workers_left));
    for (unsigned i = 0; i < g->worker_count; i++) {
        if (g->workers[i].running) {
            g->workers[i].drain.run = on_drain;
            loop_post(g->workers[i].loop, &g->workers[i].drain);
        }
    }
}

void gateway_join_workers(struct gateway *g)
{
    for (unsigned i = 0; i < g->worker_count; i++) {
        struct worker *w = &g->workers[i];

        if (w->running) {
            (void)pthread_join(w->thread, NULL);
        }
        if (w->hangs) {
            log_event(LOG_ERROR, "worker-hangs", LOG_NUM("worker", w->number));
            continue; /* the ledger may still hand something back: its place must be there */
        }
        server_free(&w->server);
        proxy_free(&w->proxy);
        pool_free(&w->pool);
        pool_free(&w->scan_pool);
        if (w->loop != NULL) {
            loop_free(&w->loop);
        }
    }
}
