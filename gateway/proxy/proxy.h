/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_PROXY_H
#define PROXY_PROXY_H

#include "base/digest.h"
#include "ledger/ledger.h"
#include "proxy/limits.h"
#include "proxy/world.h"
#include "roster/own_keep.h"
#include "roster/stops.h"
#include "server/handler.h"
#include "upstream/leg.h"

/*
 * The data plane: one proxy a worker, a handler behind its server. It turns a
 * request into a verdict, legs, redacted batches, ledger entries and an answer
 * (docs/architecture.md draws it). Everything here runs on the worker's loop but
 * the counters, which any thread may read.
 */
struct proxy;

struct proxy_setup {
    struct loop *loop;
    struct world_box *worlds;
    struct stops *stops;
    struct own_keep *own; /* NULL: no folder of students' own facts is configured */
    struct ledger *ledger;
    struct limits *limits;
    struct pool *pool;
    struct pool *scan_pool;    /* for lookaheads: whoever waits for one holds a leg of `pool` */
    struct span public_url;    /* "https://gateway.example.org", for links */
    struct span resource;      /* the audience of tokens, exact */
    const uint8_t *cursor_key; /* SEAL_KEY_BYTES, borrowed */
    int64_t ledger_wait_ms;    /* 5,000: longest wait for an entry to be durable */
    unsigned max_exchanges;    /* at once; past it 503 */
};

/* All are borrowed for the proxy's life. ERR_MEMORY. */
enum err proxy_new(const struct proxy_setup *setup, struct proxy **out) MUST_CHECK;

/* Call when the server is freed; waits for nothing: false while acknowledgements are due. */
bool proxy_is_idle(const struct proxy *p);
void proxy_free(struct proxy **p);

/* Records now what is only counted so far. On the loop's thread, before the ledger ends. */
void proxy_flush(struct proxy *p);

const struct handler *proxy_handler(const struct proxy *p);

/* Writes a server-made error (malformed head, timeouts) in the house's form. */
void proxy_error_body(struct buf *out, enum err e);

/* Columns: member, metric name, help. Values only grow. */
#define PROXY_COUNT_TABLE(C)                                                                       \
    C(requests, "hallpass_requests_total", "authenticated requests")                               \
    C(denied, "hallpass_denied_total", "authenticated requests that were refused")                 \
    C(unauthenticated, "hallpass_unauthenticated_total", "requests without a valid token")         \
    C(rate_limited, "hallpass_rate_limited_total",                                                 \
      "requests refused for an agreement's requests per minute")                                   \
    C(students_limited, "hallpass_students_limited_total",                                         \
      "requests refused for an agreement's students per day")                                      \
    C(answered, "hallpass_answers_total", "answers that ended complete")                           \
    C(broken, "hallpass_broken_total", "answers that ended incomplete")                            \
    C(records, "hallpass_records_released_total", "records released")                              \
    C(withheld, "hallpass_records_withheld_total", "records withheld")                             \
    C(unknown_subjects, "hallpass_unknown_subjects_total",                                         \
      "records withheld because the roster does not know a subject")                               \
    C(codeless, "hallpass_records_without_code_total",                                             \
      "records withheld because their id is too long for a code")                                  \
    C(dropped, "hallpass_values_dropped_total", "values dropped as malformed or out of scope")     \
    C(batches, "hallpass_batches_total", "batches recorded and released")                          \
    C(legs, "hallpass_legs_total", "requests to the data source")                                  \
    C(source_failures, "hallpass_source_failures_total", "legs that failed")                       \
    C(ledger_refusals, "hallpass_ledger_refusals_total",                                           \
      "exchanges refused or broken because the ledger could not record")

struct proxy_counts {
#define PROXY_COUNT_MEMBER(name, metric, help) _Atomic uint64_t name;
    PROXY_COUNT_TABLE(PROXY_COUNT_MEMBER)
#undef PROXY_COUNT_MEMBER
};
const struct proxy_counts *proxy_read_counts(const struct proxy *p);

#endif
