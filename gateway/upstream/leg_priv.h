/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPSTREAM_LEG_PRIV_H
#define UPSTREAM_LEG_PRIV_H

#include "upstream/pool_priv.h"

enum leg_state {
    LEG_NEW,
    LEG_WAITING,
    LEG_CONNECTING,
    LEG_SENDING,
    LEG_HEAD,
    LEG_BODY,
    LEG_PAUSED,
    LEG_RESUMING,
    LEG_FAILING,
    LEG_OVER,
    LEG_STATE_COUNT
};

struct leg {
    struct leg *next, *prev; /* queue */
    struct pool *pool;
    struct link *link;
    struct leg_events events;
    struct timer timer; /* armed from start to end, so that re-arming needs no memory */
    struct buf request;
    size_t sent;
    uint64_t received; /* bytes of this try's answer */
    unsigned tries;
    enum err error; /* FAILING */
    enum leg_state state;
};

/* True if the state machine has this edge; for its test. */
bool leg_may_enter(enum leg_state from, enum leg_state to);

/* Gets a waiting or new leg going; false when it must wait. Calls no event. */
bool leg_launch(struct leg *leg);

/* The link's stream wants attention. */
void leg_ready(struct leg *leg, bool readable, bool writable);

#endif
