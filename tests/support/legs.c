/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/legs.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PATIENCE_MS = 10000 };

static void on_head(void *ctx, const struct leg_head *head)
{
    struct watch *w = ctx;

    w->head = *head;
    w->heads++;
    if (w->abort_head) {
        leg_abort(&w->leg);
    } else if (w->pause_head) {
        leg_pause(w->leg);
    }
}

static void on_body(void *ctx, struct span bytes)
{
    struct watch *w = ctx;

    w->bodies++;
    buf_put(&w->body, bytes);
    if (w->abort_body) {
        leg_abort(&w->leg);
    } else if (w->pause_body) {
        leg_pause(w->leg);
    }
}

static void on_end(void *ctx)
{
    struct watch *w = ctx;

    w->ends++;
    w->leg = NULL;
}

static void on_fail(void *ctx, enum err e)
{
    struct watch *w = ctx;

    w->fails++;
    w->failed = e;
    w->leg = NULL;
}

void open_with(struct scene *sc, void (*script)(struct stage *s), const void *prop,
               struct pool_setup setup)
{
    *sc = (struct scene){0};
    stage_open(&sc->stage, script, prop);
    setup.address = sc->stage.address;
    setup.server_name = setup.server_name == NULL ? "source.test" : setup.server_name;
    assert_int_equal(loop_new(&sc->loop), OK);
    assert_int_equal(pool_new(sc->loop, &setup, &sc->pool), OK);
}

void open_scene(struct scene *sc, void (*script)(struct stage *s), const void *prop)
{
    open_with(sc, script, prop, (struct pool_setup){0});
}

struct pool_counts counts_of(const struct scene *sc)
{
    struct pool_counts c;

    pool_read_counts(sc->pool, &c);
    return c;
}

void close_scene(struct scene *sc)
{
    pool_free(&sc->pool);
    loop_stop(sc->loop);
    loop_run(sc->loop);
    loop_free(&sc->loop);
    assert_true(stage_close(&sc->stage));
}

enum err begin(struct scene *sc, struct watch *w)
{
    const struct leg_events events = {on_head, on_body, on_end, on_fail, w};

    buf_fini(&w->body);
    buf_init(&w->body, 64u << 20);
    w->heads = w->bodies = w->ends = w->fails = 0;
    w->failed = OK;
    return leg_start(sc->pool, SPAN("/v1p2/orgs?limit=1"), &events, &w->leg);
}

void turn_until(struct scene *sc, bool (*is_so)(const void *ctx), const void *ctx)
{
    int64_t give_up = clock_mono_ms() + PATIENCE_MS;

    while (!is_so(ctx)) {
        assert_true(clock_mono_ms() < give_up);
        loop_turn(sc->loop, 20);
    }
}

bool is_over(const void *ctx)
{
    const struct watch *w = ctx;

    return w->ends + w->fails > 0;
}

bool is_begun(const void *ctx)
{
    const struct watch *w = ctx;

    return w->heads > 0;
}

void run_leg(struct scene *sc, struct watch *w)
{
    assert_int_equal(begin(sc, w), OK);
    assert_int_equal(w->heads + w->ends + w->fails, 0);
    turn_until(sc, is_over, w);
    assert_int_equal(w->ends + w->fails, 1);
}

void expect_good(struct scene *sc, struct watch *w)
{
    run_leg(sc, w);
    assert_int_equal(w->failed, OK);
    assert_int_equal(w->heads, 1);
    assert_true(span_eq_str(buf_span(&w->body), "{}"));
}
