/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * One event loop a thread (libuv inside). Everything made on a loop is used on
 * its thread only; loop_post() and loop_stop() alone may be called from others.
 */
struct loop;

enum err loop_new(struct loop **out) MUST_CHECK;

/* The loop must have no open handles left but its own. */
void loop_free(struct loop **l);

/* Runs until loop_stop() and until every handle is closed. */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);

/* Monotonic ms as of this turn of the loop. */
int64_t loop_now_ms(const struct loop *l);

/*
 * A message to the loop's thread, from any thread. The item is embedded in the
 * caller's struct and belongs to the loop until `run` is called on it; items run
 * in the order they were posted. Never fails, never blocks for long.
 */
struct loop_item {
    struct loop_item *next;
    void (*run)(struct loop_item *item);
};
void loop_post(struct loop *l, struct loop_item *item);

/* A one-shot timer, embedded. Zero it before first use. */
struct timer {
    struct loop *loop;
    void (*fire)(void *ctx);
    void *ctx;
    int64_t due_ms;
    uint32_t heap_at; /* place in the loop's heap, 1-based; 0 = not armed */
};

/* Arms (or re-arms) for `in_ms` from now; ERR_MEMORY. `fire` may re-arm. */
enum err timer_arm(struct timer *t, struct loop *l, int64_t in_ms, void (*fire)(void *ctx),
                   void *ctx) MUST_CHECK;

/* Disarms; harmless when not armed. */
void timer_stop(struct timer *t);

#endif
