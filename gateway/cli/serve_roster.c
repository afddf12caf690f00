/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping the roster: a whole load at start, once a day, and on reload. A load
 * that fails leaves the roster in force and is tried again soon, later and later.
 */
#include "base/clock.h"
#include "base/log.h"
#include "cli/gateway.h"
#include "cli/needs.h"
#include "cli/serve_students.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, RETRY_MS = 1000, RETRY_MOST_MS = 300000, SHRINK_PART = 10 };

static void on_due(void *ctx)
{
    gateway_sync_roster(ctx);
}

static void plan_next(struct gateway *g, int64_t in_ms)
{
    if (timer_arm(&g->sync_timer, g->loop, in_ms, on_due, g) != OK) {
        log_event(LOG_ERROR, "roster-timer-failed", LOG_NUM("in_ms", in_ms));
    }
}

static int64_t retry_ms(struct gateway *g)
{
    g->retry_ms = g->retry_ms == 0 ? RETRY_MS : g->retry_ms * 2;
    g->retry_ms = g->retry_ms > RETRY_MOST_MS ? RETRY_MOST_MS : g->retry_ms;
    return g->retry_ms;
}

static void failed(struct gateway *g, enum err e)
{
    g->roster_state = e;
    int64_t in_ms = retry_ms(g);

    log_event(LOG_ERROR, "roster-load-failed", LOG_STR("reason", err_code(e)),
              LOG_NUM("retry_ms", in_ms));
    plan_next(g, in_ms);
}

static void note_shrinking(const struct roster_counts *was, const struct roster_counts *now)
{
    if (now->students < was->students - was->students / SHRINK_PART) {
        log_event(LOG_WARN, "roster-shrank", LOG_NUM("from", was->students),
                  LOG_NUM("to", now->students));
    }
}

/* A reload may need more than the roster in force holds; until then that is withheld as unknown. */
static bool is_enough(struct gateway *g, const struct roster *roster)
{
    struct needs needs;

    needs_find(g->rules->policy, &needs);
    return roster_holds(roster, &needs.all);
}

static void adopt(struct gateway *g, struct roster *roster)
{
    struct roster_counts was = {0}, now;

    roster_read_counts(roster, &now);
    if (g->roster != NULL) {
        roster_read_counts(g->roster, &was);
    }
    note_shrinking(&was, &now);
    roster_unref(&g->roster);
    g->roster = roster;
    g->roster_ms = clock_wall_ms();
    gateway_check_students(g);
    g->roster_state = gateway_swap_world(g);
    g->retry_ms = 0;
    log_event(LOG_INFO, "roster-loaded", LOG_NUM("people", now.people),
              LOG_NUM("students", now.students), LOG_NUM("classes", now.classes),
              LOG_NUM("orgs", now.orgs), LOG_NUM("enrollments", now.enrollments));
    plan_next(g, is_enough(g, roster) ? DAY_MS : RETRY_MS); /* reloaded while it was read */
}

static void on_loaded(void *ctx, enum err e, struct roster *roster)
{
    struct gateway *g = ctx;

    g->sync = NULL;
    rules_unref(&g->sync_rules);
    if (e != OK) {
        failed(g, e);
        return;
    }
    adopt(g, roster);
}

void gateway_sync_roster(struct gateway *g)
{
    if (g->sync != NULL || g->draining) {
        return;
    }
    struct needs needs;

    g->sync_rules = rules_ref(g->rules);
    needs_find(g->sync_rules->policy, &needs);
    struct roster_sync_setup setup = {.loop = g->loop,
                                      .pool = g->pool,
                                      .catalog = policy_catalog(g->sync_rules->policy),
                                      .needs = needs.all,
                                      .done = on_loaded,
                                      .ctx = g};
    enum err e = roster_sync_start(&setup, &g->sync);

    if (e != OK) {
        rules_unref(&g->sync_rules);
        failed(g, e);
    }
}

void gateway_stop_sync(struct gateway *g)
{
    timer_stop(&g->sync_timer);
    roster_sync_abort(&g->sync);
    rules_unref(&g->sync_rules);
    if (g->pool != NULL) {
        pool_free(&g->pool);
    }
}
