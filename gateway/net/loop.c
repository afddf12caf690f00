/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop: libuv for descriptors, one uv_timer and one uv_idle for the earliest
 * of our own timers, one uv_async for messages from other threads. Invariants:
 * one of those two is set for the top of the heap whenever control is outside this file; a posted
 * item is in `posted` or has run, never both; the async handle alone keeps the
 * loop alive until it was told to stop. No work queue.
 */
#include "net/loop.h"

#include "base/mem.h"
#include "net/heap.h"
#include "net/loop_priv.h"

#include <assert.h>
#include <signal.h>
#include <stdatomic.h>

struct loop {
    uv_loop_t uv;
    uv_async_t wake;
    uv_idle_t due;       /* runs while the top of `heap` is due */
    uv_timer_t clock;    /* set to the top of `heap` */
    uv_timer_t turn_cap; /* bounds loop_turn() */
    struct timer_heap heap;
    uint64_t next_order;
    int64_t clock_due_ms; /* what `clock` is set to; INT64_MAX: not set */
    bool firing;
    bool stopped; /* the loop's thread saw `stop` */
    atomic_bool stop;
    _Atomic(struct loop_item *) posted; /* newest first */
};

uv_loop_t *loop_uv(struct loop *l)
{
    return &l->uv;
}

int64_t loop_now_ms(const struct loop *l)
{
    return (int64_t)uv_now(&l->uv);
}

/* --- messages */

static void run_posted(struct loop *l)
{
    struct loop_item *item = atomic_exchange_explicit(&l->posted, NULL, memory_order_acquire);
    struct loop_item *in_order = NULL;

    while (item != NULL) {
        struct loop_item *older = item->next;

        item->next = in_order;
        in_order = item;
        item = older;
    }
    while (in_order != NULL) {
        item = in_order;
        in_order = item->next;
        item->run(item);
    }
}

static void on_wake(uv_async_t *handle)
{
    struct loop *l = handle->data;

    run_posted(l);
    if (atomic_load(&l->stop) && !l->stopped) {
        l->stopped = true;
        uv_unref((uv_handle_t *)&l->wake);
    }
}

void loop_post(struct loop *l, struct loop_item *item)
{
    struct loop_item *head = atomic_load_explicit(&l->posted, memory_order_relaxed);

    do {
        item->next = head;
    } while (!atomic_compare_exchange_weak_explicit(&l->posted, &head, item, memory_order_release,
                                                    memory_order_relaxed));
    if (head == NULL) {
        (void)uv_async_send(&l->wake);
    }
}

void loop_stop(struct loop *l)
{
    atomic_store(&l->stop, true);
    (void)uv_async_send(&l->wake);
}

/* --- timers */

static void on_clock(uv_timer_t *handle);
static void on_due(uv_idle_t *handle);

static void wait_until(struct loop *l, int64_t due)
{
    if (due == l->clock_due_ms) {
        return;
    }
    l->clock_due_ms = due;
    if (due == INT64_MAX) {
        (void)uv_timer_stop(&l->clock);
    } else {
        (void)uv_timer_start(&l->clock, on_clock, (uint64_t)(due - loop_now_ms(l)), 0);
    }
}

/*
 * What is due already goes through an idle handle: libuv 1.44 fires a uv_timer
 * that is started with 0 from inside its own call at once, for ever.
 */
static void set_clock(struct loop *l)
{
    const struct timer *top = heap_top(&l->heap);

    if (l->firing) {
        return;
    }
    if (top != NULL && top->due_ms <= loop_now_ms(l)) {
        (void)uv_idle_start(&l->due, on_due);
        return;
    }
    (void)uv_idle_stop(&l->due);
    wait_until(l, top == NULL ? INT64_MAX : top->due_ms);
}

/* Fires what is due, but nothing that is armed meanwhile: that is for the next turn. */
static void fire_due(struct loop *l)
{
    uint64_t first_new = l->next_order;
    struct timer *t = heap_top(&l->heap);

    l->firing = true;
    while (t != NULL && t->due_ms <= loop_now_ms(l) && t->order < first_new) {
        heap_take(&l->heap, t);
        t->fire(t->ctx);
        t = heap_top(&l->heap);
    }
    l->firing = false;
    set_clock(l);
}

static void on_clock(uv_timer_t *handle)
{
    struct loop *l = handle->data;

    l->clock_due_ms = INT64_MAX;
    fire_due(l);
}

static void on_due(uv_idle_t *handle)
{
    fire_due(handle->data);
}

enum err timer_arm(struct timer *t, struct loop *l, int64_t in_ms, void (*fire)(void *ctx),
                   void *ctx)
{
    timer_stop(t);
    *t = (struct timer){
        .loop = l,
        .fire = fire,
        .ctx = ctx,
        .due_ms = loop_now_ms(l) + in_ms,
        .order = l->next_order++,
    };
    enum err e = heap_put(&l->heap, t);

    set_clock(l);
    return e;
}

void timer_stop(struct timer *t)
{
    if (t->heap_at != 0) {
        heap_take(&t->loop->heap, t);
        set_clock(t->loop);
    }
}

/* --- the loop itself */

static enum err open_handles(struct loop *l)
{
    if (uv_async_init(&l->uv, &l->wake, on_wake) != 0) {
        return ERR_IO;
    }
    (void)uv_idle_init(&l->uv, &l->due);
    (void)uv_timer_init(&l->uv, &l->clock);
    (void)uv_timer_init(&l->uv, &l->turn_cap);
    uv_unref((uv_handle_t *)&l->due);
    uv_unref((uv_handle_t *)&l->clock);
    l->wake.data = l;
    l->due.data = l;
    l->clock.data = l;
    return OK;
}

enum err loop_new(struct loop **out)
{
    struct loop *l = mem_alloc(sizeof(*l));

    if (l == NULL) {
        return ERR_MEMORY;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    l->clock_due_ms = INT64_MAX;
    if (uv_loop_init(&l->uv) != 0) {
        mem_free(l);
        return ERR_IO;
    }
    enum err e = open_handles(l);

    if (e != OK) {
        (void)uv_loop_close(&l->uv);
        mem_free(l);
        return e;
    }
    *out = l;
    return OK;
}

void loop_free(struct loop **l)
{
    if (*l == NULL) {
        return;
    }
    struct loop *old = *l;

    uv_close((uv_handle_t *)&old->wake, NULL);
    uv_close((uv_handle_t *)&old->due, NULL);
    uv_close((uv_handle_t *)&old->clock, NULL);
    uv_close((uv_handle_t *)&old->turn_cap, NULL);
    (void)uv_run(&old->uv, UV_RUN_DEFAULT);
    int left = uv_loop_close(&old->uv);

    assert(left == 0 && "a stream, listener, signal or watch is still open");
    (void)left;
    heap_fini(&old->heap);
    mem_free(old);
    *l = NULL;
}

void loop_run(struct loop *l)
{
    (void)uv_run(&l->uv, UV_RUN_DEFAULT);
}

static void on_turn_cap(uv_timer_t *handle)
{
    (void)handle;
}

void loop_turn(struct loop *l, int64_t max_ms)
{
    /* Repeats, for it may be due already before libuv starts to wait. */
    (void)uv_timer_start(&l->turn_cap, on_turn_cap, (uint64_t)max_ms, 1);
    (void)uv_run(&l->uv, UV_RUN_ONCE);
    (void)uv_timer_stop(&l->turn_cap);
}
