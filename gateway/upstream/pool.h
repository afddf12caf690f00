/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPSTREAM_POOL_H
#define UPSTREAM_POOL_H

#include "base/span.h"
#include "net/stream.h"

/*
 * Connections to the data source, of one loop. Idle ones are kept and used
 * again, the youngest first; one on which anything comes unasked is closed.
 */
struct pool;

struct pool_setup {
    const char *address;      /* "unix:/path" or "host:port" */
    struct tls_context *tls;  /* NULL: plain */
    const char *server_name;  /* Host header, and the name to verify with TLS */
    unsigned max_connections; /* at once; further legs wait in a bounded queue; 0: 32 */
    unsigned max_idle;        /* kept open; 0: 8 */
    unsigned max_waiting;     /* length of the queue; 0: 256 */
    int64_t wait_ms;          /* in the queue; 0: 10,000 */
    int64_t connect_ms;       /* with the TLS handshake; 0: 5,000 */
    int64_t head_ms;          /* request sent to head complete; 0: 30,000 */
    int64_t body_ms;          /* without a byte, unless paused; 0: 30,000 */
    int64_t idle_ms;          /* an idle connection is closed after; 0: 15,000 */
};

/* Strings are copied; `tls` is borrowed for the pool's life. ERR_MEMORY, ERR_INPUT. */
enum err pool_new(struct loop *l, const struct pool_setup *setup, struct pool **out) MUST_CHECK;
void pool_free(struct pool **p); /* every leg must have ended */

struct pool_counts {
    uint64_t started, reused, retried, failed;
    uint64_t poisoned; /* idle connections on which bytes came unasked */
    unsigned open, idle, waiting;
};
void pool_read_counts(const struct pool *p, struct pool_counts *out);

#endif
