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

/*
 * Also sets SIGPIPE to ignored for the process: writes to closed sockets are
 * errors, not deaths. ERR_MEMORY, ERR_IO.
 */
enum err loop_new(struct loop **out) MUST_CHECK;

/* Streams, listeners and timers made on the loop must be gone; posted items must have run. */
void loop_free(struct loop **l);

/*
 * Runs until loop_stop() was called and every stream, listener and signal handle
 * is closed. Timers that are still armed then do not hold it.
 */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);

/*
 * One turn: runs what is ready, or waits at most `max_ms` for something to be.
 * For tests and tools that look at a condition between turns.
 */
void loop_turn(struct loop *l, int64_t max_ms);

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
    uint64_t order;   /* timers due in the same ms fire in the order they were armed */
    uint32_t heap_at; /* place in the loop's heap, 1-based; 0 = not armed */
};

/*
 * Arms (or re-arms) for `in_ms` from this turn's loop_now_ms(); 0 means the next
 * turn, never this one. `fire` runs on the loop and may re-arm. ERR_MEMORY: the timer
 * is then not armed.
 */
enum err timer_arm(struct timer *t, struct loop *l, int64_t in_ms, void (*fire)(void *ctx),
                   void *ctx) MUST_CHECK;

/* Disarms; harmless when not armed. */
void timer_stop(struct timer *t);

static inline bool timer_is_armed(const struct timer *t)
{
    return t->heap_at != 0;
}

#endif
