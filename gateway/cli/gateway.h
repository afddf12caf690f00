/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_GATEWAY_H
#define CLI_GATEWAY_H

#include "admin/admin.h"
#include "base/arena.h"
#include "cli/config.h"
#include "ledger/ledger.h"
#include "net/signals.h"
#include "net/tls.h"
#include "proxy/proxy.h"
#include "roster/sync.h"
#include "server/server.h"

#include <pthread.h>
#include <stdatomic.h>

/*
 * The parts of a running gateway, put together: the composition root. The first
 * thread runs the housekeeping loop (signals, admin doors, reload, roster loads);
 * each worker has a thread and a loop of its own; the ledger has its writer.
 */
enum { MAX_WORKERS = 256, METRIC_ROWS = 64 };

struct worker {
    struct gateway *gateway;
    unsigned number;
    pthread_t thread;
    bool running;
    struct loop *loop;
    struct pool *pool;
    struct pool *scan_pool;
    struct proxy *proxy;
    struct server *server;
    struct timer idle_check; /* while draining: are all acknowledgements back? */
    unsigned idle_checks;
    bool hangs;               /* left without them: what they come back to is never freed */
    struct loop_item drain;   /* posted by the first thread */
    struct loop_item stopped; /* posted back to it */
};

struct gateway {
    const struct config *config;
    struct arena *arena; /* the config's */
    struct loop *loop;   /* housekeeping */
    struct signals *signals;
    struct tls_context *tls;
    struct tls_context *source_tls;
    struct ledger *ledger;
    struct limits *limits;
    struct stops *stops;
    struct own_keep *own;      /* students' own facts; NULL: no folder is configured */
    struct students *students; /* serve_students.c: how they are kept */
    struct world_box *worlds;
    struct rules *rules;   /* in force */
    struct roster *roster; /* in force, NULL until the first load */
    struct pool *pool;     /* housekeeping's own, for the roster */
    struct roster_sync *sync;
    struct rules *sync_rules; /* whose catalog the running load reads */
    struct timer sync_timer;
    int64_t retry_ms;
    int64_t roster_ms; /* wall clock of the last good load */
    enum err policy_state;
    enum err roster_state;
    uint8_t cursor_key[SEAL_KEY_BYTES];
    struct worker workers[MAX_WORKERS];
    unsigned worker_count;
    unsigned workers_left;
    bool draining;
    struct server *admin_server;
    struct server *control_server;
    struct admin *admin;
    struct admin *control;
    struct buf admin_secret; /* of the status door; wiped at the end */
    struct metric metrics[METRIC_ROWS];
    size_t metric_count;
    int exit_code;
};

/* serve_rules.c: policy, keys and worlds. Messages go to standard error and the log. */
enum err gateway_load_rules(struct gateway *g, struct rules **out) MUST_CHECK;

/* What puts a policy in force: "start", "reload" or "apply", and whose names stand for it. */
struct adopter {
    const char *action;
    const char *by; /* this and the next may be NULL */
    const char *second;
};

/* Records and puts in force rules, which it takes over; if they cannot be recorded, or need a
 * second person (ERR_SECOND_PERSON), the old ones stay. */
enum err gateway_adopt(struct gateway *g, struct rules *next, const struct adopter *who) MUST_CHECK;

/* Loads anew and adopts; what is not valid is recorded as refused, and the old rules stay. */
enum err gateway_reload(struct gateway *g) MUST_CHECK;

/* The same for a policy of this digest that somebody answers for. ERR_INPUT: it has changed. */
enum err gateway_apply(struct gateway *g, const struct adopter *who, const char *digest) MUST_CHECK;

/* Makes a world of the rules and roster in force and swaps it in. */
enum err gateway_swap_world(struct gateway *g) MUST_CHECK;

/* serve_roster.c: loads the roster now; afterwards daily, or soon again after a failure. */
void gateway_sync_roster(struct gateway *g);
void gateway_stop_sync(struct gateway *g);

/* serve_worker.c */
enum err gateway_start_workers(struct gateway *g) MUST_CHECK;
void gateway_drain_workers(struct gateway *g);
void gateway_join_workers(struct gateway *g);

/* serve_admin.c: the status and command doors, metrics. */
enum err gateway_open_doors(struct gateway *g) MUST_CHECK;
void gateway_close_doors(struct gateway *g);

/* serve_state.c: folders and keys of the state directory. ERR_IO, ERR_INPUT, ERR_CRYPTO. */
enum err gateway_open_state(struct gateway *g) MUST_CHECK;

#endif
