/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPSTREAM_POOL_PRIV_H
#define UPSTREAM_POOL_PRIV_H

#include "upstream/link.h"

enum { READ_BYTES = 64 * 1024 };

struct pool {
    struct loop *loop;
    struct pool_setup setup; /* numbers; strings are below */
    char *address;
    char *server_name;
    uint8_t *read_buffer; /* READ_BYTES; used within one read turn, by one link */
    struct link *idle;    /* youngest first */
    struct leg *first_waiting, *last_waiting;
    unsigned legs;
    struct pool_counts counts;
};

/* An idle link that is fit for use, bound to `leg`, or NULL. */
struct link *pool_take_idle(struct pool *p, struct leg *leg);

/* Keeps or drops a link whose answer ended well. */
void pool_keep(struct pool *p, struct link *link);

/* Takes an idle link off the list. */
void pool_forget(struct pool *p, struct link *link);

static inline bool pool_has_room(const struct pool *p)
{
    return p->counts.open < p->setup.max_connections;
}

/* The queue. `leg` is at its end; false when it is full. */
bool pool_wait(struct pool *p, struct leg *leg);
void pool_unwait(struct pool *p, struct leg *leg);

/* A connection has become free: the first in the queue starts (leg_launch). */
void pool_serve(struct pool *p);

#endif
