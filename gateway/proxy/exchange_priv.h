/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_EXCHANGE_PRIV_H
#define PROXY_EXCHANGE_PRIV_H

#include "proxy/codes.h"
#include "proxy/parts_priv.h"
#include "proxy/proxy.h"
#include "proxy/translate.h"

#include <stdatomic.h>

/*
 * One exchange: a partner's request and its answer. Folder-private. The state
 * machine stands in exchange.c.
 */
enum { ARENA_BYTES = 256 * 1024, ID_CHARS = 32, CREDITS = 5 };

enum exchange_state {
    X_NEW,      /* nothing is recorded */
    X_DENYING,  /* the `denied` entry is on its way; the error waits for it */
    X_PULLING,  /* the request is recorded or queued; the source is asked */
    X_FAILING,  /* an error answer waits until the `request` entry is durable */
    X_FLUSHING, /* every record is in a batch; batches are recorded and written out */
    X_ENDED,    /* the partner's side is over; acknowledgements may still come */
    X_STATE_COUNT
};

struct exchange {
    struct proxy *proxy;
    struct exchange_io *io; /* NULL once the partner's side is over */
    const struct request *request;
    struct world *world;
    struct stop_set *stops; /* as of `stops_generation` */
    uint64_t stops_generation;
    const struct own_view *own; /* what decides; NULL: students' own facts are not held */
    struct own_view own_view;   /* of `own_set` */
    struct own_set *own_set;    /* as of `own_generation`; NULL when the policy has no files */
    uint64_t own_generation;
    struct roster_lens lens;
    struct roster_view view;
    struct arena arena;
    enum exchange_state state;
    bool starting; /* inside the handler's start(): not freed yet */
    bool io_dead;  /* the server aborted under us: nothing can be answered */
    char id[ID_CHARS + 1];
    struct token_info token;
    const struct client *client;
    const struct agreement *agreement;
    struct idmap *ids;  /* the partner's codes; NULL: it knows the district's ids */
    struct route route; /* its id is the district's, empty when the partner's is none */
    bool routed;
    struct query query;
    struct plan plan;
    struct asked asked;
    struct refusal why;
    enum err error;             /* X_DENYING, X_FAILING: what the partner is told */
    int32_t local_date;         /* the day that decides, district time */
    struct limit_hold hold;     /* room.c: of the agreement's limits */
    struct limit_why limit_why; /* of ERR_RATE, ERR_STUDENTS */
    bool gathers;               /* nothing leaves before the whole page's students have decided */

    struct pending request_entry; /* `request` or `denied` */
    bool request_durable;
    unsigned acks;    /* entries whose acknowledgement is due */
    unsigned credits; /* ledger credits held */
    struct timer ledger_timer;

    struct pull pull;
    struct scan scan;
    struct page page;
    struct batch batches[BATCH_SLOTS];
    unsigned first;  /* oldest batch in use */
    unsigned in_use; /* batches from `first` on; only the last may be filling */
    unsigned batch_count;
    bool head_sent;

    unsigned status; /* sent to the partner */
    uint64_t sent_bytes;
    uint64_t by_reason[ROW_REASON_COUNT];
    uint64_t dropped;
    uint64_t released_batches;
    struct exchange *next; /* in the proxy's list */
    struct exchange **link;
};

struct proxy {
    struct proxy_setup setup;
    struct handler handler;
    struct world *world; /* the one last seen; exchanges take references from it */
    struct token_cache *tokens;
    struct set_cache *sets;
    struct code_pool codes;
    struct exchange *exchanges;
    unsigned open;
    struct proxy_counts counts;
    struct buf scratch; /* bodies, targets, links; used within one call only */
    struct timer junk_timer;
    uint64_t junk; /* unauthenticated requests since the last junk entry */
};

#define COUNT_BY(proxy, name, n)                                                                   \
    (void)atomic_fetch_add_explicit(&(proxy)->counts.name, (n), memory_order_relaxed)
#define COUNT(proxy, name) COUNT_BY(proxy, name, 1)

/* Makes and links an exchange in X_NEW; NULL without memory or randomness. */
struct exchange *exchange_new(struct proxy *p, struct exchange_io *io, const struct request *r);

/* 128 random bits in hexadecimal (SAFETY E4). ERR_CRYPTO, ERR_MEMORY. */
enum err exchange_make_id(char id[ID_CHARS + 1]) MUST_CHECK;

/* The only writer of the state; asserts the edge. */
void exchange_enter(struct exchange *x, enum exchange_state next);

/* Records the denial, then answers with `e`. */
void exchange_deny(struct exchange *x, enum err e);

/* As exchange_deny() for a page that was asked for already; nothing of it has left. */
void exchange_deny_late(struct exchange *x, enum err e);

/* Records the request and begins to ask the source. */
void exchange_go(struct exchange *x);

/* Something failed: before the head an error answer, after it a broken one. May free `x`. */
void exchange_fail(struct exchange *x, enum err e);

/* Does whatever can be done now. The end of every callback. May free `x`. */
void exchange_advance(struct exchange *x);

/* The partner's side is over: records the outcome; frees once no acknowledgement is due. */
void exchange_close(struct exchange *x, const char *end);

/* Queues an entry whose acknowledgement comes back to `p`; spends a credit. */
enum err exchange_submit(struct exchange *x, const struct entry *entry, struct pending *p,
                         void (*arrived)(struct loop_item *item)) MUST_CHECK;

/* Takes note that an acknowledgement came back; returns its exchange. */
struct exchange *exchange_arrived(struct pending *p);

/* Makes sure of one credit beside the outcome's. ERR_BUSY, ERR_LEDGER. */
enum err exchange_credit(struct exchange *x) MUST_CHECK;

/*
 * The token still lives, nothing of the exchange has been stopped, and students' own facts still
 * allow what waits in batches; goes over to the stops and facts in force.
 */
enum err exchange_recheck(struct exchange *x) MUST_CHECK;

/* True if stops or students' own facts have changed since the last recheck. */
bool exchange_is_stale(const struct exchange *x);

#endif
